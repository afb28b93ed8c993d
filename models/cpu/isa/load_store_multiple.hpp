// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cpu/isa/encoding.hpp"

/// Loads and stores of register lists, and of return states (ARM DDI 0406C, A5.5, A6.3.5, A6.2.5,
/// B9.3): decoding for the tables. Fields: n, l the list, W; P and U where they are not fixed.
namespace linefill::isa {

void ldm(const Fields& f, Instruction& i);
void stm(const Fields& f, Instruction& i);
void ldm_user(const Fields& f, Instruction& i);  ///< LDM (user registers), LDM (exception return).
void stm_user(const Fields& f, Instruction& i);
void t32_ldm(const Fields& f, Instruction& i);
void t32_stm(const Fields& f, Instruction& i);
void t16_ldm(const Fields& f, Instruction& i);
void t16_stm(const Fields& f, Instruction& i);
void t16_push(const Fields& f, Instruction& i);  ///< x: LR too.
void t16_pop(const Fields& f, Instruction& i);   ///< x: PC too.
void rfe(const Fields& f, Instruction& i);
void srs(const Fields& f, Instruction& i);  ///< v: the mode whose stack is used.
// T32 has decrement before and increment after only, not by P and U.
void rfe_as(const Fields& f, Instruction& i, bool decrement_before);
void srs_as(const Fields& f, Instruction& i, bool decrement_before);
template <bool decrement_before>
void t32_rfe(const Fields& f, Instruction& i) {
  rfe_as(f, i, decrement_before);
}
template <bool decrement_before>
void t32_srs(const Fields& f, Instruction& i) {
  srs_as(f, i, decrement_before);
}

}  // namespace linefill::isa
