// SPDX-License-Identifier: Apache-2.0
#include "models/cache/l2x0.hpp"

#include <algorithm>
#include <cstring>

#include "models/cache/l2x0_options.hpp"
#include "models/core/model_registry.hpp"
#include "models/core/sc_time.hpp"

namespace linefill {

namespace {
const RegisterModel<L2x0> kL310{"arm,pl310-cache",
                                "L2C-310 outer cache with store buffer and real data"};
const RegisterModel<L2x0> kL220{"arm,l220-cache",
                                "L220 outer cache: every operation runs in the background"};
const RegisterModel<L2x0> kL210{"arm,l210-cache", "L210 outer cache"};
}  // namespace

L2x0::L2x0(const sc_core::sc_module_name& name, const DeviceNode& node)
    : Device{name, node}, block_{*this, l2x0_options(node), statistics_} {
  slave.register_b_transport(this, &L2x0::serve);
  slave.register_transport_dbg(this, &L2x0::serve_debugger);
  SC_HAS_PROCESS(L2x0);
  SC_METHOD(on_update);
  sensitive << update_;
}

L2x0::~L2x0() = default;

void L2x0::reset() {
  const Time now = from_sc_time(sc_core::sc_time_stamp());
  block_.reset(now);
  schedule(now);
}

// --- The processor's side
// ---------------------------------------------------------------------------

void L2x0::serve(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const BusExtension& extension = extension_of(payload);
  const L2Request request{
      PhysicalAddress{static_cast<std::uint32_t>(payload.get_address())},
      {reinterpret_cast<std::byte*>(payload.get_data_ptr()), payload.get_data_length()},
      extension.attributes,
      extension.strobes,
      extension.marks,
      extension.speculative,
      extension.write_back_cause};
  const Time start = time_of(delay);
  Time now = start;
  const BusResponse response =
      payload.is_write() ? block_.write(request, now) : block_.read(request, now);
  delay += to_sc_time(now - start);
  set_response(payload, response);
  schedule(start);
}

// As the processor sees memory: what is below, then the cache's bytes, then the store buffer's over
// them.
unsigned L2x0::serve_debugger(tlm::tlm_generic_payload& payload) {
  const auto address = static_cast<std::uint32_t>(payload.get_address());
  const unsigned length = payload.get_data_length();
  auto* bytes = reinterpret_cast<std::byte*>(payload.get_data_ptr());
  for (unsigned done = 0; done < length;) {
    const PhysicalAddress at{address + done};
    const unsigned offset = line_offset(at);
    const unsigned size = std::min(length - done, kLineBytes - offset);
    const std::span<std::byte> part{bytes + done, size};
    if (!debug_below(payload.is_write(), at, part)) return done;
    std::array<std::byte, kLineBytes> line{};
    std::copy(part.begin(), part.end(), line.begin() + offset);
    if (payload.is_write()) {
      block_.cache().overwrite(line_of(at), line, bytes_at(offset, size));
      block_.buffer().overwrite(line_of(at), line, bytes_at(offset, size));
    } else {
      block_.cache().overlay(line_of(at), line);
      block_.buffer().overlay(line_of(at), line);
      std::copy_n(line.begin() + offset, size, part.begin());
    }
    done += size;
  }
  return length;
}

bool L2x0::debug_below(bool write, PhysicalAddress address, std::span<std::byte> data) {
  tlm::tlm_generic_payload below;
  below.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  below.set_address(raw(address));
  below.set_data_ptr(reinterpret_cast<unsigned char*>(data.data()));
  below.set_data_length(static_cast<unsigned>(data.size()));
  return master->transport_dbg(below) == data.size();
}

// --- The memory side
// --------------------------------------------------------------------------------

BusResponse L2x0::read(PhysicalAddress address, std::span<std::byte> data,
                       const Attributes& attributes, Time& now) {
  return transport(false, address, data.data(), data.size(), attributes, now);
}

BusResponse L2x0::write(PhysicalAddress address, std::span<const std::byte> data,
                        const Attributes& attributes, Time& now) {
  // A write's data are read only; the payload has one pointer for both directions.
  return transport(true, address, const_cast<std::byte*>(data.data()), data.size(), attributes,
                   now);  // NOLINT
}

BusResponse L2x0::transport(bool write, PhysicalAddress address, std::byte* data, std::size_t size,
                            const Attributes& attributes, Time& now) {
  if (depth_ == transactions_.size()) transactions_.emplace_back();
  Transaction& transaction = transactions_[depth_++];
  tlm::tlm_generic_payload& payload = transaction.payload;
  payload.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  payload.set_address(raw(address));
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(data));
  payload.set_data_length(static_cast<unsigned>(size));
  payload.set_streaming_width(static_cast<unsigned>(size));
  payload.set_byte_enable_ptr(nullptr);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  transaction.extension.attributes = attributes;
  // Background work that is served late is at most one event late: it happens now.
  const Time stamp = from_sc_time(sc_core::sc_time_stamp());
  sc_core::sc_time delay = to_sc_time(std::max(now, stamp) - stamp);
  master->b_transport(payload, delay);
  now = std::max(now, time_of(delay));
  --depth_;
  return response_of(payload);
}

// --- Registers
// --------------------------------------------------------------------------------------

BusResponse L2x0::access(DeviceAccess& access) {
  Time now = access.context.now;
  BusResponse response{};
  if (access.write) {
    response = block_.write_register(access.offset, access.size, access.value, access.context, now);
  } else {
    response = block_.read_register(access.offset, access.size, access.value, access.context);
  }
  if (response != BusResponse::kOkay) {
    log_.guest_error(access.write ? "write" : "read", " refused, offset ", hex(access.offset, 3),
                     ", ", access.size, " bytes, pc ", hex(access.context.attributes.origin.pc),
                     block_.busy() ? ": an operation is running in the background" : "");
  } else if (access.write && block_.last_ignored()) {
    log_.guest_error("operation ignored, offset ", hex(access.offset, 3), ", pc ",
                     hex(access.context.attributes.origin.pc),
                     ": one by way is running in the background");
  } else {
    note_register_result(access, block_.last_result());
  }
  access_time_ = now - access.context.now;
  schedule(access.context.now);
  return response;
}

std::uint32_t L2x0::peek(std::uint32_t offset) const {
  return block_.registers().peek(block_, offset);
}

// --- Time
// -------------------------------------------------------------------------------------------

// Sole writer of the interrupt line.
void L2x0::on_update() {
  const Time now = from_sc_time(sc_core::sc_time_stamp());
  scheduled_ = kNever;
  block_.advance(now);
  driven_ = block_.interrupt();
  interrupt.write(driven_);
  schedule(now);
}

void L2x0::schedule(Time now) {
  Time next = block_.next_event();
  if (block_.interrupt() != driven_) next = std::min(next, now);
  if (next >= scheduled_) return;
  scheduled_ = next;
  const Time stamp = from_sc_time(sc_core::sc_time_stamp());
  update_.notify(to_sc_time(std::max(next, stamp) - stamp));
}

// --- The adversary
// ----------------------------------------------------------------------------------

bool L2x0::evict_early(std::uint64_t choice) {
  return block_.cache().evict_dirty(choice, from_sc_time(sc_core::sc_time_stamp()));
}

void L2x0::set_late_drain(bool late) {
  block_.buffer().set_late(late);
  schedule(from_sc_time(sc_core::sc_time_stamp()));
}

}  // namespace linefill
