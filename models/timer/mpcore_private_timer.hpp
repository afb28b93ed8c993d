// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/core/register_table.hpp"
#include "models/core/statistics.hpp"
#include "models/timer/mpcore_clock.hpp"

namespace linefill {

/// The down counter that private timer and watchdog of a Cortex-A9 MPCore share: TRM (DDI
/// 0407) 4.1. It counts LOAD, LOAD - 1 ... 0, which is the event, and with auto-reload goes on from
/// LOAD.
class MpcoreDownCounter {
 public:
  explicit MpcoreDownCounter(Time period) : clock_{period} {}

  void reset();
  void restart(Time now, std::uint32_t control) { clock_.start(now, control); }
  /// Counts up to `now`. True: it has reached zero since.
  bool advance(Time now, bool auto_reload);
  /// When it next reaches zero.
  Time next_zero(bool auto_reload) const;

  std::uint32_t load = 0;
  std::uint32_t value = 0;

 private:
  MpcoreClock clock_;
};

/// The private timer, TRM 4.2. Its interrupt is PPI 29.
class MpcorePrivateTimer {
 public:
  static constexpr const char* kEvents = "expirations";

  MpcorePrivateTimer(Time period, Counter& expirations)
      : counter_{period}, expirations_{expirations} {
    reset();
  }

  static const RegisterTable<MpcorePrivateTimer>& registers();
  void reset();

  void advance(Time now);
  Time next_event() const;  ///< When the interrupt would rise.
  bool interrupt() const { return status_ != 0 && (control_ & kInterrupt) != 0; }

 private:
  using Context = RegisterContext;
  static constexpr std::uint32_t kEnable = 1U << 0;
  static constexpr std::uint32_t kAutoReload = 1U << 1;
  static constexpr std::uint32_t kInterrupt = 1U << 2;

  std::uint32_t peek_load() const { return counter_.load; }
  void write_load(std::uint32_t value, const Context& context);
  std::uint32_t peek_counter() const { return counter_.value; }
  void write_counter(std::uint32_t value, const Context& context);
  std::uint32_t peek_control() const { return control_; }
  void write_control(std::uint32_t value, const Context& context);
  void write_status(std::uint32_t value, const Context&) { status_ &= ~value; }

  bool auto_reload() const { return (control_ & kAutoReload) != 0; }

  MpcoreDownCounter counter_;
  Counter& expirations_;
  std::uint32_t control_ = 0;
  std::uint32_t status_ = 0;
};

}  // namespace linefill
