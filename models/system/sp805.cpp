// SPDX-License-Identifier: Apache-2.0
#include "models/system/sp805.hpp"

#include "models/core/model_registry.hpp"
#include "models/core/sc_time.hpp"
#include "models/core/update_event.hpp"

namespace linefill {

namespace {

const RegisterModel<Sp805> kModel{"arm,sp805", "SP805 watchdog"};
constexpr std::uint64_t kDefaultHz = 32'768;

}  // namespace

Sp805::Sp805(const sc_core::sc_module_name& name, const DeviceNode& node)
    : Device{name, node}, block_{period_of(node.clock_hz("wdog_clk", kDefaultHz))} {
  SC_HAS_PROCESS(Sp805);
  SC_METHOD(on_update);
  sensitive << update_;
}

void Sp805::reset() {
  block_.reset();
  reset_told_ = false;
  update_.notify(sc_core::SC_ZERO_TIME);
}

BusResponse Sp805::access(DeviceAccess& access) {
  block_.advance(access.context.now);
  const BusResponse response =
      access_registers(Sp805Block::registers(), block_, access.offset, access);
  schedule(access.context.now);
  return response;
}

void Sp805::schedule(Time now) {
  const bool changed = block_.interrupt() != interrupt_ || block_.reset_requested() != reset_told_;
  const Time next = changed ? now : block_.next_event();
  notify_at(update_, next, now);
}

void Sp805::on_update() {
  const Time now = from_sc_time(sc_core::sc_time_stamp());
  block_.advance(now);
  interrupt_ = block_.interrupt();
  wdogint = interrupt_;
  if (block_.reset_requested() && !reset_told_) {
    reset_told_ = true;
    log_.warning("the watchdog expired twice");
    if (power_handler_) power_handler_(PowerEvent::kReboot);
  }
  schedule(now);
}

}  // namespace linefill
