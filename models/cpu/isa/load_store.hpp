// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cpu/isa/encoding.hpp"

/// Loads and stores of one or two registers (ARM DDI 0406C, A5.3, A5.2.8, A5.2.9, A6.2.4, A6.3.7 to
/// A6.3.10): decoding for the tables.
/// Fields: t, n; v an offset, U add; or m with k, y its shift; P, W as the manual has them.
/// A row without P has an offset only; a row without n is relative to the PC or SP.
namespace linefill::isa {

enum class Data : std::uint8_t { kWord, kByte, kHalf, kSignedByte, kSignedHalf };
constexpr unsigned size_of(Data data) {
  if (data == Data::kWord) return 4;
  return data == Data::kByte || data == Data::kSignedByte ? 1 : 2;
}

struct Transfer {
  Data data;
  bool load;
};

void a32_transfer_immediate(const Fields& f, Instruction& i, Transfer what);
void a32_transfer_register(const Fields& f, Instruction& i, Transfer what);
void t32_transfer_immediate(const Fields& f, Instruction& i, Transfer what);
void t32_transfer_register(const Fields& f, Instruction& i, Transfer what);
void transfer_unprivileged(const Fields& f, Instruction& i, Transfer what);
void t16_transfer_immediate(const Fields& f, Instruction& i, Transfer what);
void t16_transfer_sp(const Fields& f, Instruction& i, Transfer what);
void dual_immediate(const Fields& f, Instruction& i, bool load);
void dual_register(const Fields& f, Instruction& i, bool load);

template <Data data>
void ldr_imm(const Fields& f, Instruction& i) {
  a32_transfer_immediate(f, i, {data, true});
}
template <Data data>
void str_imm(const Fields& f, Instruction& i) {
  a32_transfer_immediate(f, i, {data, false});
}
template <Data data>
void ldr_reg(const Fields& f, Instruction& i) {
  a32_transfer_register(f, i, {data, true});
}
template <Data data>
void str_reg(const Fields& f, Instruction& i) {
  a32_transfer_register(f, i, {data, false});
}
template <Data data>
void ldrt(const Fields& f, Instruction& i) {
  transfer_unprivileged(f, i, {data, true});
}
template <Data data>
void strt(const Fields& f, Instruction& i) {
  transfer_unprivileged(f, i, {data, false});
}
template <Data data>
void t32_ldr_imm(const Fields& f, Instruction& i) {
  t32_transfer_immediate(f, i, {data, true});
}
template <Data data>
void t32_str_imm(const Fields& f, Instruction& i) {
  t32_transfer_immediate(f, i, {data, false});
}
/// Also the 16-bit forms.
template <Data data>
void t32_ldr_reg(const Fields& f, Instruction& i) {
  t32_transfer_register(f, i, {data, true});
}
template <Data data>
void t32_str_reg(const Fields& f, Instruction& i) {
  t32_transfer_register(f, i, {data, false});
}
template <Data data>
void t16_ldr_imm(const Fields& f, Instruction& i) {
  t16_transfer_immediate(f, i, {data, true});
}
template <Data data>
void t16_str_imm(const Fields& f, Instruction& i) {
  t16_transfer_immediate(f, i, {data, false});
}
template <Data data>
void ldr_literal(const Fields& f, Instruction& i) {
  a32_transfer_immediate(f, i, {data, true});
}

void t16_ldr_sp(const Fields& f, Instruction& i);
void t16_str_sp(const Fields& f, Instruction& i);
void t16_ldr_literal(const Fields& f, Instruction& i);
void ldrd_imm(const Fields& f, Instruction& i);  ///< t, and in T32 u: the second register.
void strd_imm(const Fields& f, Instruction& i);
void ldrd_reg(const Fields& f, Instruction& i);
void strd_reg(const Fields& f, Instruction& i);
void preload_imm(const Fields& f, Instruction& i);
void preload_reg(const Fields& f, Instruction& i);
void preload_down(const Fields& f, Instruction& i);
void preload_write_down(const Fields& f, Instruction& i);
void preload_write_imm(const Fields& f, Instruction& i);
void preload_write_reg(const Fields& f, Instruction& i);

}  // namespace linefill::isa
