// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "sw/arch/arm/cp15.hpp"
#include "sw/arch/mmu.hpp"

// ARMv5 (ARM DDI 0100I, B4.7): four memory types by C and B, no shareability, nothing that is never
// executed.
namespace guest::descriptors {

inline constexpr std::uint32_t kTable = 0x11;  // Bit 4 is to be one.

/// C in bit 3, B in bit 2.
constexpr std::uint32_t cached_and_buffered(MemoryType type) {
  switch (type) {
    case MemoryType::kBufferable:
      return 1U << 2;
    case MemoryType::kWriteThrough:
      return 2U << 2;
    case MemoryType::kWriteBack:
    case MemoryType::kWriteAllocate:
      return 3U << 2;
    case MemoryType::kUncached:
    case MemoryType::kDevice:
      break;
  }
  return 0;  // Strongly ordered.
}

constexpr std::uint32_t section_attributes(MemoryType type) {
  return 0x12U | cached_and_buffered(type) | 1U << 10;  // AP = 0b01: privileged read and write.
}

/// Small pages: AP of four subpages.
constexpr std::uint32_t page_attributes(MemoryType type, bool /*shareable*/) {
  return 2U | cached_and_buffered(type) | 0x55U << 4;
}
static_assert(section_attributes(MemoryType::kWriteAllocate) == 0x41E);
static_assert(page_attributes(MemoryType::kUncached, false) == 0x552);

// AP: 0b11 both read and write, 0b10 user mode reads only.
constexpr std::uint32_t user_attributes(MemoryType type, UserAccess access) {
  const std::uint32_t permissions = access == UserAccess::kReadWrite ? 0xFFU : 0xAAU;
  return 2U | cached_and_buffered(type) | permissions << 4;
}

/// What the control register gets when MMU and caches go on: unaligned accesses are faults, too.
inline constexpr std::uint32_t kControl = cp15::kSctlrMmu | cp15::kSctlrAlignment |
                                          cp15::kSctlrDataCache | cp15::kSctlrInstructionCache |
                                          cp15::kSctlrBranchPrediction;

/// Where the first-level table is; an L2 may hold it (Linux, proc-mohawk.S).
inline void set_table(std::uint32_t table) { cp15::set_ttbr0(table | 0x18); }

/// A leaf of the tables, and how many of its low bits are no address.
struct Leaf {
  std::uint32_t descriptor;
  unsigned shift;
};

/// By the tables: there is no operation that asks the MMU.
inline Result<Leaf> leaf_of(const std::array<std::uint32_t, 4096>& table, std::uintptr_t address) {
  const std::uint32_t first = table[address >> 20];
  if ((first & 3) == 2) return Leaf{first, 20};
  if ((first & 3) != 1) return Error::kNotFound;
  const auto* pages = reinterpret_cast<const std::uint32_t*>(first & ~0x3FFU);
  const std::uint32_t second = pages[address >> 12 & 0xFF];
  if ((second & 3) != 2) return Error::kNotFound;
  return Leaf{second, 12};
}

inline Result<phys_addr_t> translate(const std::array<std::uint32_t, 4096>& table,
                                     std::uintptr_t address) {
  const Result<Leaf> leaf = leaf_of(table, address);
  if (!leaf) return leaf.error();
  const std::uint32_t offset = (1U << leaf->shift) - 1;
  return (leaf->descriptor & ~offset) | (address & offset);
}

inline Result<MemoryType> memory_type_at(const std::array<std::uint32_t, 4096>& table,
                                         std::uintptr_t address) {
  const Result<Leaf> leaf = leaf_of(table, address);
  if (!leaf) return leaf.error();
  constexpr MemoryType kTypes[]{MemoryType::kUncached, MemoryType::kBufferable,
                                MemoryType::kWriteThrough, MemoryType::kWriteBack};
  return kTypes[leaf->descriptor >> 2 & 3];
}

}  // namespace guest::descriptors
