// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cpu/isa/encoding.hpp"

/// What moves lanes about (ARM DDI 0406C, A7.4.5, A8.8): decoding for the table. Fields: d, n, m;
/// q: Q registers; z: size.
namespace linefill::isa::neon {

void vswp(const Fields& f, Instruction& i);
void vtrn(const Fields& f, Instruction& i);
void vuzp(const Fields& f, Instruction& i);
void vzip(const Fields& f, Instruction& i);
void vext(const Fields& f, Instruction& i);         ///< v: the first byte.
void vtbl(const Fields& f, Instruction& i);         ///< v: length - 1; o: VTBX.
void vdup_scalar(const Fields& f, Instruction& i);  ///< v: size and index.

}  // namespace linefill::isa::neon
