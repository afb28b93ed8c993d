// SPDX-License-Identifier: Apache-2.0
#include "sw/dma/dma_page.hpp"

#include "sw/arch/cacheflush.hpp"
#include "sw/arch/outer_cache.hpp"

void dma_page_cpu_to_dev(phys_addr_t start, std::size_t size, dma_data_direction direction) {
  dmac_map_area(phys_to_virt(start), size, direction);
  const auto end = start + static_cast<phys_addr_t>(size);
  if (direction == DMA_FROM_DEVICE) {
    outer_inv_range(start, end);
  } else {
    outer_clean_range(start, end);
  }
}

void dma_page_dev_to_cpu(phys_addr_t start, std::size_t size, dma_data_direction direction) {
  if (direction != DMA_TO_DEVICE) outer_inv_range(start, start + static_cast<phys_addr_t>(size));
  dmac_unmap_area(phys_to_virt(start), size, direction);
}

void dma_page_flush(phys_addr_t start, std::size_t size) {
  auto* const first = static_cast<std::byte*>(phys_to_virt(start));
  dmac_flush_range(first, first + size);
  outer_flush_range(start, start + static_cast<phys_addr_t>(size));
}
