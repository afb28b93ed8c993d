// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sw/dma/dma_pool.hpp"

// PCI's old names: Linux 4.1, include/asm-generic/pci-dma-compat.h (gone in 6.1). There is no PCI
// bus here: a pci_dev is whatever a driver hands in. A null pci_dev is a null device.

struct pci_dev {
  device dev;
};

/// The values of dma_data_direction.
inline constexpr int PCI_DMA_BIDIRECTIONAL = DMA_BIDIRECTIONAL;
inline constexpr int PCI_DMA_TODEVICE = DMA_TO_DEVICE;
inline constexpr int PCI_DMA_FROMDEVICE = DMA_FROM_DEVICE;
inline constexpr int PCI_DMA_NONE = DMA_NONE;

namespace guest {
inline device* device_of(pci_dev* pci) { return pci == nullptr ? nullptr : &pci->dev; }
}  // namespace guest

inline int pci_dma_supported(pci_dev* pci, std::uint64_t mask) {
  return dma_supported(guest::device_of(pci), mask);
}
/// Always GFP_ATOMIC: on ARM from the atomic pool.
inline void* pci_alloc_consistent(pci_dev* pci, std::size_t size, dma_addr_t* handle) {
  return dma_alloc_coherent(guest::device_of(pci), size, handle, GFP_ATOMIC);
}
inline void* pci_zalloc_consistent(pci_dev* pci, std::size_t size, dma_addr_t* handle) {
  return dma_zalloc_coherent(guest::device_of(pci), size, handle, GFP_ATOMIC);
}
inline void pci_free_consistent(pci_dev* pci, std::size_t size, void* cpu_addr, dma_addr_t handle) {
  dma_free_coherent(guest::device_of(pci), size, cpu_addr, handle);
}
inline dma_addr_t pci_map_single(pci_dev* pci, void* cpu_addr, std::size_t size, int direction) {
  return dma_map_single(guest::device_of(pci), cpu_addr, size,
                        static_cast<dma_data_direction>(direction));
}
inline void pci_unmap_single(pci_dev* pci, dma_addr_t handle, std::size_t size, int direction) {
  dma_unmap_single(guest::device_of(pci), handle, size, static_cast<dma_data_direction>(direction));
}
inline dma_addr_t pci_map_page(pci_dev* pci, page* first, unsigned long offset, std::size_t size,
                               int direction) {
  return dma_map_page(guest::device_of(pci), first, offset, size,
                      static_cast<dma_data_direction>(direction));
}
inline void pci_unmap_page(pci_dev* pci, dma_addr_t handle, std::size_t size, int direction) {
  dma_unmap_page(guest::device_of(pci), handle, size, static_cast<dma_data_direction>(direction));
}
inline int pci_map_sg(pci_dev* pci, scatterlist* list, int entries, int direction) {
  return static_cast<int>(
      dma_map_sg(guest::device_of(pci), list, entries, static_cast<dma_data_direction>(direction)));
}
inline void pci_unmap_sg(pci_dev* pci, scatterlist* list, int entries, int direction) {
  dma_unmap_sg(guest::device_of(pci), list, entries, static_cast<dma_data_direction>(direction));
}
inline void pci_dma_sync_single_for_cpu(pci_dev* pci, dma_addr_t handle, std::size_t size,
                                        int direction) {
  dma_sync_single_for_cpu(guest::device_of(pci), handle, size,
                          static_cast<dma_data_direction>(direction));
}
inline void pci_dma_sync_single_for_device(pci_dev* pci, dma_addr_t handle, std::size_t size,
                                           int direction) {
  dma_sync_single_for_device(guest::device_of(pci), handle, size,
                             static_cast<dma_data_direction>(direction));
}
inline void pci_dma_sync_sg_for_cpu(pci_dev* pci, scatterlist* list, int entries, int direction) {
  dma_sync_sg_for_cpu(guest::device_of(pci), list, entries,
                      static_cast<dma_data_direction>(direction));
}
inline void pci_dma_sync_sg_for_device(pci_dev* pci, scatterlist* list, int entries,
                                       int direction) {
  dma_sync_sg_for_device(guest::device_of(pci), list, entries,
                         static_cast<dma_data_direction>(direction));
}
inline int pci_dma_mapping_error(pci_dev* pci, dma_addr_t handle) {
  return dma_mapping_error(guest::device_of(pci), handle);
}
inline int pci_set_dma_mask(pci_dev* pci, std::uint64_t mask) {
  return dma_set_mask(guest::device_of(pci), mask);
}
inline int pci_set_consistent_dma_mask(pci_dev* pci, std::uint64_t mask) {
  return dma_set_coherent_mask(guest::device_of(pci), mask);
}
inline int pci_set_dma_max_seg_size(pci_dev* pci, unsigned size) {
  return dma_set_max_seg_size(guest::device_of(pci), size);
}
inline int pci_set_dma_seg_boundary(pci_dev* pci, unsigned long mask) {
  return dma_set_seg_boundary(guest::device_of(pci), mask);
}

// Linux 4.1, include/linux/pci.h.
inline dma_pool* pci_pool_create(const char* name, pci_dev* pci, std::size_t size,
                                 std::size_t align, std::size_t boundary) {
  return dma_pool_create(name, guest::device_of(pci), size, align, boundary);
}
inline void pci_pool_destroy(dma_pool* pool) { dma_pool_destroy(pool); }
inline void* pci_pool_alloc(dma_pool* pool, gfp_t gfp, dma_addr_t* handle) {
  return dma_pool_alloc(pool, gfp, handle);
}
inline void pci_pool_free(dma_pool* pool, void* block, dma_addr_t handle) {
  dma_pool_free(pool, block, handle);
}
