// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/neon/float_vectors.hpp"

#include "models/cpu/isa/neon/float_lanes.hpp"
#include "models/cpu/isa/neon/operands.hpp"
#include "models/cpu/isa/neon/vectors.hpp"

namespace linefill::isa::neon {
namespace {

using floating::Rounding;

constexpr unsigned kSingle = 2;  // As a size of lanes.

template <class Op>
constexpr Timing timing_of() {
  constexpr bool kTwoSteps = kAccumulates<Op, std::uint32_t, FloatEnvironment> ||
                             std::is_same_v<Op, ReciprocalStep> ||
                             std::is_same_v<Op, ReciprocalSquareRootStep>;
  return kTwoSteps ? timing::kFloatMultiplyAccumulate : timing::kFloat;
}

/// Lanes of single precision only: bit z, where the row has it, must be zero.
template <class Op>
void same_length(const Fields& f, Instruction& i) {
  if (!take_vectors(f, i)) return;
  if (f.bit('z')) return undefined_here(i);
  const bool q = f.bit('q');
  reads_destination(i, kAccumulates<Op, std::uint32_t, FloatEnvironment>, q);
  using Form = SameLength<Op, FloatEnvironment>;
  set_handler(i, handler_for<Form, k32, Sign::kUnsigned>(f, kSingle, q), timing_of<Op>(), q);
}

template <class Op>
void pairwise(const Fields& f, Instruction& i) {
  if (!take_vectors(f, i)) return;
  if (f.bit('z') || f.bit('q')) return undefined_here(i);
  using Form = Pairwise<Op, FloatEnvironment>;
  set_handler(i, handler_for<Form, k32, Sign::kUnsigned>(f, kSingle), timing::kFloat, false);
}

template <class Op, class Context = FloatEnvironment>
void unary(const Fields& f, Instruction& i) {
  if (!take_vectors(f, i)) return;
  const bool q = f.bit('q');
  set_handler(i, handler_for<Unary<Op, Context>, k32, Sign::kUnsigned>(f, f['z'], q),
              timing::kFloat, q);
}

/// Comparison of m with zero.
template <class Comparison>
struct WithZero {
  std::uint32_t operator()(std::uint32_t m, FloatEnvironment& env) const {
    return Comparison{}(m, 0U, env);
  }
};
struct FloatAbsolute {
  std::uint32_t operator()(std::uint32_t m) const { return floating::absolute(m); }
};
struct FloatNegate {
  std::uint32_t operator()(std::uint32_t m) const { return floating::negate(m); }
};
struct ReciprocalEstimate {
  std::uint32_t operator()(std::uint32_t m, FloatEnvironment& env) const {
    return reciprocal_estimate(m, env);
  }
};
struct ReciprocalSquareRootEstimate {
  std::uint32_t operator()(std::uint32_t m, FloatEnvironment& env) const {
    return reciprocal_square_root_estimate(m, env);
  }
};
struct UnsignedReciprocalEstimate {
  std::uint32_t operator()(std::uint32_t m) const { return unsigned_reciprocal_estimate(m); }
};
struct UnsignedReciprocalSquareRootEstimate {
  std::uint32_t operator()(std::uint32_t m) const {
    return unsigned_reciprocal_square_root_estimate(m);
  }
};

// Conversions: Instruction::shift is the number of fraction bits, Instruction::kind is not 0 for
// unsigned integers, Instruction::extra the number of D registers.

void convert(Executor& e, const Instruction& i, bool to_integer) {
  auto env = context<FloatEnvironment>(e);
  for (unsigned reg = 0; reg < i.extra; ++reg) {
    auto lanes = read<std::uint32_t, 8>(e, i.m + reg);
    for (std::uint32_t& lane : lanes) {
      lane = to_integer ? floating::to_fixed(lane, i.shift, 32, i.kind == 0, Rounding::kZero, env)
                        : floating::from_fixed<std::uint32_t>(lane, i.shift, 32, i.kind == 0,
                                                              Rounding::kNearest, env);
    }
    write(e, i.d + reg, lanes);
  }
  conclude(e, env);
}
bool execute_to_integer(Executor& e, const Instruction& i) {
  convert(e, i, true);
  return true;
}
bool execute_to_float(Executor& e, const Instruction& i) {
  convert(e, i, false);
  return true;
}

bool execute_half_to_single(Executor& e, const Instruction& i) {
  auto env = context<FloatEnvironment>(e);
  const auto m = read<std::uint16_t, 8>(e, i.m);
  Lanes<std::uint32_t, 16> d{};
  for (std::size_t k = 0; k < d.size(); ++k) d[k] = floating::half_to_single(m[k], env);
  write(e, i.d, d);
  conclude(e, env);
  return true;
}
bool execute_single_to_half(Executor& e, const Instruction& i) {
  auto env = context<FloatEnvironment>(e);
  const auto m = read<std::uint32_t, 16>(e, i.m);
  Lanes<std::uint16_t, 8> d{};
  for (std::size_t k = 0; k < d.size(); ++k) d[k] = floating::single_to_half(m[k], env);
  write(e, i.d, d);
  conclude(e, env);
  return true;
}

void take_conversion(const Fields& f, Instruction& i, unsigned fraction_bits) {
  if (!take_vectors(f, i)) return;
  i.extra = f.bit('q') ? 2 : 1;
  i.kind = f.byte('u');
  i.shift = static_cast<std::uint8_t>(fraction_bits);
  set_handler(
      i, f.bit('o') ? &with_extension<&execute_to_integer> : &with_extension<&execute_to_float>,
      timing::kFloat, f.bit('q'));
}

}  // namespace

void vadd_float(const Fields& f, Instruction& i) { same_length<FloatAdd>(f, i); }
void vsub_float(const Fields& f, Instruction& i) { same_length<FloatSubtract>(f, i); }
void vpadd_float(const Fields& f, Instruction& i) { pairwise<FloatAdd>(f, i); }
void vabd_float(const Fields& f, Instruction& i) { same_length<FloatAbsoluteDifference>(f, i); }
void vmla_float(const Fields& f, Instruction& i) { same_length<FloatMultiplyAdd>(f, i); }
void vmls_float(const Fields& f, Instruction& i) { same_length<FloatMultiplySubtract>(f, i); }
void vmul_float(const Fields& f, Instruction& i) { same_length<FloatMultiply>(f, i); }
void vceq_float(const Fields& f, Instruction& i) { same_length<FloatEqual>(f, i); }
void vcge_float(const Fields& f, Instruction& i) { same_length<FloatGreaterOrEqual>(f, i); }
void vcgt_float(const Fields& f, Instruction& i) { same_length<FloatGreater>(f, i); }
void vacge(const Fields& f, Instruction& i) { same_length<OfAbsolutes<FloatGreaterOrEqual>>(f, i); }
void vacgt(const Fields& f, Instruction& i) { same_length<OfAbsolutes<FloatGreater>>(f, i); }
void vmax_float(const Fields& f, Instruction& i) { same_length<FloatMaximum>(f, i); }
void vmin_float(const Fields& f, Instruction& i) { same_length<FloatMinimum>(f, i); }
void vpmax_float(const Fields& f, Instruction& i) { pairwise<FloatMaximum>(f, i); }
void vpmin_float(const Fields& f, Instruction& i) { pairwise<FloatMinimum>(f, i); }
void vrecps(const Fields& f, Instruction& i) { same_length<ReciprocalStep>(f, i); }
void vrsqrts(const Fields& f, Instruction& i) { same_length<ReciprocalSquareRootStep>(f, i); }

void vcgt_zero_float(const Fields& f, Instruction& i) { unary<WithZero<FloatGreater>>(f, i); }
void vcge_zero_float(const Fields& f, Instruction& i) {
  unary<WithZero<FloatGreaterOrEqual>>(f, i);
}
void vceq_zero_float(const Fields& f, Instruction& i) { unary<WithZero<FloatEqual>>(f, i); }
void vcle_zero_float(const Fields& f, Instruction& i) {
  unary<WithZero<Swapped<FloatGreaterOrEqual>>>(f, i);
}
void vclt_zero_float(const Fields& f, Instruction& i) {
  unary<WithZero<Swapped<FloatGreater>>>(f, i);
}
void vabs_float(const Fields& f, Instruction& i) { unary<FloatAbsolute, Saturated>(f, i); }
void vneg_float(const Fields& f, Instruction& i) { unary<FloatNegate, Saturated>(f, i); }
void vrecpe(const Fields& f, Instruction& i) {
  f.bit('o') ? unary<ReciprocalEstimate>(f, i) : unary<UnsignedReciprocalEstimate, Saturated>(f, i);
}
void vrsqrte(const Fields& f, Instruction& i) {
  f.bit('o') ? unary<ReciprocalSquareRootEstimate>(f, i)
             : unary<UnsignedReciprocalSquareRootEstimate, Saturated>(f, i);
}

void vcvt_half(const Fields& f, Instruction& i) {
  const bool to_single = f.bit('o');
  if (!take_vectors(f, i, {.d = to_single, .m = !to_single})) return;
  if (f['z'] != 1) return undefined_here(i);
  set_handler(i,
              to_single ? &with_extension<&execute_half_to_single>
                        : &with_extension<&execute_single_to_half>,
              {2, 2, 3}, to_single);
}

void vcvt_integer(const Fields& f, Instruction& i) {
  take_conversion(f, i, 0);
  if (f['z'] != kSingle) undefined_here(i);
}

void vcvt_fixed(const Fields& f, Instruction& i) {
  take_conversion(f, i, 64 - f['v']);
  if (f['v'] < 32) undefined_here(i);
}

}  // namespace linefill::isa::neon
