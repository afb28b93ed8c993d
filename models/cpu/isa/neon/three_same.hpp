// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cpu/isa/encoding.hpp"

/// Three registers of the same length, integers (ARM DDI 0406C, A7.4.1): decoding for the table.
/// Fields: d, n, m; q: Q registers; z: size; u: unsigned.
namespace linefill::isa::neon {

void vhadd(const Fields& f, Instruction& i);
void vrhadd(const Fields& f, Instruction& i);
void vhsub(const Fields& f, Instruction& i);
void vqadd(const Fields& f, Instruction& i);
void vqsub(const Fields& f, Instruction& i);
void vand(const Fields& f, Instruction& i);
void vbic(const Fields& f, Instruction& i);
void vorr(const Fields& f, Instruction& i);
void vorn(const Fields& f, Instruction& i);
void veor(const Fields& f, Instruction& i);
void vbsl(const Fields& f, Instruction& i);
void vbit(const Fields& f, Instruction& i);
void vbif(const Fields& f, Instruction& i);
void vcgt(const Fields& f, Instruction& i);
void vcge(const Fields& f, Instruction& i);
void vceq(const Fields& f, Instruction& i);
void vtst(const Fields& f, Instruction& i);
void vshl(const Fields& f, Instruction& i);
void vqshl(const Fields& f, Instruction& i);
void vrshl(const Fields& f, Instruction& i);
void vqrshl(const Fields& f, Instruction& i);
void vmax(const Fields& f, Instruction& i);
void vmin(const Fields& f, Instruction& i);
void vabd(const Fields& f, Instruction& i);
void vaba(const Fields& f, Instruction& i);
void vadd(const Fields& f, Instruction& i);
void vsub(const Fields& f, Instruction& i);
void vmla(const Fields& f, Instruction& i);
void vmls(const Fields& f, Instruction& i);
void vmul(const Fields& f, Instruction& i);
void vmul_polynomial(const Fields& f, Instruction& i);
void vpmax(const Fields& f, Instruction& i);
void vpmin(const Fields& f, Instruction& i);
void vpadd(const Fields& f, Instruction& i);
void vqdmulh(const Fields& f, Instruction& i);
void vqrdmulh(const Fields& f, Instruction& i);

}  // namespace linefill::isa::neon
