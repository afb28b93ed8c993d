// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/cp15/performance_monitors.hpp"

namespace linefill {

namespace {

constexpr std::uint32_t kEventReset = 1U << 1;
constexpr std::uint32_t kCycleReset = 1U << 2;
constexpr std::uint32_t kDivide = 1U << 3;
constexpr std::uint32_t kStoredControl = 0x39;  // E, D, X, DP.
constexpr unsigned kCyclesPerCount = 64;        // With PMCR.D.

}  // namespace

void PerformanceMonitors::reset() {
  control_ = enabled_ = overflows_ = interrupts_ = selected_ = 0;
  counters_ = {};
  settle();
}

std::uint64_t PerformanceMonitors::total(unsigned counter) const {
  if (counter == kCycleCounter)
    return clock_.now / ((control_ & kDivide) != 0 ? kCyclesPerCount : 1);
  const auto event = static_cast<PerformanceEvent>(counters_[counter].type);
  if (event == PerformanceEvent::kCycles) return clock_.now;
  return total_ ? total_(event) : 0;
}

std::uint64_t PerformanceMonitors::value(unsigned counter) const {
  const CounterState& state = counters_[counter];
  return counting(counter) ? state.value + (total(counter) - state.since) : state.value;
}

std::uint32_t PerformanceMonitors::overflows() const {
  std::uint32_t flags = overflows_;
  for (unsigned i = 0; i <= kCycleCounter; ++i) {
    if (value(i) >> 32 != 0) flags |= bit_of(i);
  }
  return flags;
}

void PerformanceMonitors::settle() {
  overflows_ = overflows();
  for (unsigned i = 0; i <= kCycleCounter; ++i) {
    counters_[i].value = static_cast<std::uint32_t>(value(i));
    counters_[i].since = total(i);
  }
}

void PerformanceMonitors::set_control(std::uint32_t value) {
  settle();
  control_ = value & kStoredControl;
  for (unsigned i = 0; i <= kCycleCounter; ++i) {
    counters_[i].since = total(i);  // PMCR.D may have changed.
    if ((value & (i == kCycleCounter ? kCycleReset : kEventReset)) != 0) counters_[i].value = 0;
  }
}

void PerformanceMonitors::enable(std::uint32_t counters) {
  settle();
  enabled_ |= counters & kImplemented;
}

void PerformanceMonitors::disable(std::uint32_t counters) {
  settle();
  enabled_ &= ~counters;
}

void PerformanceMonitors::clear_overflows(std::uint32_t counters) {
  settle();
  overflows_ &= ~counters;
}

void PerformanceMonitors::set_cycles(std::uint32_t value) {
  settle();
  counters_[kCycleCounter].value = value;
}

void PerformanceMonitors::increment(std::uint32_t counters) {
  settle();
  for (unsigned i = 0; i < kCounters; ++i) {
    const bool software =
        counters_[i].type == static_cast<std::uint8_t>(PerformanceEvent::kSoftwareIncrement);
    if ((counters & bit_of(i)) == 0 || !counting(i) || !software) continue;
    if (++counters_[i].value == 0) overflows_ |= bit_of(i);
  }
}

std::uint32_t PerformanceMonitors::event_type() const {
  return selected_ < kCounters ? counters_[selected_].type : 0;
}

void PerformanceMonitors::set_event_type(std::uint32_t value) {
  if (selected_ >= kCounters) return;
  settle();
  counters_[selected_].type = static_cast<std::uint8_t>(value);
  counters_[selected_].since = total(selected_);
}

std::uint32_t PerformanceMonitors::event_count() const {
  return selected_ < kCounters ? static_cast<std::uint32_t>(value(selected_)) : 0;
}

void PerformanceMonitors::set_event_count(std::uint32_t value) {
  if (selected_ >= kCounters) return;
  settle();
  counters_[selected_].value = value;
}

}  // namespace linefill
