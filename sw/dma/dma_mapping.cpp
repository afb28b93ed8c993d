// SPDX-License-Identifier: Apache-2.0
// Streaming mappings. Each function finds the device's operations. They may be watched by symbol,
// so none calls another one here, and none is inlined (no link-time optimisation).
#include "sw/dma/dma_mapping.hpp"

#include "sw/dma/null_device.hpp"
#include "sw/kernel/console.hpp"
#include "sw/lib/result.hpp"

using guest::device_or_null_device;
using guest::Error;
using guest::to_errno;

namespace {

bool is_direction(dma_data_direction direction) {
  return direction == DMA_BIDIRECTIONAL || direction == DMA_TO_DEVICE ||
         direction == DMA_FROM_DEVICE;
}

/// Whether an unmap or sync names a direction. Says so if not, and then nothing is done: Linux
/// stops there (BUG_ON), and by a wrong one the CPU's stores may be lost.
bool has_direction(device* dev, dma_data_direction direction, const char* function) {
  if (is_direction(direction)) return true;
  guest::printk("WARNING: ", dev_name(&device_or_null_device(dev)), ": ", function,
                " without a direction\n");
  return false;
}

/// Whether the list has as many entries, each of a page. Linux runs past the end of one that has
/// not.
bool has_entries(scatterlist* list, unsigned entries) {
  unsigned there = 0;
  for (; there < entries && list != nullptr && sg_page(list) != nullptr; ++there)
    list = sg_next(list);
  return there == entries;
}

/// The number of entries for the device, or -EINVAL, -ENOMEM or -EIO, which every other error
/// becomes.
int map_list(device* dev, scatterlist* list, unsigned entries, dma_data_direction direction,
             dma_attrs attrs) {
  device& served = device_or_null_device(dev);
  if (entries == 0) return to_errno(Error::kIo);
  if (!is_direction(direction) || served.dma_mask == nullptr || !has_entries(list, entries)) {
    return to_errno(Error::kInvalid);
  }
  const int mapped = get_dma_ops(dev).map_sg(served, list, entries, direction, attrs);
  const bool told =
      mapped > 0 || mapped == to_errno(Error::kInvalid) || mapped == to_errno(Error::kOutOfMemory);
  return told ? mapped : to_errno(Error::kIo);
}

/// As many of the entries as the list has.
unsigned entries_of(scatterlist* list, int entries) {
  unsigned count = 0;
  for (; list != nullptr && entries > 0; --entries, list = sg_next(list)) ++count;
  return count;
}

}  // namespace

dma_addr_t dma_map_page_attrs(device* dev, page* page, std::size_t offset, std::size_t size,
                              dma_data_direction direction, dma_attrs attrs) {
  device& served = device_or_null_device(dev);
  if (size == 0 || page == nullptr || !is_direction(direction) || served.dma_mask == nullptr) {
    return DMA_MAPPING_ERROR;
  }
  return get_dma_ops(dev).map_page(served, *page, offset, size, direction, attrs);
}

void dma_unmap_page_attrs(device* dev, dma_addr_t handle, std::size_t size,
                          dma_data_direction direction, dma_attrs attrs) {
  if (!has_direction(dev, direction, "dma_unmap_page_attrs")) return;
  get_dma_ops(dev).unmap_page(device_or_null_device(dev), handle, size, direction, attrs);
}

unsigned dma_map_sg_attrs(device* dev, scatterlist* list, int entries, dma_data_direction direction,
                          dma_attrs attrs) {
  if (entries < 0) return 0;
  const int mapped = map_list(dev, list, static_cast<unsigned>(entries), direction, attrs);
  return mapped < 0 ? 0 : static_cast<unsigned>(mapped);
}

void dma_unmap_sg_attrs(device* dev, scatterlist* list, int entries, dma_data_direction direction,
                        dma_attrs attrs) {
  if (!has_direction(dev, direction, "dma_unmap_sg_attrs")) return;
  get_dma_ops(dev).unmap_sg(device_or_null_device(dev), list, entries_of(list, entries), direction,
                            attrs);
}

int dma_map_sgtable(device* dev, sg_table* table, dma_data_direction direction, dma_attrs attrs) {
  const int mapped = map_list(dev, table->sgl, table->orig_nents, direction, attrs);
  if (mapped < 0) return mapped;
  table->nents = static_cast<unsigned>(mapped);
  return 0;
}

dma_addr_t dma_map_resource(device* dev, phys_addr_t address, std::size_t size,
                            dma_data_direction direction, dma_attrs attrs) {
  device& served = device_or_null_device(dev);
  // DRAM is mapped as pages: a resource has no cache maintenance.
  if (size == 0 || !is_direction(direction) || served.dma_mask == nullptr ||
      pfn_valid(address >> kPageShift)) {
    return DMA_MAPPING_ERROR;
  }
  return get_dma_ops(dev).map_resource(served, address, size, direction, attrs);
}

void dma_unmap_resource(device* dev, dma_addr_t handle, std::size_t size,
                        dma_data_direction direction, dma_attrs attrs) {
  if (!has_direction(dev, direction, "dma_unmap_resource")) return;
  get_dma_ops(dev).unmap_resource(device_or_null_device(dev), handle, size, direction, attrs);
}

void dma_sync_single_for_cpu(device* dev, dma_addr_t handle, std::size_t size,
                             dma_data_direction direction) {
  if (!has_direction(dev, direction, "dma_sync_single_for_cpu")) return;
  get_dma_ops(dev).sync_single_for_cpu(device_or_null_device(dev), handle, size, direction);
}

void dma_sync_single_for_device(device* dev, dma_addr_t handle, std::size_t size,
                                dma_data_direction direction) {
  if (!has_direction(dev, direction, "dma_sync_single_for_device")) return;
  get_dma_ops(dev).sync_single_for_device(device_or_null_device(dev), handle, size, direction);
}

void dma_sync_sg_for_cpu(device* dev, scatterlist* list, int entries,
                         dma_data_direction direction) {
  if (!has_direction(dev, direction, "dma_sync_sg_for_cpu")) return;
  get_dma_ops(dev).sync_sg_for_cpu(device_or_null_device(dev), list, entries_of(list, entries),
                                   direction);
}

void dma_sync_sg_for_device(device* dev, scatterlist* list, int entries,
                            dma_data_direction direction) {
  if (!has_direction(dev, direction, "dma_sync_sg_for_device")) return;
  get_dma_ops(dev).sync_sg_for_device(device_or_null_device(dev), list, entries_of(list, entries),
                                      direction);
}

int dma_mapping_error(device* dev, dma_addr_t handle) {
  return get_dma_ops(dev).mapping_error(device_or_null_device(dev), handle)
             ? to_errno(Error::kOutOfMemory)
             : 0;
}

void dma_cache_sync(device* dev, void* address, std::size_t size, dma_data_direction direction) {
  get_dma_ops(dev).cache_sync(device_or_null_device(dev), address, size, direction);
}
