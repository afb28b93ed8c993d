// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "sw/lib/dma_direction.hpp"

/// What one type of CPU does to its caches: Linux 6.1, arch/arm/include/asm/cacheflush.h and
/// glue-cache.h (struct cpu_cache_fns, and the members DMA uses).
struct cpu_cache_fns {
  void (*dma_map_area)(const void* start, std::size_t size, dma_data_direction direction);
  void (*dma_unmap_area)(const void* start, std::size_t size, dma_data_direction direction);
  void (*dma_flush_range)(const void* start, const void* end);
  void (*dma_clean_range)(const void* start, const void* end);
  void (*coherent_kern_range)(const void* start, const void* end);
  void (*flush_kern_all)();
  /// Drops all of the data cache, unread: before it is switched on.
  void (*invalidate_all)();
  /// Whether coherent memory may be write-buffered (Linux's CONFIG_ARM_DMA_MEM_BUFFERABLE): always
  /// on ARMv7, not on ARMv5.
  bool dma_mem_bufferable = true;
};

/// The functions of the CPU this runs on: set once, by its main ID, before the caches are used.
extern cpu_cache_fns cpu_cache;

// The CPU's own caches, by virtual address. Sizes may be 0. Each calls the member of `cpu_cache`.
extern "C" {
/// Before a device touches the memory: invalidates (FROM_DEVICE; partial lines cleaned too) or
/// cleans.
void dmac_map_area(const void* start, std::size_t size, dma_data_direction direction);
/// After a device touched the memory: invalidates, except TO_DEVICE.
void dmac_unmap_area(const void* start, std::size_t size, dma_data_direction direction);
/// Cleans and invalidates [start, end).
void dmac_flush_range(const void* start, const void* end);
/// Cleans [start, end) to the point of coherency: page tables, for a table walker.
void dmac_clean_range(const void* start, const void* end);
/// Makes [start, end), just written as data, executable: data cleaned to the point of unification,
/// instruction cache and branch predictor invalidated.
void flush_icache_range(const void* start, const void* end);
/// All of the data cache, by set and way: before it is switched off.
void flush_dcache_all();
}

namespace guest {
inline constexpr std::size_t kCacheLineBytes = 32;
}
