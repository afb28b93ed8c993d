// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "models/cpu/isa/float/arithmetic.hpp"
#include "models/cpu/isa/float/host.hpp"
#include "models/cpu/isa/float/number.hpp"

namespace linefill::floating {
namespace {

/// FPConvertNaN: the upper bits of the fraction are kept, and a signalling NaN becomes quiet.
template <class To, class From>
To convert_nan(From a, FloatEnvironment& env) {
  using T = Format<To>;
  using F = Format<From>;
  if (is_signalling(a)) env.raise(fpscr::kIoc);
  if (env.default_nan()) return T::kDefaultNan;
  constexpr int kWider = static_cast<int>(T::kFractionBits) - static_cast<int>(F::kFractionBits);
  std::uint64_t fraction = a & F::kFractionMask;
  fraction = kWider >= 0 ? fraction << std::max(kWider, 0) : fraction >> std::max(-kWider, 0);
  return signed_value(is_negative(a), static_cast<To>(T::kDefaultNan | fraction));
}

/// FPRoundInt of `a` * 2^fraction_bits for a finite, non-zero `a`.
struct Integer {
  std::uint64_t magnitude;
  bool exact;
};
Integer to_integer(const Number& a, unsigned fraction_bits, Rounding rounding) {
  // Beyond the range of every destination, and of shifts.
  constexpr int kHuge = 40;
  const int exponent = a.exponent + static_cast<int>(fraction_bits);
  if (exponent > kHuge) return {std::uint64_t{1} << kHuge, true};
  // The integer above one bit for the half and one that stands for all below.
  constexpr int kBelow = 2;
  const int shift = static_cast<int>(Number::kTop) - kBelow - exponent;
  const std::uint64_t value = shift_right_sticky(a.significand, static_cast<unsigned>(shift));
  const std::uint64_t rest = value & 3;
  const std::uint64_t whole = value >> kBelow;
  const bool up = rounds_up(rounding, a.negative, (whole & 1) != 0, rest, 2);
  return {whole + (up ? 1 : 0), rest == 0};
}

}  // namespace

std::uint64_t single_to_double(std::uint32_t a, FloatEnvironment& env) {
  using D = Format<std::uint64_t>;
  if (const auto result = host::widen(a)) return *result;
  a = flush_input(a, env);
  if (is_nan(a)) return convert_nan<std::uint64_t>(a, env);
  if (is_infinity(a)) return signed_value(is_negative(a), D::kInfinity);
  if (magnitude(a) == 0) return signed_value(is_negative(a), std::uint64_t{0});
  return round<std::uint64_t>(unpack(a), env);
}

std::uint32_t double_to_single(std::uint64_t a, FloatEnvironment& env) {
  using S = Format<std::uint32_t>;
  if (const auto result = host::narrow(a, env)) return *result;
  a = flush_input(a, env);
  if (is_nan(a)) return convert_nan<std::uint32_t>(a, env);
  if (is_infinity(a)) return signed_value(is_negative(a), S::kInfinity);
  if (magnitude(a) == 0) return signed_value(is_negative(a), std::uint32_t{0});
  return round<std::uint32_t>(unpack(a), env);
}

std::uint16_t single_to_half(std::uint32_t a, FloatEnvironment& env) {
  using H = Format<std::uint16_t>;
  a = flush_input(a, env);
  const bool negative = is_negative(a);
  if (env.alternative_half() && (is_nan(a) || is_infinity(a))) {
    // There are neither: the largest number for an infinity, and a zero for a NaN.
    env.raise(fpscr::kIoc);
    constexpr auto kLargest = static_cast<std::uint16_t>(H::kInfinity | H::kFractionMask);
    return signed_value(negative, is_nan(a) ? std::uint16_t{0} : kLargest);
  }
  if (is_nan(a)) return convert_nan<std::uint16_t>(a, env);
  if (is_infinity(a)) return signed_value(negative, H::kInfinity);
  if (magnitude(a) == 0) return signed_value(negative, std::uint16_t{0});
  return round<std::uint16_t>(unpack(a), env);
}

std::uint32_t half_to_single(std::uint16_t a, FloatEnvironment& env) {
  using S = Format<std::uint32_t>;
  if (!env.alternative_half()) {
    if (is_nan(a)) return convert_nan<std::uint32_t>(a, env);
    if (is_infinity(a)) return signed_value(is_negative(a), S::kInfinity);
  }
  if (magnitude(a) == 0) return signed_value(is_negative(a), std::uint32_t{0});
  return round<std::uint32_t>(unpack(a), env);
}

template <class Bits>
std::uint32_t to_fixed(Bits a, unsigned fraction_bits, unsigned width, bool is_signed,
                       Rounding rounding, FloatEnvironment& env) {
  if (fraction_bits == 0 && width == 32 && rounding == Rounding::kZero) {
    if (const auto result = host::to_integer(a, is_signed, env)) return *result;
  }
  a = flush_input(a, env);
  if (is_nan(a)) {
    env.raise(fpscr::kIoc);
    return 0;
  }
  if (magnitude(a) == 0) return 0;
  const bool negative = is_negative(a);
  const Integer result = is_infinity(a) ? Integer{~std::uint64_t{0}, true}
                                        : to_integer(unpack(a), fraction_bits, rounding);
  const std::uint64_t range = std::uint64_t{1} << (is_signed ? width - 1 : width);
  std::uint64_t largest = range - 1;
  if (negative) largest = is_signed ? range : 0;
  if (result.magnitude > largest) {
    env.raise(fpscr::kIoc);
  } else if (!result.exact) {
    env.raise(fpscr::kIxc);
  }
  const auto value = static_cast<std::uint32_t>(std::min(result.magnitude, largest));
  return negative ? 0 - value : value;
}

template <class Bits>
Bits from_fixed(std::uint32_t operand, unsigned fraction_bits, unsigned width, bool is_signed,
                Rounding rounding, FloatEnvironment& env) {
  const unsigned unused = 32 - width;
  operand <<= unused;
  const bool negative = is_signed && operand >> 31 != 0;
  const std::uint32_t value =
      is_signed ? static_cast<std::uint32_t>(static_cast<std::int32_t>(operand) >> unused)
                : operand >> unused;
  if (value == 0) return 0;
  FloatEnvironment rounded{env.control, env.flags};
  rounded.set_rounding(rounding);
  if (fraction_bits == 0) {
    const std::int64_t whole =
        negative ? std::int64_t{static_cast<std::int32_t>(value)} : std::int64_t{value};
    if (const auto result = host::from_integer<Bits>(whole, rounded)) {
      env.raise(rounded.flags);
      return *result;
    }
  }
  const Bits result = round<Bits>(
      Number::normalized(negative, -static_cast<int>(fraction_bits), negative ? 0 - value : value),
      rounded);
  env.raise(rounded.flags);
  return result;
}

template std::uint32_t to_fixed(std::uint32_t, unsigned, unsigned, bool, Rounding,
                                FloatEnvironment&);
template std::uint32_t to_fixed(std::uint64_t, unsigned, unsigned, bool, Rounding,
                                FloatEnvironment&);
template std::uint32_t from_fixed(std::uint32_t, unsigned, unsigned, bool, Rounding,
                                  FloatEnvironment&);
template std::uint64_t from_fixed(std::uint32_t, unsigned, unsigned, bool, Rounding,
                                  FloatEnvironment&);

}  // namespace linefill::floating
