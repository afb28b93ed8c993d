// SPDX-License-Identifier: Apache-2.0
// Page tables of two levels. What a descriptor says is the architecture version's: descriptors.hpp.
#include "sw/arch/mmu.hpp"

#include <array>
#include <span>

#include "sw/arch/arm/cp15.hpp"
#if __ARM_ARCH >= 7
#include "sw/arch/arm/v7/descriptors.hpp"
#else
#include "sw/arch/arm/v5/descriptors.hpp"
#endif
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

constexpr std::uint32_t kTableBytes = 1024;

constexpr std::uint32_t kDomainZeroIsClient = 1;

alignas(16384) std::array<std::uint32_t, 4096> first_level;
using SecondLevel = std::array<std::uint32_t, kPagesPerSection>;
alignas(1024) std::array<SecondLevel, kPagedSections> second_level;

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
    first_level[i] = i << kSectionShift | descriptors::section_attributes(type);
  publish(&first_level[first], last - first + 1);
}

void split_sections(phys_addr_t start, std::size_t size, std::span<std::byte> tables) {
  const std::uint32_t first = start >> kSectionShift;
  const auto count = static_cast<std::uint32_t>(size >> kSectionShift);
  auto* entries = reinterpret_cast<std::uint32_t*>(tables.data());
  for (std::uint32_t i = 0; i < count * kPagesPerSection; ++i) {
    entries[i] = (start + i * kSmallPageBytes) |
                 descriptors::page_attributes(MemoryType::kWriteAllocate, false);
  }
  publish(entries, count * kPagesPerSection);
  for (std::uint32_t i = 0; i < count; ++i) {
    first_level[first + i] =
        reinterpret_cast<std::uint32_t>(entries + i * kPagesPerSection) | descriptors::kTable;
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
    *entry = page | descriptors::page_attributes(type, false);
    publish(entry, 1);
    cp15::invalidate_tlb_page(page);
  }
  dsb();
  isb();
}

void map_pages(std::uintptr_t virtual_address, phys_addr_t start, std::size_t size, MemoryType type,
               bool shareable) {
  write_entries(virtual_address, start, size, descriptors::page_attributes(type, shareable));
}

void map_user_pages(std::uintptr_t virtual_address, phys_addr_t start, std::size_t size,
                    MemoryType type, UserAccess access) {
  write_entries(virtual_address, start, size, descriptors::user_attributes(type, access));
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
  return descriptors::translate(first_level, reinterpret_cast<std::uintptr_t>(virtual_address));
}

Result<MemoryType> memory_type_at(const volatile void* virtual_address) {
  return descriptors::memory_type_at(first_level,
                                     reinterpret_cast<std::uintptr_t>(virtual_address));
}

void mmu_enable(std::uint32_t blob, std::uint32_t size) {
  for (std::uint32_t i = 0; i < kPagedSections; ++i) {
    first_level[(kRemapStart >> kSectionShift) + i] =
        reinterpret_cast<std::uint32_t>(&second_level[i]) | descriptors::kTable;
  }
  cp15::invalidate_tlb();
  cp15::invalidate_icache();
  cp15::invalidate_branch_predictor();
  cpu_cache.invalidate_all();
  const auto start = reinterpret_cast<std::uint32_t>(image_start);
  map_sections(start, static_cast<std::size_t>(image_end - image_start),
               MemoryType::kWriteAllocate);
  if (size != 0) map_sections(blob, size, MemoryType::kWriteAllocate);

  descriptors::set_table(reinterpret_cast<std::uint32_t>(first_level.data()));
  cp15::set_dacr(kDomainZeroIsClient);
  dsb();
  isb();
  cp15::set_sctlr(cp15::sctlr() | descriptors::kControl);
  isb();
}

}  // namespace guest
