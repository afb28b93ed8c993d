// SPDX-License-Identifier: Apache-2.0
#include "models/timer/mpcore_watchdog.hpp"

#include "models/timer/mpcore_timer_device.hpp"

namespace linefill {

namespace {

const RegisterModel<MpcoreTimerDevice<MpcoreWatchdog>> kModel{"arm,cortex-a9-twd-wdt",
                                                              "Cortex-A9 private watchdog"};

constexpr std::uint32_t kFirstKey = 0x1234'5678;
constexpr std::uint32_t kSecondKey = 0x8765'4321;

}  // namespace

const RegisterTable<MpcoreWatchdog>& MpcoreWatchdog::registers() {
  using enum Access;
  using R = Register<MpcoreWatchdog>;
  using W = MpcoreWatchdog;
  static constexpr R kRows[]{
      R{0x00, "Watchdog Load", kReadWrite, 0}.computed(&W::peek_load).on_write(&W::write_load),
      R{0x04, "Watchdog Counter", kReadWrite, 0}
          .computed(&W::peek_counter)
          .on_write(&W::write_counter),
      R{0x08, "Watchdog Control", kReadWrite, 0}
          .computed(&W::peek_control)
          .on_write(&W::write_control),
      R{0x0C, "Watchdog Interrupt Status", kReadWrite, 0}
          .stores(&W::status_, 0)
          .on_write(&W::write_status),
      R{0x10, "Watchdog Reset Status", kReadWrite, 0}
          .stores(&W::reset_status_, 0)
          .on_write(&W::write_reset_status),
      R{0x14, "Watchdog Disable", kWriteOnly}.on_write(&W::write_disable),
  };
  static constexpr RegisterTable<W> kTable{kRows};
  return kTable;
}

void MpcoreWatchdog::reset() {
  registers().reset(*this);
  counter_.reset();
  control_ = last_disable_ = 0;
}

void MpcoreWatchdog::advance(Time now) {
  if ((control_ & kEnable) == 0 || !counter_.advance(now, auto_reload())) return;
  std::uint32_t& flag = watching() ? reset_status_ : status_;
  if (flag == 0) ++expirations_;
  flag = 1;
}

Time MpcoreWatchdog::next_event() const {
  if ((control_ & kEnable) == 0) return kNever;
  const bool visible =
      watching() ? reset_status_ == 0 : (control_ & kInterrupt) != 0 && status_ == 0;

  return visible ? counter_.next_zero(auto_reload()) : kNever;
}

void MpcoreWatchdog::write_load(std::uint32_t value, const Context& context) {
  counter_.load = value;
  counter_.value = value;
  counter_.restart(context.now, control_);
}

// In watchdog mode the counter is refreshed by the load register only.
void MpcoreWatchdog::write_counter(std::uint32_t value, const Context& context) {
  if (watching()) return;
  counter_.value = value;
  counter_.restart(context.now, control_);
}

void MpcoreWatchdog::write_control(std::uint32_t value, const Context& context) {
  const bool restart = MpcoreClock::restarts(control_, value);
  control_ = (value & 0xFF0FU) | (control_ & kWatchdog);
  if (restart) counter_.restart(context.now, control_);
}

void MpcoreWatchdog::write_disable(std::uint32_t value, const Context&) {
  if (last_disable_ == kFirstKey && value == kSecondKey) control_ &= ~kWatchdog;
  last_disable_ = value;
}

}  // namespace linefill
