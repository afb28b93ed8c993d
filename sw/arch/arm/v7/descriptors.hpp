// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "sw/arch/arm/cp15.hpp"
#include "sw/arch/mmu.hpp"

// Short descriptors with TEX remap: ARM ARM DDI 0406C, B3.5 and B3.8.3.
namespace guest::descriptors {

inline constexpr std::uint32_t kTable = 1;

constexpr bool is_memory(MemoryType type) {
  return type != MemoryType::kDevice && type != MemoryType::kUncached;
}

constexpr std::uint32_t section_attributes(MemoryType type) {
  const auto n = static_cast<std::uint32_t>(type);
  return 2U | (n & 3) << 2 | (n >> 2) << 12 | 1U << 10   // AP = 0b001: privileged read and write.
         | (is_memory(type) ? 0U : 1U << 16 | 1U << 4);  // Devices: shareable, never executed.
}

constexpr std::uint32_t page_attributes(MemoryType type, bool shareable) {
  const auto n = static_cast<std::uint32_t>(type);
  return 3U | (n & 3) << 2 | (n >> 2) << 6 | 1U << 4 |
         (shareable || !is_memory(type) ? 1U << 10 : 0U);
}
static_assert(section_attributes(MemoryType::kWriteAllocate) == 0x140E);
static_assert(section_attributes(MemoryType::kDevice) == 0x11412);
static_assert(page_attributes(MemoryType::kBufferable, false) == 0x17);

// AP (B3.7.1): 0b011 both read and write, 0b010 user mode reads only. XN is bit 0.
constexpr std::uint32_t user_attributes(MemoryType type, UserAccess access) {
  const std::uint32_t attributes = page_attributes(type, false) & ~(1U << 4);
  return access == UserAccess::kReadWrite ? attributes | 3U << 4 : (attributes & ~1U) | 2U << 4;
}

/// What SCTLR gets when MMU and caches go on.
inline constexpr std::uint32_t kControl = cp15::kSctlrMmu | cp15::kSctlrDataCache |
                                          cp15::kSctlrInstructionCache |
                                          cp15::kSctlrBranchPrediction | cp15::kSctlrTexRemap;

/// The memory types' meaning, and where the first-level table is.
inline void set_table(std::uint32_t table) {
  // Linux, arch/arm/mm/proc-v7-2level.S: eight memory types, numbered {TEX[0], C, B}.
  cp15::set_prrr(0xFF0A'81A8);
  cp15::set_nmrr(0x40E0'40E0);
  cp15::set_ttbcr(0);
  // Walks are Normal, inner and outer write-back: IRGN = 0b11 (bits 0 and 6), RGN = 0b11.
  cp15::set_ttbr0(table | 1U << 6 | 3U << 3 | 1U << 0);
  cp15::set_contextidr(0);
}

inline Result<phys_addr_t> translate(const std::array<std::uint32_t, 4096>& /*table*/,
                                     std::uintptr_t address) {
  const std::uint32_t par = cp15::translate_privileged_read(address);
  if ((par & 1) != 0) return Error::kNotFound;
  return (par & ~0xFFFU) | (address & 0xFFF);
}

/// PAR's inner attributes: B4.1.112.
inline Result<MemoryType> memory_type_at(const std::array<std::uint32_t, 4096>& /*table*/,
                                         std::uintptr_t address) {
  const std::uint32_t par = cp15::translate_privileged_read(address);
  if ((par & 1) != 0) return Error::kNotFound;
  switch (par >> 4 & 7) {
    case 0b000:
      return MemoryType::kBufferable;
    case 0b001:
      return MemoryType::kUncached;
    case 0b011:
      return MemoryType::kDevice;
    case 0b101:
      return MemoryType::kWriteAllocate;
    case 0b110:
      return MemoryType::kWriteThrough;
    case 0b111:
      return MemoryType::kWriteBack;
    default:
      return Error::kUnsupported;  // Reserved.
  }
}

}  // namespace guest::descriptors
