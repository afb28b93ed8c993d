// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/core/register_table.hpp"
#include "models/core/time.hpp"

namespace linefill {

/// One of the two counters of an SP804, SP804 TRM (DDI 0271) 3.2. Its time is the timer clock
/// enable.
class Sp804Timer {
 public:
  /// `period` of the clock that the prescaler divides; not 0.
  explicit Sp804Timer(Time period) : period_{period} { reset(); }

  static const RegisterTable<Sp804Timer>& registers();
  void reset();

  bool interrupt() const { return masked_status() != 0; }  ///< TIMINTx.
  std::uint64_t expirations() const { return expirations_; }
  /// When the interrupt rises next.
  Time next_event() const;
  /// Counts until `now`; a moment before the last one changes nothing.
  void advance(Time now);

 private:
  void write_load(std::uint32_t value, const RegisterContext& context);
  void write_control(std::uint32_t value, const RegisterContext& context);
  void write_interrupt_clear(std::uint32_t, const RegisterContext&) { raw_ = false; }
  std::uint32_t control() const { return control_; }
  std::uint32_t value() const;
  std::uint32_t raw_status() const { return raw_ ? 1 : 0; }
  std::uint32_t masked_status() const;

  bool counting() const;
  Time tick() const;
  std::uint64_t range() const;
  std::uint64_t reload() const;
  void expire(std::uint64_t ticks);

  Time period_;
  std::uint32_t load_ = 0;
  std::uint32_t control_ = 0;
  bool raw_ = false;
  bool halted_ = false;          ///< One-shot, and the shot is fired.
  std::uint64_t remaining_ = 0;  ///< Ticks from `since_` until the counter reaches zero.
  Time since_{0};
  Time now_{0};
  std::uint64_t expirations_ = 0;
};

}  // namespace linefill
