// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/neon/two_registers.hpp"

#include <algorithm>
#include <bit>

#include "models/cpu/isa/neon/operands.hpp"
#include "models/cpu/isa/neon/vectors.hpp"

namespace linefill::isa::neon {
namespace {

template <class Op, unsigned sizes, Sign sign>
void unary(const Fields& f, Instruction& i) {
  if (!take_vectors(f, i)) return;
  const bool q = f.bit('q');
  set_handler(i, handler_for<Unary<Op>, sizes, sign>(f, f['z'], q), timing::kSimple, q);
}

/// The lanes of each region of `region` bytes in the opposite order.
template <unsigned region>
struct Reverse {
  template <class T, unsigned bytes>
  static bool run(Executor& e, const Instruction& i) {
    auto lanes = read<T, bytes>(e, i.m);
    constexpr auto kStep = static_cast<std::ptrdiff_t>(region / sizeof(T));
    for (auto at = lanes.begin(); at != lanes.end(); at += kStep) std::reverse(at, at + kStep);
    write(e, i.d, lanes);
    return true;
  }
};
template <unsigned region, unsigned sizes>
void reverse(const Fields& f, Instruction& i) {
  if (!take_vectors(f, i)) return;
  const bool q = f.bit('q');
  set_handler(i, handler_for<Reverse<region>, sizes, Sign::kUnsigned>(f, f['z'], q),
              timing::kSimple, q);
}

template <bool accumulate>
void pairwise_add_long(const Fields& f, Instruction& i) {
  if (!take_vectors(f, i)) return;
  const bool q = f.bit('q');
  reads_destination(i, accumulate, q);
  set_handler(i, handler_for<PairwiseAddLong<accumulate>, kTo32, Sign::kByU>(f, f['z'], q),
              accumulate ? timing::kAccumulate : timing::kSimple, q);
}

/// How many bits below the top one are equal to it.
struct CountLeadingSigns {
  template <class T>
  constexpr T operator()(T m) const {
    const auto flipped = static_cast<std::make_unsigned_t<T>>(m ^ m >> 1);
    return static_cast<T>(std::countl_zero(flipped) - 1);
  }
};
struct CountLeadingZeros {
  template <class T>
  constexpr T operator()(T m) const {
    return static_cast<T>(std::countl_zero(m));
  }
};
struct CountOnes {
  template <class T>
  constexpr T operator()(T m) const {
    return static_cast<T>(std::popcount(m));
  }
};
struct Not {
  template <class T>
  constexpr T operator()(T m) const {
    return static_cast<T>(~m);
  }
};
struct Absolute {
  template <class T>
  constexpr T operator()(T m) const {
    return m < 0 ? Subtract{}(T{0}, m) : m;
  }
};
struct Negate {
  template <class T>
  constexpr T operator()(T m) const {
    return Subtract{}(T{0}, m);
  }
};
struct SaturatingNegate {
  template <class T>
  constexpr T operator()(T m, Saturated& q) const {
    return SaturatingSubtract{}(T{0}, m, q);
  }
};
struct SaturatingAbsolute {
  template <class T>
  constexpr T operator()(T m, Saturated& q) const {
    return m < 0 ? SaturatingNegate{}(m, q) : m;
  }
};
template <class Comparison>
struct WithZero {
  template <class T>
  constexpr T operator()(T m) const {
    return Comparison{}(m, T{0});
  }
};
template <class Comparison>
struct ZeroWith {
  template <class T>
  constexpr T operator()(T m) const {
    return Comparison{}(T{0}, m);
  }
};

// With a constant: Instruction::immediate is a word of it, which is repeated (but see VMOV.I64);
// Instruction::extra is the number of D registers.

template <class Op>
void combine(Executor& e, const Instruction& i, std::uint64_t constant) {
  for (unsigned reg = i.d; reg < i.d + unsigned{i.extra}; ++reg) {
    std::uint64_t& d = e.state.extension.d[reg];
    d = Op{}(d, constant);
  }
}
template <class Op>
bool execute_immediate(Executor& e, const Instruction& i) {
  combine<Op>(e, i, std::uint64_t{i.immediate} << 32 | i.immediate);
  return true;
}
struct Constant {
  constexpr std::uint64_t operator()(std::uint64_t /*d*/, std::uint64_t c) const { return c; }
};
struct InverseConstant {
  constexpr std::uint64_t operator()(std::uint64_t /*d*/, std::uint64_t c) const { return ~c; }
};

/// VMOV.I64: a byte for each bit.
bool execute_mask(Executor& e, const Instruction& i) {
  std::uint64_t mask = 0;
  for (unsigned bit = 0; bit < 8; ++bit)
    mask |= std::uint64_t{i.immediate >> bit & 1} * 0xFF << 8 * bit;
  combine<Constant>(e, i, mask);
  return true;
}

template <class Op>
void immediate(const Fields& f, Instruction& i) {
  if (!take_vectors(f, i)) return;
  const unsigned cmode = f.word() >> 8 & 0xF;
  i.immediate = expand_immediate(cmode, f['v']);
  i.extra = f.bit('q') ? 2 : 1;
  reads_destination(i, !std::is_same_v<Op, Constant> && !std::is_same_v<Op, InverseConstant>,
                    f.bit('q'));
  set_handler(i, &with_extension<&execute_immediate<Op>>, timing::kSimple, f.bit('q'));
  // AdvSIMDExpandImm's testimm8: a zero that is shifted.
  const unsigned position = cmode >> 1;
  const bool shifted = position != 0 && position != 4 && position != 7;
  if (shifted && f['v'] == 0) unpredictable(i);
}

}  // namespace

std::uint32_t expand_immediate(unsigned cmode, std::uint32_t constant) {
  const std::uint32_t c = constant & 0xFF;
  const unsigned position = cmode >> 1;
  if (position < 4) return c << 8 * position;
  if (position < 6) return 0x0001'0001 * (c << 8 * (position - 4));
  if (cmode == 12) return c << 8 | 0xFF;
  if (cmode == 13) return c << 16 | 0xFFFF;
  if (cmode == 14) return 0x0101'0101 * c;
  // A number: sign, the exponent's top bit inverted and five copies of it, two bits of exponent,
  // four of fraction.
  const std::uint32_t exponent = (c & 0x40) != 0 ? 0x1F : 0x20;
  return (c & 0x80) << 24 | exponent << 25 | (c & 0x3F) << 19;
}

void vrev64(const Fields& f, Instruction& i) { reverse<8, kTo32>(f, i); }
void vrev32(const Fields& f, Instruction& i) { reverse<4, k8 | k16>(f, i); }
void vrev16(const Fields& f, Instruction& i) { reverse<2, k8>(f, i); }
void vpaddl(const Fields& f, Instruction& i) { pairwise_add_long<false>(f, i); }
void vpadal(const Fields& f, Instruction& i) { pairwise_add_long<true>(f, i); }
void vcls(const Fields& f, Instruction& i) { unary<CountLeadingSigns, kTo32, Sign::kSigned>(f, i); }
void vclz(const Fields& f, Instruction& i) {
  unary<CountLeadingZeros, kTo32, Sign::kUnsigned>(f, i);
}
void vcnt(const Fields& f, Instruction& i) { unary<CountOnes, k8, Sign::kUnsigned>(f, i); }
void vmvn(const Fields& f, Instruction& i) { unary<Not, k8, Sign::kUnsigned>(f, i); }
void vqabs(const Fields& f, Instruction& i) {
  unary<SaturatingAbsolute, kTo32, Sign::kSigned>(f, i);
}
void vqneg(const Fields& f, Instruction& i) { unary<SaturatingNegate, kTo32, Sign::kSigned>(f, i); }
void vcgt_zero(const Fields& f, Instruction& i) {
  unary<WithZero<Greater>, kTo32, Sign::kSigned>(f, i);
}
void vcge_zero(const Fields& f, Instruction& i) {
  unary<WithZero<GreaterOrEqual>, kTo32, Sign::kSigned>(f, i);
}
void vceq_zero(const Fields& f, Instruction& i) {
  unary<WithZero<Equal>, kTo32, Sign::kSigned>(f, i);
}
void vcle_zero(const Fields& f, Instruction& i) {
  unary<ZeroWith<GreaterOrEqual>, kTo32, Sign::kSigned>(f, i);
}
void vclt_zero(const Fields& f, Instruction& i) {
  unary<ZeroWith<Greater>, kTo32, Sign::kSigned>(f, i);
}
void vabs(const Fields& f, Instruction& i) { unary<Absolute, kTo32, Sign::kSigned>(f, i); }
void vneg(const Fields& f, Instruction& i) { unary<Negate, kTo32, Sign::kSigned>(f, i); }

void vmov_immediate(const Fields& f, Instruction& i) { immediate<Constant>(f, i); }
void vmov_mask(const Fields& f, Instruction& i) {
  immediate<Constant>(f, i);
  if (i.handler == &execute_undefined) return;
  i.immediate = f['v'];
  i.handler = &with_extension<&execute_mask>;
}
void vmvn_immediate(const Fields& f, Instruction& i) { immediate<InverseConstant>(f, i); }
void vorr_immediate(const Fields& f, Instruction& i) { immediate<Or>(f, i); }
void vbic_immediate(const Fields& f, Instruction& i) { immediate<BitClear>(f, i); }

}  // namespace linefill::isa::neon
