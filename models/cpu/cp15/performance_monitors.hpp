// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "models/cpu/memory_interface.hpp"

namespace linefill {

/// The performance monitors of a Cortex-A9 (ARM ARM C12): the cycle counter counts
/// `CoreClock::now`, the six event counters count only software increments. Cycles do not set an
/// overflow flag.
class PerformanceMonitors {
 public:
  static constexpr unsigned kCounters = 6;

  explicit PerformanceMonitors(const CoreClock& clock) : clock_{clock} {}

  void reset();

  std::uint32_t control() const { return kIdentification | control_; }  ///< PMCR
  void set_control(std::uint32_t value);
  std::uint32_t enabled() const { return enabled_; }  ///< PMCNTENSET, PMCNTENCLR
  void enable(std::uint32_t counters);
  void disable(std::uint32_t counters);
  std::uint32_t cycles() const;  ///< PMCCNTR
  void set_cycles(std::uint32_t value);
  void increment(std::uint32_t counters);                 ///< PMSWINC
  std::uint32_t overflows() const { return overflows_; }  ///< PMOVSR
  void clear_overflows(std::uint32_t counters) { overflows_ &= ~counters; }

  std::uint32_t interrupts() const {
    return interrupts_;
  }  ///< PMINTENSET, PMINTENCLR: kept, none is raised.
  void enable_interrupts(std::uint32_t counters) { interrupts_ |= counters & kImplemented; }
  void disable_interrupts(std::uint32_t counters) { interrupts_ &= ~counters; }

  std::uint32_t selected() const { return selected_; }  ///< PMSELR
  void select(std::uint32_t value) { selected_ = value & 0x1FU; }
  std::uint32_t event_type() const;  ///< PMXEVTYPER
  void set_event_type(std::uint32_t value);
  std::uint32_t event_count() const;  ///< PMXEVCNTR
  void set_event_count(std::uint32_t value);

 private:
  static constexpr std::uint32_t kIdentification = 0x4109'3000;  ///< Of the A9, six counters.
  static constexpr std::uint32_t kImplemented = 0x8000'003F;
  static constexpr std::uint32_t kCycleCounter = 1U << 31;

  bool counting() const { return (control_ & 1U) != 0 && (enabled_ & kCycleCounter) != 0; }
  unsigned divider() const { return (control_ & 8U) != 0 ? 64 : 1; }
  /// Moves what was counted since into `cycles_`: before anything changes how cycles are counted.
  void settle();

  const CoreClock& clock_;
  std::uint32_t control_ = 0;
  std::uint32_t enabled_ = 0;
  std::uint32_t overflows_ = 0;
  std::uint32_t interrupts_ = 0;
  std::uint32_t selected_ = 0;
  std::uint32_t cycles_ = 0;
  std::uint64_t since_ = 0;
  std::array<std::uint32_t, kCounters> types_{};
  std::array<std::uint32_t, kCounters> counts_{};
};

}  // namespace linefill
