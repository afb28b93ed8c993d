// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/neon/shift_immediate.hpp"

#include <bit>

#include "models/cpu/isa/neon/operands.hpp"
#include "models/cpu/isa/neon/shifts.hpp"
#include "models/cpu/isa/neon/vectors.hpp"

namespace linefill::isa::neon {
namespace {

/// A narrow lane from a wide one, shifted right; what does not fit is lost.
template <bool rounding>
struct Narrowing {
  template <class To, class T>
  constexpr To narrow(T m, unsigned amount, Saturated& /*q*/) const {
    return static_cast<To>(shift_right<rounding>(m, amount));
  }
};
/// ... saturates.
template <bool rounding>
struct SaturatingNarrowing {
  template <class To, class T>
  constexpr To narrow(T m, unsigned amount, Saturated& q) const {
    return saturate<To>(shift_right<rounding>(m, amount), q);
  }
};
/// ... saturates to unsigned lanes.
template <bool rounding>
struct SaturatingNarrowingUnsigned {
  template <class To, class T>
  constexpr To narrow(T m, unsigned amount, Saturated& q) const {
    return static_cast<To>(saturate<std::make_unsigned_t<To>>(shift_right<rounding>(m, amount), q));
  }
};

/// L:imm6: the position of its highest one is the size of the lanes, 2^(size + 3).
unsigned size_and_amount(const Fields& f) { return f['l'] << 6 | f['v']; }
unsigned size_of(const Fields& f) { return std::bit_width(size_and_amount(f)) - 4; }
/// Right shifts count from twice the size of the lanes down, left shifts from their size up.
std::uint8_t right_amount(const Fields& f, unsigned size) {
  return static_cast<std::uint8_t>((16U << size) - size_and_amount(f));
}
std::uint8_t left_amount(const Fields& f, unsigned size) {
  return static_cast<std::uint8_t>(size_and_amount(f) - (8U << size));
}

template <class Op, Sign sign>
void right(const Fields& f, Instruction& i, Timing timing = timing::kSimple) {
  if (!take_vectors(f, i)) return;
  const unsigned size = size_of(f);
  const bool q = f.bit('q');
  i.shift = right_amount(f, size);
  set_handler(i, handler_for<ByConstant<Op>, kTo64, sign>(f, size, q), timing, q);
}

template <class Op, Sign sign>
void left(const Fields& f, Instruction& i, Timing timing = timing::kSimple) {
  if (!take_vectors(f, i)) return;
  const unsigned size = size_of(f);
  const bool q = f.bit('q');
  i.shift = left_amount(f, size);
  set_handler(i, handler_for<ByConstant<Op>, kTo64, sign>(f, size, q), timing, q);
}

/// The size that v has is that of the narrow lanes, the amount counts from that of the wide ones.
template <class Op, Sign sign>
void narrow(const Fields& f, Instruction& i) {
  if (!take_vectors(f, i, {.m = true})) return;
  const unsigned size = size_of(f);
  i.shift = right_amount(f, size);
  set_handler(i, handler_for<NarrowUnary<Op>, kTo32, sign>(f, size), timing::kSaturating, false);
}

template <class Op, Sign sign>
void move_narrow(const Fields& f, Instruction& i) {
  if (!take_vectors(f, i, {.m = true})) return;
  set_handler(i, handler_for<NarrowUnary<Op>, kTo32, sign>(f, f['z']), timing::kSaturating, false);
}

/// Of a shift that keeps some of the destination's bits, or adds to it.
void reads_destination_too(const Fields& f, Instruction& i) {
  reads_destination(i, true, f.bit('q'));
}

}  // namespace

void vshr(const Fields& f, Instruction& i) { right<ShiftRight<false>, Sign::kByU>(f, i); }
void vsra(const Fields& f, Instruction& i) {
  right<ShiftRightAccumulate<false>, Sign::kByU>(f, i, timing::kAccumulate);
  reads_destination_too(f, i);
}
void vrshr(const Fields& f, Instruction& i) { right<ShiftRight<true>, Sign::kByU>(f, i); }
void vrsra(const Fields& f, Instruction& i) {
  right<ShiftRightAccumulate<true>, Sign::kByU>(f, i, timing::kAccumulate);
  reads_destination_too(f, i);
}
void vsri(const Fields& f, Instruction& i) {
  right<ShiftRightInsert, Sign::kUnsigned>(f, i);
  reads_destination_too(f, i);
}
void vshl_immediate(const Fields& f, Instruction& i) { left<ShiftLeft, Sign::kUnsigned>(f, i); }
void vsli(const Fields& f, Instruction& i) {
  left<ShiftLeftInsert, Sign::kUnsigned>(f, i);
  reads_destination_too(f, i);
}
void vqshl_immediate(const Fields& f, Instruction& i) {
  left<SaturatingShiftLeft, Sign::kByU>(f, i, timing::kShiftByRegister);
}
void vqshlu(const Fields& f, Instruction& i) {
  left<SaturatingShiftLeftUnsigned, Sign::kSigned>(f, i, timing::kShiftByRegister);
}
void vshrn(const Fields& f, Instruction& i) { narrow<Narrowing<false>, Sign::kUnsigned>(f, i); }
void vrshrn(const Fields& f, Instruction& i) { narrow<Narrowing<true>, Sign::kUnsigned>(f, i); }
void vqshrn(const Fields& f, Instruction& i) {
  narrow<SaturatingNarrowing<false>, Sign::kByU>(f, i);
}
void vqrshrn(const Fields& f, Instruction& i) {
  narrow<SaturatingNarrowing<true>, Sign::kByU>(f, i);
}
void vqshrun(const Fields& f, Instruction& i) {
  narrow<SaturatingNarrowingUnsigned<false>, Sign::kSigned>(f, i);
}
void vqrshrun(const Fields& f, Instruction& i) {
  narrow<SaturatingNarrowingUnsigned<true>, Sign::kSigned>(f, i);
}

void vshll(const Fields& f, Instruction& i) {
  if (!take_vectors(f, i, {.d = true})) return;
  const unsigned size = size_of(f);
  i.shift = left_amount(f, size);
  set_handler(i, handler_for<LongShift, kTo32, Sign::kByU>(f, size), timing::kSimple, true);
}

void vmovn(const Fields& f, Instruction& i) {
  move_narrow<Narrowing<false>, Sign::kUnsigned>(f, i);
}
void vqmovn(const Fields& f, Instruction& i) {
  move_narrow<SaturatingNarrowing<false>, Sign::kByU>(f, i);
}
void vqmovun(const Fields& f, Instruction& i) {
  move_narrow<SaturatingNarrowingUnsigned<false>, Sign::kSigned>(f, i);
}

void vshll_maximum(const Fields& f, Instruction& i) {
  if (!take_vectors(f, i, {.d = true})) return;
  i.shift = static_cast<std::uint8_t>(8U << f['z']);
  set_handler(i, handler_for<LongShift, kTo32, Sign::kUnsigned>(f, f['z']), timing::kSimple, true);
}

}  // namespace linefill::isa::neon
