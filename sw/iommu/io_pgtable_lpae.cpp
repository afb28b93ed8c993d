// SPDX-License-Identifier: Apache-2.0
#include "sw/iommu/io_pgtable_lpae.hpp"

#include <algorithm>

#include "sw/arch/barrier.hpp"
#include "sw/iommu/iommu.hpp"
#include "sw/lib/result.hpp"
#include "sw/mm/page.hpp"

namespace guest {
namespace {

using Entry = std::uint64_t;

constexpr unsigned kLastLevel = 3;
constexpr unsigned kLevelBits = 9;
constexpr std::size_t kEntries = std::size_t{1} << kLevelBits;
constexpr std::size_t kMostRootPages = 16;  // Stage 2: that many may be concatenated.

// Descriptors: DDI 0406C B3.6.1 and B3.6.2.
constexpr Entry kValid = 1;
constexpr Entry kTableOrPage = 2;  ///< Bit 1: a table, or on the last level a page; else a block.
constexpr Entry kOutput = 0xFFFF'FFFF'F000;
constexpr Entry kUnprivileged = 1U << 6;  ///< Stage 1, AP[1].
constexpr Entry kReadOnly = 1U << 7;      ///< Stage 1, AP[2].
constexpr Entry kCanRead = 1U << 6;       ///< Stage 2, HAP[0].
constexpr Entry kCanWrite = 1U << 7;      ///< Stage 2, HAP[1].
constexpr Entry kOuterShareable = 2U << 8;
constexpr Entry kInnerShareable = 3U << 8;
constexpr Entry kAccessed = 1U << 10;
constexpr Entry kNotGlobal = 1U << 11;
constexpr Entry kExecuteNever = Entry{1} << 54;

// AttrIndx of Linux's MAIR: non-cacheable, write-back, Device.
constexpr std::uint32_t kMair = 0xF404'FF44;
constexpr Entry kIndexCache = 1U << 2;
constexpr Entry kIndexDevice = 2U << 2;
// MemAttr of stage 2.
constexpr Entry kStage2Device = 1U << 2;
constexpr Entry kStage2NonCacheable = 5U << 2;
constexpr Entry kStage2WriteBack = 0xFU << 2;

// TTBCR, with the names of TCR: DDI 0406C B4.1.153.
constexpr std::uint32_t kTcrLongDescriptors = 1U << 31;
constexpr std::uint32_t kTcrNoSecondRange = 1U << 23;
constexpr std::uint32_t kTcrWriteBackInnerShareable = 3U << 12 | 1U << 10 | 1U << 8;
constexpr std::uint32_t kTcrNonCacheableOuterShareable = 2U << 12;
constexpr unsigned kVtcrStartLevel = 6;

constexpr bool valid(Entry entry) { return (entry & kValid) != 0; }
constexpr bool is_table(Entry entry, unsigned level) {
  return level != kLastLevel && (entry & (kValid | kTableOrPage)) == (kValid | kTableOrPage);
}
constexpr unsigned shift_of(unsigned level) {
  return kPageShift + kLevelBits * (kLastLevel - level);
}
constexpr std::size_t block_bytes(unsigned level) { return std::size_t{1} << shift_of(level); }

Entry* below(Entry entry) {
  return static_cast<Entry*>(phys_to_virt(static_cast<phys_addr_t>(entry & kOutput)));
}

/// The half that makes it valid last, or invalid first: the walker may look in between.
void store(Entry* at, Entry entry) {
  auto* const halves = reinterpret_cast<std::uint32_t*>(at);
  const auto low = static_cast<std::uint32_t>(entry);
  const auto high = static_cast<std::uint32_t>(entry >> 32);
  if (!valid(entry)) __atomic_store_n(&halves[0], low, __ATOMIC_RELAXED);
  __atomic_store_n(&halves[1], high, __ATOMIC_RELEASE);
  __atomic_store_n(&halves[0], low, __ATOMIC_RELEASE);
}

Entry load(const Entry* at) {
  const auto* const halves = reinterpret_cast<const std::uint32_t*>(at);
  return Entry{halves[1]} << 32 | halves[0];
}

/// Nothing is mapped by a table or those below it.
bool empty(const Entry* table, unsigned level) {
  for (std::size_t i = 0; i < kEntries; ++i) {
    const Entry entry = load(&table[i]);
    if (valid(entry) && (!is_table(entry, level) || !empty(below(entry), level + 1))) return false;
  }
  return true;
}

}  // namespace

int LpaeTables::open(io_pgtable_fmt format, io_pgtable_cfg& cfg, const iommu_flush_ops& tlb) {
  constexpr unsigned kMostBits = 48;
  const bool narrow = format == ARM_32_LPAE_S1 || format == ARM_32_LPAE_S2;
  if (cfg.ias <= kPageShift + kLevelBits || cfg.ias > (narrow ? 32U : kMostBits) ||
      cfg.oas > kMostBits) {
    return to_errno(Error::kInvalid);
  }
  cfg.pgsize_bitmap &= 0x4020'1000UL;  // 4 KiB, 2 MiB, 1 GiB.
  if ((cfg.pgsize_bitmap & kPageBytes) == 0) return to_errno(Error::kInvalid);
  format_ = format;
  tlb_ = &tlb;
  ias_ = cfg.ias;
  oas_ = cfg.oas;
  pgsize_bitmap_ = cfg.pgsize_bitmap;
  memory_.set_coherent(cfg.coherent_walk);
  const unsigned levels = (ias_ - kPageShift + kLevelBits - 1) / kLevelBits;
  start_level_ = kLastLevel + 1 - levels;
  root_entries_ = std::size_t{1} << (ias_ - shift_of(start_level_));
  if (stage2() && start_level_ == 0 && root_entries_ <= kMostRootPages) {
    root_entries_ *= kEntries;
    start_level_ = 1;
  }
  root_ = static_cast<Entry*>(memory_.allocate(root_entries_ * sizeof(Entry)));
  if (root_ == nullptr) return to_errno(Error::kOutOfMemory);
  wmb();
  describe(cfg);
  return 0;
}

void LpaeTables::describe(io_pgtable_cfg& cfg) const {
  const bool narrow = format_ == ARM_32_LPAE_S1 || format_ == ARM_32_LPAE_S2;
  cfg.ttbr = virt_to_phys(root_);
  cfg.tcr = cfg.coherent_walk ? kTcrWriteBackInnerShareable : kTcrNonCacheableOuterShareable;
  cfg.tcr |= narrow ? kTcrLongDescriptors : 64 - ias_;
  if (stage2()) {
    // SL0: 1 is level 1, and with AArch64 2 is level 0.
    cfg.tcr |= (2 - start_level_) << kVtcrStartLevel;
    cfg.mair = 0;
  } else {
    cfg.tcr |= kTcrNoSecondRange;
    if (narrow) cfg.tcr |= 32 - ias_;
    cfg.mair = kMair;
  }
}

void LpaeTables::close() {
  if (root_ == nullptr) return;
  release_tree(root_, start_level_);
  root_ = nullptr;
}

void LpaeTables::release_tree(Entry* table, unsigned level) {
  if (level < kLastLevel) {
    const std::size_t count = table_bytes(level) / sizeof(Entry);
    for (std::size_t i = 0; i < count; ++i) {
      const Entry entry = load(&table[i]);
      if (is_table(entry, level)) release_tree(below(entry), level + 1);
    }
  }
  memory_.release(table, table_bytes(level));
}

std::size_t LpaeTables::table_bytes(unsigned level) const {
  return level == start_level_ ? root_entries_ * sizeof(Entry) : kPageBytes;
}

std::size_t LpaeTables::index(unsigned long iova, unsigned level) const {
  const auto number = static_cast<std::size_t>(std::uint64_t{iova} >> shift_of(level));
  return level == start_level_ ? number : number % kEntries;
}

std::size_t LpaeTables::entries_from(std::size_t index, unsigned level) const {
  return (level == start_level_ ? root_entries_ : kEntries) - index;
}

LpaeTables::Entry LpaeTables::attributes(int prot) const {
  Entry entry = kAccessed | ((prot & IOMMU_CACHE) != 0 ? kInnerShareable : kOuterShareable);
  if ((prot & IOMMU_NOEXEC) != 0) entry |= kExecuteNever;
  if (stage2()) {
    if ((prot & IOMMU_READ) != 0) entry |= kCanRead;
    if ((prot & IOMMU_WRITE) != 0) entry |= kCanWrite;
    if ((prot & IOMMU_MMIO) != 0) return entry | kStage2Device;
    return entry | ((prot & IOMMU_CACHE) != 0 ? kStage2WriteBack : kStage2NonCacheable);
  }
  entry |= kNotGlobal;
  if ((prot & IOMMU_WRITE) == 0) entry |= kReadOnly;
  if ((prot & IOMMU_PRIV) == 0) entry |= kUnprivileged;
  if ((prot & IOMMU_MMIO) != 0) return entry | kIndexDevice;
  return entry | ((prot & IOMMU_CACHE) != 0 ? kIndexCache : 0);
}

LpaeTables::Entry LpaeTables::leaf(phys_addr_t paddr, Entry attributes, unsigned level) const {
  return paddr | attributes | kValid | (level == kLastLevel ? kTableOrPage : 0);
}

/// Entries first, first + step, ...; visible to the walker but for a barrier.
void LpaeTables::write(Entry* entries, std::size_t count, Entry first, Entry step) const {
  for (std::size_t i = 0; i < count; ++i) store(&entries[i], first + i * step);
  memory_.publish(entries, count * sizeof(Entry));
}

int LpaeTables::map_pages(unsigned long iova, phys_addr_t paddr, std::size_t pgsize,
                          std::size_t pgcount, int prot, std::size_t& mapped) {
  if (pgsize == 0 || (pgsize_bitmap_ & pgsize) != pgsize) return to_errno(Error::kInvalid);
  if (std::uint64_t{iova} >> ias_ != 0 || std::uint64_t{paddr} >> oas_ != 0) {
    return to_errno(Error::kOutOfRange);
  }
  if ((prot & (IOMMU_READ | IOMMU_WRITE)) == 0) return 0;  // As Linux: nothing to do.
  const int result =
      map_in(root_, start_level_, {iova, pgsize, pgcount}, paddr, attributes(prot), mapped);
  wmb();
  return result;
}

int LpaeTables::map_in(Entry* table, unsigned level, const Span& span, phys_addr_t paddr,
                       Entry attributes, std::size_t& mapped) {
  Entry* const at = &table[index(span.iova, level)];
  if (span.pgsize == block_bytes(level)) {
    return map_leaves(at, level, span, paddr, attributes, mapped);
  }
  Entry entry = load(at);
  if (!valid(entry)) {
    void* const table_below = memory_.allocate(kPageBytes);
    if (table_below == nullptr) return to_errno(Error::kOutOfMemory);
    entry = virt_to_phys(table_below) | kValid | kTableOrPage;
    dma_wmb();
    write(at, 1, entry, 0);
  } else if (!is_table(entry, level)) {
    return to_errno(Error::kExists);
  }
  return map_in(below(entry), level + 1, span, paddr, attributes, mapped);
}

int LpaeTables::map_leaves(Entry* at, unsigned level, const Span& span, phys_addr_t paddr,
                           Entry attributes, std::size_t& mapped) {
  const std::size_t count = std::min(span.pgcount, entries_from(index(span.iova, level), level));
  for (std::size_t i = 0; i < count; ++i) {
    const Entry entry = load(&at[i]);
    if (!valid(entry)) continue;
    if (!is_table(entry, level) || !empty(below(entry), level + 1)) {
      return to_errno(Error::kExists);
    }
    // A block takes the place of an empty table.
    const std::size_t size = block_bytes(level);
    iommu_iotlb_gather gather;
    unmap_leaves(&at[i], level, {span.iova + i * size, size, 1}, gather);
  }
  write(at, count, leaf(paddr, attributes, level), block_bytes(level));
  mapped += count * span.pgsize;
  return 0;
}

std::size_t LpaeTables::unmap_pages(unsigned long iova, std::size_t pgsize, std::size_t pgcount,
                                    iommu_iotlb_gather& gather) {
  if (pgsize == 0 || (pgsize_bitmap_ & pgsize) != pgsize || std::uint64_t{iova} >> ias_ != 0) {
    return 0;
  }
  return unmap_in(root_, start_level_, {iova, pgsize, pgcount}, gather);
}

std::size_t LpaeTables::unmap_in(Entry* table, unsigned level, const Span& span,
                                 iommu_iotlb_gather& gather) {
  Entry* const at = &table[index(span.iova, level)];
  const Entry entry = load(at);
  if (!valid(entry)) return 0;
  if (span.pgsize == block_bytes(level)) return unmap_leaves(at, level, span, gather);
  if (!is_table(entry, level) && !split(at, level, span, gather)) return 0;
  return unmap_in(below(load(at)), level + 1, span, gather);
}

std::size_t LpaeTables::unmap_leaves(Entry* at, unsigned level, const Span& span,
                                     iommu_iotlb_gather& gather) {
  const std::size_t most = std::min(span.pgcount, entries_from(index(span.iova, level), level));
  std::size_t done = 0;
  while (done < most && valid(load(&at[done]))) {
    const Entry first = load(&at[done]);
    const bool table = is_table(first, level);
    // Tables go one by one, what lies between them together.
    std::size_t count = 1;
    while (!table && done + count < most && valid(load(&at[done + count])) &&
           !is_table(load(&at[done + count]), level)) {
      ++count;
    }
    write(&at[done], count, 0, 0);
    wmb();
    const unsigned long iova = span.iova + done * span.pgsize;
    if (table) {
      if (!io_pgtable_skip_invalidate) tlb_->tlb_flush_walk(iova, span.pgsize, kPageBytes);
      release_tree(below(first), level + 1);
    } else if (!io_pgtable_skip_invalidate) {
      for (std::size_t i = 0; i < count; ++i) {
        tlb_->tlb_add_page(gather, iova + i * span.pgsize, span.pgsize);
      }
    }
    done += count;
  }
  return done * span.pgsize;
}

/// Puts a table of the same mappings in the place of the block that `span` is part of. The block
/// is in TLBs as one entry, so it is taken out of them whole.
bool LpaeTables::split(Entry* at, unsigned level, const Span& span, iommu_iotlb_gather& gather) {
  auto* const table = static_cast<Entry*>(memory_.allocate(kPageBytes));
  if (table == nullptr) return false;
  const Entry block = load(at);
  const Entry first = block | (level + 1 == kLastLevel ? kTableOrPage : 0);
  write(table, kEntries, first, block_bytes(level + 1));
  dma_wmb();
  write(at, 1, virt_to_phys(table) | kValid | kTableOrPage, 0);
  wmb();
  const unsigned long start = span.iova & ~static_cast<unsigned long>(block_bytes(level) - 1);
  if (!io_pgtable_skip_invalidate) tlb_->tlb_add_page(gather, start, block_bytes(level));
  return true;
}

bool LpaeTables::iova_to_phys(unsigned long iova, phys_addr_t& paddr) const {
  if (std::uint64_t{iova} >> ias_ != 0) return false;
  const Entry* table = root_;
  for (unsigned level = start_level_;; ++level) {
    const Entry entry = load(&table[index(iova, level)]);
    if (!valid(entry)) return false;
    if (!is_table(entry, level)) {
      const auto inside = static_cast<phys_addr_t>(iova & (block_bytes(level) - 1));
      paddr = static_cast<phys_addr_t>(entry & kOutput) | inside;
      return true;
    }
    table = below(entry);
  }
}

}  // namespace guest
