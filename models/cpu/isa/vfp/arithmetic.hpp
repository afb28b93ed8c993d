// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cpu/isa/encoding.hpp"

/// VFP data processing (ARM DDI 0406C, A7.5) other than conversions: decoding for the table. Fields
/// of rows: z: double precision; d, n, m: registers with their extra bit.
namespace linefill::isa::vfp {

void vadd(const Fields& f, Instruction& i);
void vsub(const Fields& f, Instruction& i);
void vmul(const Fields& f, Instruction& i);
void vnmul(const Fields& f, Instruction& i);
void vdiv(const Fields& f, Instruction& i);
void vmla(const Fields& f, Instruction& i);
void vmls(const Fields& f, Instruction& i);
void vnmla(const Fields& f, Instruction& i);
void vnmls(const Fields& f, Instruction& i);
void vsqrt(const Fields& f, Instruction& i);
void vabs(const Fields& f, Instruction& i);
void vneg(const Fields& f, Instruction& i);
void vmov_register(const Fields& f, Instruction& i);
void vmov_immediate(const Fields& f, Instruction& i);  ///< v: eight bits.
void vcmp(const Fields& f, Instruction& i);            ///< e: VCMPE.
void vcmp_zero(const Fields& f, Instruction& i);

}  // namespace linefill::isa::vfp
