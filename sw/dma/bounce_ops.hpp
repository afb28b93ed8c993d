// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sw/dma/dma_map_ops.hpp"

/// What operations that bounce leave to the direct ones: memory that the layer gave out itself is
/// within the device's reach.
struct BounceOps : dma_map_ops {
  void* alloc(device& dev, std::size_t size, dma_addr_t& handle, gfp_t gfp,
              dma_attrs attrs) const override {
    return direct_dma_ops(dev).alloc(dev, size, handle, gfp, attrs);
  }
  void free(device& dev, std::size_t size, void* cpu_addr, dma_addr_t handle,
            dma_attrs attrs) const override {
    direct_dma_ops(dev).free(dev, size, cpu_addr, handle, attrs);
  }
  int mmap(device& dev, vm_area_struct& area, void* cpu_addr, dma_addr_t handle, std::size_t size,
           dma_attrs attrs) const override {
    return direct_dma_ops(dev).mmap(dev, area, cpu_addr, handle, size, attrs);
  }
  int get_sgtable(device& dev, sg_table& table, void* cpu_addr, dma_addr_t handle, std::size_t size,
                  dma_attrs attrs) const override {
    return direct_dma_ops(dev).get_sgtable(dev, table, cpu_addr, handle, size, attrs);
  }
  void cache_sync(device& dev, void* address, std::size_t size,
                  dma_data_direction direction) const override {
    direct_dma_ops(dev).cache_sync(dev, address, size, direction);
  }
  /// Not bounced, as in Linux 6.1 (dma_direct_alloc_pages).
  dma_addr_t map_allocated(device& dev, page& page, std::size_t size,
                           dma_data_direction direction) const override {
    return direct_dma_ops(dev).map_allocated(dev, page, size, direction);
  }

 protected:
  static constexpr bool skips(dma_attrs attrs) { return (attrs & DMA_ATTR_SKIP_CPU_SYNC) != 0; }
  ~BounceOps() = default;
};
