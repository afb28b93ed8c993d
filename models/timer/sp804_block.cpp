// SPDX-License-Identifier: Apache-2.0
#include "models/timer/sp804_block.hpp"

#include <algorithm>

namespace linefill {

namespace {

// TimerXControl, SP804 TRM 3.2.3.
constexpr std::uint32_t kOneShot = 1U << 0;
constexpr std::uint32_t kSize32 = 1U << 1;
constexpr unsigned kPrescaleShift = 2;
constexpr std::uint32_t kInterruptEnable = 1U << 5;
constexpr std::uint32_t kPeriodic = 1U << 6;
constexpr std::uint32_t kEnable = 1U << 7;
constexpr std::uint32_t kControlReset = kInterruptEnable;
constexpr std::uint32_t kControlMask = 0xEF;

constexpr std::uint64_t kRange32 = std::uint64_t{1} << 32;
constexpr std::uint64_t kRange16 = std::uint64_t{1} << 16;

}  // namespace

// SP804 TRM, table 3-1. TimerXBGLoad is a second name of the reload value, which does not restart.
const RegisterTable<Sp804Timer>& Sp804Timer::registers() {
  using enum Access;
  using R = Register<Sp804Timer>;
  using T = Sp804Timer;
  static constexpr R kRows[]{
      R{0x00, "TimerXLoad", kReadWrite, 0}.stores(&T::load_).on_write(&T::write_load),
      R{0x04, "TimerXValue", kReadOnly, 0xFFFF'FFFF}.computed(&T::value),
      R{0x08, "TimerXControl", kReadWrite, kControlReset}
          .computed(&T::control)
          .on_write(&T::write_control),
      R{0x0C, "TimerXIntClr", kWriteOnly}.on_write(&T::write_interrupt_clear),
      R{0x10, "TimerXRIS", kReadOnly, 0}.computed(&T::raw_status),
      R{0x14, "TimerXMIS", kReadOnly, 0}.computed(&T::masked_status),
      R{0x18, "TimerXBGLoad", kReadWrite, 0}.stores(&T::load_),
  };
  static constexpr RegisterTable<T> kTable{kRows};
  return kTable;
}

void Sp804Timer::reset() {
  load_ = 0;
  control_ = kControlReset;
  raw_ = false;
  halted_ = false;
  remaining_ = kRange32 - 1;
  since_ = now_;
}

bool Sp804Timer::counting() const { return (control_ & kEnable) != 0 && !halted_; }

Time Sp804Timer::tick() const {
  constexpr int kDividers[]{1, 16, 256, 256};  // The last code is undefined.
  return period_ * kDividers[control_ >> kPrescaleShift & 3];
}

std::uint64_t Sp804Timer::range() const { return (control_ & kSize32) != 0 ? kRange32 : kRange16; }

/// Ticks between two expirations. A counter that is reloaded with zero expires at each tick.
std::uint64_t Sp804Timer::reload() const {
  if ((control_ & kPeriodic) == 0) return range();
  const std::uint64_t load = load_ % range();
  return load == 0 ? 1 : load;
}

std::uint32_t Sp804Timer::value() const {
  if (halted_) return 0;
  const auto ticks = counting() ? static_cast<std::uint64_t>((now_ - since_) / tick()) : 0;
  const std::uint64_t left = remaining_ - ticks;
  return left == range() ? 0 : static_cast<std::uint32_t>(left);
}

std::uint32_t Sp804Timer::masked_status() const {
  return raw_ && (control_ & kInterruptEnable) != 0 ? 1 : 0;
}

Time Sp804Timer::next_event() const {
  if (!counting() || raw_ || (control_ & kInterruptEnable) == 0) return kNever;
  if (remaining_ > static_cast<std::uint64_t>((kNever - since_) / tick())) return kNever;
  return since_ + tick() * static_cast<std::int64_t>(remaining_);
}

void Sp804Timer::advance(Time now) {
  now_ = std::max(now_, now);
  if (!counting()) return;
  const auto ticks = static_cast<std::uint64_t>((now_ - since_) / tick());
  if (ticks >= remaining_) expire(ticks);
}

void Sp804Timer::expire(std::uint64_t ticks) {
  raw_ = true;
  ++expirations_;
  if ((control_ & kOneShot) != 0) {
    halted_ = true;
    return;
  }
  const std::uint64_t again = (ticks - remaining_) / reload();
  expirations_ += again;
  since_ += tick() * static_cast<std::int64_t>(remaining_ + again * reload());
  remaining_ = reload();
}

void Sp804Timer::write_load(std::uint32_t value, const RegisterContext& context) {
  halted_ = false;
  remaining_ = value % range();
  since_ = now_;
  advance(context.now);
}

/// The prescaler starts anew.
void Sp804Timer::write_control(std::uint32_t value, const RegisterContext& context) {
  if (!halted_) remaining_ = this->value();
  since_ = now_;
  control_ = value & kControlMask;
  // A counter at zero that is let go wraps; it does not expire again.
  remaining_ %= range();
  if (remaining_ == 0 && !halted_) remaining_ = (control_ & kOneShot) != 0 ? 0 : reload();
  advance(context.now);
}

}  // namespace linefill
