// SPDX-License-Identifier: Apache-2.0
#include "models/cache/l2x0.hpp"

#include <algorithm>

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
    : OuterCache{name, node}, block_{*this, l2x0_options(node), statistics_} {
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

BusResponse L2x0::pass(bool write, const L2Request& request, Time& now) {
  return write ? block_.write(request, now) : block_.read(request, now);
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
  const Time now = from_sc_time(sc_core::sc_time_stamp());
  const bool found = block_.cache().evict_dirty(choice, now);
  schedule(now);
  return found;
}

void L2x0::set_late_drain(bool late) {
  block_.buffer().set_late(late);
  block_.evictions().set_late(late);
  schedule(from_sc_time(sc_core::sc_time_stamp()));
}

}  // namespace linefill
