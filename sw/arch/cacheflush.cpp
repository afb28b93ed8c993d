// SPDX-License-Identifier: Apache-2.0
#include "sw/arch/cacheflush.hpp"

void dmac_map_area(const void* start, std::size_t size, dma_data_direction direction) {
  cpu_cache.dma_map_area(start, size, direction);
}
void dmac_unmap_area(const void* start, std::size_t size, dma_data_direction direction) {
  cpu_cache.dma_unmap_area(start, size, direction);
}
void dmac_flush_range(const void* start, const void* end) { cpu_cache.dma_flush_range(start, end); }
void dmac_clean_range(const void* start, const void* end) { cpu_cache.dma_clean_range(start, end); }
void flush_icache_range(const void* start, const void* end) {
  cpu_cache.coherent_kern_range(start, end);
}
void flush_dcache_all() { cpu_cache.flush_kern_all(); }
