// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cpu/isa/encoding.hpp"

/// Transfers between core and extension registers (ARM DDI 0406C, A7.8, A7.9), and the system
/// registers of VFP (B1.11.3, B9.3.21, B9.3.22): decoding for the table.
namespace linefill::isa::vfp {

void vmov_core_single(const Fields& f, Instruction& i);       ///< x: to the core; n, t.
void vmov_core_to_scalar(const Fields& f, Instruction& i);    ///< o: opc1, p: opc2; n, t.
void vmov_scalar_to_core(const Fields& f, Instruction& i);    ///< u: unsigned; o, p; n, t.
void vdup_core(const Fields& f, Instruction& i);              ///< b, e: size; q; n, t.
void vmov_core_two_singles(const Fields& f, Instruction& i);  ///< x: to the core; t, u; m.
void vmov_core_double(const Fields& f, Instruction& i);       ///< x: to the core; t, u; m.
void vmrs(const Fields& f, Instruction& i);                   ///< r: system register; t.
void vmsr(const Fields& f, Instruction& i);                   ///< r: system register; t.

}  // namespace linefill::isa::vfp
