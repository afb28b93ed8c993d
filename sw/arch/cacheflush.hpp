// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "sw/lib/dma_direction.hpp"

// The CPU's own caches, by virtual address: Linux 6.1, arch/arm/mm/cache-v7.S. Sizes may be 0.
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
