// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cpu/isa/encoding.hpp"

/// Status registers, exceptions, coprocessors, hints and barriers (ARM DDI 0406C, A5.2.11, A5.2.12,
/// A5.6, A5.7, A6.3.4, A6.3.18, B9.3): decoding for the tables.
namespace linefill::isa {

/// Undefined Instruction exception: UDF, what no row matches, and coprocessors that are not there.
bool execute_undefined(Executor& e, const Instruction& i);
/// An UNPREDICTABLE instruction is executed as UNDEFINED, and counted.
bool execute_unpredictable(Executor& e, const Instruction& i);
/// To be called by decoders.
void unpredictable(Instruction& i);

void undefined(const Fields& f, Instruction& i);
void unpredictable_row(const Fields& f, Instruction& i);
void mrs(const Fields& f, Instruction& i);            ///< d; R: SPSR.
void msr_register(const Fields& f, Instruction& i);   ///< n, m: mask; R: SPSR.
void msr_immediate(const Fields& f, Instruction& i);  ///< r, v: constant; m: mask; R.
void cps(const Fields& f,
         Instruction& i);  ///< i: change kind (2 enable, 3 disable), a: masks, M, v: mode.
void setend(const Fields& f, Instruction& i);  ///< x: big-endian.
void svc(const Fields& f, Instruction& i);     ///< v.
void smc(const Fields& f, Instruction& i);
void bkpt(const Fields& f, Instruction& i);  ///< v.
void mcr(const Fields& f, Instruction& i);   ///< p, o, n, m, q, t.
void mrc(const Fields& f, Instruction& i);
void subs_pc_lr(const Fields& f, Instruction& i);  ///< T32: v.
void dmb(const Fields& f, Instruction& i);
void dsb(const Fields& f, Instruction& i);
void isb(const Fields& f, Instruction& i);
void nop(const Fields& f, Instruction& i);  ///< Also YIELD, DBG and reserved hints.
void wfe(const Fields& f, Instruction& i);
void wfi(const Fields& f, Instruction& i);
void sev(const Fields& f, Instruction& i);

}  // namespace linefill::isa
