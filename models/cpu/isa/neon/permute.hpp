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

// Between core registers and scalars, in the VFP table. Fields: t; v: index.
void vdup_core(const Fields& f, Instruction& i);  ///< b, e: size; q; d, with D below Vd.
template <unsigned bytes>
void vmov_to_scalar(const Fields& f, Instruction& i);  ///< d, with D below Vd.
template <unsigned bytes>
void vmov_from_scalar(const Fields& f, Instruction& i);  ///< n; u: unsigned.

}  // namespace linefill::isa::neon
