// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/core/register_table.hpp"

namespace linefill {

/// ARM PrimeCell Real Time Clock, PL031 TRM (DDI 0224). Counts seconds from a date that is always
/// the same: two runs are alike.
class Pl031Block {
 public:
  static constexpr std::uint32_t kStartDate = 1'767'225'600;  ///< 2026-01-01 00:00:00 UTC.

  Pl031Block() { reset(); }

  static const RegisterTable<Pl031Block>& registers();
  void reset();
  bool interrupt() const { return masked_status() != 0; }  ///< RTCINTR.
  Time next_event() const;
  void advance(Time now);

 private:
  void write_match(std::uint32_t value, const RegisterContext& context);
  void write_load(std::uint32_t value, const RegisterContext& context);
  /// Enabled for good (TRM 3.3.4): a write has no effect.
  void write_control(std::uint32_t, const RegisterContext&) {}
  std::uint32_t enabled() const { return 1; }
  void write_interrupt_clear(std::uint32_t value, const RegisterContext&) { raw_ &= ~(value & 1); }
  std::uint32_t data() const;
  std::uint32_t raw_status() const { return raw_; }
  std::uint32_t masked_status() const { return raw_ & mask_; }
  void find_match();

  std::uint32_t match_ = 0;
  std::uint32_t load_ = 0;
  std::uint32_t mask_ = 0;
  std::uint32_t raw_ = 0;
  Time loaded_at_{0};  ///< When the counter was `load_`.
  Time match_at_{kNever};
  Time now_{0};
};

}  // namespace linefill
