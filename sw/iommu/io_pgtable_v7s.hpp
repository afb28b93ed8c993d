// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sw/iommu/io_pgtable.hpp"

namespace guest {

/// Tables of short descriptors with TEX remap and access flag: ARM ARM DDI 0406C, B3.5; attributes
/// as Linux's io-pgtable-arm-v7s.c chooses them. 4 KiB, 64 KiB, 1 MiB, 16 MiB.
class ShortTables final : public io_pgtable_ops {
 public:
  ShortTables() = default;
  ShortTables(const ShortTables&) = delete;
  ShortTables& operator=(const ShortTables&) = delete;

  /// Makes an empty first level and completes `cfg`. 0, -EINVAL or -ENOMEM.
  int open(io_pgtable_cfg& cfg, const iommu_flush_ops& tlb);

  int map_pages(unsigned long iova, phys_addr_t paddr, std::size_t pgsize, std::size_t pgcount,
                int prot, std::size_t& mapped) override;
  std::size_t unmap_pages(unsigned long iova, std::size_t pgsize, std::size_t pgcount,
                          iommu_iotlb_gather& gather) override;
  bool iova_to_phys(unsigned long iova, phys_addr_t& paddr) const override;
  std::size_t pages() const override { return memory_.pages(); }
  void close() override;

 private:
  using Entry = std::uint32_t;

  int map_one(unsigned long iova, phys_addr_t paddr, std::size_t pgsize, unsigned attributes);
  int map_sections(unsigned long iova, std::size_t count, Entry entry);
  std::size_t unmap_one(unsigned long iova, std::size_t pgsize, iommu_iotlb_gather& gather);
  std::size_t unmap_sections(unsigned long iova, std::size_t pgsize, iommu_iotlb_gather& gather);
  std::size_t unmap_small(unsigned long iova, std::size_t pgsize, iommu_iotlb_gather& gather);
  void split_repeated(Entry* first, unsigned long iova, std::size_t pgsize,
                      iommu_iotlb_gather& gather);
  bool split_section(unsigned long iova, iommu_iotlb_gather& gather);
  bool check(unsigned long iova, std::size_t pgsize) const;

  void write(Entry* entries, std::size_t count, Entry first, Entry step) const;
  Entry* make_table(unsigned long iova);
  void release_table(std::size_t index, Entry* table);
  Entry* table_at(std::size_t index) const;
  void forget(iommu_iotlb_gather& gather, unsigned long iova, std::size_t pgsize) const;

  TableMemory memory_;
  const iommu_flush_ops* tlb_ = nullptr;
  Entry* root_ = nullptr;
  unsigned long pgsize_bitmap_ = 0;
};

}  // namespace guest
