// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sw/dma/dma_map_ops.hpp"
#include "sw/mm/remap.hpp"

// The DMA API with Linux 6.1's names, C linkage and argument order
// (Documentation/core-api/dma-api.rst). Functions that are inline in Linux are inline here, except
// dma_mapping_error and the segment limits; the others are real functions, whose entry and return a
// simulator may watch. A null device is one that reaches 32 bits and does not snoop.
extern "C" {
dma_addr_t dma_map_page_attrs(device* dev, page* page, std::size_t offset, std::size_t size,
                              dma_data_direction direction, dma_attrs attrs);
void dma_unmap_page_attrs(device* dev, dma_addr_t handle, std::size_t size,
                          dma_data_direction direction, dma_attrs attrs);
/// The number of entries to hand to the device; 0 if it failed, or the list is shorter.
unsigned dma_map_sg_attrs(device* dev, scatterlist* list, int entries, dma_data_direction direction,
                          dma_attrs attrs);
/// `entries` as given to map, not as returned by it.
void dma_unmap_sg_attrs(device* dev, scatterlist* list, int entries, dma_data_direction direction,
                        dma_attrs attrs);
/// 0, or a negative errno.
int dma_map_sgtable(device* dev, sg_table* table, dma_data_direction direction, dma_attrs attrs);
/// Registers of another device, by physical address. Not for DRAM.
dma_addr_t dma_map_resource(device* dev, phys_addr_t address, std::size_t size,
                            dma_data_direction direction, dma_attrs attrs);
void dma_unmap_resource(device* dev, dma_addr_t handle, std::size_t size,
                        dma_data_direction direction, dma_attrs attrs);
void dma_sync_single_for_cpu(device* dev, dma_addr_t handle, std::size_t size,
                             dma_data_direction direction);
void dma_sync_single_for_device(device* dev, dma_addr_t handle, std::size_t size,
                                dma_data_direction direction);
void dma_sync_sg_for_cpu(device* dev, scatterlist* list, int entries, dma_data_direction direction);
void dma_sync_sg_for_device(device* dev, scatterlist* list, int entries,
                            dma_data_direction direction);
/// 0, or -ENOMEM for a handle that stands for failure. Inline in Linux; here it can be watched.
int dma_mapping_error(device* dev, dma_addr_t handle);

/// Zeroed; null if there is no memory.
void* dma_alloc_attrs(device* dev, std::size_t size, dma_addr_t* handle, gfp_t gfp,
                      dma_attrs attrs);
/// Says so if interrupts are off, as the others do: on some machines it must wait.
void dma_free_attrs(device* dev, std::size_t size, void* cpu_addr, dma_addr_t handle,
                    dma_attrs attrs);
/// Cacheable pages, zeroed and mapped for `direction`; the CPU has them first: they must be synced
/// for the device.
page* dma_alloc_pages(device* dev, std::size_t size, dma_addr_t* handle,
                      dma_data_direction direction, gfp_t gfp);
void dma_free_pages(device* dev, std::size_t size, page* first, dma_addr_t handle,
                    dma_data_direction direction);
/// The same as a mapped table of one entry; null if there is no memory.
sg_table* dma_alloc_noncontiguous(device* dev, std::size_t size, dma_data_direction direction,
                                  gfp_t gfp, dma_attrs attrs);
void dma_free_noncontiguous(device* dev, std::size_t size, sg_table* table,
                            dma_data_direction direction);
void* dma_vmap_noncontiguous(device* dev, std::size_t size, sg_table* table);
void dma_vunmap_noncontiguous(device* dev, void* address);
int dma_mmap_noncontiguous(device* dev, vm_area_struct* area, std::size_t size, sg_table* table);

/// Gives user mode what alloc gave, for the size of the area. 0, or -ENXIO: it is not within.
int dma_mmap_attrs(device* dev, vm_area_struct* area, void* cpu_addr, dma_addr_t handle,
                   std::size_t size, dma_attrs attrs);
int dma_mmap_pages(device* dev, vm_area_struct* area, std::size_t size, page* first);
bool dma_can_mmap(device* dev);
/// A table of what alloc gave; to be freed with sg_free_table.
int dma_get_sgtable_attrs(device* dev, sg_table* table, void* cpu_addr, dma_addr_t handle,
                          std::size_t size, dma_attrs attrs);
/// ARM Linux never had it: memory of dma_alloc_noncoherent is made visible to the device by its
/// CPU address. Not watched: dma_sync_single_for_device is the way to do this.
void dma_cache_sync(device* dev, void* address, std::size_t size, dma_data_direction direction);

/// 0, or -EIO: a device with this mask cannot be served here.
int dma_set_mask(device* dev, std::uint64_t mask);
int dma_set_coherent_mask(device* dev, std::uint64_t mask);
int dma_supported(device* dev, std::uint64_t mask);
std::uint64_t dma_get_required_mask(device* dev);
std::size_t dma_max_mapping_size(device* dev);
/// 0, or -EIO: the device has nowhere to keep it.
int dma_set_max_seg_size(device* dev, unsigned size);
int dma_set_seg_boundary(device* dev, unsigned long mask);
int dma_set_min_align_mask(device* dev, unsigned mask);
unsigned dma_get_max_seg_size(device* dev);
unsigned long dma_get_seg_boundary(device* dev);
/// What buffers must be aligned to so that no line is shared with something else.
int dma_get_cache_alignment();
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
/// `cpu_addr` must be in the linear map: what is remapped, or no DRAM, gives DMA_MAPPING_ERROR.
inline dma_addr_t dma_map_single_attrs(device* dev, void* cpu_addr, std::size_t size,
                                       dma_data_direction direction, dma_attrs attrs) {
  if (guest::is_remapped(cpu_addr) || !virt_addr_valid(cpu_addr)) return DMA_MAPPING_ERROR;
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
  return dma_alloc_attrs(dev, size, handle, gfp, (gfp & __GFP_NOWARN) != 0 ? DMA_ATTR_NO_WARN : 0);
}
/// The same: memory is always zeroed (until Linux 5.0 it was not).
inline void* dma_zalloc_coherent(device* dev, std::size_t size, dma_addr_t* handle, gfp_t gfp) {
  return dma_alloc_coherent(dev, size, handle, gfp | __GFP_ZERO);
}
inline void dma_free_coherent(device* dev, std::size_t size, void* cpu_addr, dma_addr_t handle) {
  dma_free_attrs(dev, size, cpu_addr, handle, 0);
}
/// Memory for a frame buffer: stores are combined. The same memory type as coherent on ARMv7.
inline void* dma_alloc_wc(device* dev, std::size_t size, dma_addr_t* handle, gfp_t gfp) {
  return dma_alloc_attrs(
      dev, size, handle, gfp,
      DMA_ATTR_WRITE_COMBINE | ((gfp & __GFP_NOWARN) != 0 ? DMA_ATTR_NO_WARN : 0));
}
inline void dma_free_wc(device* dev, std::size_t size, void* cpu_addr, dma_addr_t handle) {
  dma_free_attrs(dev, size, cpu_addr, handle, DMA_ATTR_WRITE_COMBINE);
}
/// Cacheable memory, kept right with dma_sync_single_*: see dma_alloc_pages.
inline void* dma_alloc_noncoherent(device* dev, std::size_t size, dma_addr_t* handle,
                                   dma_data_direction direction, gfp_t gfp) {
  page* first = dma_alloc_pages(dev, size, handle, direction, gfp);
  return first == nullptr ? nullptr : page_address(first);
}
inline void dma_free_noncoherent(device* dev, std::size_t size, void* cpu_addr, dma_addr_t handle,
                                 dma_data_direction direction) {
  dma_free_pages(dev, size, virt_to_page(cpu_addr), handle, direction);
}
inline int dma_mmap_coherent(device* dev, vm_area_struct* area, void* cpu_addr, dma_addr_t handle,
                             std::size_t size) {
  return dma_mmap_attrs(dev, area, cpu_addr, handle, size, 0);
}
inline int dma_mmap_wc(device* dev, vm_area_struct* area, void* cpu_addr, dma_addr_t handle,
                       std::size_t size) {
  return dma_mmap_attrs(dev, area, cpu_addr, handle, size, DMA_ATTR_WRITE_COMBINE);
}
inline int dma_get_sgtable(device* dev, sg_table* table, void* cpu_addr, dma_addr_t handle,
                           std::size_t size) {
  return dma_get_sgtable_attrs(dev, table, cpu_addr, handle, size, 0);
}
inline std::uint64_t dma_get_mask(device* dev) {
  return dev->dma_mask != nullptr && *dev->dma_mask != 0 ? *dev->dma_mask : DMA_BIT_MASK(32);
}
inline int dma_set_mask_and_coherent(device* dev, std::uint64_t mask) {
  const int result = dma_set_mask(dev, mask);
  return result != 0 ? result : dma_set_coherent_mask(dev, mask);
}
/// For devices whose creator gave them no mask: both become one.
inline int dma_coerce_mask_and_coherent(device* dev, std::uint64_t mask) {
  dev->dma_mask = &dev->coherent_dma_mask;
  return dma_set_mask_and_coherent(dev, mask);
}
