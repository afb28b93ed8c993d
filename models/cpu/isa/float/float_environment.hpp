// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/cpu/isa/extension_registers.hpp"

namespace linefill::floating {

/// FPSCR.RMode.
enum class Rounding : std::uint8_t { kNearest, kUp, kDown, kZero };

/// What floating-point arithmetic depends on, and what it leaves behind: FPSCR's control bits, and
/// its cumulative exception bits. Made for one instruction; the caller ORs `flags` into FPSCR.
struct FloatEnvironment {
  std::uint32_t control = 0;  ///< FPSCR: AHP, DN, FZ, RMode; the other bits do not matter...
  std::uint32_t flags = 0;    ///< ... but bits that are already set there may be set here: faster.

  /// As VFP instructions compute.
  static FloatEnvironment of(std::uint32_t fpscr) { return {fpscr, fpscr & fpscr::kCumulative}; }
  /// "Standard FPSCR value": as Advanced SIMD instructions compute, whatever FPSCR says (B4.1.58
  /// note, A2.7.8): flush to zero, default NaN, round to nearest.
  static FloatEnvironment standard(std::uint32_t fpscr) {
    return {(fpscr & fpscr::kAhp) | fpscr::kDn | fpscr::kFz, fpscr & fpscr::kCumulative};
  }

  Rounding rounding() const { return static_cast<Rounding>(control >> fpscr::kRoundingShift & 3); }
  void set_rounding(Rounding mode) {
    control = (control & ~fpscr::kRounding) | static_cast<std::uint32_t>(mode)
                                                  << fpscr::kRoundingShift;
  }
  bool flush_to_zero() const { return (control & fpscr::kFz) != 0; }
  bool default_nan() const { return (control & fpscr::kDn) != 0; }
  bool alternative_half() const { return (control & fpscr::kAhp) != 0; }
  void raise(std::uint32_t exceptions) { flags |= exceptions; }
};

}  // namespace linefill::floating
