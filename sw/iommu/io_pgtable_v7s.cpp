// SPDX-License-Identifier: Apache-2.0
#include "sw/iommu/io_pgtable_v7s.hpp"

#include <algorithm>

#include "sw/arch/barrier.hpp"
#include "sw/iommu/iommu.hpp"
#include "sw/iommu/short_descriptors.hpp"
#include "sw/lib/result.hpp"
#include "sw/mm/page.hpp"

namespace guest {
namespace {

using namespace short_descriptor;

constexpr std::size_t kLargeBytes = 64U << 10;
constexpr std::size_t kSectionBytes = 1U << 20;
constexpr std::size_t kSupersectionBytes = 16U << 20;
constexpr std::size_t kRepeats = 16;  ///< Large pages and supersections fill that many entries.
constexpr std::size_t kRootEntries = 4096;
constexpr std::size_t kTableEntries = 256;
constexpr std::size_t kTableBytes = kTableEntries * sizeof(Entry);
/// A page holds the tables of as many neighbouring entries of the first level.
constexpr std::size_t kTablesPerPage = kPageBytes / kTableBytes;

// TTBR0: shareable; or inner shareable, write-back write-allocate inside and outside.
constexpr Entry kTtbrShareable = 0x02;
constexpr Entry kTtbrCached = 0x6A;
// Memory types {TEX[0], C, B}: 1 Device, 4 Normal non-cacheable, 7 Normal write-back. Shareable as
// the S bit says, and inner shareable if type 7.
constexpr std::uint32_t kPrrr = 1U << 2 | 2U << 8 | 2U << 14 | 3U << 16 | 1U << 19 | 1U << 31;
constexpr std::uint32_t kNmrr = 1U << 14 | 1U << 30;

constexpr std::size_t root_index(unsigned long iova) { return (iova >> 20) % kRootEntries; }
constexpr std::size_t table_index(unsigned long iova) {
  return (iova >> kPageShift) % kTableEntries;
}
constexpr bool repeated(std::size_t pgsize) {
  return pgsize == kLargeBytes || pgsize == kSupersectionBytes;
}

unsigned attributes_of(int prot) {
  unsigned attributes = kNotGlobal | kShareable | kAccessed;
  if ((prot & IOMMU_PRIV) == 0) attributes |= kUnprivileged;
  if ((prot & IOMMU_WRITE) == 0) attributes |= kReadOnly;
  if ((prot & IOMMU_NOEXEC) != 0) attributes |= kExecuteNever;
  if ((prot & IOMMU_MMIO) != 0) return attributes | kB;
  attributes |= kTex0;
  return (prot & IOMMU_CACHE) != 0 ? attributes | kC | kB : attributes;
}

Entry leaf(phys_addr_t paddr, std::size_t pgsize, unsigned attributes) {
  switch (pgsize) {
    case kSupersectionBytes:
      return paddr | encode(attributes, kSectionBits) | kSupersection;
    case kSectionBytes:
      return paddr | encode(attributes, kSectionBits) | kSection;
    case kLargeBytes:
      return paddr | encode(attributes, kLargeBits) | kLargePage;
    default:
      return paddr | encode(attributes, kSmallBits) | kSmallPage;
  }
}

Entry load(const Entry* at) { return __atomic_load_n(at, __ATOMIC_RELAXED); }

bool empty(const Entry* table) {
  return std::all_of(table, table + kTableEntries, [](const Entry& entry) { return entry == 0; });
}

}  // namespace

int ShortTables::open(io_pgtable_cfg& cfg, const iommu_flush_ops& tlb) {
  if (cfg.ias > 32 || cfg.oas > 32) return to_errno(Error::kInvalid);
  cfg.pgsize_bitmap &= kPageBytes | kLargeBytes | kSectionBytes | kSupersectionBytes;
  if ((cfg.pgsize_bitmap & kPageBytes) == 0) return to_errno(Error::kInvalid);
  tlb_ = &tlb;
  pgsize_bitmap_ = cfg.pgsize_bitmap;
  memory_.set_coherent(cfg.coherent_walk);
  root_ = static_cast<Entry*>(memory_.allocate(kRootEntries * sizeof(Entry)));
  if (root_ == nullptr) return to_errno(Error::kOutOfMemory);
  wmb();
  cfg.ttbr = virt_to_phys(root_) | (cfg.coherent_walk ? kTtbrCached : kTtbrShareable);
  cfg.tcr = 0;
  cfg.mair = kPrrr;
  cfg.nmrr = kNmrr;
  return 0;
}

void ShortTables::close() {
  if (root_ == nullptr) return;
  for (std::size_t i = 0; i < kRootEntries; ++i) {
    if (!is_table(load(&root_[i]))) continue;
    Entry* const table = table_at(i);
    root_[i] = 0;
    release_table(i, table);
  }
  memory_.release(root_, kRootEntries * sizeof(Entry));
  root_ = nullptr;
}

ShortTables::Entry* ShortTables::table_at(std::size_t index) const {
  return static_cast<Entry*>(phys_to_virt(load(&root_[index]) & kTableBase));
}

/// The table of `iova`, made if it is not there; null if there is no memory.
ShortTables::Entry* ShortTables::make_table(unsigned long iova) {
  const std::size_t index = root_index(iova);
  if (is_table(load(&root_[index]))) return table_at(index);
  const std::size_t first = index - index % kTablesPerPage;
  void* memory = nullptr;
  for (std::size_t i = first; i < first + kTablesPerPage && memory == nullptr; ++i) {
    if (is_table(load(&root_[i]))) memory = table_at(i) - (i - first) * kTableEntries;
  }
  if (memory == nullptr) memory = memory_.allocate(kPageBytes);
  if (memory == nullptr) return nullptr;
  Entry* const table = static_cast<Entry*>(memory) + (index - first) * kTableEntries;
  write(table, kTableEntries, 0, 0);  // It may have been in use before.
  return table;
}

/// Gives back the page of a table that entry `index` of the first level pointed to, unless its
/// neighbours need it.
void ShortTables::release_table(std::size_t index, Entry* table) {
  const std::size_t first = index - index % kTablesPerPage;
  for (std::size_t i = first; i < first + kTablesPerPage; ++i) {
    if (is_table(load(&root_[i]))) return;
  }
  memory_.release(table - (index - first) * kTableEntries, kPageBytes);
}

void ShortTables::write(Entry* entries, std::size_t count, Entry first, Entry step) const {
  for (std::size_t i = 0; i < count; ++i) {
    __atomic_store_n(&entries[i], first + static_cast<Entry>(i) * step, __ATOMIC_RELAXED);
  }
  memory_.publish(entries, count * sizeof(Entry));
}

void ShortTables::forget(iommu_iotlb_gather& gather, unsigned long iova, std::size_t pgsize) const {
  if (!io_pgtable_skip_invalidate) tlb_->tlb_add_page(gather, iova, pgsize);
}

bool ShortTables::check(unsigned long iova, std::size_t pgsize) const {
  return pgsize != 0 && (pgsize_bitmap_ & pgsize) == pgsize && std::uint64_t{iova} >> 32 == 0;
}

int ShortTables::map_pages(unsigned long iova, phys_addr_t paddr, std::size_t pgsize,
                           std::size_t pgcount, int prot, std::size_t& mapped) {
  if (std::uint64_t{iova} >> 32 != 0) return to_errno(Error::kOutOfRange);
  if (!check(iova, pgsize)) return to_errno(Error::kInvalid);
  if ((prot & (IOMMU_READ | IOMMU_WRITE)) == 0) return 0;
  int result = 0;
  for (std::size_t i = 0; i < pgcount && result == 0; ++i) {
    const std::size_t offset = i * pgsize;
    result = map_one(iova + offset, paddr + static_cast<phys_addr_t>(offset), pgsize,
                     attributes_of(prot));
    if (result == 0) mapped += pgsize;
  }
  wmb();
  return result;
}

int ShortTables::map_one(unsigned long iova, phys_addr_t paddr, std::size_t pgsize,
                         unsigned attributes) {
  const Entry entry = leaf(paddr, pgsize, attributes);
  const std::size_t count = repeated(pgsize) ? kRepeats : 1;
  if (pgsize >= kSectionBytes) return map_sections(iova, count, entry);
  Entry* const link = &root_[root_index(iova)];
  if (load(link) != 0 && !is_table(load(link))) return to_errno(Error::kExists);
  Entry* const table = make_table(iova);
  if (table == nullptr) return to_errno(Error::kOutOfMemory);
  if (!is_table(load(link))) {
    dma_wmb();
    write(link, 1, virt_to_phys(table) | kTable, 0);
  }
  Entry* const at = &table[table_index(iova)];
  for (std::size_t i = 0; i < count; ++i) {
    if (load(&at[i]) != 0) return to_errno(Error::kExists);
  }
  write(at, count, entry, 0);
  return 0;
}

int ShortTables::map_sections(unsigned long iova, std::size_t count, Entry entry) {
  Entry* const at = &root_[root_index(iova)];
  for (std::size_t i = 0; i < count; ++i) {
    const Entry old = load(&at[i]);
    const bool room = old == 0 || (is_table(old) && empty(table_at(root_index(iova) + i)));
    if (!room) return to_errno(Error::kExists);
  }
  // Sections take the place of empty tables.
  for (std::size_t i = 0; i < count; ++i) {
    iommu_iotlb_gather gather;
    if (load(&at[i]) != 0) unmap_sections(iova + i * kSectionBytes, kSectionBytes, gather);
  }
  write(at, count, entry, 0);
  return 0;
}

std::size_t ShortTables::unmap_pages(unsigned long iova, std::size_t pgsize, std::size_t pgcount,
                                     iommu_iotlb_gather& gather) {
  if (!check(iova, pgsize)) return 0;
  std::size_t done = 0;
  for (std::size_t i = 0; i < pgcount; ++i) {
    if (unmap_one(iova + done, pgsize, gather) == 0) break;
    done += pgsize;
  }
  return done;
}

std::size_t ShortTables::unmap_one(unsigned long iova, std::size_t pgsize,
                                   iommu_iotlb_gather& gather) {
  Entry* const link = &root_[root_index(iova)];
  if (load(link) == 0) return 0;
  if (pgsize != kSupersectionBytes && !is_table(load(link)) && is_supersection(load(link))) {
    split_repeated(link - root_index(iova) % kRepeats, iova, kSupersectionBytes, gather);
  }
  if (pgsize >= kSectionBytes) return unmap_sections(iova, pgsize, gather);
  if (!is_table(load(link)) && !split_section(iova, gather)) return 0;
  return unmap_small(iova, pgsize, gather);
}

std::size_t ShortTables::unmap_sections(unsigned long iova, std::size_t pgsize,
                                        iommu_iotlb_gather& gather) {
  const std::size_t first = root_index(iova);
  const std::size_t count = pgsize / kSectionBytes;
  for (std::size_t i = 0; i < count; ++i) {
    if (load(&root_[first + i]) == 0) return 0;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const Entry entry = load(&root_[first + i]);
    const unsigned long at = iova + i * kSectionBytes;
    if (!is_table(entry)) {
      write(&root_[first + i], 1, 0, 0);
      wmb();
      forget(gather, at, kSectionBytes);
      continue;
    }
    // The walker must not see the table any more before its memory goes.
    Entry* const table = table_at(first + i);
    write(&root_[first + i], 1, 0, 0);
    wmb();
    if (!io_pgtable_skip_invalidate) tlb_->tlb_flush_walk(at, kSectionBytes, kPageBytes);
    release_table(first + i, table);
  }
  return pgsize;
}

std::size_t ShortTables::unmap_small(unsigned long iova, std::size_t pgsize,
                                     iommu_iotlb_gather& gather) {
  Entry* const table = table_at(root_index(iova));
  const std::size_t first = table_index(iova);
  const std::size_t count = pgsize / kPageBytes;
  for (std::size_t i = 0; i < count; ++i) {
    if (load(&table[first + i]) == 0) return 0;
  }
  if (count == 1 && is_large(load(&table[first]))) {
    split_repeated(&table[first - first % kRepeats], iova, kLargeBytes, gather);
  }
  write(&table[first], count, 0, 0);
  wmb();
  for (std::size_t i = 0; i < count; ++i) forget(gather, iova + i * kPageBytes, kPageBytes);
  return pgsize;
}

/// Makes sixteen entries of their own of a supersection's or large page's sixteen copies.
void ShortTables::split_repeated(Entry* first, unsigned long iova, std::size_t pgsize,
                                 iommu_iotlb_gather& gather) {
  const bool sections = pgsize == kSupersectionBytes;
  const auto piece = static_cast<Entry>(pgsize / kRepeats);
  const unsigned attributes = decode(load(first), sections ? kSectionBits : kLargeBits);
  const phys_addr_t base = load(first) & ~static_cast<Entry>(pgsize - 1);
  write(first, kRepeats, leaf(base, piece, attributes), piece);
  wmb();
  forget(gather, iova & ~static_cast<unsigned long>(pgsize - 1), pgsize);
}

bool ShortTables::split_section(unsigned long iova, iommu_iotlb_gather& gather) {
  Entry* const link = &root_[root_index(iova)];
  const Entry section = load(link);
  Entry* const table = make_table(iova);
  if (table == nullptr) return false;
  const phys_addr_t base = section & ~static_cast<Entry>(kSectionBytes - 1);
  write(table, kTableEntries, leaf(base, kPageBytes, decode(section, kSectionBits)), kPageBytes);
  dma_wmb();
  write(link, 1, virt_to_phys(table) | kTable, 0);
  wmb();
  forget(gather, iova & ~static_cast<unsigned long>(kSectionBytes - 1), kSectionBytes);
  return true;
}

bool ShortTables::iova_to_phys(unsigned long iova, phys_addr_t& paddr) const {
  if (std::uint64_t{iova} >> 32 != 0) return false;
  Entry entry = load(&root_[root_index(iova)]);
  std::size_t pgsize = is_supersection(entry) ? kSupersectionBytes : kSectionBytes;
  if (is_table(entry)) {
    entry = load(&table_at(root_index(iova))[table_index(iova)]);
    pgsize = is_large(entry) ? kLargeBytes : kPageBytes;
  }
  if (entry == 0) return false;
  const auto mask = static_cast<Entry>(pgsize - 1);
  paddr = (entry & ~mask) | (static_cast<Entry>(iova) & mask);
  return true;
}

}  // namespace guest
