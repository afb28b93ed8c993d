// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/core/register_table.hpp"

namespace linefill {

/// ARM Watchdog Module, SP805 TRM (DDI 0270). Expires twice: first an interrupt, then a reset.
class Sp805Block {
 public:
  /// `period` of WDOGCLK; not 0.
  explicit Sp805Block(Time period) : period_{period} { reset(); }

  static const RegisterTable<Sp805Block>& registers();
  void reset();
  bool interrupt() const { return masked_status() != 0; }    ///< WDOGINT.
  bool reset_requested() const { return reset_requested_; }  ///< WDOGRES.
  Time next_event() const;
  void advance(Time now);

 private:
  void write_load(std::uint32_t value, const RegisterContext& context);
  void write_control(std::uint32_t value, const RegisterContext& context);
  void write_interrupt_clear(std::uint32_t value, const RegisterContext& context);
  void write_lock(std::uint32_t value, const RegisterContext& context);
  std::uint32_t load() const { return load_; }
  std::uint32_t value() const;
  std::uint32_t control() const { return control_; }
  std::uint32_t raw_status() const { return raw_ ? 1 : 0; }
  std::uint32_t masked_status() const;
  std::uint32_t lock() const { return locked_ ? 1 : 0; }
  bool counting() const;
  void restart(std::uint32_t count);

  Time period_;
  std::uint32_t load_ = 0;
  std::uint32_t control_ = 0;
  bool raw_ = false;
  bool locked_ = false;
  bool reset_requested_ = false;
  std::uint32_t count_ = 0;  ///< At `since_`.
  Time since_{0};
  Time now_{0};
};

}  // namespace linefill
