// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cpu/isa/encoding.hpp"

/// Two registers and a scalar (ARM DDI 0406C, A7.4.3): decoding for the table. Fields: d, n; m: the
/// register and index of the scalar; z: size; q: Q registers; u: unsigned.
namespace linefill::isa::neon {

void vmla_by_scalar(const Fields& f, Instruction& i);
void vmls_by_scalar(const Fields& f, Instruction& i);
void vmul_by_scalar(const Fields& f, Instruction& i);
void vqdmulh_by_scalar(const Fields& f, Instruction& i);
void vqrdmulh_by_scalar(const Fields& f, Instruction& i);
void vmla_float_by_scalar(const Fields& f, Instruction& i);
void vmls_float_by_scalar(const Fields& f, Instruction& i);
void vmul_float_by_scalar(const Fields& f, Instruction& i);
void vmlal_by_scalar(const Fields& f, Instruction& i);
void vmlsl_by_scalar(const Fields& f, Instruction& i);
void vmull_by_scalar(const Fields& f, Instruction& i);
void vqdmlal_by_scalar(const Fields& f, Instruction& i);
void vqdmlsl_by_scalar(const Fields& f, Instruction& i);
void vqdmull_by_scalar(const Fields& f, Instruction& i);

}  // namespace linefill::isa::neon
