// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cpu/isa/encoding.hpp"

/// Loads and stores of extension registers (ARM DDI 0406C, A7.6): decoding for the table. Fields of
/// rows: z: D registers; d, n; v: eight bits, in words.
namespace linefill::isa::vfp {

void vldr(const Fields& f, Instruction& i);  ///< U.
void vstr(const Fields& f, Instruction& i);
/// W: increment after, with write-back or not; rows without W decrement before, with write-back.
/// VPOP is one, and FLDMX one with an odd v.
void vldm(const Fields& f, Instruction& i);
void vstm(const Fields& f, Instruction& i);

}  // namespace linefill::isa::vfp
