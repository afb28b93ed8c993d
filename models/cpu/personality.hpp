// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "models/core/device_tree.hpp"
#include "models/cpu/cp15/system_control_register.hpp"
#include "models/cpu/isa/instruction_set.hpp"
#include "models/translation/translation_registers.hpp"

namespace linefill {

/// Which core a `Processor` is: what it decodes, which system registers it has, how its tables
/// read. Chosen once, by `compatible`; the paths of a hit are the same for all.
struct Personality {
  std::string_view compatible;
  const InstructionSet& instructions;
  const SystemControlTable& registers;
  TranslationRegisters::Format tables = TranslationRegisters::Format::kArmv7;
  /// Unaligned words are rotated, halfwords and stores aligned down (ARMv5), unless SCTLR.A.
  bool rotates_unaligned = false;
  /// Lines may come into the L1D that no instruction asked for.
  bool speculates = true;
};

std::span<const Personality* const> personalities();
/// Of a cpu node; throws ConfigurationError if it is none of them.
const Personality& personality_of(const DeviceNode& node);

}  // namespace linefill
