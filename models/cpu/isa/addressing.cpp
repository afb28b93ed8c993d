// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/addressing.hpp"

namespace linefill::isa {

Offset take_offset_register(const Fields& f, Instruction& i) {
  i.m = f.byte('m');
  i.uses(i.m);
  const ImmediateShift shift = decode_shift(f['y'], f['k']);
  i.kind = static_cast<std::uint8_t>(shift.type);
  i.shift = shift.amount;
  const bool subtract = f.has('U') && !f.bit('U');
  i.a = subtract ? kSubtract : 0;
  return subtract || shift.type != Shift::kLsl ? Offset::kShifted : Offset::kRegister;
}

void take_base_and_constant(const Fields& f, Instruction& i) {
  i.d = f.byte('t');
  i.n = f.has('n') ? f.byte('n') : std::uint8_t{15};
  i.immediate = f.has('U') && !f.bit('U') ? 0 - f['v'] : f['v'];
}

Index index_of(const Fields& f) {
  if (!f.has('P')) return Index::kOffset;
  if (!f.bit('P')) return Index::kPost;
  return f.bit('W') ? Index::kPre : Index::kOffset;
}

Offset constant_or_literal(const Instruction& i, Index index) {
  return i.n == 15 && index == Index::kOffset ? Offset::kLiteral : Offset::kConstant;
}

}  // namespace linefill::isa
