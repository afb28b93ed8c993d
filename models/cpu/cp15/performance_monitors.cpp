// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/cp15/performance_monitors.hpp"

namespace linefill {

namespace {

constexpr std::uint32_t kEventReset = 1U << 1;
constexpr std::uint32_t kCycleReset = 1U << 2;
constexpr std::uint32_t kStoredControl = 0x39;  // E, D, X, DP.
constexpr std::uint32_t kSelectCycles = 31;

}  // namespace

void PerformanceMonitors::reset() {
  control_ = enabled_ = overflows_ = interrupts_ = selected_ = cycles_ = 0;
  since_ = clock_.now;
  types_ = {};
  counts_ = {};
}

void PerformanceMonitors::settle() {
  cycles_ = cycles();
  since_ = clock_.now;
}

std::uint32_t PerformanceMonitors::cycles() const {
  if (!counting()) return cycles_;
  return cycles_ + static_cast<std::uint32_t>((clock_.now - since_) / divider());
}

void PerformanceMonitors::set_control(std::uint32_t value) {
  settle();
  control_ = value & kStoredControl;
  if ((value & kEventReset) != 0) counts_ = {};
  if ((value & kCycleReset) != 0) cycles_ = 0;
}

void PerformanceMonitors::enable(std::uint32_t counters) {
  settle();
  enabled_ |= counters & kImplemented;
}

void PerformanceMonitors::disable(std::uint32_t counters) {
  settle();
  enabled_ &= ~counters;
}

void PerformanceMonitors::set_cycles(std::uint32_t value) {
  settle();
  cycles_ = value;
}

void PerformanceMonitors::increment(std::uint32_t counters) {
  if ((control_ & 1U) == 0) return;
  for (unsigned i = 0; i < kCounters; ++i) {
    if ((counters & enabled_ & 1U << i) == 0 || types_[i] != 0) continue;
    if (++counts_[i] == 0) overflows_ |= 1U << i;
  }
}

std::uint32_t PerformanceMonitors::event_type() const {
  return selected_ < kCounters ? types_[selected_] : 0;
}

void PerformanceMonitors::set_event_type(std::uint32_t value) {
  if (selected_ < kCounters) types_[selected_] = value & 0xFFU;
}

std::uint32_t PerformanceMonitors::event_count() const {
  if (selected_ == kSelectCycles) return cycles();
  return selected_ < kCounters ? counts_[selected_] : 0;
}

void PerformanceMonitors::set_event_count(std::uint32_t value) {
  if (selected_ == kSelectCycles) set_cycles(value);
  if (selected_ < kCounters) counts_[selected_] = value;
}

}  // namespace linefill
