// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sw/arch/arm/cp15.hpp"
#include "sw/lib/types.hpp"

// Linux 6.1, arch/arm/mm/cache-tauros2.c.
namespace guest::tauros2 {

inline constexpr std::uint32_t kSctlrL2 = 1U << 26;

inline void clean_pa(phys_addr_t line) {
  asm volatile("mcr p15, 1, %0, c7, c11, 3" : : "r"(line) : "memory");
}
inline void clean_inv_pa(phys_addr_t line) {
  asm volatile("mcr p15, 1, %0, c7, c15, 3" : : "r"(line) : "memory");
}
inline void inv_pa(phys_addr_t line) {
  asm volatile("mcr p15, 1, %0, c7, c7, 3" : : "r"(line) : "memory");
}
inline void clean_all() { asm volatile("mcr p15, 1, %0, c7, c11, 0" : : "r"(0) : "memory"); }
inline void inv_all() { asm volatile("mcr p15, 1, %0, c7, c7, 0" : : "r"(0) : "memory"); }

inline std::uint32_t extra_features() {
  std::uint32_t value;
  asm volatile("mrc p15, 1, %0, c15, c1, 0" : "=r"(value));
  return value;
}
inline void set_extra_features(std::uint32_t value) {
  asm volatile("mcr p15, 1, %0, c15, c1, 0" : : "r"(value) : "memory");
}
/// Bit 26 of the control register.
inline void switch_l2(bool on) {
  const std::uint32_t control = cp15::sctlr();
  cp15::set_sctlr(on ? control | kSctlrL2 : control & ~kSctlrL2);
}
/// ID_MMFR3; only where the main ID says that there are such registers.
inline std::uint32_t mmfr3() {
  std::uint32_t value;
  asm volatile("mrc p15, 0, %0, c0, c1, 7" : "=r"(value));
  return value;
}

}  // namespace guest::tauros2
