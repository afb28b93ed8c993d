// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sw/iommu/io_pgtable.hpp"

namespace guest {

/// Tables of long descriptors with the 4 KiB granule, stage 1 or stage 2: ARM ARM DDI 0406C, B3.6
/// (AArch32), DDI 0487, D5.3 (AArch64); attributes as Linux's io-pgtable-arm.c chooses them.
class LpaeTables final : public io_pgtable_ops {
 public:
  LpaeTables() = default;
  LpaeTables(const LpaeTables&) = delete;
  LpaeTables& operator=(const LpaeTables&) = delete;

  /// Makes an empty root table and completes `cfg`. 0, -EINVAL or -ENOMEM.
  int open(io_pgtable_fmt format, io_pgtable_cfg& cfg, const iommu_flush_ops& tlb);

  int map_pages(unsigned long iova, phys_addr_t paddr, std::size_t pgsize, std::size_t pgcount,
                int prot, std::size_t& mapped) override;
  std::size_t unmap_pages(unsigned long iova, std::size_t pgsize, std::size_t pgcount,
                          iommu_iotlb_gather& gather) override;
  bool iova_to_phys(unsigned long iova, phys_addr_t& paddr) const override;
  std::size_t pages() const override { return memory_.pages(); }
  void close() override;

 private:
  using Entry = std::uint64_t;

  /// A stretch of one table's entries for one operation.
  struct Span {
    unsigned long iova;
    std::size_t pgsize;
    std::size_t pgcount;
  };

  Entry attributes(int prot) const;
  Entry leaf(phys_addr_t paddr, Entry attributes, unsigned level) const;
  std::size_t index(unsigned long iova, unsigned level) const;
  std::size_t entries_from(std::size_t index, unsigned level) const;
  std::size_t table_bytes(unsigned level) const;
  bool stage2() const { return format_ == ARM_32_LPAE_S2 || format_ == ARM_64_LPAE_S2; }
  void describe(io_pgtable_cfg& cfg) const;

  void write(Entry* entries, std::size_t count, Entry first, Entry step) const;
  int map_in(Entry* table, unsigned level, const Span& span, phys_addr_t paddr, Entry attributes,
             std::size_t& mapped);
  int map_leaves(Entry* at, unsigned level, const Span& span, phys_addr_t paddr, Entry attributes,
                 std::size_t& mapped);
  std::size_t unmap_in(Entry* table, unsigned level, const Span& span, iommu_iotlb_gather& gather);
  std::size_t unmap_leaves(Entry* at, unsigned level, const Span& span, iommu_iotlb_gather& gather);
  bool split(Entry* at, unsigned level, const Span& span, iommu_iotlb_gather& gather);
  void release_tree(Entry* table, unsigned level);

  io_pgtable_fmt format_ = ARM_32_LPAE_S1;
  TableMemory memory_;
  const iommu_flush_ops* tlb_ = nullptr;
  Entry* root_ = nullptr;
  unsigned ias_ = 32;
  unsigned oas_ = 32;
  unsigned long pgsize_bitmap_ = 0;
  unsigned start_level_ = 1;
  std::size_t root_entries_ = 0;
};

}  // namespace guest
