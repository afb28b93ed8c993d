// SPDX-License-Identifier: Apache-2.0
#include "sw/dma/dma_map_ops.hpp"

unsigned dma_map_ops::map_sg(device& dev, scatterlist* list, unsigned entries,
                             dma_data_direction direction, dma_attrs attrs) const {
  unsigned mapped = 0;
  for (scatterlist& entry : guest::SgRange{list, entries}) {
    const dma_addr_t handle =
        map_page(dev, *sg_page(&entry), entry.offset, entry.length, direction, attrs);
    if (handle == DMA_MAPPING_ERROR) {
      unmap_sg(dev, list, mapped, direction, attrs);
      return 0;
    }
    entry.dma_address = handle;
    entry.dma_length = entry.length;
    ++mapped;
  }
  return mapped;
}

void dma_map_ops::unmap_sg(device& dev, scatterlist* list, unsigned entries,
                           dma_data_direction direction, dma_attrs attrs) const {
  for (scatterlist& entry : guest::SgRange{list, entries}) {
    unmap_page(dev, entry.dma_address, entry.dma_length, direction, attrs);
  }
}

void dma_map_ops::sync_sg_for_cpu(device& dev, scatterlist* list, unsigned entries,
                                  dma_data_direction direction) const {
  for (scatterlist& entry : guest::SgRange{list, entries}) {
    sync_single_for_cpu(dev, entry.dma_address, entry.dma_length, direction);
  }
}

void dma_map_ops::sync_sg_for_device(device& dev, scatterlist* list, unsigned entries,
                                     dma_data_direction direction) const {
  for (scatterlist& entry : guest::SgRange{list, entries}) {
    sync_single_for_device(dev, entry.dma_address, entry.dma_length, direction);
  }
}
