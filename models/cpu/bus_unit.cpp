// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/bus_unit.hpp"

#include <algorithm>

#include "models/core/sc_time.hpp"

namespace linefill {

namespace {

void prepare(tlm::tlm_generic_payload& payload, bool write, PhysicalAddress address,
             std::span<std::byte> data) {
  payload.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  payload.set_address(raw(address));
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(data.data()));
  payload.set_data_length(static_cast<unsigned>(data.size()));
  payload.set_streaming_width(static_cast<unsigned>(data.size()));
  payload.set_byte_enable_ptr(nullptr);
  payload.set_dmi_allowed(false);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
}

}  // namespace

BusUnit::BusUnit(Socket& socket, std::function<void()> catch_up)
    : socket_{socket}, catch_up_{std::move(catch_up)} {}

BusResponse BusUnit::transport(const CoreTransaction& transaction, Time& now) {
  if (depth_ == transactions_.size()) transactions_.emplace_back();
  auto& [payload, extension] = transactions_[depth_++];
  prepare(payload, transaction.write, transaction.address, transaction.data);
  extension.attributes = transaction.attributes;
  extension.marks = transaction.marks;
  extension.speculative = transaction.speculative;
  extension.write_back_cause = transaction.write_back_cause;
  extension.hints = transaction.hints;
  const sc_core::sc_time& stamp = sc_core::sc_time_stamp();
  sc_core::sc_time delay = std::max(to_sc_time(now), stamp) - stamp;
  socket_->b_transport(payload, delay);
  now = std::max(now, time_of(delay));
  --depth_;
  return response_of(payload);
}

bool BusUnit::debug(bool write, PhysicalAddress address, std::span<std::byte> data) {
  tlm::tlm_generic_payload payload;
  prepare(payload, write, address, data);
  return socket_->transport_dbg(payload) == data.size();
}

}  // namespace linefill
