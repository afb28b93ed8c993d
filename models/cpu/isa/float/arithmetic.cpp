// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/float/arithmetic.hpp"

#include <utility>

#include "models/cpu/isa/float/host.hpp"
#include "models/cpu/isa/float/number.hpp"

namespace linefill::floating {
namespace {

constexpr unsigned kTop = Number::kTop;

/// a + b, both finite and not 0.
template <class Bits>
Bits add_numbers(Number a, Number b, FloatEnvironment& env) {
  if (a.exponent < b.exponent || (a.exponent == b.exponent && a.significand < b.significand))
    std::swap(a, b);
  const std::uint64_t small =
      shift_right_sticky(b.significand, static_cast<unsigned>(a.exponent - b.exponent));
  const std::uint64_t sum =
      a.negative == b.negative ? a.significand + small : a.significand - small;
  if (sum == 0) return signed_value(env.rounding() == Rounding::kDown, Bits{0});
  return round<Bits>(Number::normalized(a.negative, a.exponent - static_cast<int>(kTop), sum), env);
}

/// The upper 64 bits of a 126-bit product's upper part: a * b / 2^62, sticky.
std::uint64_t multiply_sticky(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t a_high = a >> 32;
  const std::uint64_t a_low = a & 0xFFFF'FFFF;
  const std::uint64_t b_high = b >> 32;
  const std::uint64_t b_low = b & 0xFFFF'FFFF;
  const std::uint64_t low = a_low * b_low;
  const std::uint64_t middle = a_high * b_low + (low >> 32);
  const std::uint64_t other = a_low * b_high + (middle & 0xFFFF'FFFF);
  const std::uint64_t high = a_high * b_high + (middle >> 32) + (other >> 32);
  const std::uint64_t lowest = other << 32 | (low & 0xFFFF'FFFF);
  return high << 2 | lowest >> 62 | (lowest << 2 != 0 ? 1 : 0);
}

/// a / b * 2^kTop, sticky, for a >= b.
std::uint64_t divide_sticky(std::uint64_t a, std::uint64_t b) {
  std::uint64_t quotient = 0;
  for (unsigned bit = 0; bit <= kTop; ++bit) {
    quotient <<= 1;
    if (a >= b) {
      a -= b;
      quotient |= 1;
    }
    a <<= 1;
  }
  return quotient | (a != 0 ? 1 : 0);
}

/// The square root of a * 2^kTop, sticky: its upper 60 bits of 63.
std::uint64_t root_sticky(std::uint64_t a) {
  constexpr unsigned kSteps = 60;
  std::uint64_t root = 0;
  std::uint64_t rest = 0;  // At most 2 * root.
  for (unsigned step = 0; step < kSteps; ++step) {
    // Two more bits of a * 2^kTop, which has 126.
    const std::uint64_t pair = step < 32 ? a >> (62 - 2 * step) & 3 : 0;
    rest = rest << 2 | pair;
    root <<= 1;
    if (rest > 2 * root) {
      rest -= 2 * root + 1;
      root |= 1;
    }
  }
  return root << (kTop + 1 - kSteps) | (rest != 0 ? 1 : 0);
}

}  // namespace

template <class Bits>
Bits add(Bits a, Bits b, FloatEnvironment& env) {
  using F = Format<Bits>;
  if (const auto result = host::add(a, b, env)) return *result;
  a = flush_input(a, env);
  b = flush_input(b, env);
  if (is_nan(a) || is_nan(b)) return process_nans(a, b, env);
  if (is_infinity(a)) return is_infinity(b) && a != b ? invalid<Bits>(env) : a;
  if (is_infinity(b)) return b;
  if (magnitude(a) == 0 && magnitude(b) == 0) {
    if (a == b) return a;
    return env.rounding() == Rounding::kDown ? F::kSign : Bits{0};
  }
  if (magnitude(a) == 0) return b;
  if (magnitude(b) == 0) return a;
  return add_numbers<Bits>(unpack(a), unpack(b), env);
}

template <class Bits>
Bits subtract(Bits a, Bits b, FloatEnvironment& env) {
  // Except that a NaN keeps its sign.
  return add(a, is_nan(b) ? b : negate(b), env);
}

template <class Bits>
Bits multiply(Bits a, Bits b, FloatEnvironment& env) {
  if (const auto result = host::multiply(a, b, env)) return *result;
  a = flush_input(a, env);
  b = flush_input(b, env);
  if (is_nan(a) || is_nan(b)) return process_nans(a, b, env);
  const bool negative = is_negative(a) != is_negative(b);
  const bool zero = magnitude(a) == 0 || magnitude(b) == 0;
  if (is_infinity(a) || is_infinity(b))
    return zero ? invalid<Bits>(env) : signed_value(negative, Format<Bits>::kInfinity);
  if (zero) return signed_value(negative, Bits{0});
  const Number x = unpack(a);
  const Number y = unpack(b);
  return round<Bits>(Number::normalized(negative, x.exponent + y.exponent - static_cast<int>(kTop),
                                        multiply_sticky(x.significand, y.significand)),
                     env);
}

template <class Bits>
Bits divide(Bits a, Bits b, FloatEnvironment& env) {
  if (const auto result = host::divide(a, b, env)) return *result;
  a = flush_input(a, env);
  b = flush_input(b, env);
  if (is_nan(a) || is_nan(b)) return process_nans(a, b, env);
  const bool negative = is_negative(a) != is_negative(b);
  if (is_infinity(a) ? is_infinity(b) : magnitude(a) == 0 && magnitude(b) == 0)
    return invalid<Bits>(env);
  if (is_infinity(a) || magnitude(b) == 0) {
    if (!is_infinity(a)) env.raise(fpscr::kDzc);
    return signed_value(negative, Format<Bits>::kInfinity);
  }
  if (magnitude(a) == 0 || is_infinity(b)) return signed_value(negative, Bits{0});
  Number x = unpack(a);
  const Number y = unpack(b);
  if (x.significand < y.significand) {
    x.significand <<= 1;
    --x.exponent;
  }
  return round<Bits>(
      {negative, x.exponent - y.exponent, divide_sticky(x.significand, y.significand)}, env);
}

template <class Bits>
Bits square_root(Bits a, FloatEnvironment& env) {
  if (const auto result = host::square_root(a, env)) return *result;
  a = flush_input(a, env);
  if (is_nan(a)) return process_nan(a, env);
  if (magnitude(a) == 0) return a;
  if (is_negative(a)) return invalid<Bits>(env);
  if (is_infinity(a)) return a;
  Number x = unpack(a);
  // With an even exponent, the root's is half of it.
  if ((x.exponent & 1) != 0) {
    x.significand <<= 1;
    --x.exponent;
  }
  return round<Bits>({false, x.exponent / 2, root_sticky(x.significand)}, env);
}

template std::uint32_t add(std::uint32_t, std::uint32_t, FloatEnvironment&);
template std::uint64_t add(std::uint64_t, std::uint64_t, FloatEnvironment&);
template std::uint32_t subtract(std::uint32_t, std::uint32_t, FloatEnvironment&);
template std::uint64_t subtract(std::uint64_t, std::uint64_t, FloatEnvironment&);
template std::uint32_t multiply(std::uint32_t, std::uint32_t, FloatEnvironment&);
template std::uint64_t multiply(std::uint64_t, std::uint64_t, FloatEnvironment&);
template std::uint32_t divide(std::uint32_t, std::uint32_t, FloatEnvironment&);
template std::uint64_t divide(std::uint64_t, std::uint64_t, FloatEnvironment&);
template std::uint32_t square_root(std::uint32_t, FloatEnvironment&);
template std::uint64_t square_root(std::uint64_t, FloatEnvironment&);

}  // namespace linefill::floating
