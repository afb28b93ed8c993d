// SPDX-License-Identifier: Apache-2.0
// Page tables with short descriptors and TEX remap: ARM ARM DDI 0406C, B3.5 and B3.8.3.
#include "sw/arch/mmu.hpp"

#include <array>
#include <span>

#include "sw/arch/arm/cp15.hpp"
#include "sw/arch/arm/start.hpp"
#include "sw/arch/cacheflush.hpp"
#include "sw/arch/image.hpp"

namespace guest {
namespace {

constexpr std::uint32_t kSectionShift = 20;
constexpr std::uint32_t kSectionBytes = 1U << kSectionShift;
constexpr std::uint32_t kSmallPageBytes = 4096;
constexpr std::uint32_t kPagesPerSection = kSectionBytes / kSmallPageBytes;
constexpr std::uint32_t kPagedSections = (kRemapBytes + kUserBytes) >> kSectionShift;

constexpr std::uint32_t kTable = 1;
constexpr std::uint32_t kTableBytes = 1024;

// Linux, arch/arm/mm/proc-v7-2level.S: eight memory types, numbered {TEX[0], C, B}.
constexpr std::uint32_t kPrrr = 0xFF0A'81A8;
constexpr std::uint32_t kNmrr = 0x40E0'40E0;
// Walks are Normal, inner and outer write-back: IRGN = 0b11 (bits 0 and 6), RGN = 0b11.
constexpr std::uint32_t kTtbrWriteBack = 1U << 6 | 3U << 3 | 1U << 0;
constexpr std::uint32_t kDomainZeroIsClient = 1;

alignas(16384) std::array<std::uint32_t, 4096> first_level;
using SecondLevel = std::array<std::uint32_t, kPagesPerSection>;
alignas(1024) std::array<SecondLevel, kPagedSections> second_level;

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

/// A table walker need not look into the data cache: what was written is cleaned for it.
void publish(const std::uint32_t* first, std::size_t count) {
  dmac_clean_range(first, first + count);
  dsb();
  isb();
}

/// The descriptors of pages in the windows.
std::span<std::uint32_t> entries_of(std::uintptr_t virtual_address, std::size_t size) {
  return {&second_level[0][0] + (virtual_address - kRemapStart) / kSmallPageBytes,
          size / kSmallPageBytes};
}

void write_entries(std::uintptr_t virtual_address, phys_addr_t start, std::size_t size,
                   std::uint32_t attributes) {
  const std::span<std::uint32_t> entries = entries_of(virtual_address, size);
  for (std::uint32_t i = 0; i < entries.size(); ++i)
    entries[i] = (start + i * kSmallPageBytes) | attributes;
  publish(entries.data(), entries.size());
}

}  // namespace

void map_sections(phys_addr_t start, std::size_t size, MemoryType type) {
  if (size == 0) return;
  const std::uint32_t first = start >> kSectionShift;
  const std::uint32_t last = (start + static_cast<std::uint32_t>(size) - 1) >> kSectionShift;
  for (std::uint32_t i = first; i <= last; ++i)
    first_level[i] = i << kSectionShift | section_attributes(type);
  publish(&first_level[first], last - first + 1);
}

void split_sections(phys_addr_t start, std::size_t size, std::span<std::byte> tables) {
  const std::uint32_t first = start >> kSectionShift;
  const auto count = static_cast<std::uint32_t>(size >> kSectionShift);
  auto* entries = reinterpret_cast<std::uint32_t*>(tables.data());
  for (std::uint32_t i = 0; i < count * kPagesPerSection; ++i) {
    entries[i] = (start + i * kSmallPageBytes) | page_attributes(MemoryType::kWriteAllocate, false);
  }
  publish(entries, count * kPagesPerSection);
  for (std::uint32_t i = 0; i < count; ++i) {
    first_level[first + i] =
        reinterpret_cast<std::uint32_t>(entries + i * kPagesPerSection) | kTable;
  }
  publish(&first_level[first], count);
  cp15::invalidate_tlb();
  dsb();
  isb();
}

void set_memory_type(phys_addr_t start, std::size_t size, MemoryType type) {
  for (phys_addr_t page = start; page - start < size; page += kSmallPageBytes) {
    auto* table =
        reinterpret_cast<std::uint32_t*>(first_level[page >> kSectionShift] & ~(kTableBytes - 1));
    std::uint32_t* entry = table + (page / kSmallPageBytes) % kPagesPerSection;
    *entry = page | page_attributes(type, false);
    publish(entry, 1);
    cp15::invalidate_tlb_page(page);
  }
  dsb();
  isb();
}

void map_pages(std::uintptr_t virtual_address, phys_addr_t start, std::size_t size, MemoryType type,
               bool shareable) {
  write_entries(virtual_address, start, size, page_attributes(type, shareable));
}

void map_user_pages(std::uintptr_t virtual_address, phys_addr_t start, std::size_t size,
                    MemoryType type, UserAccess access) {
  write_entries(virtual_address, start, size, user_attributes(type, access));
}

void unmap_pages(std::uintptr_t virtual_address, std::size_t size) {
  const std::span<std::uint32_t> entries = entries_of(virtual_address, size);
  for (std::uint32_t& entry : entries) entry = 0;
  publish(entries.data(), entries.size());
  for (std::uint32_t i = 0; i < entries.size(); ++i)
    cp15::invalidate_tlb_page(virtual_address + i * kSmallPageBytes);
  dsb();
  isb();
}

Result<phys_addr_t> translate(const volatile void* virtual_address) {
  const auto address = reinterpret_cast<std::uintptr_t>(virtual_address);
  const std::uint32_t par = cp15::translate_privileged_read(address);
  if ((par & 1) != 0) return Error::kNotFound;
  return (par & ~0xFFFU) | (address & 0xFFF);
}

void mmu_enable(std::uint32_t blob, std::uint32_t size) {
  for (std::uint32_t i = 0; i < kPagedSections; ++i) {
    first_level[(kRemapStart >> kSectionShift) + i] =
        reinterpret_cast<std::uint32_t>(&second_level[i]) | kTable;
  }
  cp15::invalidate_tlb();
  cp15::invalidate_icache();
  cp15::invalidate_branch_predictor();
  cpu_cache.invalidate_all();
  const auto start = reinterpret_cast<std::uint32_t>(image_start);
  map_sections(start, static_cast<std::size_t>(image_end - image_start),
               MemoryType::kWriteAllocate);
  if (size != 0) map_sections(blob, size, MemoryType::kWriteAllocate);

  cp15::set_prrr(kPrrr);
  cp15::set_nmrr(kNmrr);
  cp15::set_ttbcr(0);
  cp15::set_ttbr0(reinterpret_cast<std::uint32_t>(first_level.data()) | kTtbrWriteBack);
  cp15::set_dacr(kDomainZeroIsClient);
  cp15::set_contextidr(0);
  dsb();
  isb();
  cp15::set_sctlr(cp15::sctlr() | cp15::kSctlrMmu | cp15::kSctlrDataCache |
                  cp15::kSctlrInstructionCache | cp15::kSctlrBranchPrediction |
                  cp15::kSctlrTexRemap);
  isb();
}

}  // namespace guest
