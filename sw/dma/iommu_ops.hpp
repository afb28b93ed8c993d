// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sw/dma/dma_iommu.hpp"

namespace guest {

/// Linux's iommu_ops and iommu_coherent_ops (4.1, arch/arm/mm/dma-mapping.c). Scattered pages
/// become contiguous in I/O addresses. What a device may do follows the direction; where it may not
/// go any more, the TLBs are told before the CPU gets the memory back.
class IommuDmaOps final : public dma_map_ops {
 public:
  explicit constexpr IommuDmaOps(bool coherent) : coherent_{coherent} {}

  // iommu_alloc.cpp
  void* alloc(device& dev, std::size_t size, dma_addr_t& handle, gfp_t gfp,
              dma_attrs attrs) const override;
  void free(device& dev, std::size_t size, void* cpu_addr, dma_addr_t handle,
            dma_attrs attrs) const override;
  int mmap(device& dev, vm_area_struct& area, void* cpu_addr, dma_addr_t handle, std::size_t size,
           dma_attrs attrs) const override;
  int get_sgtable(device& dev, sg_table& table, void* cpu_addr, dma_addr_t handle, std::size_t size,
                  dma_attrs attrs) const override;

  // iommu_ops.cpp
  dma_addr_t map_page(device& dev, page& page, std::size_t offset, std::size_t size,
                      dma_data_direction direction, dma_attrs attrs) const override;
  void unmap_page(device& dev, dma_addr_t handle, std::size_t size, dma_data_direction direction,
                  dma_attrs attrs) const override;
  dma_addr_t map_resource(device& dev, phys_addr_t address, std::size_t size,
                          dma_data_direction direction, dma_attrs attrs) const override;
  void unmap_resource(device& dev, dma_addr_t handle, std::size_t size,
                      dma_data_direction direction, dma_attrs attrs) const override;
  void sync_single_for_cpu(device& dev, dma_addr_t handle, std::size_t size,
                           dma_data_direction direction) const override;
  void sync_single_for_device(device& dev, dma_addr_t handle, std::size_t size,
                              dma_data_direction direction) const override;
  void cache_sync(device& dev, void* address, std::size_t size,
                  dma_data_direction direction) const override;
  bool dma_supported(device& dev, std::uint64_t mask) const override;
  std::uint64_t get_required_mask(device& dev) const override;

  // iommu_sg.cpp
  int map_sg(device& dev, scatterlist* list, unsigned entries, dma_data_direction direction,
             dma_attrs attrs) const override;
  void unmap_sg(device& dev, scatterlist* list, unsigned entries, dma_data_direction direction,
                dma_attrs attrs) const override;
  void sync_sg_for_cpu(device& dev, scatterlist* list, unsigned entries,
                       dma_data_direction direction) const override;
  void sync_sg_for_device(device& dev, scatterlist* list, unsigned entries,
                          dma_data_direction direction) const override;

 private:
  int prot(dma_data_direction direction, dma_attrs attrs) const;
  bool maintains(dma_attrs attrs) const {
    return !coherent_ && (attrs & DMA_ATTR_SKIP_CPU_SYNC) == 0;
  }
  /// I/O addresses for one stretch of memory, whole pages.
  dma_addr_t map_range(device& dev, phys_addr_t start, std::size_t size, int prot) const;
  int map_chunk(device& dev, scatterlist& first, std::size_t size, dma_addr_t& iova,
                dma_data_direction direction, dma_attrs attrs) const;

  bool coherent_;
};

/// Ends the mapping of whole pages and gives their addresses back.
void iommu_release(dma_iommu_mapping& mapping, dma_addr_t iova, std::size_t size);
/// Whether Linux would take this address for none.
bool iommu_overlooked(dma_addr_t handle);

}  // namespace guest
