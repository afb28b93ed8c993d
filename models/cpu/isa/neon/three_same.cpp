// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/neon/three_same.hpp"

#include "models/cpu/isa/neon/operands.hpp"
#include "models/cpu/isa/neon/shifts.hpp"
#include "models/cpu/isa/neon/vectors.hpp"

namespace linefill::isa::neon {
namespace {

template <class Op, unsigned sizes, Sign sign>
void same_length(const Fields& f, Instruction& i, Timing timing = timing::kSimple) {
  if (!take_vectors(f, i)) return;
  const bool q = f.bit('q');
  reads_destination(i, kAccumulates<Op, std::int16_t, Saturated>, q);
  set_handler(i, handler_for<SameLength<Op>, sizes, sign>(f, f['z'], q), timing, q);
}

/// Of all bits alike: one 64-bit lane serves every size.
template <class Op>
void bitwise(const Fields& f, Instruction& i) {
  if (!take_vectors(f, i)) return;
  const bool q = f.bit('q');
  reads_destination(i, kAccumulates<Op, std::uint64_t, Saturated>, q);
  set_handler(i, handler_for<SameLength<Op>, k64, Sign::kUnsigned>(f, 3, q), timing::kSimple, q);
}

template <class Op, unsigned sizes, Sign sign>
void product(const Fields& f, Instruction& i) {
  same_length<Op, sizes, sign>(f, i, f['z'] == 2 ? timing::kMultiplyWords : timing::kMultiply);
}

template <class Op, Sign sign>
void pairwise(const Fields& f, Instruction& i) {
  if (!take_vectors(f, i)) return;
  if (f.bit('q')) return undefined_here(i);
  set_handler(i, handler_for<Pairwise<Op>, kTo32, sign>(f, f['z']), timing::kSimple, false);
}

}  // namespace

void vhadd(const Fields& f, Instruction& i) { same_length<HalvingAdd, kTo32, Sign::kByU>(f, i); }
void vrhadd(const Fields& f, Instruction& i) {
  same_length<RoundingHalvingAdd, kTo32, Sign::kByU>(f, i);
}
void vhsub(const Fields& f, Instruction& i) {
  same_length<HalvingSubtract, kTo32, Sign::kByU>(f, i);
}
void vqadd(const Fields& f, Instruction& i) {
  same_length<SaturatingAdd, kTo64, Sign::kByU>(f, i, timing::kSaturating);
}
void vqsub(const Fields& f, Instruction& i) {
  same_length<SaturatingSubtract, kTo64, Sign::kByU>(f, i, timing::kSaturating);
}
void vand(const Fields& f, Instruction& i) { bitwise<And>(f, i); }
void vbic(const Fields& f, Instruction& i) { bitwise<BitClear>(f, i); }
void vorr(const Fields& f, Instruction& i) { bitwise<Or>(f, i); }
void vorn(const Fields& f, Instruction& i) { bitwise<OrNot>(f, i); }
void veor(const Fields& f, Instruction& i) { bitwise<ExclusiveOr>(f, i); }
void vbsl(const Fields& f, Instruction& i) { bitwise<Select>(f, i); }
void vbit(const Fields& f, Instruction& i) { bitwise<InsertIfTrue>(f, i); }
void vbif(const Fields& f, Instruction& i) { bitwise<InsertIfFalse>(f, i); }
void vcgt(const Fields& f, Instruction& i) { same_length<Greater, kTo32, Sign::kByU>(f, i); }
void vcge(const Fields& f, Instruction& i) { same_length<GreaterOrEqual, kTo32, Sign::kByU>(f, i); }
void vceq(const Fields& f, Instruction& i) { same_length<Equal, kTo32, Sign::kUnsigned>(f, i); }
void vtst(const Fields& f, Instruction& i) { same_length<Test, kTo32, Sign::kUnsigned>(f, i); }
void vshl(const Fields& f, Instruction& i) {
  same_length<ShiftByLane<false>, kTo64, Sign::kByU>(f, i, timing::kShiftByRegister);
}
void vqshl(const Fields& f, Instruction& i) {
  same_length<SaturatingShiftByLane<false>, kTo64, Sign::kByU>(f, i, timing::kShiftByRegister);
}
void vrshl(const Fields& f, Instruction& i) {
  same_length<ShiftByLane<true>, kTo64, Sign::kByU>(f, i, timing::kShiftByRegister);
}
void vqrshl(const Fields& f, Instruction& i) {
  same_length<SaturatingShiftByLane<true>, kTo64, Sign::kByU>(f, i, timing::kShiftByRegister);
}
void vmax(const Fields& f, Instruction& i) { same_length<Maximum, kTo32, Sign::kByU>(f, i); }
void vmin(const Fields& f, Instruction& i) { same_length<Minimum, kTo32, Sign::kByU>(f, i); }
void vabd(const Fields& f, Instruction& i) {
  same_length<AbsoluteDifference, kTo32, Sign::kByU>(f, i);
}
void vaba(const Fields& f, Instruction& i) {
  same_length<Accumulate<AbsoluteDifference>, kTo32, Sign::kByU>(f, i, timing::kAccumulate);
}
void vadd(const Fields& f, Instruction& i) { same_length<Add, kTo64, Sign::kUnsigned>(f, i); }
void vsub(const Fields& f, Instruction& i) { same_length<Subtract, kTo64, Sign::kUnsigned>(f, i); }
void vmla(const Fields& f, Instruction& i) {
  product<Accumulate<Multiply>, kTo32, Sign::kUnsigned>(f, i);
}
void vmls(const Fields& f, Instruction& i) {
  product<Deduct<Multiply>, kTo32, Sign::kUnsigned>(f, i);
}
void vmul(const Fields& f, Instruction& i) { product<Multiply, kTo32, Sign::kUnsigned>(f, i); }
void vmul_polynomial(const Fields& f, Instruction& i) {
  product<PolynomialMultiply, k8, Sign::kUnsigned>(f, i);
}
void vpmax(const Fields& f, Instruction& i) { pairwise<Maximum, Sign::kByU>(f, i); }
void vpmin(const Fields& f, Instruction& i) { pairwise<Minimum, Sign::kByU>(f, i); }
void vpadd(const Fields& f, Instruction& i) { pairwise<Add, Sign::kUnsigned>(f, i); }
void vqdmulh(const Fields& f, Instruction& i) {
  product<DoublingMultiplyHigh<false>, k16 | k32, Sign::kSigned>(f, i);
}
void vqrdmulh(const Fields& f, Instruction& i) {
  product<DoublingMultiplyHigh<true>, k16 | k32, Sign::kSigned>(f, i);
}

}  // namespace linefill::isa::neon
