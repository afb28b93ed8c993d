// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/cpu/isa/encoding.hpp"

namespace linefill {

/// What one version of the architecture decodes, and what else of it instructions can see. A core
/// is given one when it is made; the handlers are the same for all.
struct InstructionSet {
  const EncodingTable& a32;                ///< Condition other than 0b1111.
  const EncodingTable& a32_unconditional;  ///< Condition 0b1111.
  const EncodingTable& t16;
  const EncodingTable& t32;   ///< First halfword in the upper half.
  bool extensions;            ///< VFP and Advanced SIMD.
  bool always_swaps;          ///< SWP does not ask SCTLR.SW.
  std::uint32_t status_bits;  ///< Of CPSR and SPSR: those that are there.
};

const InstructionSet& armv7a();
/// ARMv5TE (ARM DDI 0100I): T16 without what ARMv6 added, BL and BLX of two halfwords.
const InstructionSet& armv5te();

Instruction decode_a32(std::uint32_t word, const InstructionSet& set = armv7a());
/// `word` is a halfword, or two with the first in the upper half.
Instruction decode_t32(std::uint32_t word, std::uint8_t it, const InstructionSet& set = armv7a());

}  // namespace linefill
