// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/core/register_table.hpp"
#include "models/core/statistics.hpp"
#include "models/timer/mpcore_clock.hpp"

namespace linefill {

/// The global timer of a Cortex-A9 MPCore, TRM (DDI 0407) 4.4: a 64-bit counter and one processor's
/// comparator. Its interrupt is PPI 27. The event is counter >= comparator, as from r2p0 on.
class MpcoreGlobalTimer {
 public:
  static constexpr const char* kEvents = "comparator_events";

  MpcoreGlobalTimer(Time period, Counter& events) : clock_{period}, events_{events} { reset(); }

  static const RegisterTable<MpcoreGlobalTimer>& registers();
  void reset();

  void advance(Time now);
  Time next_event() const;  ///< When the interrupt would rise.
  bool interrupt() const { return status_ != 0 && (control_ & kInterrupt) != 0; }

 private:
  using Context = RegisterContext;
  static constexpr std::uint32_t kEnable = 1U << 0;
  static constexpr std::uint32_t kCompare = 1U << 1;
  static constexpr std::uint32_t kInterrupt = 1U << 2;
  static constexpr std::uint32_t kAutoIncrement = 1U << 3;

  std::uint32_t peek_counter_low() const { return static_cast<std::uint32_t>(counter_); }
  std::uint32_t peek_counter_high() const { return static_cast<std::uint32_t>(counter_ >> 32); }
  void write_counter_low(std::uint32_t value, const Context& context);
  void write_counter_high(std::uint32_t value, const Context& context);
  std::uint32_t peek_control() const { return control_; }
  void write_control(std::uint32_t value, const Context& context);

  void write_status(std::uint32_t value, const Context&);
  std::uint32_t peek_comparator_low() const { return static_cast<std::uint32_t>(comparator_); }
  std::uint32_t peek_comparator_high() const {
    return static_cast<std::uint32_t>(comparator_ >> 32);
  }
  void write_comparator_low(std::uint32_t value, const Context&);
  void write_comparator_high(std::uint32_t value, const Context&);

  /// Raises the event if the counter has come to the comparator.
  void compare();

  MpcoreClock clock_;
  Counter& events_;
  std::uint64_t counter_ = 0;
  std::uint64_t comparator_ = 0;
  std::uint32_t control_ = 0;
  std::uint32_t status_ = 0;
  std::uint32_t increment_ = 0;
};

}  // namespace linefill
