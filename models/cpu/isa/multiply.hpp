// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cpu/isa/encoding.hpp"

/// Multiplication (ARM DDI 0406C, A5.2.5, A5.2.7, A5.4.4, A6.3.16, A6.3.17): decoding for the
/// tables. Fields: d, n, m, a; h and l are RdHi and RdLo; x and y take the top half of Rn and Rm
/// (or x exchanges the halves of Rm); r rounds; S sets N and Z.
namespace linefill::isa {

void mul(const Fields& f, Instruction& i);
void mla(const Fields& f, Instruction& i);
void mls(const Fields& f, Instruction& i);
void umaal(const Fields& f, Instruction& i);
void umull(const Fields& f, Instruction& i);
void umlal(const Fields& f, Instruction& i);
void smull(const Fields& f, Instruction& i);
void smlal(const Fields& f, Instruction& i);
void smla_xy(const Fields& f, Instruction& i);
void smul_xy(const Fields& f, Instruction& i);
void smlaw_y(const Fields& f, Instruction& i);
void smulw_y(const Fields& f, Instruction& i);
void smlal_xy(const Fields& f, Instruction& i);
void smlad(const Fields& f, Instruction& i);
void smuad(const Fields& f, Instruction& i);
void smlsd(const Fields& f, Instruction& i);
void smusd(const Fields& f, Instruction& i);
void smlald(const Fields& f, Instruction& i);
void smlsld(const Fields& f, Instruction& i);
void smmla(const Fields& f, Instruction& i);
void smmul(const Fields& f, Instruction& i);
void smmls(const Fields& f, Instruction& i);
void usad8(const Fields& f, Instruction& i);
void usada8(const Fields& f, Instruction& i);

}  // namespace linefill::isa
