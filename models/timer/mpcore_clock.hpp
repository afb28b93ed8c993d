// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/core/time.hpp"

namespace linefill {

/// Ticks of PERIPHCLK divided by PRESCALER + 1, as the timers of a Cortex-A9 MPCore count them.
class MpcoreClock {
 public:
  /// `period` of PERIPHCLK, not 0.
  explicit MpcoreClock(Time period) : period_{period} {}

  /// Starts a tick at `now`, with a control register's prescaler (bits 15:8).
  void start(Time now, std::uint32_t control) {
    tick_ = period_ * static_cast<std::int64_t>((control >> 8 & 0xFFU) + 1);
    last_ = now;
  }
  /// Whether a written control register starts a new tick: timer enable or prescaler changes.
  static constexpr bool restarts(std::uint32_t old_control, std::uint32_t new_control) {
    return ((old_control ^ new_control) & 0xFF01U) != 0;
  }
  /// The ticks that were completed since the last call.
  std::uint64_t take(Time now) {
    if (now <= last_) return 0;
    const std::int64_t ticks = (now - last_) / tick_;
    last_ += tick_ * ticks;
    return static_cast<std::uint64_t>(ticks);
  }
  /// When `ticks` more will be complete; never, if that is after the end of time.
  Time after(std::uint64_t ticks) const {
    const auto possible = static_cast<std::uint64_t>((kNever - last_) / tick_);
    return ticks < possible ? last_ + tick_ * static_cast<std::int64_t>(ticks) : kNever;
  }

 private:
  Time period_;
  Time tick_ = period_;
  Time last_{0};
};

}  // namespace linefill
