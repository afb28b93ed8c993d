// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/neon/by_scalar.hpp"

#include "models/cpu/isa/neon/float_lanes.hpp"
#include "models/cpu/isa/neon/operands.hpp"
#include "models/cpu/isa/neon/vectors.hpp"

namespace linefill::isa::neon {
namespace {

/// The register and index that field m names: 3 and 2 bits for halfwords, 4 and 1 for words.
bool take(const Fields& f, Instruction& i, Quads quads) {
  if (!take_vectors(f, i, quads)) return false;
  const unsigned register_bits = f['z'] == 1 ? 3 : 4;
  i.shift = static_cast<std::uint8_t>(f['m'] >> register_bits);
  i.m = static_cast<std::uint8_t>(f['m'] & ((1U << register_bits) - 1));
  i.needs = 0;
  i.vector_reads = 0;
  for (const std::uint8_t reg : {i.d, i.n}) needs_registers(i, reg + 1U);
  i.uses_vectors(i.n, quads.n ? 2 : 1);
  i.uses_vectors(i.m, 1);
  return true;
}

Timing timing_of(const Fields& f) {
  return f['z'] == 2 ? timing::kMultiplyWords : timing::kMultiply;
}

template <class Op, Sign sign>
void same_length(const Fields& f, Instruction& i) {
  const bool q = f.bit('q');
  if (!take(f, i, {.d = q, .n = q})) return;
  reads_destination(i, kAccumulates<Op, std::int16_t, Saturated>, q);
  set_handler(i, handler_for<SameLengthByScalar<Op>, k16 | k32, sign>(f, f['z'], q), timing_of(f),
              q);
}

template <class Op>
void float_same_length(const Fields& f, Instruction& i) {
  const bool q = f.bit('q');
  if (!take(f, i, {.d = q, .n = q})) return;
  using Form = SameLengthByScalar<Op, FloatEnvironment>;
  constexpr bool kReadsD = kAccumulates<Op, std::uint32_t, FloatEnvironment>;
  reads_destination(i, kReadsD, q);
  set_handler(i, handler_for<Form, k32, Sign::kUnsigned>(f, f['z'], q),
              kReadsD ? timing::kFloatMultiplyAccumulate : timing::kFloat, q);
}

template <class Op, Sign sign>
void lengthen(const Fields& f, Instruction& i) {
  if (!take(f, i, {.d = true})) return;
  reads_destination(i, kAccumulates<Op, std::int16_t, Saturated>, true);
  Timing timing = timing_of(f);
  timing.q = timing.d;
  set_handler(i, handler_for<LongByScalar<Op>, k16 | k32, sign>(f, f['z']), timing, true);
}

}  // namespace

void vmla_by_scalar(const Fields& f, Instruction& i) {
  same_length<Accumulate<Multiply>, Sign::kUnsigned>(f, i);
}
void vmls_by_scalar(const Fields& f, Instruction& i) {
  same_length<Deduct<Multiply>, Sign::kUnsigned>(f, i);
}
void vmul_by_scalar(const Fields& f, Instruction& i) {
  same_length<Multiply, Sign::kUnsigned>(f, i);
}
void vqdmulh_by_scalar(const Fields& f, Instruction& i) {
  same_length<DoublingMultiplyHigh<false>, Sign::kSigned>(f, i);
}
void vqrdmulh_by_scalar(const Fields& f, Instruction& i) {
  same_length<DoublingMultiplyHigh<true>, Sign::kSigned>(f, i);
}
void vmla_float_by_scalar(const Fields& f, Instruction& i) {
  float_same_length<FloatMultiplyAdd>(f, i);
}
void vmls_float_by_scalar(const Fields& f, Instruction& i) {
  float_same_length<FloatMultiplySubtract>(f, i);
}
void vmul_float_by_scalar(const Fields& f, Instruction& i) {
  float_same_length<FloatMultiply>(f, i);
}
void vmlal_by_scalar(const Fields& f, Instruction& i) {
  lengthen<Accumulate<Multiply>, Sign::kByU>(f, i);
}
void vmlsl_by_scalar(const Fields& f, Instruction& i) {
  lengthen<Deduct<Multiply>, Sign::kByU>(f, i);
}
void vmull_by_scalar(const Fields& f, Instruction& i) { lengthen<Multiply, Sign::kByU>(f, i); }
void vqdmlal_by_scalar(const Fields& f, Instruction& i) {
  lengthen<DoublingMultiplyAccumulate, Sign::kSigned>(f, i);
}
void vqdmlsl_by_scalar(const Fields& f, Instruction& i) {
  lengthen<DoublingMultiplyDeduct, Sign::kSigned>(f, i);
}
void vqdmull_by_scalar(const Fields& f, Instruction& i) {
  lengthen<DoublingMultiply, Sign::kSigned>(f, i);
}

}  // namespace linefill::isa::neon
