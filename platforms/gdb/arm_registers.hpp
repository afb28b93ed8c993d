// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/cpu/cp15/system_control_register.hpp"
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

/// A register that a mode has of its own.
struct BankedRegister {
  static constexpr unsigned kSpsr = 16;
  const char* name;
  Mode mode;
  unsigned number;  ///< 8 to 14, or kSpsr.
};
std::span<const BankedRegister> banked_registers();

/// A register of CP15 or CP14, by its name in the architecture manual (B3.17).
struct ControlRegister {
  std::string name;
  CoprocessorRegister which;
};

/// After the banked ones: SPSR of the current mode, FPEXC, FPSID, MVFR0, MVFR1, then the control
/// registers.
inline unsigned spsr_number() {
  return arm_register::kFirstBanked + static_cast<unsigned>(banked_registers().size());
}
inline unsigned fpexc_number() { return spsr_number() + 1; }
inline unsigned first_vfp_id_number() { return fpexc_number() + 1; }
/// What identifies the floating-point unit: read-only.
std::span<const std::uint32_t> vfp_ids();
inline unsigned first_control_number() {
  return first_vfp_id_number() + static_cast<unsigned>(vfp_ids().size());
}

/// All that can be read of a core's table, each name once.
std::vector<ControlRegister> control_registers(const SystemControlTable& table);

/// The XML document that tells a debugger all this (GDB manual, G.5.3: org.gnu.gdb.arm.core, .vfp,
/// .neon; the system registers are a feature of our own).
std::string arm_description(std::span<const ControlRegister> control);

}  // namespace linefill::gdb
