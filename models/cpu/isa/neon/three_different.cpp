// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/neon/three_different.hpp"

#include "models/cpu/isa/neon/operands.hpp"
#include "models/cpu/isa/neon/vectors.hpp"

namespace linefill::isa::neon {
namespace {

template <class Op, bool n_is_wide = false>
void lengthen(const Fields& f, Instruction& i, Timing timing = timing::kSimple) {
  if (!take_vectors(f, i, {.d = true, .n = n_is_wide})) return;
  reads_destination(i, kAccumulates<Op, std::int16_t, Saturated>, true);
  // The narrow vectors are passed once.
  timing.q = timing.d;
  set_handler(i, handler_for<Long<Op, n_is_wide>, kTo32, Sign::kByU>(f, f['z']), timing, true);
}

template <class Op, unsigned sizes, Sign sign>
void product(const Fields& f, Instruction& i) {
  if (!take_vectors(f, i, {.d = true})) return;
  reads_destination(i, kAccumulates<Op, std::int16_t, Saturated>, true);
  Timing timing = f['z'] == 2 ? timing::kMultiplyWords : timing::kMultiply;
  timing.q = timing.d;
  set_handler(i, handler_for<Long<Op, false>, sizes, sign>(f, f['z']), timing, true);
}

template <class Op, bool rounding>
void narrow_high(const Fields& f, Instruction& i) {
  if (!take_vectors(f, i, {.n = true, .m = true})) return;
  set_handler(i, handler_for<NarrowHigh<Op, rounding>, kTo32, Sign::kUnsigned>(f, f['z']),
              timing::kSaturating, false);
}

}  // namespace

void vaddl(const Fields& f, Instruction& i) { lengthen<Add>(f, i); }
void vaddw(const Fields& f, Instruction& i) { lengthen<Add, true>(f, i); }
void vsubl(const Fields& f, Instruction& i) { lengthen<Subtract>(f, i); }
void vsubw(const Fields& f, Instruction& i) { lengthen<Subtract, true>(f, i); }
void vaddhn(const Fields& f, Instruction& i) { narrow_high<Add, false>(f, i); }
void vraddhn(const Fields& f, Instruction& i) { narrow_high<Add, true>(f, i); }
void vsubhn(const Fields& f, Instruction& i) { narrow_high<Subtract, false>(f, i); }
void vrsubhn(const Fields& f, Instruction& i) { narrow_high<Subtract, true>(f, i); }
void vabal(const Fields& f, Instruction& i) {
  lengthen<Accumulate<AbsoluteDifference>>(f, i, timing::kAccumulate);
}
void vabdl(const Fields& f, Instruction& i) { lengthen<AbsoluteDifference>(f, i); }
void vmlal(const Fields& f, Instruction& i) {
  product<Accumulate<Multiply>, kTo32, Sign::kByU>(f, i);
}
void vmlsl(const Fields& f, Instruction& i) { product<Deduct<Multiply>, kTo32, Sign::kByU>(f, i); }
void vqdmlal(const Fields& f, Instruction& i) {
  product<DoublingMultiplyAccumulate, k16 | k32, Sign::kSigned>(f, i);
}
void vqdmlsl(const Fields& f, Instruction& i) {
  product<DoublingMultiplyDeduct, k16 | k32, Sign::kSigned>(f, i);
}
void vmull(const Fields& f, Instruction& i) { product<Multiply, kTo32, Sign::kByU>(f, i); }
void vqdmull(const Fields& f, Instruction& i) {
  product<DoublingMultiply, k16 | k32, Sign::kSigned>(f, i);
}
void vmull_polynomial(const Fields& f, Instruction& i) {
  product<PolynomialMultiply, k8, Sign::kUnsigned>(f, i);
}

}  // namespace linefill::isa::neon
