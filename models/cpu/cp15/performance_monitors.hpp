// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "models/cpu/memory_interface.hpp"

namespace linefill {

/// Event numbers of a Cortex-A9 (TRM DDI 0388, table 11-5; ARM ARM C12.8) that are counted here.
enum class PerformanceEvent : std::uint8_t {
  kSoftwareIncrement = 0x00,
  kInstructionRefill = 0x01,
  kInstructionTlbRefill = 0x02,
  kDataRefill = 0x03,
  kDataAccess = 0x04,
  kDataTlbRefill = 0x05,
  kDataRead = 0x06,
  kDataWrite = 0x07,
  kExceptionTaken = 0x09,
  kExceptionReturn = 0x0A,
  kContextWrite = 0x0B,
  kPcChange = 0x0C,
  kCycles = 0x11,
  kStrexPassed = 0x63,
  kStrexFailed = 0x64,
  kDataEviction = 0x65,
  kInstructions = 0x68,
  kIsb = 0x90,
  kDsb = 0x91,
  kDmb = 0x92,
  kExternalInterrupts = 0x93,
};

/// The performance monitors of a Cortex-A9 (ARM ARM C12, PMUv1): a cycle counter, which counts
/// `CoreClock::now`, and six event counters. Nothing is counted as it happens: a counter is the
/// difference between an event's total now and when counting began.
class PerformanceMonitors {
 public:
  static constexpr unsigned kCounters = 6;
  /// How often an event has happened since reset; 0 for one that is not known.
  using EventTotal = std::function<std::uint64_t(PerformanceEvent)>;

  explicit PerformanceMonitors(const CoreClock& clock) : clock_{clock} {}
  void set_event_total(EventTotal total) { total_ = std::move(total); }

  void reset();

  std::uint32_t control() const { return kIdentification | control_; }  ///< PMCR
  void set_control(std::uint32_t value);
  std::uint32_t enabled() const { return enabled_; }  ///< PMCNTENSET, PMCNTENCLR
  void enable(std::uint32_t counters);
  void disable(std::uint32_t counters);
  std::uint32_t cycles() const {
    return static_cast<std::uint32_t>(value(kCycleCounter));
  }  ///< PMCCNTR
  void set_cycles(std::uint32_t value);
  void increment(std::uint32_t counters);  ///< PMSWINC
  std::uint32_t overflows() const;         ///< PMOVSR
  void clear_overflows(std::uint32_t counters);

  std::uint32_t interrupts() const { return interrupts_; }  ///< PMINTENSET, PMINTENCLR
  void enable_interrupts(std::uint32_t counters) { interrupts_ |= counters & kImplemented; }
  void disable_interrupts(std::uint32_t counters) { interrupts_ &= ~counters; }
  /// The level of PMUIRQ.
  bool interrupt() const { return (control_ & 1U) != 0 && (overflows() & interrupts_) != 0; }
  /// Whether `interrupt` has to be looked at as time goes by.
  bool may_interrupt() const { return (control_ & 1U) != 0 && interrupts_ != 0; }

  std::uint32_t selected() const { return selected_; }  ///< PMSELR
  void select(std::uint32_t value) { selected_ = value & 0x1FU; }
  std::uint32_t event_type() const;  ///< PMXEVTYPER: UNPREDICTABLE selections read as zero.
  void set_event_type(std::uint32_t value);
  std::uint32_t event_count() const;  ///< PMXEVCNTR
  void set_event_count(std::uint32_t value);

 private:
  static constexpr std::uint32_t kIdentification = 0x4109'3000;  ///< Of the A9, six counters.
  static constexpr std::uint32_t kImplemented = 0x8000'003F;
  static constexpr unsigned kCycleCounter = kCounters;  ///< Its place in `counters_`.

  struct CounterState {
    std::uint8_t type = 0;
    std::uint32_t value = 0;
    std::uint64_t since = 0;  ///< The event's total that `value` belongs to.
  };

  static std::uint32_t bit_of(unsigned counter) {
    return counter == kCycleCounter ? 1U << 31 : 1U << counter;
  }
  bool counting(unsigned counter) const {
    return (control_ & 1U) != 0 && (enabled_ & bit_of(counter)) != 0;
  }
  std::uint64_t total(unsigned counter) const;
  /// The counter's value now; above 32 bits if it has overflowed since it was settled.
  std::uint64_t value(unsigned counter) const;
  /// Moves what was counted since into the counters: before anything changes how they count.
  void settle();

  const CoreClock& clock_;
  EventTotal total_;
  std::uint32_t control_ = 0;
  std::uint32_t enabled_ = 0;
  std::uint32_t overflows_ = 0;
  std::uint32_t interrupts_ = 0;
  std::uint32_t selected_ = 0;
  std::array<CounterState, kCounters + 1> counters_{};
};

}  // namespace linefill
