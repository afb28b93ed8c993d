// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "models/cpu/isa/float/number.hpp"

/// Arithmetic by the host's floating point where that is known to give the same: round to nearest,
/// operands normal or zero, a result that is far from both ends of the format. See float.md.
namespace linefill::floating::host {

template <class Bits>
struct TypeOf;
template <>
struct TypeOf<std::uint32_t> {
  using type = float;
};
template <>
struct TypeOf<std::uint64_t> {
  using type = double;
};
template <class Bits>
using Type = typename TypeOf<Bits>::type;

static_assert(std::numeric_limits<float>::is_iec559 && std::numeric_limits<double>::is_iec559);

template <class Bits>
Type<Bits> value_of(Bits a) {
  return std::bit_cast<Type<Bits>>(a);
}

template <class Bits>
constexpr bool is_normal(Bits a) {
  using F = Format<Bits>;
  constexpr Bits kSmallest = Bits{1} << F::kFractionBits;
  return static_cast<Bits>(magnitude(a) - kSmallest) < F::kInfinity - kSmallest;
}
/// Normal, and so large that the error of a result like it is no subnormal either.
template <class Bits>
constexpr bool is_ample(Bits a) {
  using F = Format<Bits>;
  constexpr Bits kLowest = Bits{2 * F::kFractionBits + 4} << F::kFractionBits;
  return static_cast<Bits>(magnitude(a) - kLowest) < F::kInfinity - kLowest;
}

// Whether results of round-to-nearest operations are exact. The product of two singles is exact in
// double.
inline bool product_is(float x, float y, float result) {
  return static_cast<double>(x) * static_cast<double>(y) == static_cast<double>(result);
}
inline bool product_is(double x, double y, double result) { return std::fma(x, y, -result) == 0.0; }
/// Knuth's TwoSum: the error of x + y.
template <class Float>
bool sum_is(Float x, Float y, Float result) {
  const Float y_part = result - x;
  const Float x_part = result - y_part;
  return (x - x_part) + (y - y_part) == Float{0};
}

template <class Bits>
bool usable(Bits a, Bits b, const FloatEnvironment& env) {
  return env.rounding() == Rounding::kNearest && is_normal(a) && is_normal(b);
}
/// What the operation gives, with Inexact raised unless `exact()`; nothing if `result` is not one
/// that the host surely has right.
template <class Bits, class Exact>
std::optional<Bits> accept(Type<Bits> result, FloatEnvironment& env, Exact exact) {
  const Bits bits = std::bit_cast<Bits>(result);
  if (!is_ample(bits)) return std::nullopt;
  if ((env.flags & fpscr::kIxc) == 0 && !exact()) env.raise(fpscr::kIxc);
  return bits;
}

template <class Bits>
std::optional<Bits> add(Bits a, Bits b, FloatEnvironment& env) {
  if (!usable(a, b, env)) return std::nullopt;
  const Type<Bits> x = value_of(a);
  const Type<Bits> y = value_of(b);
  const Type<Bits> result = x + y;
  return accept<Bits>(result, env, [&] { return sum_is(x, y, result); });
}

template <class Bits>
std::optional<Bits> multiply(Bits a, Bits b, FloatEnvironment& env) {
  if (!usable(a, b, env)) return std::nullopt;
  const Type<Bits> x = value_of(a);
  const Type<Bits> y = value_of(b);
  const Type<Bits> result = x * y;
  return accept<Bits>(result, env, [&] { return product_is(x, y, result); });
}

template <class Bits>
std::optional<Bits> divide(Bits a, Bits b, FloatEnvironment& env) {
  if (!usable(a, b, env) || !is_ample(a)) return std::nullopt;
  const Type<Bits> x = value_of(a);
  const Type<Bits> y = value_of(b);
  const Type<Bits> result = x / y;
  return accept<Bits>(result, env, [&] { return product_is(result, y, x); });
}

template <class Bits>
std::optional<Bits> square_root(Bits a, FloatEnvironment& env) {
  if (!usable(a, a, env) || !is_ample(a) || is_negative(a)) return std::nullopt;
  const Type<Bits> x = value_of(a);
  const Type<Bits> result = std::sqrt(x);
  return accept<Bits>(result, env, [&] { return product_is(result, result, x); });
}

inline std::optional<std::uint64_t> widen(std::uint32_t a) {
  if (!is_normal(a)) return std::nullopt;
  return std::bit_cast<std::uint64_t>(static_cast<double>(value_of(a)));
}

inline std::optional<std::uint32_t> narrow(std::uint64_t a, FloatEnvironment& env) {
  if (!usable(a, a, env)) return std::nullopt;
  const double x = value_of(a);
  const auto result = static_cast<float>(x);
  return accept<std::uint32_t>(result, env, [&] { return static_cast<double>(result) == x; });
}

/// A signed or unsigned integer of 32 bits.
template <class Bits>
std::optional<Bits> from_integer(std::int64_t value, FloatEnvironment& env) {
  if (value == 0 || env.rounding() != Rounding::kNearest) return std::nullopt;
  const auto result = static_cast<Type<Bits>>(value);
  return accept<Bits>(result, env, [&] { return static_cast<std::int64_t>(result) == value; });
}

/// Towards zero, if the result is below 2^31, and not negative where it is unsigned.
template <class Bits>
std::optional<std::uint32_t> to_integer(Bits a, bool is_signed, FloatEnvironment& env) {
  constexpr Bits kTooLarge = Bits{Format<Bits>::kBias + 31} << Format<Bits>::kFractionBits;
  if (magnitude(a) >= kTooLarge || !is_normal(a) || (is_negative(a) && !is_signed))
    return std::nullopt;
  const auto result = static_cast<std::int32_t>(value_of(a));
  if (static_cast<Type<Bits>>(result) != value_of(a)) env.raise(fpscr::kIxc);
  return static_cast<std::uint32_t>(result);
}

}  // namespace linefill::floating::host
