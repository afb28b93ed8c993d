// SPDX-License-Identifier: Apache-2.0
#include "models/timer/mpcore_private_timer.hpp"

#include "models/timer/mpcore_timer_device.hpp"

namespace linefill {

namespace {

const RegisterModel<MpcoreTimerDevice<MpcorePrivateTimer>> kModel{"arm,cortex-a9-twd-timer",
                                                                  "Cortex-A9 private timer"};

}  // namespace

void MpcoreDownCounter::reset() { load = value = 0; }

bool MpcoreDownCounter::advance(Time now, bool auto_reload) {
  std::uint64_t ticks = clock_.take(now);
  if (ticks == 0) return false;
  if (ticks < value) {
    value -= static_cast<std::uint32_t>(ticks);
    return false;
  }
  const bool counted_down = value != 0;
  ticks -= value;
  value = 0;
  if (!auto_reload) return counted_down;
  // From zero, one tick reloads and LOAD more count down.
  const std::uint64_t cycle = std::uint64_t{load} + 1;
  const auto within = static_cast<std::uint32_t>(ticks % cycle);
  if (within != 0) value = load + 1 - within;
  return counted_down || ticks >= cycle;
}

Time MpcoreDownCounter::next_zero(bool auto_reload) const {
  if (value != 0) return clock_.after(value);
  return auto_reload ? clock_.after(std::uint64_t{load} + 1) : kNever;
}

const RegisterTable<MpcorePrivateTimer>& MpcorePrivateTimer::registers() {
  using enum Access;
  using R = Register<MpcorePrivateTimer>;
  using T = MpcorePrivateTimer;
  static constexpr R kRows[]{
      R{0x00, "Private Timer Load", kReadWrite, 0}.computed(&T::peek_load).on_write(&T::write_load),
      R{0x04, "Private Timer Counter", kReadWrite, 0}
          .computed(&T::peek_counter)
          .on_write(&T::write_counter),
      R{0x08, "Private Timer Control", kReadWrite, 0}
          .computed(&T::peek_control)
          .on_write(&T::write_control),
      R{0x0C, "Private Timer Interrupt Status", kReadWrite, 0}
          .stores(&T::status_, 0)
          .on_write(&T::write_status),
  };
  static constexpr RegisterTable<T> kTable{kRows};
  return kTable;
}

void MpcorePrivateTimer::reset() {
  registers().reset(*this);
  counter_.reset();
  control_ = 0;
}

void MpcorePrivateTimer::advance(Time now) {
  if ((control_ & kEnable) == 0 || !counter_.advance(now, auto_reload())) return;
  if (status_ == 0) ++expirations_;
  status_ = 1;
}

// With the flag set nothing more can be seen to happen, however short the period.
Time MpcorePrivateTimer::next_event() const {
  const bool visible =
      (control_ & (kEnable | kInterrupt)) == (kEnable | kInterrupt) && status_ == 0;
  return visible ? counter_.next_zero(auto_reload()) : kNever;
}

void MpcorePrivateTimer::write_load(std::uint32_t value, const Context& context) {
  counter_.load = value;
  write_counter(value, context);
}

void MpcorePrivateTimer::write_counter(std::uint32_t value, const Context& context) {
  counter_.value = value;
  counter_.restart(context.now, control_);
}

void MpcorePrivateTimer::write_control(std::uint32_t value, const Context& context) {
  const bool restart = MpcoreClock::restarts(control_, value);
  control_ = value & 0xFF07U;
  if (restart) counter_.restart(context.now, control_);
}

}  // namespace linefill
