// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/core/register_table.hpp"
#include "models/core/statistics.hpp"
#include "models/timer/mpcore_private_timer.hpp"

namespace linefill {

/// The private watchdog of a Cortex-A9 MPCore, TRM (DDI 0407) 4.2. In timer mode its interrupt is
/// PPI
/// 30. In watchdog mode reaching zero requests a reset, which the status register tells; only the
/// two words written to the disable register lead back to timer mode.
class MpcoreWatchdog {
 public:
  static constexpr const char* kEvents = "expirations";

  MpcoreWatchdog(Time period, Counter& expirations) : counter_{period}, expirations_{expirations} {
    reset();
  }

  static const RegisterTable<MpcoreWatchdog>& registers();
  void reset();

  void advance(Time now);
  Time next_event() const;  ///< When the interrupt would rise or a reset be requested.

  bool interrupt() const { return status_ != 0 && (control_ & kInterrupt) != 0; }
  bool reset_requested() const { return reset_status_ != 0; }

 private:
  using Context = RegisterContext;
  static constexpr std::uint32_t kEnable = 1U << 0;
  static constexpr std::uint32_t kAutoReload = 1U << 1;
  static constexpr std::uint32_t kInterrupt = 1U << 2;
  static constexpr std::uint32_t kWatchdog = 1U << 3;

  std::uint32_t peek_load() const { return counter_.load; }
  void write_load(std::uint32_t value, const Context& context);
  std::uint32_t peek_counter() const { return counter_.value; }
  void write_counter(std::uint32_t value, const Context& context);
  std::uint32_t peek_control() const { return control_; }
  void write_control(std::uint32_t value, const Context& context);
  void write_status(std::uint32_t value, const Context&) { status_ &= ~value; }
  void write_reset_status(std::uint32_t value, const Context&) { reset_status_ &= ~value; }
  void write_disable(std::uint32_t value, const Context&);

  bool watching() const { return (control_ & kWatchdog) != 0; }
  bool auto_reload() const { return (control_ & (kAutoReload | kWatchdog)) == kAutoReload; }

  MpcoreDownCounter counter_;
  Counter& expirations_;
  std::uint32_t control_ = 0;
  std::uint32_t status_ = 0;
  std::uint32_t reset_status_ = 0;
  std::uint32_t last_disable_ = 0;
};

}  // namespace linefill
