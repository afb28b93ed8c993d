// SPDX-License-Identifier: Apache-2.0
// Page tables with short descriptors and TEX remap: ARM ARM DDI 0406C, B3.5 and B3.8.3.
#include "sw/arch/mmu.hpp"

#include <array>

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
constexpr std::uint32_t kRemapSections = kRemapBytes >> kSectionShift;

// Linux, arch/arm/mm/proc-v7-2level.S: eight memory types, numbered {TEX[0], C, B}.
constexpr std::uint32_t kPrrr = 0xFF0A'81A8;
constexpr std::uint32_t kNmrr = 0x40E0'40E0;
// Walks are Normal, inner and outer write-back: IRGN = 0b11 (bits 0 and 6), RGN = 0b11.
constexpr std::uint32_t kTtbrWriteBack = 1U << 6 | 3U << 3 | 1U << 0;
constexpr std::uint32_t kDomainZeroIsClient = 1;

alignas(16384) std::array<std::uint32_t, 4096> first_level;
using SecondLevel = std::array<std::uint32_t, kPagesPerSection>;
alignas(1024) std::array<SecondLevel, kRemapSections> second_level;

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

/// A table walker need not look into the data cache: what was written is cleaned for it.
void publish(const std::uint32_t* first, std::size_t count) {
  dmac_clean_range(first, first + count);
  dsb();
  isb();
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

void map_pages(std::uintptr_t virtual_address, phys_addr_t start, std::size_t size, MemoryType type,
               bool shareable) {
  std::uint32_t* entries = &second_level[0][0];
  const std::uint32_t first = (virtual_address - kRemapStart) / kSmallPageBytes;
  const std::uint32_t count = size / kSmallPageBytes;
  for (std::uint32_t i = 0; i < count; ++i) {
    entries[first + i] = (start + i * kSmallPageBytes) | page_attributes(type, shareable);
  }
  publish(&entries[first], count);
}

void unmap_pages(std::uintptr_t virtual_address, std::size_t size) {
  std::uint32_t* entries = &second_level[0][0];
  const std::uint32_t first = (virtual_address - kRemapStart) / kSmallPageBytes;
  const std::uint32_t count = size / kSmallPageBytes;
  for (std::uint32_t i = 0; i < count; ++i) entries[first + i] = 0;
  publish(&entries[first], count);
  for (std::uint32_t i = 0; i < count; ++i)
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
  for (std::uint32_t i = 0; i < kRemapSections; ++i) {
    first_level[(kRemapStart >> kSectionShift) + i] =
        reinterpret_cast<std::uint32_t>(&second_level[i]) | 1U;
  }
  cp15::invalidate_tlb();
  cp15::invalidate_icache();
  cp15::invalidate_branch_predictor();
  invalidate_dcache_all();
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
