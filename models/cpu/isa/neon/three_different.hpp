// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cpu/isa/encoding.hpp"

/// Three registers of different lengths (ARM DDI 0406C, A7.4.2): decoding for the table. Fields:
/// d, n, m; z: size; u: unsigned.
namespace linefill::isa::neon {

void vaddl(const Fields& f, Instruction& i);
void vaddw(const Fields& f, Instruction& i);
void vsubl(const Fields& f, Instruction& i);
void vsubw(const Fields& f, Instruction& i);
void vaddhn(const Fields& f, Instruction& i);
void vraddhn(const Fields& f, Instruction& i);
void vsubhn(const Fields& f, Instruction& i);
void vrsubhn(const Fields& f, Instruction& i);
void vabal(const Fields& f, Instruction& i);
void vabdl(const Fields& f, Instruction& i);
void vmlal(const Fields& f, Instruction& i);
void vmlsl(const Fields& f, Instruction& i);
void vqdmlal(const Fields& f, Instruction& i);
void vqdmlsl(const Fields& f, Instruction& i);
void vmull(const Fields& f, Instruction& i);
void vqdmull(const Fields& f, Instruction& i);
void vmull_polynomial(const Fields& f, Instruction& i);

}  // namespace linefill::isa::neon
