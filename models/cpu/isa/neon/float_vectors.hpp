// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cpu/isa/encoding.hpp"

/// Vectors of single-precision numbers (ARM DDI 0406C, A7.4.1, A7.4.4, A7.4.5): decoding for the
/// table. Fields: d, n, m; q: Q registers; z: size.
namespace linefill::isa::neon {

void vadd_float(const Fields& f, Instruction& i);
void vsub_float(const Fields& f, Instruction& i);
void vpadd_float(const Fields& f, Instruction& i);
void vabd_float(const Fields& f, Instruction& i);
void vmla_float(const Fields& f, Instruction& i);
void vmls_float(const Fields& f, Instruction& i);
void vmul_float(const Fields& f, Instruction& i);
void vceq_float(const Fields& f, Instruction& i);
void vcge_float(const Fields& f, Instruction& i);
void vcgt_float(const Fields& f, Instruction& i);
void vacge(const Fields& f, Instruction& i);
void vacgt(const Fields& f, Instruction& i);
void vmax_float(const Fields& f, Instruction& i);
void vmin_float(const Fields& f, Instruction& i);
void vpmax_float(const Fields& f, Instruction& i);
void vpmin_float(const Fields& f, Instruction& i);
void vrecps(const Fields& f, Instruction& i);
void vrsqrts(const Fields& f, Instruction& i);

void vcgt_zero_float(const Fields& f, Instruction& i);
void vcge_zero_float(const Fields& f, Instruction& i);
void vceq_zero_float(const Fields& f, Instruction& i);
void vcle_zero_float(const Fields& f, Instruction& i);
void vclt_zero_float(const Fields& f, Instruction& i);
void vabs_float(const Fields& f, Instruction& i);
void vneg_float(const Fields& f, Instruction& i);
void vrecpe(const Fields& f, Instruction& i);   ///< o: of numbers, not integers.
void vrsqrte(const Fields& f, Instruction& i);  ///< o: of numbers, not integers.

void vcvt_half(const Fields& f, Instruction& i);     ///< o: to single precision.
void vcvt_integer(const Fields& f, Instruction& i);  ///< o: to integers; u: unsigned ones.
void vcvt_fixed(const Fields& f, Instruction& i);    ///< The same; v: 64 - fraction bits.

}  // namespace linefill::isa::neon
