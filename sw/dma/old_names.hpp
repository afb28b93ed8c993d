// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sw/arch/outer_cache.hpp"
#include "sw/dma/dma_mapping.hpp"

// Names that drivers of older kernels use, and the last version that had each.

// Linux 4.4, arch/arm/include/asm/dma-mapping.h; 4.6 calls them dma_*_wc.
inline void* dma_alloc_writecombine(device* dev, std::size_t size, dma_addr_t* handle, gfp_t gfp) {
  return dma_alloc_wc(dev, size, handle, gfp);
}
inline void dma_free_writecombine(device* dev, std::size_t size, void* cpu_addr,
                                  dma_addr_t handle) {
  dma_free_wc(dev, size, cpu_addr, handle);
}
inline int dma_mmap_writecombine(device* dev, vm_area_struct* area, void* cpu_addr,
                                 dma_addr_t handle, std::size_t size) {
  return dma_mmap_wc(dev, area, cpu_addr, handle, size);
}
/// Linux 4.1 to 4.12: what a failed mapping returned on ARM.
inline constexpr dma_addr_t DMA_ERROR_CODE = DMA_MAPPING_ERROR;
// Linux 4.1 to 5.x; they do nothing on ARM.
inline constexpr dma_attrs DMA_ATTR_WRITE_BARRIER = 0;
inline constexpr dma_attrs DMA_ATTR_NON_CONSISTENT = 0;

// Linux 3.x, arch/arm/mm/cache-l2x0.c and asm/outercache.h.
inline void l2x0_inv_range(phys_addr_t start, phys_addr_t end) { outer_inv_range(start, end); }
inline void l2x0_clean_range(phys_addr_t start, phys_addr_t end) { outer_clean_range(start, end); }
inline void l2x0_flush_range(phys_addr_t start, phys_addr_t end) { outer_flush_range(start, end); }
/// For a cache that is off and clean, to leave it empty: so does a flush.
inline void outer_inv_all() { outer_flush_all(); }
