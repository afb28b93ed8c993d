// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/vfp/convert.hpp"

#include <algorithm>

#include "models/cpu/isa/float/arithmetic.hpp"
#include "models/cpu/isa/vfp/cost.hpp"
#include "models/cpu/isa/vfp/operands.hpp"

namespace linefill::isa::vfp {
namespace {

using floating::FloatEnvironment;
using floating::Rounding;

bool to_double(Executor& e, const Instruction& i) {
  ExtensionRegisters& x = e.state.extension;
  FloatEnvironment env = FloatEnvironment::of(x.fpscr);
  x.d[i.d] = floating::single_to_double(x.s(i.m), env);
  x.fpscr |= env.flags;
  return true;
}

bool to_single(Executor& e, const Instruction& i) {
  ExtensionRegisters& x = e.state.extension;
  FloatEnvironment env = FloatEnvironment::of(x.fpscr);
  x.set_s(i.d, floating::double_to_single(x.d[i.m], env));
  x.fpscr |= env.flags;
  return true;
}

/// `shift` is where the half lies in its register.
bool from_half(Executor& e, const Instruction& i) {
  ExtensionRegisters& x = e.state.extension;
  FloatEnvironment env = FloatEnvironment::of(x.fpscr);
  const auto half = static_cast<std::uint16_t>(x.s(i.m) >> i.shift);
  x.set_s(i.d, floating::half_to_single(half, env));
  x.fpscr |= env.flags;
  return true;
}

bool to_half(Executor& e, const Instruction& i) {
  ExtensionRegisters& x = e.state.extension;
  FloatEnvironment env = FloatEnvironment::of(x.fpscr);
  const std::uint32_t half = floating::single_to_half(x.s(i.m), env);
  x.set_s(i.d, (x.s(i.d) & ~(0xFFFFU << i.shift)) | half << i.shift);
  x.fpscr |= env.flags;
  return true;
}

// `kind`: signed. `extra`: towards zero.
template <class Bits>
bool from_integer(Executor& e, const Instruction& i) {
  ExtensionRegisters& x = e.state.extension;
  FloatEnvironment env = FloatEnvironment::of(x.fpscr);
  set_value(x, i.d, floating::from_fixed<Bits>(x.s(i.m), 0, 32, i.kind != 0, env.rounding(), env));
  x.fpscr |= env.flags;
  return true;
}

template <class Bits>
bool to_integer(Executor& e, const Instruction& i) {
  ExtensionRegisters& x = e.state.extension;
  FloatEnvironment env = FloatEnvironment::of(x.fpscr);
  const Rounding rounding = i.extra != 0 ? Rounding::kZero : env.rounding();
  x.set_s(i.d, floating::to_fixed(value_of<Bits>(x, i.m), 0, 32, i.kind != 0, rounding, env));
  x.fpscr |= env.flags;
  return true;
}

// Fixed point: `shift` bits of fraction, `extra` bits in all; in place. Rounding does not depend on
// FPSCR.
template <class Bits>
bool from_fixed_point(Executor& e, const Instruction& i) {
  ExtensionRegisters& x = e.state.extension;
  FloatEnvironment env = FloatEnvironment::of(x.fpscr);
  const auto operand = static_cast<std::uint32_t>(value_of<Bits>(x, i.d));
  set_value(
      x, i.d,
      floating::from_fixed<Bits>(operand, i.shift, i.extra, i.kind != 0, Rounding::kNearest, env));
  x.fpscr |= env.flags;
  return true;
}

template <class Bits>
bool to_fixed_point(Executor& e, const Instruction& i) {
  ExtensionRegisters& x = e.state.extension;
  FloatEnvironment env = FloatEnvironment::of(x.fpscr);
  const std::uint32_t result = floating::to_fixed(value_of<Bits>(x, i.d), i.shift, i.extra,
                                                  i.kind != 0, Rounding::kZero, env);
  const bool extend = i.kind != 0 && result >> 31 != 0;
  set_value(x, i.d, static_cast<Bits>(extend ? ~Bits{0xFFFF'FFFF} | result : result));
  x.fpscr |= env.flags;
  return true;
}

/// The precisions of the result and of the operand.
struct Precision {
  bool d_is_double;
  bool m_is_double;
};
void finish(Instruction& i, Handler handler, Precision precision) {
  i.handler = handler;
  set_cost(i, cost::kConvert, true);
  reads(i, i.m, precision.m_is_double);
  gives(i, i.d, precision.d_is_double, cost::kConvert);
}

}  // namespace

void vcvt_precision(const Fields& f, Instruction& i) {
  const bool from_double = f.bit('z');
  i.d = register_d(f, !from_double);
  i.m = register_m(f, from_double);
  needs_vfp(i, from_double ? i.m : i.d, true);
  finish(i, from_double ? &with_extension<&to_single> : &with_extension<&to_double>,
         {!from_double, from_double});
}

void vcvt_half(const Fields& f, Instruction& i) {
  i.d = register_d(f, false);
  i.m = register_m(f, false);
  i.shift = f.bit('t') ? 16 : 0;
  needs_vfp(i, 0, false);
  finish(i, f.bit('x') ? &with_extension<&to_half> : &with_extension<&from_half>, {false, false});
}

void vcvt_from_integer(const Fields& f, Instruction& i) {
  const bool is_double = f.bit('z');
  i.d = register_d(f, is_double);
  i.m = register_m(f, false);
  i.kind = f.byte('x');
  needs_vfp(i, i.d, is_double);
  finish(i,
         is_double ? &with_extension<&from_integer<std::uint64_t>>
                   : &with_extension<&from_integer<std::uint32_t>>,
         {is_double, false});
}

void vcvt_to_integer(const Fields& f, Instruction& i) {
  const bool is_double = f.bit('z');
  i.d = register_d(f, false);
  i.m = register_m(f, is_double);
  i.kind = f.byte('x');
  i.extra = f.byte('r');
  needs_vfp(i, i.m, is_double);
  finish(i,
         is_double ? &with_extension<&to_integer<std::uint64_t>>
                   : &with_extension<&to_integer<std::uint32_t>>,
         {false, is_double});
}

void vcvt_fixed(const Fields& f, Instruction& i) {
  const bool is_double = f.bit('z');
  const unsigned width = f.bit('x') ? 32 : 16;
  const unsigned above_point = f['v'] << 1 | f['w'];
  if (above_point > width) return unpredictable(i);
  i.d = i.m = register_d(f, is_double);
  i.kind = f.bit('u') ? 0 : 1;
  i.shift = static_cast<std::uint8_t>(width - above_point);
  i.extra = static_cast<std::uint8_t>(width);
  needs_vfp(i, i.d, is_double);
  if (f.bit('o')) {
    finish(i,
           is_double ? &with_extension<&to_fixed_point<std::uint64_t>>
                     : &with_extension<&to_fixed_point<std::uint32_t>>,
           {is_double, is_double});
  } else {
    finish(i,
           is_double ? &with_extension<&from_fixed_point<std::uint64_t>>
                     : &with_extension<&from_fixed_point<std::uint32_t>>,
           {is_double, is_double});
  }
}

}  // namespace linefill::isa::vfp
