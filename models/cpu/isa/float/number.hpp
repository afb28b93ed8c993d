// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>

#include "models/cpu/isa/float/float_environment.hpp"

/// A floating-point number taken apart, and put together again with rounding: the integer
/// arithmetic behind arithmetic.hpp.
namespace linefill::floating {

/// The binary interchange formats: half, single, double.
template <class Bits>
struct Format;
template <unsigned kExponent, unsigned kFraction, class Word>
struct FormatOf {
  static constexpr unsigned kExponentBits = kExponent;
  static constexpr unsigned kFractionBits = kFraction;
  static constexpr int kExponentMask = (1 << kExponent) - 1;
  static constexpr int kBias = kExponentMask / 2;
  static constexpr int kMinimumExponent = 1 - kBias;
  static constexpr Word kSign = static_cast<Word>(Word{1} << (kExponent + kFraction));
  static constexpr Word kFractionMask = static_cast<Word>((Word{1} << kFraction) - 1);
  static constexpr Word kInfinity =
      static_cast<Word>(static_cast<Word>(kExponentMask) << kFraction);
  static constexpr Word kQuiet = static_cast<Word>(Word{1} << (kFraction - 1));
  static constexpr Word kDefaultNan = kInfinity | kQuiet;
};
template <>
struct Format<std::uint16_t> : FormatOf<5, 10, std::uint16_t> {};
template <>
struct Format<std::uint32_t> : FormatOf<8, 23, std::uint32_t> {};
template <>
struct Format<std::uint64_t> : FormatOf<11, 52, std::uint64_t> {};

template <class Bits>
constexpr Bits magnitude(Bits a) {
  return static_cast<Bits>(a & ~Format<Bits>::kSign);
}
template <class Bits>
constexpr bool is_negative(Bits a) {
  return (a & Format<Bits>::kSign) != 0;
}
template <class Bits>
constexpr bool is_nan(Bits a) {
  return magnitude(a) > Format<Bits>::kInfinity;
}
template <class Bits>
constexpr bool is_infinity(Bits a) {
  return magnitude(a) == Format<Bits>::kInfinity;
}
template <class Bits>
constexpr bool is_signalling(Bits a) {
  return is_nan(a) && (a & Format<Bits>::kQuiet) == 0;
}
template <class Bits>
constexpr bool is_subnormal(Bits a) {
  return magnitude(a) != 0 && (a & Format<Bits>::kInfinity) == 0;
}
template <class Bits>
constexpr Bits signed_value(bool negative, Bits value) {
  return static_cast<Bits>(negative ? value | Format<Bits>::kSign : value);
}

/// FPUnpack's flushing: a subnormal operand becomes a zero of its sign. Not for halves.
template <class Bits>
Bits flush_input(Bits a, FloatEnvironment& env) {
  if (!is_subnormal(a) || !env.flush_to_zero()) return a;
  env.raise(fpscr::kIdc);
  return static_cast<Bits>(a & Format<Bits>::kSign);
}

/// FPProcessNaN: what comes of NaN `a`.
template <class Bits>
Bits process_nan(Bits a, FloatEnvironment& env) {
  if (is_signalling(a)) env.raise(fpscr::kIoc);
  if (env.default_nan()) return Format<Bits>::kDefaultNan;
  return static_cast<Bits>(a | Format<Bits>::kQuiet);
}

/// FPProcessNaNs: at least one is a NaN. Signalling ones go first, then the first operand.
template <class Bits>
Bits process_nans(Bits a, Bits b, FloatEnvironment& env) {
  if (is_signalling(a)) return process_nan(a, env);
  if (is_signalling(b)) return process_nan(b, env);
  return process_nan(is_nan(a) ? a : b, env);
}

/// An operation that has no result.
template <class Bits>
Bits invalid(FloatEnvironment& env) {
  env.raise(fpscr::kIoc);
  return Format<Bits>::kDefaultNan;
}

/// (-1)^negative * significand * 2^(exponent - kTop), with bit kTop the highest set one.
struct Number {
  static constexpr unsigned kTop = 62;

  bool negative = false;
  int exponent = 0;
  std::uint64_t significand = 0;

  /// `value` * 2^(exponent_of_bit_zero); `value` is not 0.
  static Number normalized(bool negative, int exponent_of_bit_zero, std::uint64_t value);
};

/// `value` / 2^shift; the lowest bit is set also if any bit that is lost was.
constexpr std::uint64_t shift_right_sticky(std::uint64_t value, unsigned shift) {
  if (shift == 0) return value;
  if (shift > 63) return value != 0 ? 1 : 0;
  return value >> shift | ((value & ((std::uint64_t{1} << shift) - 1)) != 0 ? 1 : 0);
}

inline Number Number::normalized(bool negative, int exponent_of_bit_zero, std::uint64_t value) {
  const int top = 63 - std::countl_zero(value);
  const int left = static_cast<int>(kTop) - top;
  value = left >= 0 ? value << left : shift_right_sticky(value, static_cast<unsigned>(-left));
  return {negative, exponent_of_bit_zero + top, value};
}

/// A finite operand other than 0.
template <class Bits>
Number unpack(Bits a) {
  using F = Format<Bits>;
  const int biased = static_cast<int>(magnitude(a) >> F::kFractionBits);
  const std::uint64_t fraction = a & F::kFractionMask;
  constexpr int kUnit = static_cast<int>(F::kFractionBits);
  if (biased == 0) return Number::normalized(is_negative(a), F::kMinimumExponent - kUnit, fraction);
  const std::uint64_t whole = fraction | std::uint64_t{1} << F::kFractionBits;
  return {is_negative(a), biased - F::kBias, whole << (Number::kTop - F::kFractionBits)};
}

/// Whether a magnitude whose last place is odd (`odd`), and of which `rest` (at most `half` times
/// 2) is to be cut off, becomes one larger.
constexpr bool rounds_up(Rounding mode, bool negative, bool odd, std::uint64_t rest,
                         std::uint64_t half) {
  switch (mode) {
    case Rounding::kNearest:
      return rest > half || (rest == half && odd);
    case Rounding::kUp:
      return rest != 0 && !negative;
    case Rounding::kDown:
      return rest != 0 && negative;
    case Rounding::kZero:
      break;
  }
  return false;
}

/// What a result too large for its format becomes.
template <class Bits>
Bits overflow(bool negative, FloatEnvironment& env) {
  using F = Format<Bits>;
  env.raise(fpscr::kOfc | fpscr::kIxc);
  const Rounding mode = env.rounding();
  const bool to_infinity =
      mode == Rounding::kNearest || mode == (negative ? Rounding::kDown : Rounding::kUp);
  return signed_value(negative, static_cast<Bits>(to_infinity ? F::kInfinity : F::kInfinity - 1));
}

/// FPRound (DDI 0406C, A2.7.7): `n`, whose lowest bit may stand for more below it, in the format of
/// Bits. Whether it is tiny is told before rounding.
template <class Bits>
Bits round(const Number& n, FloatEnvironment& env) {
  using F = Format<Bits>;
  constexpr unsigned kShift = Number::kTop - F::kFractionBits;
  constexpr std::uint64_t kHalf = std::uint64_t{1} << (kShift - 1);
  constexpr bool kHalfPrecision = sizeof(Bits) == 2;
  const bool tiny = n.exponent < F::kMinimumExponent;
  if (tiny && env.flush_to_zero() && !kHalfPrecision) {
    env.raise(fpscr::kUfc);
    return signed_value(n.negative, Bits{0});
  }
  const auto excess = static_cast<unsigned>(tiny ? F::kMinimumExponent - n.exponent : 0);
  const std::uint64_t significand = shift_right_sticky(n.significand, excess);
  const std::uint64_t rest = significand & (2 * kHalf - 1);
  std::uint64_t result = significand >> kShift;
  // The leading one of a normal number adds itself to the exponent, as does a carry.
  if (!tiny)
    result += static_cast<std::uint64_t>(n.exponent - F::kMinimumExponent) << F::kFractionBits;
  if (rounds_up(env.rounding(), n.negative, (significand >> kShift & 1) != 0, rest, kHalf))
    ++result;
  if (kHalfPrecision && env.alternative_half()) {
    if (result > (F::kInfinity | F::kFractionMask)) {
      env.raise(fpscr::kIoc);
      return signed_value(n.negative, static_cast<Bits>(F::kInfinity | F::kFractionMask));
    }
  } else if (result >= F::kInfinity) {
    return overflow<Bits>(n.negative, env);
  }
  if (rest != 0) env.raise(tiny ? fpscr::kUfc | fpscr::kIxc : fpscr::kIxc);
  return signed_value(n.negative, static_cast<Bits>(result));
}

}  // namespace linefill::floating
