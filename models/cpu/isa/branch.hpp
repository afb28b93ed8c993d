// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cpu/isa/encoding.hpp"

/// Branches and IT (ARM DDI 0406C, A4.3, A5.5, A6.2.6, A6.3.4): decoding for the tables.
namespace linefill::isa {

void a32_b(const Fields& f, Instruction& i);    ///< v: 24 bits of words; x: BL.
void a32_blx(const Fields& f, Instruction& i);  ///< v: 24 bits of words and h.
void bx(const Fields& f, Instruction& i);       ///< m
void bxj(const Fields& f, Instruction& i);      ///< m. As BX: there is no Jazelle.
void blx_register(const Fields& f, Instruction& i);
void t16_b(const Fields& f, Instruction& i);              ///< v: 11 bits of halfwords.
void t16_b_conditional(const Fields& f, Instruction& i);  ///< c, v: 8 bits.
void t32_b(const Fields& f, Instruction& i);              ///< s, j, k, v
void t32_b_conditional(const Fields& f, Instruction& i);  ///< c, s, k (J2), j (J1), v
void t32_bl(const Fields& f, Instruction& i);
void t32_blx(const Fields& f, Instruction& i);
void cbz(const Fields& f, Instruction& i);           ///< x: CBNZ; n; v.
void table_branch(const Fields& f, Instruction& i);  ///< n, m, h: halfwords.
void it(const Fields& f, Instruction& i);            ///< v: first condition and mask.

}  // namespace linefill::isa
