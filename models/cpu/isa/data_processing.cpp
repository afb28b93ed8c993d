// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/data_processing.hpp"

#include <array>
#include <bit>
#include <utility>

#include "models/cpu/isa/executor.hpp"
#include "models/cpu/isa/system_instructions.hpp"

namespace linefill::isa {
namespace {

enum class Operand : std::uint8_t {
  kConstant,
  kRegister,
  kShiftLeft,
  kShifted,
  kShiftedByRegister
};
constexpr unsigned kOperands = 5;
/// Instruction::kind of a constant that leaves the carry alone.
constexpr std::uint8_t kKeepCarry = 2;

constexpr bool is_logical(Alu op) {
  return op != Alu::kSub && op != Alu::kRsb && op != Alu::kAdd && op != Alu::kAdc &&
         op != Alu::kSbc && op != Alu::kRsc && op != Alu::kCmp && op != Alu::kCmn;
}
constexpr bool is_test(Alu op) {
  return op == Alu::kTst || op == Alu::kTeq || op == Alu::kCmp || op == Alu::kCmn;
}
constexpr bool reads_n(Alu op) { return op != Alu::kMov && op != Alu::kMvn; }

/// Shift_C (A2.2.1) of 1 to 255 places; sets the carry.
std::uint32_t shift_and_carry(CoreState& s, std::uint32_t value, Shift type, std::uint32_t amount) {
  switch (type) {
    case Shift::kLsl:
      s.carry = amount <= 32 ? value >> (32 - amount) & 1 : 0;
      return amount < 32 ? value << amount : 0;
    case Shift::kLsr:
      s.carry = amount <= 32 ? value >> (amount - 1) & 1 : 0;
      return amount < 32 ? value >> amount : 0;
    case Shift::kAsr: {
      const std::uint32_t places = amount < 32 ? amount : 31;
      const auto result = static_cast<std::uint32_t>(static_cast<std::int32_t>(value) >> places);
      s.carry = amount < 32 ? value >> (amount - 1) & 1 : value >> 31;
      return result;
    }
    case Shift::kRor: {
      const std::uint32_t result = std::rotr(value, static_cast<int>(amount & 31));
      s.carry = result >> 31;
      return result;
    }
    case Shift::kRrx:
      break;
  }
  const std::uint32_t result = s.carry << 31 | value >> 1;
  s.carry = value & 1;
  return result;
}

template <Operand kind, bool carry_out>
std::uint32_t operand(CoreState& s, const Instruction& i) {
  if constexpr (kind == Operand::kConstant) {
    if constexpr (carry_out) {
      if (i.kind != kKeepCarry) s.carry = i.kind;
    }
    return i.immediate;
  } else if constexpr (kind == Operand::kRegister) {
    return s.r[i.m];
  } else if constexpr (kind == Operand::kShiftLeft) {
    const std::uint32_t value = s.r[i.m];
    if constexpr (carry_out) s.carry = value >> (32 - i.shift) & 1;
    return value << i.shift;
  } else {
    const std::uint32_t amount = kind == Operand::kShifted ? i.shift : s.r[i.a] & 0xFF;
    if (kind == Operand::kShiftedByRegister && amount == 0) return s.r[i.m];
    if constexpr (carry_out) {
      return shift_and_carry(s, s.r[i.m], static_cast<Shift>(i.kind), amount);
    } else {
      return shift_value(s.r[i.m], static_cast<Shift>(i.kind), amount, s.carry);
    }
  }
}

/// AddWithCarry (A2.2.1).
template <bool set_flags>
std::uint32_t add(CoreState& s, std::uint32_t a, std::uint32_t b, std::uint32_t carry) {
  const std::uint64_t wide = std::uint64_t{a} + b + carry;
  const auto result = static_cast<std::uint32_t>(wide);
  if constexpr (set_flags) {
    s.carry = static_cast<std::uint32_t>(wide >> 32);
    s.overflow = ~(a ^ b) & (a ^ result);
    s.set_nz(result);
  }
  return result;
}

template <Alu op, bool set_flags>
std::uint32_t compute(CoreState& s, std::uint32_t a, std::uint32_t b) {
  if constexpr (is_logical(op)) {
    std::uint32_t result = b;
    if constexpr (op == Alu::kAnd || op == Alu::kTst) result = a & b;
    if constexpr (op == Alu::kEor || op == Alu::kTeq) result = a ^ b;
    if constexpr (op == Alu::kOrr) result = a | b;
    if constexpr (op == Alu::kBic) result = a & ~b;
    if constexpr (op == Alu::kOrn) result = a | ~b;
    if constexpr (op == Alu::kMvn) result = ~b;
    if constexpr (set_flags) s.set_nz(result);
    return result;
  } else {
    if constexpr (op == Alu::kAdd || op == Alu::kCmn) return add<set_flags>(s, a, b, 0);
    if constexpr (op == Alu::kSub || op == Alu::kCmp) return add<set_flags>(s, a, ~b, 1);
    if constexpr (op == Alu::kRsb) return add<set_flags>(s, b, ~a, 1);
    if constexpr (op == Alu::kAdc) return add<set_flags>(s, a, b, s.carry);
    if constexpr (op == Alu::kSbc) return add<set_flags>(s, a, ~b, s.carry);
    return add<set_flags>(s, b, ~a, s.carry);
  }
}

template <Alu op, bool set_flags, Operand kind>
bool alu(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  const std::uint32_t b = operand < kind, set_flags && is_logical(op) > (s, i);
  const std::uint32_t result = compute<op, set_flags>(s, s.r[i.n], b);
  if constexpr (!is_test(op)) s.r[i.d] = result;
  return true;
}

/// Rd is the PC: a branch (interworking in A32, A2.3.1), or with flags an exception return.
template <Alu op, bool set_flags, Operand kind>
bool alu_branch(Executor& e, const Instruction& i) {
  CoreState& s = e.state;
  const std::uint32_t result = compute<op, false>(s, s.r[i.n], operand<kind, false>(s, i));
  if constexpr (set_flags) return e.exception_return(i, result);
  return s.thumb ? e.branch(result) : e.branch_exchange(result);
}

// Handlers by operation, flags and operand; then those that write the PC.
constexpr unsigned handler_index(Alu op, bool set_flags, Operand kind) {
  return (static_cast<unsigned>(op) * 2 + (set_flags ? 1 : 0)) * kOperands +
         static_cast<unsigned>(kind);
}
constexpr unsigned kHandlers = kAluCount * 2 * kOperands;

template <std::size_t... index>
constexpr auto all_handlers(std::index_sequence<index...>) {
  return std::array<Handler, kHandlers>{
      &alu<static_cast<Alu>(index / kOperands / 2), index / kOperands % 2 == 1,
           static_cast<Operand>(index % kOperands)>...};
}
template <std::size_t... index>
constexpr auto all_branch_handlers(std::index_sequence<index...>) {
  return std::array<Handler, kHandlers>{
      &alu_branch<static_cast<Alu>(index / kOperands / 2), index / kOperands % 2 == 1,
                  static_cast<Operand>(index % kOperands)>...};
}
constexpr auto kAlu = all_handlers(std::make_index_sequence<kHandlers>{});
constexpr auto kAluBranch = all_branch_handlers(std::make_index_sequence<kHandlers>{});

void finish(Instruction& i, Alu op, bool set_flags, Operand kind) {
  if (reads_n(op)) i.uses(i.n);
  if (kind != Operand::kConstant) i.uses(i.m);
  if (kind == Operand::kShiftedByRegister) {
    i.uses(i.a);
    i.cycles = cost::kShiftByRegister;
  }
  const bool to_pc = i.d == 15 && !is_test(op);
  i.handler = (to_pc ? kAluBranch : kAlu)[handler_index(op, set_flags, kind)];
}

void finish_shifted(Instruction& i, Alu op, bool set_flags, ImmediateShift shift) {
  i.kind = static_cast<std::uint8_t>(shift.type);
  i.shift = shift.amount;
  Operand kind = Operand::kShifted;
  if (shift.type == Shift::kLsl)
    kind = shift.amount == 0 ? Operand::kRegister : Operand::kShiftLeft;
  finish(i, op, set_flags, kind);
}

bool move_top(Executor& e, const Instruction& i) {
  e.state.r[i.d] = (e.state.r[i.d] & 0xFFFF) | i.immediate << 16;
  return true;
}

bool address_of_literal(Executor& e, const Instruction& i) {
  e.state.r[i.d] = (e.state.r[15] & ~3U) + i.immediate;
  return true;
}

}  // namespace

std::uint32_t shift_value(std::uint32_t value, Shift type, std::uint32_t amount,
                          std::uint32_t carry) {
  switch (type) {
    case Shift::kLsl:
      return amount < 32 ? value << amount : 0;
    case Shift::kLsr:
      return amount < 32 ? value >> amount : 0;
    case Shift::kAsr:
      return static_cast<std::uint32_t>(static_cast<std::int32_t>(value) >>
                                        (amount < 32 ? amount : 31));
    case Shift::kRor:
      return std::rotr(value, static_cast<int>(amount & 31));
    case Shift::kRrx:
      break;
  }
  return carry << 31 | value >> 1;
}

void a32_immediate(const Fields& f, Instruction& i, Alu op) {
  i.d = f.byte('d');
  i.n = f.byte('n');
  const auto rotation = static_cast<int>(f['r'] * 2);
  i.immediate = std::rotr(f['v'], rotation);
  i.kind = rotation == 0 ? kKeepCarry : static_cast<std::uint8_t>(i.immediate >> 31);
  finish(i, op, f.bit('S') || is_test(op), Operand::kConstant);
}

void with_register(const Fields& f, Instruction& i, Alu op) {
  i.d = f.byte('d');
  i.n = f.byte('n');
  i.m = f.byte('m');
  const bool has_pc = i.m == 15 || (i.n == 15 && reads_n(op)) || (i.d == 15 && !is_test(op));
  if (i.ahead == 4 && has_pc) return unpredictable(i);
  finish_shifted(i, op, f.bit('S') || is_test(op), decode_shift(f['y'], f['k']));
}

void with_shift_register(const Fields& f, Instruction& i, Alu op) {
  i.d = f.byte('d');
  i.n = f.byte('n');
  i.m = f.byte('m');
  i.a = f.byte('s');
  i.kind = f.byte('y');
  if (i.d == 15 || i.n == 15 || i.m == 15 || i.a == 15) return unpredictable(i);
  finish(i, op, f.bit('S') || is_test(op), Operand::kShiftedByRegister);
}

// ThumbExpandImm_C (A6.3.2).
void t32_immediate(const Fields& f, Instruction& i, Alu op) {
  i.d = f.byte('d');
  i.n = f.byte('n');
  const std::uint32_t value = f['v'];
  const std::uint32_t byte = value & 0xFF;
  i.kind = kKeepCarry;
  if (value >> 10 != 0) {
    i.immediate = std::rotr(0x80U | (value & 0x7F), static_cast<int>(value >> 7));
    i.kind = static_cast<std::uint8_t>(i.immediate >> 31);
  } else {
    switch (value >> 8) {
      case 0:
        i.immediate = byte;
        break;
      case 1:
        i.immediate = byte * 0x0001'0001;
        break;
      case 2:
        i.immediate = byte * 0x0100'0100;
        break;
      default:
        i.immediate = byte * 0x0101'0101;
        break;
    }
    if (value >> 8 != 0 && byte == 0) return unpredictable(i);
  }
  if ((i.n == 15 && reads_n(op)) || (i.d == 15 && !is_test(op))) return unpredictable(i);
  finish(i, op, f.bit('S') || is_test(op), Operand::kConstant);
}

void t16_immediate(const Fields& f, Instruction& i, Alu op) {
  i.d = f.byte('d');
  i.n = f.has('n') ? f.byte('n') : i.d;
  i.immediate = f['v'];
  i.kind = kKeepCarry;
  finish(i, op, !f.in_it_block() || is_test(op), Operand::kConstant);
}

void t16_register(const Fields& f, Instruction& i, Alu op) {
  i.d = f.byte('d');
  i.n = f.has('n') ? f.byte('n') : i.d;
  i.m = f.byte('m');
  finish(i, op, !f.in_it_block() || is_test(op), Operand::kRegister);
}

void t16_shift_register(const Fields& f, Instruction& i, std::uint32_t type) {
  i.d = i.m = f.byte('d');
  i.a = f.byte('s');
  i.kind = static_cast<std::uint8_t>(type);
  finish(i, Alu::kMov, !f.in_it_block(), Operand::kShiftedByRegister);
}

void movw(const Fields& f, Instruction& i) {
  i.d = f.byte('d');
  i.immediate = f['v'];
  if (i.d == 15) return unpredictable(i);
  finish(i, Alu::kMov, false, Operand::kConstant);
}

void movt(const Fields& f, Instruction& i) {
  i.d = f.byte('d');
  i.immediate = f['v'];
  if (i.d == 15) return unpredictable(i);
  i.uses(i.d);
  i.handler = &move_top;
}

void addw(const Fields& f, Instruction& i) {
  i.d = f.byte('d');
  i.n = f.byte('n');
  i.immediate = f['v'];
  if (i.d == 15) return unpredictable(i);
  finish(i, Alu::kAdd, false, Operand::kConstant);
  if (i.n == 15) i.handler = &address_of_literal;
}

void subw(const Fields& f, Instruction& i) {
  addw(f, i);
  i.immediate = 0 - i.immediate;
}

void t16_shift_imm(const Fields& f, Instruction& i) {
  i.d = f.byte('d');
  i.m = f.byte('m');
  // LSL by 0 is MOVS, which IT blocks do not permit.
  if (f.in_it_block() && f['y'] == 0 && f['k'] == 0) return unpredictable(i);
  finish_shifted(i, Alu::kMov, !f.in_it_block(), decode_shift(f['y'], f['k']));
}

void t16_rsb(const Fields& f, Instruction& i) {
  i.d = f.byte('d');
  i.n = f.byte('n');
  finish(i, Alu::kRsb, !f.in_it_block(), Operand::kConstant);
}

void t32_movw(const Fields& f, Instruction& i) {
  movw(f, i);
  i.immediate = f['w'] << 12 | f['i'] << 11 | f['v'];
}

void t32_movt(const Fields& f, Instruction& i) {
  movt(f, i);
  i.immediate = f['w'] << 12 | f['i'] << 11 | f['v'];
}

void t32_shift_register(const Fields& f, Instruction& i, std::uint32_t type) {
  i.d = f.byte('d');
  i.m = f.byte('n');
  i.a = f.byte('s');
  i.kind = static_cast<std::uint8_t>(type);
  if (i.d == 15 || i.m == 15 || i.a == 15) return unpredictable(i);
  finish(i, Alu::kMov, f.bit('S'), Operand::kShiftedByRegister);
}

void t16_high_register(const Fields& f, Instruction& i, Alu op) {
  i.d = i.n = f.byte('d');
  i.m = f.byte('m');
  const bool branches = i.d == 15 && op != Alu::kCmp;
  if (branches && f.in_it_block() && !f.last_in_it_block()) return unpredictable(i);
  if (i.d == 15 && (op == Alu::kCmp || i.m == 15) && op != Alu::kMov) return unpredictable(i);
  if (op == Alu::kCmp && (i.m == 15 || (i.d < 8 && i.m < 8))) return unpredictable(i);
  finish(i, op, op == Alu::kCmp, Operand::kRegister);
}

void t16_sp_imm(const Fields& f, Instruction& i) {
  i.d = f.has('d') ? f.byte('d') : std::uint8_t{13};
  i.n = 13;
  i.immediate = f['v'] * 4;
  finish(i, f.bit('x') ? Alu::kSub : Alu::kAdd, false, Operand::kConstant);
}

void t16_adr(const Fields& f, Instruction& i) {
  i.d = f.byte('d');
  i.immediate = f['v'] * 4;
  i.handler = &address_of_literal;
}

}  // namespace linefill::isa
