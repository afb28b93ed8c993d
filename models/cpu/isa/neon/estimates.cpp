// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/neon/estimates.hpp"

#include <array>

#include "models/cpu/isa/float/arithmetic.hpp"

namespace linefill::isa::neon {
namespace {

using floating::FloatEnvironment;

constexpr std::uint32_t kSign = 0x8000'0000;
constexpr std::uint32_t kInfinity = 0x7F80'0000;
constexpr std::uint32_t kDefaultNan = 0x7FC0'0000;
constexpr std::uint32_t kTwo = 0x4000'0000;
constexpr std::uint32_t kThree = 0x4040'0000;

constexpr std::uint32_t exponent_of(std::uint32_t x) { return x >> 23 & 0xFF; }
constexpr bool is_nan(std::uint32_t x) { return (x & ~kSign) > kInfinity; }
constexpr bool is_infinite(std::uint32_t x) { return (x & ~kSign) == kInfinity; }
/// Zero, or a subnormal number, which counts as zero.
constexpr bool is_flushed(std::uint32_t x) { return exponent_of(x) == 0; }
constexpr bool is_subnormal(std::uint32_t x) { return is_flushed(x) && (x & ~kSign) != 0; }

// Both functions of the manual return 256 to 511 256ths; here these are the numbers 256 to 511.

/// recip_estimate: of a number whose 512ths, rounded down, are `q` (256 to 511).
constexpr std::uint32_t reciprocal(std::uint32_t q) {
  const std::uint32_t twice = 2 * q + 1;
  return ((1U << 19) + twice) / (2 * twice);
}

/// recip_sqrt_estimate: of a number below a half, whose 512ths, or of one above, whose 256ths,
/// rounded down, are `q` (128 to 255). The largest s with s - 1/2 <= 256 / sqrt(number).
constexpr std::uint32_t reciprocal_square_root(std::uint32_t q, bool below_half) {
  const std::uint32_t bound = (below_half ? 1U << 28 : 1U << 27) / (2 * q + 1);
  std::uint32_t s = 256;
  for (std::uint32_t step = 128; step != 0; step /= 2) {
    const std::uint32_t odd = 2 * (s + step) - 1;
    if (odd * odd <= bound) s += step;
  }
  return s;
}

constexpr std::uint32_t number(bool negative, std::uint32_t exponent, std::uint32_t estimate) {
  return (negative ? kSign : 0) | exponent << 23 | (estimate & 0xFF) << 15;
}

std::uint32_t of_nan(std::uint32_t operand, FloatEnvironment& env) {
  constexpr std::uint32_t kQuiet = 1U << 22;
  if ((operand & kQuiet) == 0) env.raise(fpscr::kIoc);
  return kDefaultNan;
}

/// a * b, where zero times infinity is zero.
std::uint32_t product_of(std::uint32_t a, std::uint32_t b, FloatEnvironment& env) {
  if ((is_infinite(a) && is_flushed(b)) || (is_flushed(a) && is_infinite(b))) {
    if (is_subnormal(a) || is_subnormal(b)) env.raise(fpscr::kIdc);
    return 0;
  }
  return floating::multiply(a, b, env);
}

}  // namespace

std::uint32_t reciprocal_estimate(std::uint32_t operand, FloatEnvironment& env) {
  constexpr std::uint32_t kOverflow = 253;  // Of 2^126.
  const std::uint32_t exponent = exponent_of(operand);
  if (is_nan(operand)) return of_nan(operand, env);
  if (is_infinite(operand)) return operand & kSign;
  if (is_flushed(operand)) {
    env.raise(is_subnormal(operand) ? fpscr::kIdc | fpscr::kDzc : fpscr::kDzc);
    return (operand & kSign) | kInfinity;
  }
  if (exponent >= kOverflow) {
    env.raise(fpscr::kUfc);
    return operand & kSign;
  }
  return number((operand & kSign) != 0, 253 - exponent, reciprocal(256 | (operand >> 15 & 0xFF)));
}

std::uint32_t reciprocal_square_root_estimate(std::uint32_t operand, FloatEnvironment& env) {
  const std::uint32_t exponent = exponent_of(operand);
  if (is_nan(operand)) return of_nan(operand, env);
  if (is_flushed(operand)) {
    env.raise(is_subnormal(operand) ? fpscr::kIdc | fpscr::kDzc : fpscr::kDzc);
    return (operand & kSign) | kInfinity;
  }
  if ((operand & kSign) != 0) {
    env.raise(fpscr::kIoc);
    return kDefaultNan;
  }
  if (is_infinite(operand)) return 0;
  const std::uint32_t q = 128 | (operand >> 16 & 0x7F);
  return number(false, (380 - exponent) / 2, reciprocal_square_root(q, exponent % 2 != 0));
}

std::uint32_t unsigned_reciprocal_estimate(std::uint32_t operand) {
  if (operand >> 31 == 0) return ~0U;
  return reciprocal(operand >> 23) << 23;
}

std::uint32_t unsigned_reciprocal_square_root_estimate(std::uint32_t operand) {
  if (operand >> 30 == 0) return ~0U;
  const bool below_half = operand >> 31 == 0;
  return reciprocal_square_root(operand >> (below_half ? 23 : 24), below_half) << 23;
}

std::uint32_t reciprocal_step(std::uint32_t a, std::uint32_t b, FloatEnvironment& env) {
  return floating::subtract(kTwo, product_of(a, b, env), env);
}

std::uint32_t reciprocal_square_root_step(std::uint32_t a, std::uint32_t b, FloatEnvironment& env) {
  return floating::divide(floating::subtract(kThree, product_of(a, b, env), env), kTwo, env);
}

}  // namespace linefill::isa::neon
