// SPDX-License-Identifier: Apache-2.0
#include "models/timer/mpcore_global_timer.hpp"

#include "models/timer/mpcore_timer_device.hpp"

namespace linefill {

namespace {

const RegisterModel<MpcoreTimerDevice<MpcoreGlobalTimer>> kModel{"arm,cortex-a9-global-timer",
                                                                 "Cortex-A9 global timer"};

constexpr std::uint64_t with_low(std::uint64_t word, std::uint32_t low) {
  return word >> 32 << 32 | low;
}
constexpr std::uint64_t with_high(std::uint64_t word, std::uint32_t high) {
  return (word & 0xFFFF'FFFF) | std::uint64_t{high} << 32;
}

}  // namespace

const RegisterTable<MpcoreGlobalTimer>& MpcoreGlobalTimer::registers() {
  using enum Access;
  using R = Register<MpcoreGlobalTimer>;
  using T = MpcoreGlobalTimer;
  static constexpr R kRows[]{
      R{0x00, "Global Timer Counter, low", kReadWrite, 0}
          .computed(&T::peek_counter_low)
          .on_write(&T::write_counter_low),
      R{0x04, "Global Timer Counter, high", kReadWrite, 0}
          .computed(&T::peek_counter_high)
          .on_write(&T::write_counter_high),
      R{0x08, "Global Timer Control", kReadWrite, 0}
          .computed(&T::peek_control)
          .on_write(&T::write_control),
      R{0x0C, "Global Timer Interrupt Status", kReadWrite, 0}
          .stores(&T::status_, 0)
          .on_write(&T::write_status),
      R{0x10, "Comparator Value, low", kReadWrite, 0}
          .computed(&T::peek_comparator_low)
          .on_write(&T::write_comparator_low),
      R{0x14, "Comparator Value, high", kReadWrite, 0}
          .computed(&T::peek_comparator_high)
          .on_write(&T::write_comparator_high),
      R{0x18, "Auto-increment", kReadWrite, 0}.stores(&T::increment_),
  };
  static constexpr RegisterTable<T> kTable{kRows};
  return kTable;
}

void MpcoreGlobalTimer::reset() {
  registers().reset(*this);
  counter_ = comparator_ = 0;
  control_ = 0;
}

void MpcoreGlobalTimer::advance(Time now) {
  if ((control_ & kEnable) == 0) return;
  counter_ += clock_.take(now);
  compare();
}

void MpcoreGlobalTimer::compare() {
  constexpr std::uint32_t kComparing = kEnable | kCompare;
  if ((control_ & kComparing) != kComparing || counter_ < comparator_) return;
  const bool increments = (control_ & kAutoIncrement) != 0 && increment_ != 0;
  if (increments) comparator_ += ((counter_ - comparator_) / increment_ + 1) * increment_;
  if (status_ == 0) ++events_;
  status_ = 1;
}

Time MpcoreGlobalTimer::next_event() const {
  constexpr std::uint32_t kVisible = kEnable | kCompare | kInterrupt;
  if ((control_ & kVisible) != kVisible || status_ != 0) return kNever;
  return clock_.after(comparator_ > counter_ ? comparator_ - counter_ : 0);
}

void MpcoreGlobalTimer::write_counter_low(std::uint32_t value, const Context& context) {
  counter_ = with_low(counter_, value);
  clock_.start(context.now, control_);
}

void MpcoreGlobalTimer::write_counter_high(std::uint32_t value, const Context& context) {
  counter_ = with_high(counter_, value);
  clock_.start(context.now, control_);
}

void MpcoreGlobalTimer::write_control(std::uint32_t value, const Context& context) {
  const bool restart = MpcoreClock::restarts(control_, value);
  control_ = value & 0xFF0FU;
  if (restart) clock_.start(context.now, control_);
  compare();
}

// A comparator that has been passed raises the event again at once, unless it increments.
void MpcoreGlobalTimer::write_status(std::uint32_t value, const Context&) {
  status_ &= ~value;
  compare();
}

void MpcoreGlobalTimer::write_comparator_low(std::uint32_t value, const Context&) {
  comparator_ = with_low(comparator_, value);
  compare();
}

void MpcoreGlobalTimer::write_comparator_high(std::uint32_t value, const Context&) {
  comparator_ = with_high(comparator_, value);
  compare();
}

}  // namespace linefill
