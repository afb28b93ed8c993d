// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/acp.hpp"

#include "models/core/sc_time.hpp"

namespace linefill {

Acp::Acp(const sc_core::sc_module_name& name, SnoopedCache& l1, Time cycle)
    : sc_module{name}, below_{memory, [] {}}, block_{below_, l1, cycle, statistics_} {
  masters.register_b_transport(this, &Acp::b_transport);
  masters.register_transport_dbg(this, &Acp::transport_dbg);
}

void Acp::b_transport(int /*port*/, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const PhysicalAddress address{static_cast<std::uint32_t>(payload.get_address())};
  const std::span data{reinterpret_cast<std::byte*>(payload.get_data_ptr()),
                       payload.get_data_length()};
  const Attributes& attributes = attributes_of(payload);
  const Time start = time_of(delay);
  Time now = start;
  set_response(payload, payload.is_write() ? block_.write(address, data, attributes, now)
                                           : block_.read(address, data, attributes, now));
  delay += to_sc_time(now - start);
}

unsigned Acp::transport_dbg(int /*port*/, tlm::tlm_generic_payload& payload) {
  const unsigned served = memory->transport_dbg(payload);
  if (payload.is_read()) {
    block_.overlay(PhysicalAddress{static_cast<std::uint32_t>(payload.get_address())},
                   {reinterpret_cast<std::byte*>(payload.get_data_ptr()), served},
                   attributes_of(payload).memory);
  }
  return served;
}

}  // namespace linefill
