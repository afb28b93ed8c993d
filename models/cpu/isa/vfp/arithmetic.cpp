// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/vfp/arithmetic.hpp"

#include <algorithm>

#include "models/cpu/isa/float/arithmetic.hpp"
#include "models/cpu/isa/vfp/cost.hpp"
#include "models/cpu/isa/vfp/operands.hpp"

namespace linefill::isa::vfp {
namespace {

using floating::FloatEnvironment;

/// Cortex-A9 has no short vectors: with FPSCR.LEN, an instruction that could work on one goes to
/// software (NEON MPE TRM, FPEXC.DEX).
bool vectors_asked_for(Executor& e) {
  ExtensionRegisters& x = e.state.extension;
  if ((x.fpscr & fpscr::kLen) == 0) [[likely]]
    return false;
  x.set_fpexc(x.fpexc() | fpexc::kDex);
  return true;
}

template <class Bits>
using Binary = Bits (*)(Bits, Bits, FloatEnvironment&);

template <class Bits>
Bits negated_product(Bits a, Bits b, FloatEnvironment& env) {
  return floating::negate(floating::multiply(a, b, env));
}

template <class Bits, Binary<Bits> kFunction>
bool of_two(Executor& e, const Instruction& i) {
  if (vectors_asked_for(e)) return e.undefined(i);
  ExtensionRegisters& x = e.state.extension;
  FloatEnvironment env = FloatEnvironment::of(x.fpscr);
  set_value(x, i.d, kFunction(value_of<Bits>(x, i.n), value_of<Bits>(x, i.m), env));
  x.fpscr |= env.flags;
  return true;
}

/// VMLA and its kin: rounded twice, and negated where NaNs would see it.
template <class Bits, bool kNegateProduct, bool kNegateAddend>
bool multiply_accumulate(Executor& e, const Instruction& i) {
  if (vectors_asked_for(e)) return e.undefined(i);
  ExtensionRegisters& x = e.state.extension;
  FloatEnvironment env = FloatEnvironment::of(x.fpscr);
  Bits product = floating::multiply(value_of<Bits>(x, i.n), value_of<Bits>(x, i.m), env);
  if (kNegateProduct) product = floating::negate(product);
  Bits addend = value_of<Bits>(x, i.d);
  if (kNegateAddend) addend = floating::negate(addend);
  set_value(x, i.d, floating::add(addend, product, env));
  x.fpscr |= env.flags;
  return true;
}

template <class Bits>
bool execute_square_root(Executor& e, const Instruction& i) {
  if (vectors_asked_for(e)) return e.undefined(i);
  ExtensionRegisters& x = e.state.extension;
  FloatEnvironment env = FloatEnvironment::of(x.fpscr);
  set_value(x, i.d, floating::square_root(value_of<Bits>(x, i.m), env));
  x.fpscr |= env.flags;
  return true;
}

template <class Bits>
Bits same(Bits a) {
  return a;
}

template <class Bits, Bits (*kFunction)(Bits)>
bool move(Executor& e, const Instruction& i) {
  if (vectors_asked_for(e)) return e.undefined(i);
  ExtensionRegisters& x = e.state.extension;
  set_value(x, i.d, kFunction(value_of<Bits>(x, i.m)));
  return true;
}

/// `immediate` is the number as a single, or its upper half as a double.
template <class Bits>
bool move_immediate(Executor& e, const Instruction& i) {
  if (vectors_asked_for(e)) return e.undefined(i);
  constexpr unsigned kShift = 8 * (sizeof(Bits) - 4);
  set_value(e.state.extension, i.d, static_cast<Bits>(Bits{i.immediate} << kShift));
  return true;
}

std::uint32_t condition_flags(floating::Order order) {
  switch (order) {
    case floating::Order::kLess:
      return 0b1000U << 28;
    case floating::Order::kEqual:
      return 0b0110U << 28;
    case floating::Order::kGreater:
      return 0b0010U << 28;
    case floating::Order::kUnordered:
      break;
  }
  return 0b0011U << 28;
}

template <class Bits, bool kWithZero>
bool execute_compare(Executor& e, const Instruction& i) {
  ExtensionRegisters& x = e.state.extension;
  FloatEnvironment env = FloatEnvironment::of(x.fpscr);
  const Bits other = kWithZero ? Bits{0} : value_of<Bits>(x, i.m);
  const auto order = floating::compare(value_of<Bits>(x, i.d), other, i.kind != 0, env);
  x.fpscr = (x.fpscr & ~fpscr::kNzcv) | env.flags | condition_flags(order);
  return true;
}

/// Takes the registers that the row has, and chooses between the handlers by z.
void take(const Fields& f, Instruction& i, Handler single, Handler both, Cost cost) {
  const bool is_double = f.bit('z');
  i.d = register_d(f, is_double);
  i.n = register_n(f, is_double);
  i.m = register_m(f, is_double);
  needs_vfp(i, std::max({i.d, i.n, i.m}), is_double);
  i.handler = is_double ? both : single;
  set_cost(i, cost, is_double);
  if (f.has('n')) reads(i, i.n, is_double);
  if (f.has('m')) reads(i, i.m, is_double);
  gives(i, i.d, is_double, cost);
}

template <Binary<std::uint32_t> kSingle, Binary<std::uint64_t> kDouble>
void take_two(const Fields& f, Instruction& i, Cost cost) {
  take(f, i, &with_extension<&of_two<std::uint32_t, kSingle>>,
       &with_extension<&of_two<std::uint64_t, kDouble>>, cost);
}

template <bool kNegateProduct, bool kNegateAddend>
void take_three(const Fields& f, Instruction& i) {
  take(f, i, &with_extension<&multiply_accumulate<std::uint32_t, kNegateProduct, kNegateAddend>>,
       &with_extension<&multiply_accumulate<std::uint64_t, kNegateProduct, kNegateAddend>>,
       cost::kMultiplyAccumulate);
  reads(i, i.d, f.bit('z'));
}

template <std::uint32_t (*kSingle)(std::uint32_t), std::uint64_t (*kDouble)(std::uint64_t)>
void take_move(const Fields& f, Instruction& i) {
  take(f, i, &with_extension<&move<std::uint32_t, kSingle>>,
       &with_extension<&move<std::uint64_t, kDouble>>, cost::kMove);
}

/// VFPExpandImm (A7.5.1): the upper half of a double, or a single.
constexpr std::uint32_t expand(std::uint32_t v, bool is_double) {
  const std::uint32_t repeated = (v & 0x40) != 0 ? (is_double ? 0xFFU : 0x1FU) : 0;
  const unsigned fraction = is_double ? 16 : 19;  // Where v<0> goes.
  return (v & 0x80) << 24 | (~v & 0x40) << 24 | repeated << (fraction + 6) | (v & 0x3F) << fraction;
}
static_assert(expand(0x70, false) == 0x3F80'0000 && expand(0x70, true) == 0x3FF0'0000);
static_assert(expand(0x80, false) == 0xC000'0000 && expand(0x3F, true) == 0x403F'0000);

}  // namespace

void vadd(const Fields& f, Instruction& i) {
  take_two<&floating::add<std::uint32_t>, &floating::add<std::uint64_t>>(f, i, cost::kAdd);
}
void vsub(const Fields& f, Instruction& i) {
  take_two<&floating::subtract<std::uint32_t>, &floating::subtract<std::uint64_t>>(f, i,
                                                                                   cost::kAdd);
}
void vmul(const Fields& f, Instruction& i) {
  take_two<&floating::multiply<std::uint32_t>, &floating::multiply<std::uint64_t>>(f, i,
                                                                                   cost::kMultiply);
}
void vnmul(const Fields& f, Instruction& i) {
  take_two<&negated_product<std::uint32_t>, &negated_product<std::uint64_t>>(f, i, cost::kMultiply);
}
void vdiv(const Fields& f, Instruction& i) {
  take_two<&floating::divide<std::uint32_t>, &floating::divide<std::uint64_t>>(f, i, cost::kDivide);
}
void vmla(const Fields& f, Instruction& i) { take_three<false, false>(f, i); }
void vmls(const Fields& f, Instruction& i) { take_three<true, false>(f, i); }
void vnmla(const Fields& f, Instruction& i) { take_three<true, true>(f, i); }
void vnmls(const Fields& f, Instruction& i) { take_three<false, true>(f, i); }

void vsqrt(const Fields& f, Instruction& i) {
  take(f, i, &with_extension<&execute_square_root<std::uint32_t>>,
       &with_extension<&execute_square_root<std::uint64_t>>, cost::kSquareRoot);
}
void vabs(const Fields& f, Instruction& i) {
  take_move<&floating::absolute<std::uint32_t>, &floating::absolute<std::uint64_t>>(f, i);
}
void vneg(const Fields& f, Instruction& i) {
  take_move<&floating::negate<std::uint32_t>, &floating::negate<std::uint64_t>>(f, i);
}
void vmov_register(const Fields& f, Instruction& i) {
  take_move<&same<std::uint32_t>, &same<std::uint64_t>>(f, i);
}
void vmov_immediate(const Fields& f, Instruction& i) {
  take(f, i, &with_extension<&move_immediate<std::uint32_t>>,
       &with_extension<&move_immediate<std::uint64_t>>, cost::kMove);
  i.immediate = expand(f['v'], f.bit('z'));
}

void vcmp(const Fields& f, Instruction& i) {
  take(f, i, &with_extension<&execute_compare<std::uint32_t, false>>,
       &with_extension<&execute_compare<std::uint64_t, false>>, cost::kCompare);
  i.kind = f.byte('e');
  reads(i, i.d, f.bit('z'));
  i.late_vectors = 0;
}
void vcmp_zero(const Fields& f, Instruction& i) {
  take(f, i, &with_extension<&execute_compare<std::uint32_t, true>>,
       &with_extension<&execute_compare<std::uint64_t, true>>, cost::kCompare);
  i.kind = f.byte('e');
  reads(i, i.d, f.bit('z'));
  i.late_vectors = 0;
}

}  // namespace linefill::isa::vfp
