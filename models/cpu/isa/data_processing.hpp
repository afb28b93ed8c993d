// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cpu/isa/encoding.hpp"

/// Data processing (ARM DDI 0406C, A5.2.1 to A5.2.4, A6.3.1, A6.3.11): decoding for the tables.
namespace linefill::isa {

enum class Alu : std::uint8_t {
  kAnd,
  kEor,
  kSub,
  kRsb,
  kAdd,
  kAdc,
  kSbc,
  kRsc,
  kTst,
  kTeq,
  kCmp,
  kCmn,
  kOrr,
  kMov,
  kBic,
  kMvn,
  kOrn,
};
inline constexpr unsigned kAluCount = 17;

/// A shift as an immediate encodes it. `type` is 0 LSL to 3 ROR; RRX is ROR by 0 in the encoding.
enum class Shift : std::uint8_t { kLsl, kLsr, kAsr, kRor, kRrx };
struct ImmediateShift {
  Shift type;
  std::uint8_t amount;
};
/// DecodeImmShift (A8.4.3).
constexpr ImmediateShift decode_shift(std::uint32_t type, std::uint32_t amount) {
  if (type == 0) return {Shift::kLsl, static_cast<std::uint8_t>(amount)};
  if (type == 3 && amount == 0) return {Shift::kRrx, 1};
  return {static_cast<Shift>(type), static_cast<std::uint8_t>(amount == 0 ? 32 : amount)};
}

/// A shifted value without its carry; amounts 0 to 255.
std::uint32_t shift_value(std::uint32_t value, Shift type, std::uint32_t amount,
                          std::uint32_t carry);

// Rows with fields c, S, n, d and: r, v a modified constant; or m, k, y a shifted register; or m,
// s, y.
void a32_immediate(const Fields& f, Instruction& i, Alu op);
void with_register(const Fields& f, Instruction& i, Alu op);
void with_shift_register(const Fields& f, Instruction& i, Alu op);
void t32_immediate(const Fields& f, Instruction& i, Alu op);
// 16-bit rows: flags are set outside IT blocks only.
void t16_immediate(const Fields& f, Instruction& i, Alu op);  ///< d, n, v; without n: d = n.
void t16_register(const Fields& f, Instruction& i, Alu op);   ///< d, n, m; without n: d = n.
void t16_shift_register(const Fields& f, Instruction& i, std::uint32_t type);  ///< LSLS Rd, Rm.

template <Alu op>
void dp_imm(const Fields& f, Instruction& i) {
  a32_immediate(f, i, op);
}
template <Alu op>
void dp_reg(const Fields& f, Instruction& i) {
  with_register(f, i, op);
}
template <Alu op>
void dp_rsr(const Fields& f, Instruction& i) {
  with_shift_register(f, i, op);
}
template <Alu op>
void t32_imm(const Fields& f, Instruction& i) {
  t32_immediate(f, i, op);
}
template <Alu op>
void t16_imm(const Fields& f, Instruction& i) {
  t16_immediate(f, i, op);
}
template <Alu op>
void t16_reg(const Fields& f, Instruction& i) {
  t16_register(f, i, op);
}
template <unsigned type>
void t16_shift(const Fields& f, Instruction& i) {
  t16_shift_register(f, i, type);
}

void movw(const Fields& f, Instruction& i);  ///< d, v
void movt(const Fields& f, Instruction& i);  ///< d, v.
void addw(const Fields& f, Instruction& i);  ///< d, n, v: no flags; n of 15 is ADR.
void subw(const Fields& f, Instruction& i);
void t16_shift_imm(const Fields& f, Instruction& i);  ///< d, m, k, y: sets flags outside IT blocks.
void t16_rsb(const Fields& f, Instruction& i);        ///< d, n: RSBS Rd, Rn, #0.
void t16_high_register(const Fields& f, Instruction& i, Alu op);  ///< d, m of four bits.
template <Alu op>
void t16_high(const Fields& f, Instruction& i) {
  t16_high_register(f, i, op);
}
void t32_movw(const Fields& f, Instruction& i);  ///< d, i, w, v
void t32_movt(const Fields& f, Instruction& i);
void t32_shift_register(const Fields& f, Instruction& i, std::uint32_t type);  ///< d, n, s, S
template <unsigned type>
void t32_shift(const Fields& f, Instruction& i) {
  t32_shift_register(f, i, type);
}
void t16_sp_imm(const Fields& f, Instruction& i);  ///< d (else SP), v in words, x: subtract.
void t16_adr(const Fields& f, Instruction& i);     ///< d, v in words.

}  // namespace linefill::isa
