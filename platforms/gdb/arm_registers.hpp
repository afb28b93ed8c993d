// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "models/cpu/isa/core_state.hpp"
#include "models/cpu/system_interface.hpp"

namespace linefill::gdb {

/// The numbers of a Cortex-A9's registers for a debugger, in the order of its target description.
namespace arm_register {
inline constexpr unsigned kPc = 15;
inline constexpr unsigned kCpsr = 16;
inline constexpr unsigned kFirstDouble = 17;  ///< d0 to d31
inline constexpr unsigned kFpscr = kFirstDouble + 32;
inline constexpr unsigned kFirstQuad = kFpscr + 1;  ///< q0 to q15
inline constexpr unsigned kFirstBanked = kFirstQuad + 16;
}  // namespace arm_register

/// SP, LR or SPSR of a mode.
struct BankedRegister {
  const char* name;
  Mode mode;
  unsigned number;  ///< 13 or 14.
};
std::span<const BankedRegister> banked_registers();

/// A register of CP15, by its name in the architecture manual (B3.17).
struct ControlRegister {
  const char* name;
  CoprocessorRegister which;
};
std::span<const ControlRegister> control_registers();

/// After the banked ones: SPSR of the current mode, FPEXC, then the control registers.
inline unsigned spsr_number() {
  return arm_register::kFirstBanked + static_cast<unsigned>(banked_registers().size());
}
inline unsigned first_control_number() { return spsr_number() + 2; }
inline unsigned arm_register_count() {
  return first_control_number() + static_cast<unsigned>(control_registers().size());
}

/// The XML document that tells a debugger all this (GDB manual, G.5.3: org.gnu.gdb.arm.core, .vfp,
/// .neon; the system registers are a feature of our own).
std::string arm_description();

}  // namespace linefill::gdb
