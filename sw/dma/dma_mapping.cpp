// SPDX-License-Identifier: Apache-2.0
// The functions of the API: each finds the device's operations. They may be watched by symbol, so
// none calls another one here, and none is inlined (no link-time optimisation).
#include "sw/dma/dma_mapping.hpp"

#include "sw/lib/result.hpp"

namespace {

unsigned map_list(device* dev, scatterlist* list, unsigned entries, dma_data_direction direction,
                  dma_attrs attrs) {
  if (entries == 0 || direction == DMA_NONE) return 0;
  return get_dma_ops(dev).map_sg(*dev, list, entries, direction, attrs);
}

}  // namespace

dma_addr_t dma_map_page_attrs(device* dev, page* page, std::size_t offset, std::size_t size,
                              dma_data_direction direction, dma_attrs attrs) {
  if (size == 0 || direction == DMA_NONE) return DMA_MAPPING_ERROR;
  return get_dma_ops(dev).map_page(*dev, *page, offset, size, direction, attrs);
}

void dma_unmap_page_attrs(device* dev, dma_addr_t handle, std::size_t size,
                          dma_data_direction direction, dma_attrs attrs) {
  get_dma_ops(dev).unmap_page(*dev, handle, size, direction, attrs);
}

unsigned dma_map_sg_attrs(device* dev, scatterlist* list, int entries, dma_data_direction direction,
                          dma_attrs attrs) {
  return entries < 0 ? 0 : map_list(dev, list, static_cast<unsigned>(entries), direction, attrs);
}

void dma_unmap_sg_attrs(device* dev, scatterlist* list, int entries, dma_data_direction direction,
                        dma_attrs attrs) {
  get_dma_ops(dev).unmap_sg(*dev, list, static_cast<unsigned>(entries), direction, attrs);
}

int dma_map_sgtable(device* dev, sg_table* table, dma_data_direction direction, dma_attrs attrs) {
  table->nents = map_list(dev, table->sgl, table->orig_nents, direction, attrs);
  return table->nents == 0 ? guest::to_errno(guest::Error::kIo) : 0;
}

void dma_sync_single_for_cpu(device* dev, dma_addr_t handle, std::size_t size,
                             dma_data_direction direction) {
  get_dma_ops(dev).sync_single_for_cpu(*dev, handle, size, direction);
}

void dma_sync_single_for_device(device* dev, dma_addr_t handle, std::size_t size,
                                dma_data_direction direction) {
  get_dma_ops(dev).sync_single_for_device(*dev, handle, size, direction);
}

void dma_sync_sg_for_cpu(device* dev, scatterlist* list, int entries,
                         dma_data_direction direction) {
  get_dma_ops(dev).sync_sg_for_cpu(*dev, list, static_cast<unsigned>(entries), direction);
}

void dma_sync_sg_for_device(device* dev, scatterlist* list, int entries,
                            dma_data_direction direction) {
  get_dma_ops(dev).sync_sg_for_device(*dev, list, static_cast<unsigned>(entries), direction);
}

void* dma_alloc_attrs(device* dev, std::size_t size, dma_addr_t* handle, gfp_t gfp,
                      dma_attrs attrs) {
  if (size == 0) return nullptr;
  return get_dma_ops(dev).alloc(*dev, size, *handle, gfp, attrs);
}

void dma_free_attrs(device* dev, std::size_t size, void* cpu_addr, dma_addr_t handle,
                    dma_attrs attrs) {
  if (cpu_addr != nullptr) get_dma_ops(dev).free(*dev, size, cpu_addr, handle, attrs);
}

int dma_set_mask(device* dev, std::uint64_t mask) {
  return get_dma_ops(dev).set_dma_mask(*dev, mask);
}

int dma_set_coherent_mask(device* dev, std::uint64_t mask) {
  if (!get_dma_ops(dev).dma_supported(*dev, mask)) return guest::to_errno(guest::Error::kIo);
  dev->coherent_dma_mask = mask;
  return 0;
}

int dma_mapping_error(device* dev, dma_addr_t handle) {
  return get_dma_ops(dev).mapping_error(*dev, handle) ? guest::to_errno(guest::Error::kOutOfMemory)
                                                      : 0;
}
