// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cpu/isa/encoding.hpp"

/// Two registers and a shift amount (ARM DDI 0406C, A7.4.4): decoding for the table. Fields: d, m;
/// v and, where the row has 64-bit lanes, l: size and amount; q: Q registers; u: unsigned.
namespace linefill::isa::neon {

void vshr(const Fields& f, Instruction& i);
void vsra(const Fields& f, Instruction& i);
void vrshr(const Fields& f, Instruction& i);
void vrsra(const Fields& f, Instruction& i);
void vsri(const Fields& f, Instruction& i);
void vshl_immediate(const Fields& f, Instruction& i);
void vsli(const Fields& f, Instruction& i);
void vqshl_immediate(const Fields& f, Instruction& i);
void vqshlu(const Fields& f, Instruction& i);
void vshrn(const Fields& f, Instruction& i);
void vrshrn(const Fields& f, Instruction& i);
void vqshrn(const Fields& f, Instruction& i);
void vqrshrn(const Fields& f, Instruction& i);
void vqshrun(const Fields& f, Instruction& i);
void vqrshrun(const Fields& f, Instruction& i);
void vshll(const Fields& f, Instruction& i);  ///< VMOVL, too.

/// Of the miscellaneous group (A7.4.5), with the size in z.
void vmovn(const Fields& f, Instruction& i);
void vqmovn(const Fields& f, Instruction& i);  ///< u.
void vqmovun(const Fields& f, Instruction& i);
void vshll_maximum(const Fields& f, Instruction& i);  ///< By the size of a lane.

}  // namespace linefill::isa::neon
