// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cpu/isa/encoding.hpp"

/// VFP conversions (ARM DDI 0406C, A8.8.304 to A8.8.311): decoding for the table. Fields of rows:
/// z: the floating-point side is double; d, m: registers with their extra bit.
namespace linefill::isa::vfp {

void vcvt_precision(const Fields& f, Instruction& i);     ///< z: from double to single.
void vcvt_half(const Fields& f, Instruction& i);          ///< x: to half; t: the upper half.
void vcvt_from_integer(const Fields& f, Instruction& i);  ///< x: signed.
void vcvt_to_integer(const Fields& f, Instruction& i);    ///< x: signed; r: towards zero.
/// o: to fixed point; u: unsigned; x: 32 bits; v: four bits, w: one, of 32 or 16 less the fraction.
void vcvt_fixed(const Fields& f, Instruction& i);

}  // namespace linefill::isa::vfp
