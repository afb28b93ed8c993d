// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cpu/isa/encoding.hpp"

/// Saturating and packed arithmetic, bit fields (ARM DDI 0406C, A5.2.6, A5.4, A6.3.12 to A6.3.15):
/// decoding for the tables.
namespace linefill::isa {

/// Parallel addition and subtraction: how it is done, and on what.
enum class Parallel : std::uint8_t {
  kSigned,
  kSaturating,
  kSignedHalving,
  kUnsigned,
  kUnsignedSaturating,
  kUnsignedHalving
};
enum class Lanes : std::uint8_t { kAdd16, kAsx, kSax, kSub16, kAdd8, kSub8 };

void parallel_arithmetic(const Fields& f, Instruction& i, Parallel how, Lanes lanes);
template <Parallel how, Lanes lanes>
void parallel(const Fields& f, Instruction& i) {
  parallel_arithmetic(f, i, how, lanes);
}

enum class Extend : std::uint8_t { kSxtb16, kSxtb, kSxth, kUxtb16, kUxtb, kUxth };
/// d, m, r: rotation in bytes; n to add to, if the row has it.
void extend_value(const Fields& f, Instruction& i, Extend what);
template <Extend what>
void extend(const Fields& f, Instruction& i) {
  extend_value(f, i, what);
}

void qadd(const Fields& f, Instruction& i);   ///< d = sat(m + n)
void qsub(const Fields& f, Instruction& i);   ///< d = sat(m - n)
void qdadd(const Fields& f, Instruction& i);  ///< d = sat(m + sat(2n))
void qdsub(const Fields& f, Instruction& i);
void sel(const Fields& f, Instruction& i);
void pkh(const Fields& f, Instruction& i);   ///< x: PKHTB; k: shift.
void ssat(const Fields& f, Instruction& i);  ///< v: position; x: ASR; k: shift.
void usat(const Fields& f, Instruction& i);
void ssat16(const Fields& f, Instruction& i);
void usat16(const Fields& f, Instruction& i);
void rev(const Fields& f, Instruction& i);
void rev16(const Fields& f, Instruction& i);
void revsh(const Fields& f, Instruction& i);
void rbit(const Fields& f, Instruction& i);
void clz(const Fields& f, Instruction& i);
void bfi(const Fields& f, Instruction& i);   ///< h: msb, l: lsb; without n: BFC.
void sbfx(const Fields& f, Instruction& i);  ///< w: width - 1, l: lsb.
void ubfx(const Fields& f, Instruction& i);

}  // namespace linefill::isa
