// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sw/arch/exception.hpp"

namespace guest {

/// How a stay in user mode ended.
struct UserModeEnd {
  ExceptionKind kind;   ///< kSupervisorCall: as the code wanted; else it did what it may not.
  std::uint32_t value;  ///< r0 at the supervisor call.
  std::uint32_t fault_status;   ///< DFSR or IFSR otherwise,
  std::uint32_t fault_address;  ///< and what it did not reach.
};

/// Runs `entry` (in user_mode's pages; bit 0: Thumb) in user mode with interrupts on, until it
/// makes a supervisor call or is not allowed to go on. `first` and `second` are its arguments.
UserModeEnd run_user_mode(std::uintptr_t entry, std::uintptr_t stack_top, std::uint32_t first,
                          std::uint32_t second);

}  // namespace guest
