// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/float/float_operation.hpp"

#include "models/cpu/isa/float/arithmetic.hpp"

namespace linefill::test {
namespace {

using floating::FloatEnvironment;
using floating::Rounding;
using Function = FloatOperation::Function;

constexpr std::uint32_t kMoveToResult = 0xEEB0'2B41;  // vmov.f64 d2, d1

template <class Bits, Bits (*kFunction)(Bits, Bits, FloatEnvironment&)>
std::uint64_t of_two(std::uint64_t a, std::uint64_t b, FloatEnvironment& env) {
  return kFunction(static_cast<Bits>(a), static_cast<Bits>(b), env);
}

template <class Bits>
Function comparison(bool signalling, bool with_zero) {
  return [=](std::uint64_t a, std::uint64_t b, FloatEnvironment& env) -> std::uint64_t {
    const Bits other = with_zero ? Bits{0} : static_cast<Bits>(b);
    switch (floating::compare(static_cast<Bits>(a), other, signalling, env)) {
      case floating::Order::kLess:
        return 0x8000'0000;
      case floating::Order::kEqual:
        return 0x6000'0000;
      case floating::Order::kGreater:
        return 0x2000'0000;
      case floating::Order::kUnordered:
        break;
    }
    return 0x3000'0000;
  };
}

/// The rows of one size; `z` is bit 8 of the encodings.
template <class Bits>
void add_arithmetic(std::vector<FloatOperation>& all) {
  namespace f = floating;
  constexpr unsigned kBits = 8 * sizeof(Bits);
  constexpr std::uint32_t z = kBits == 64 ? 0x100 : 0;
  const std::string type = kBits == 64 ? ".f64" : ".f32";
  all.push_back({"vadd" + type, {0xEE30'2A01 | z}, kBits, &of_two<Bits, &f::add<Bits>>});
  all.push_back({"vsub" + type, {0xEE30'2A41 | z}, kBits, &of_two<Bits, &f::subtract<Bits>>});
  all.push_back({"vmul" + type, {0xEE20'2A01 | z}, kBits, &of_two<Bits, &f::multiply<Bits>>});
  all.push_back({"vdiv" + type, {0xEE80'2A01 | z}, kBits, &of_two<Bits, &f::divide<Bits>>});
  all.push_back({"vsqrt" + type,
                 {0xEEB1'2AC1 | z},
                 kBits,
                 [](std::uint64_t, std::uint64_t b, FloatEnvironment& env) -> std::uint64_t {
                   return f::square_root(static_cast<Bits>(b), env);
                 }});
  all.push_back({"vcmp" + type, {0xEEB4'0A41 | z}, kBits, comparison<Bits>(false, false), true});
  all.push_back({"vcmpe" + type, {0xEEB4'0AC1 | z}, kBits, comparison<Bits>(true, false), true});
  all.push_back(
      {"vcmp" + type + " #0", {0xEEB5'0A40 | z}, kBits, comparison<Bits>(false, true), true});
  all.push_back(
      {"vcmpe" + type + " #0", {0xEEB5'0AC0 | z}, kBits, comparison<Bits>(true, true), true});
}

template <class Bits>
void add_integers(std::vector<FloatOperation>& all) {
  constexpr unsigned kBits = 8 * sizeof(Bits);
  constexpr std::uint32_t z = kBits == 64 ? 0x100 : 0;
  const std::string type = kBits == 64 ? ".f64" : ".f32";
  for (const bool is_signed : {false, true}) {
    const std::string integer = is_signed ? ".s32" : ".u32";
    for (const bool to_zero : {false, true}) {
      all.push_back({(to_zero ? "vcvt" : "vcvtr") + integer + type,
                     {0xEEBC'2A41 | z | (is_signed ? 0x10000U : 0) | (to_zero ? 0x80U : 0)},
                     kBits,
                     [=](std::uint64_t, std::uint64_t b, FloatEnvironment& env) -> std::uint64_t {
                       return floating::to_fixed(static_cast<Bits>(b), 0, 32, is_signed,
                                                 to_zero ? Rounding::kZero : env.rounding(), env);
                     }});
    }
    all.push_back({"vcvt" + type + integer,
                   {0xEEB8'2A41 | z | (is_signed ? 0x80U : 0)},
                   1,
                   [=](std::uint64_t, std::uint64_t b, FloatEnvironment& env) -> std::uint64_t {
                     return floating::from_fixed<Bits>(static_cast<std::uint32_t>(b), 0, 32,
                                                       is_signed, env.rounding(), env);
                   }});
  }
}

/// VCVT between floating and fixed point, in place, with `fraction_bits` after the point.
template <class Bits>
void add_fixed(std::vector<FloatOperation>& all, unsigned width, bool is_signed,
               unsigned fraction_bits) {
  constexpr unsigned kBits = 8 * sizeof(Bits);
  const std::uint32_t z = kBits == 64 ? 0x100 : 0;
  const std::uint32_t immediate = width - fraction_bits;
  const std::uint32_t word = 0xEEBA'2A40 | z | (is_signed ? 0 : 0x10000U) |
                             (width == 32 ? 0x80U : 0) | (immediate & 1) << 5 | immediate >> 1;
  const std::string name = (kBits == 64 ? std::string{".f64"} : std::string{".f32"}) +
                           (is_signed ? ".s" : ".u") + std::to_string(width) + " #" +
                           std::to_string(fraction_bits);
  all.push_back({"from fixed" + name,
                 {kMoveToResult, word},
                 1,
                 [=](std::uint64_t, std::uint64_t b, FloatEnvironment& env) -> std::uint64_t {
                   return floating::from_fixed<Bits>(static_cast<std::uint32_t>(b), fraction_bits,
                                                     width, is_signed, Rounding::kNearest, env);
                 }});
  all.back().nearest_only = true;
  all.push_back({"to fixed" + name,
                 {kMoveToResult, word | 0x4'0000},
                 kBits,
                 [=](std::uint64_t, std::uint64_t b, FloatEnvironment& env) -> std::uint64_t {
                   const std::uint32_t value = floating::to_fixed(
                       static_cast<Bits>(b), fraction_bits, width, is_signed, Rounding::kZero, env);
                   if (kBits == 32 || !is_signed) return value;
                   // Extended to the whole register.
                   return static_cast<std::uint64_t>(
                       std::int64_t{static_cast<std::int32_t>(value)});
                 }});
}

void add_conversions(std::vector<FloatOperation>& all) {
  all.push_back({"vcvt.f64.f32",
                 {0xEEB7'2AC1},
                 32,
                 [](std::uint64_t, std::uint64_t b, FloatEnvironment& env) -> std::uint64_t {
                   return floating::single_to_double(static_cast<std::uint32_t>(b), env);
                 }});
  all.push_back({"vcvt.f32.f64",
                 {0xEEB7'2BC1},
                 64,
                 [](std::uint64_t, std::uint64_t b, FloatEnvironment& env) -> std::uint64_t {
                   return floating::double_to_single(b, env);
                 }});
  all.push_back({"vcvtb.f16.f32",
                 {0xEEB3'2A41},
                 32,
                 [](std::uint64_t, std::uint64_t b, FloatEnvironment& env) -> std::uint64_t {
                   return floating::single_to_half(static_cast<std::uint32_t>(b), env);
                 }});
  all.push_back({"vcvtb.f32.f16",
                 {0xEEB2'2A41},
                 16,
                 [](std::uint64_t, std::uint64_t b, FloatEnvironment& env) -> std::uint64_t {
                   return floating::half_to_single(static_cast<std::uint16_t>(b), env);
                 }});
}

void add_standard(std::vector<FloatOperation>& all) {
  namespace f = floating;
  using Single = std::uint32_t;
  all.push_back({"vmax.f32", {0xF200'2F01}, 32, &of_two<Single, &f::maximum<Single>>, false, true});
  all.push_back({"vmin.f32", {0xF220'2F01}, 32, &of_two<Single, &f::minimum<Single>>, false, true});
  all.push_back(
      {"simd vadd.f32", {0xF200'2D01}, 32, &of_two<Single, &f::add<Single>>, false, true});
  all.push_back(
      {"simd vmul.f32", {0xF300'2D11}, 32, &of_two<Single, &f::multiply<Single>>, false, true});
}

}  // namespace

std::vector<FloatOperation> float_operations() {
  std::vector<FloatOperation> all;
  add_arithmetic<std::uint32_t>(all);
  add_arithmetic<std::uint64_t>(all);
  add_integers<std::uint32_t>(all);
  add_integers<std::uint64_t>(all);
  for (const unsigned width : {16U, 32U}) {
    for (const bool is_signed : {false, true}) {
      for (const unsigned fraction_bits : {width == 16 ? 0U : 1U, 7U, width - 1, width}) {
        add_fixed<std::uint32_t>(all, width, is_signed, fraction_bits);
        add_fixed<std::uint64_t>(all, width, is_signed, fraction_bits);
      }
    }
  }
  add_conversions(all);
  add_standard(all);
  return all;
}

}  // namespace linefill::test
