// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sw/dma/dma_map_ops.hpp"

// The DMA API with Linux 6.1's names, C linkage and argument order
// (Documentation/core-api/dma-api.rst). Functions that are inline in Linux are inline here, except
// dma_mapping_error; the others are real functions, whose entry and return a simulator may watch.
extern "C" {
dma_addr_t dma_map_page_attrs(device* dev, page* page, std::size_t offset, std::size_t size,
                              dma_data_direction direction, dma_attrs attrs);
void dma_unmap_page_attrs(device* dev, dma_addr_t handle, std::size_t size,
                          dma_data_direction direction, dma_attrs attrs);
/// The number of entries to hand to the device; 0 if it failed.
unsigned dma_map_sg_attrs(device* dev, scatterlist* list, int entries, dma_data_direction direction,
                          dma_attrs attrs);
/// `entries` as given to map, not as returned by it.
void dma_unmap_sg_attrs(device* dev, scatterlist* list, int entries, dma_data_direction direction,
                        dma_attrs attrs);
/// 0, or a negative errno.
int dma_map_sgtable(device* dev, sg_table* table, dma_data_direction direction, dma_attrs attrs);
void dma_sync_single_for_cpu(device* dev, dma_addr_t handle, std::size_t size,
                             dma_data_direction direction);
void dma_sync_single_for_device(device* dev, dma_addr_t handle, std::size_t size,
                                dma_data_direction direction);
void dma_sync_sg_for_cpu(device* dev, scatterlist* list, int entries, dma_data_direction direction);
void dma_sync_sg_for_device(device* dev, scatterlist* list, int entries,
                            dma_data_direction direction);
/// Zeroed; null if there is no memory.
void* dma_alloc_attrs(device* dev, std::size_t size, dma_addr_t* handle, gfp_t gfp,
                      dma_attrs attrs);
void dma_free_attrs(device* dev, std::size_t size, void* cpu_addr, dma_addr_t handle,
                    dma_attrs attrs);
int dma_set_mask(device* dev, std::uint64_t mask);
int dma_set_coherent_mask(device* dev, std::uint64_t mask);
/// 0, or -ENOMEM for a handle that stands for failure. Inline in Linux; here it can be watched.
int dma_mapping_error(device* dev, dma_addr_t handle);
}

constexpr std::uint64_t DMA_BIT_MASK(unsigned bits) {
  return bits >= 64 ? ~0ULL : (1ULL << bits) - 1;
}

inline dma_addr_t dma_map_page(device* dev, page* first, std::size_t offset, std::size_t size,
                               dma_data_direction direction) {
  return dma_map_page_attrs(dev, first, offset, size, direction, 0);
}
inline void dma_unmap_page(device* dev, dma_addr_t handle, std::size_t size,
                           dma_data_direction direction) {
  dma_unmap_page_attrs(dev, handle, size, direction, 0);
}
/// `cpu_addr` must be in the linear map: neither stack, nor remapped.
inline dma_addr_t dma_map_single_attrs(device* dev, void* cpu_addr, std::size_t size,
                                       dma_data_direction direction, dma_attrs attrs) {
  const std::size_t offset = reinterpret_cast<std::uintptr_t>(cpu_addr) & (kPageBytes - 1);
  return dma_map_page_attrs(dev, virt_to_page(cpu_addr), offset, size, direction, attrs);
}
inline void dma_unmap_single_attrs(device* dev, dma_addr_t handle, std::size_t size,
                                   dma_data_direction direction, dma_attrs attrs) {
  dma_unmap_page_attrs(dev, handle, size, direction, attrs);
}
inline dma_addr_t dma_map_single(device* dev, void* cpu_addr, std::size_t size,
                                 dma_data_direction direction) {
  return dma_map_single_attrs(dev, cpu_addr, size, direction, 0);
}
inline void dma_unmap_single(device* dev, dma_addr_t handle, std::size_t size,
                             dma_data_direction direction) {
  dma_unmap_page_attrs(dev, handle, size, direction, 0);
}
inline unsigned dma_map_sg(device* dev, scatterlist* list, int entries,
                           dma_data_direction direction) {
  return dma_map_sg_attrs(dev, list, entries, direction, 0);
}
inline void dma_unmap_sg(device* dev, scatterlist* list, int entries,
                         dma_data_direction direction) {
  dma_unmap_sg_attrs(dev, list, entries, direction, 0);
}
inline void dma_unmap_sgtable(device* dev, sg_table* table, dma_data_direction direction,
                              dma_attrs attrs) {
  dma_unmap_sg_attrs(dev, table->sgl, static_cast<int>(table->orig_nents), direction, attrs);
}
inline void dma_sync_single_range_for_cpu(device* dev, dma_addr_t handle, unsigned long offset,
                                          std::size_t size, dma_data_direction direction) {
  dma_sync_single_for_cpu(dev, handle + offset, size, direction);
}
inline void dma_sync_single_range_for_device(device* dev, dma_addr_t handle, unsigned long offset,
                                             std::size_t size, dma_data_direction direction) {
  dma_sync_single_for_device(dev, handle + offset, size, direction);
}
inline void dma_sync_sgtable_for_cpu(device* dev, sg_table* table, dma_data_direction direction) {
  dma_sync_sg_for_cpu(dev, table->sgl, static_cast<int>(table->orig_nents), direction);
}
inline void dma_sync_sgtable_for_device(device* dev, sg_table* table,
                                        dma_data_direction direction) {
  dma_sync_sg_for_device(dev, table->sgl, static_cast<int>(table->orig_nents), direction);
}
/// Memory both sides may use at any time. Normal non-cacheable on ARMv7: barriers are still needed.
inline void* dma_alloc_coherent(device* dev, std::size_t size, dma_addr_t* handle, gfp_t gfp) {
  return dma_alloc_attrs(dev, size, handle, gfp, 0);
}
inline void dma_free_coherent(device* dev, std::size_t size, void* cpu_addr, dma_addr_t handle) {
  dma_free_attrs(dev, size, cpu_addr, handle, 0);
}
/// Memory for a frame buffer: stores are combined. The same memory type as coherent on ARMv7.
inline void* dma_alloc_wc(device* dev, std::size_t size, dma_addr_t* handle, gfp_t gfp) {
  return dma_alloc_attrs(dev, size, handle, gfp, DMA_ATTR_WRITE_COMBINE);
}
inline void dma_free_wc(device* dev, std::size_t size, void* cpu_addr, dma_addr_t handle) {
  dma_free_attrs(dev, size, cpu_addr, handle, DMA_ATTR_WRITE_COMBINE);
}
inline int dma_set_mask_and_coherent(device* dev, std::uint64_t mask) {
  const int result = dma_set_mask(dev, mask);
  return result != 0 ? result : dma_set_coherent_mask(dev, mask);
}
