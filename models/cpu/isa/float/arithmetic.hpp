// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/cpu/isa/float/float_environment.hpp"

/// Floating-point arithmetic on bit patterns as the ARM Architecture Reference Manual defines it
/// (DDI 0406C, A2.7), exactly: every rounding mode, flush to zero, default NaN, NaN propagation,
/// exceptions. See float.md.
///
/// `Bits` is std::uint32_t (single precision) or std::uint64_t (double); halves are std::uint16_t.
namespace linefill::floating {

template <class Bits>
Bits add(Bits a, Bits b, FloatEnvironment& env);
template <class Bits>
Bits subtract(Bits a, Bits b, FloatEnvironment& env);
template <class Bits>
Bits multiply(Bits a, Bits b, FloatEnvironment& env);
template <class Bits>
Bits divide(Bits a, Bits b, FloatEnvironment& env);
template <class Bits>
Bits square_root(Bits a, FloatEnvironment& env);
/// FPMax, FPMin: of +0 and -0, the maximum is +0 and the minimum is -0; a NaN propagates.
template <class Bits>
Bits maximum(Bits a, Bits b, FloatEnvironment& env);
template <class Bits>
Bits minimum(Bits a, Bits b, FloatEnvironment& env);

/// FPNeg, FPAbs: the sign only, of NaNs too; no exceptions.
template <class Bits>
constexpr Bits negate(Bits a) {
  return a ^ Bits { 1 } << (8 * sizeof(Bits) - 1);
}
template <class Bits>
constexpr Bits absolute(Bits a) {
  return a & ~(Bits{1} << (8 * sizeof(Bits) - 1));
}

enum class Order : std::uint8_t { kLess, kEqual, kGreater, kUnordered };
/// `signalling`: quiet NaNs, too, raise Invalid Operation (VCMPE; FPCompareGE, FPCompareGT).
template <class Bits>
Order compare(Bits a, Bits b, bool signalling, FloatEnvironment& env);

std::uint64_t single_to_double(std::uint32_t a, FloatEnvironment& env);
std::uint32_t double_to_single(std::uint64_t a, FloatEnvironment& env);
/// Half precision by FPSCR.AHP. Subnormal halves are never flushed.
std::uint16_t single_to_half(std::uint32_t a, FloatEnvironment& env);
std::uint32_t half_to_single(std::uint16_t a, FloatEnvironment& env);

/// FPToFixed: `a` times 2^fraction_bits as an integer of `width` bits (16 or 32), saturated;
/// signed results are sign-extended to 32 bits.
template <class Bits>
std::uint32_t to_fixed(Bits a, unsigned fraction_bits, unsigned width, bool is_signed,
                       Rounding rounding, FloatEnvironment& env);
/// FixedToFP: the low `width` bits of `operand` as an integer, times 2^-fraction_bits.
template <class Bits>
Bits from_fixed(std::uint32_t operand, unsigned fraction_bits, unsigned width, bool is_signed,
                Rounding rounding, FloatEnvironment& env);

}  // namespace linefill::floating
