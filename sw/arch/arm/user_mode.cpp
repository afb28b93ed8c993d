// SPDX-License-Identifier: Apache-2.0
#include "sw/arch/user_mode.hpp"

#include "sw/arch/arm/cp15.hpp"

extern "C" std::uint64_t enter_user_mode(std::uintptr_t entry, std::uintptr_t stack_top,
                                         std::uint32_t first, std::uint32_t second);

namespace guest {

UserModeEnd run_user_mode(std::uintptr_t entry, std::uintptr_t stack_top, std::uint32_t first,
                          std::uint32_t second) {
  const std::uint64_t end = enter_user_mode(entry, stack_top, first, second);
  const auto kind = static_cast<ExceptionKind>(end >> 32);
  const bool instruction = kind == ExceptionKind::kPrefetchAbort;
  return {kind, static_cast<std::uint32_t>(end), instruction ? cp15::ifsr() : cp15::dfsr(),
          instruction ? cp15::ifar() : cp15::dfar()};
}

}  // namespace guest
