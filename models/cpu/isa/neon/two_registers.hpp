// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cpu/isa/encoding.hpp"

/// Two registers, miscellaneous: integers (ARM DDI 0406C, A7.4.5), and one register with a constant
/// (A7.4.6): decoding for the table. Fields: d, m; q: Q registers; z: size; u: unsigned.
namespace linefill::isa::neon {

void vrev64(const Fields& f, Instruction& i);
void vrev32(const Fields& f, Instruction& i);
void vrev16(const Fields& f, Instruction& i);
void vpaddl(const Fields& f, Instruction& i);
void vpadal(const Fields& f, Instruction& i);
void vcls(const Fields& f, Instruction& i);
void vclz(const Fields& f, Instruction& i);
void vcnt(const Fields& f, Instruction& i);
void vmvn(const Fields& f, Instruction& i);
void vqabs(const Fields& f, Instruction& i);
void vqneg(const Fields& f, Instruction& i);
void vcgt_zero(const Fields& f, Instruction& i);
void vcge_zero(const Fields& f, Instruction& i);
void vceq_zero(const Fields& f, Instruction& i);
void vcle_zero(const Fields& f, Instruction& i);
void vclt_zero(const Fields& f, Instruction& i);
void vabs(const Fields& f, Instruction& i);
void vneg(const Fields& f, Instruction& i);

// v: the constant; its cmode is read from the word.
void vmov_immediate(const Fields& f, Instruction& i);
void vmov_mask(const Fields& f, Instruction& i);  ///< VMOV.I64
void vmvn_immediate(const Fields& f, Instruction& i);
void vorr_immediate(const Fields& f, Instruction& i);
void vbic_immediate(const Fields& f, Instruction& i);

/// AdvSIMDExpandImm: both words of the 64 bits, other than for VMOV.I64.
std::uint32_t expand_immediate(unsigned cmode, std::uint32_t constant);

}  // namespace linefill::isa::neon
