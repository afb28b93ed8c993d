// SPDX-License-Identifier: Apache-2.0
// Marvell's PJ1, an ARMv5TE: Linux 6.1, arch/arm/mm/proc-mohawk.S. Its caches are cleaned by line,
// or whole; it fetches nothing by itself, so that after a device there is nothing to do.
#include <cstdint>

#include "sw/arch/arm/cp15.hpp"
#include "sw/arch/arm/cpu_types.hpp"

namespace {

using namespace guest;

constexpr std::uintptr_t kOffset = kCacheLineBytes - 1;

std::uintptr_t raw(const void* address) { return reinterpret_cast<std::uintptr_t>(address); }

template <class Operation>
void each_line(std::uintptr_t start, std::uintptr_t end, Operation operation) {
  for (start &= ~kOffset; start < end; start += kCacheLineBytes) operation(start);
  cp15::drain_write_buffer();
}

/// What a partial first or last line has beside is cleaned before.
void invalidate_range(std::uintptr_t start, std::uintptr_t end) {
  if (start >= end) return;
  if ((start & kOffset) != 0) cp15::clean_line(start & ~kOffset);
  if ((end & kOffset) != 0) cp15::clean_line(end & ~kOffset);
  each_line(start, end, cp15::invalidate_line);
}

void dma_flush_range(const void* start, const void* end) {
  each_line(raw(start), raw(end), cp15::clean_invalidate_line);
}

void dma_clean_range(const void* start, const void* end) {
  each_line(raw(start), raw(end), cp15::clean_line);
}

void dma_map_area(const void* start, std::size_t size, dma_data_direction direction) {
  const std::uintptr_t first = raw(start);
  if (direction == DMA_TO_DEVICE) {
    each_line(first, first + size, cp15::clean_line);
  } else if (direction == DMA_FROM_DEVICE) {
    invalidate_range(first, first + size);
  } else {
    each_line(first, first + size, cp15::clean_invalidate_line);
  }
}

void dma_unmap_area(const void* /*start*/, std::size_t /*size*/, dma_data_direction /*direction*/) {
}

void coherent_kern_range(const void* start, const void* end) {
  each_line(raw(start), raw(end), [](std::uintptr_t line) {
    cp15::clean_line(line);
    cp15::invalidate_instruction_line(line);
  });
}

void flush_kern_all() {
  cp15::clean_invalidate_dcache();
  cp15::invalidate_icache();
  cp15::drain_write_buffer();
}

}  // namespace

namespace guest {

const cpu_cache_fns mohawk_cache_fns{
    .dma_map_area = dma_map_area,
    .dma_unmap_area = dma_unmap_area,
    .dma_flush_range = dma_flush_range,
    .dma_clean_range = dma_clean_range,
    .coherent_kern_range = coherent_kern_range,
    .flush_kern_all = flush_kern_all,
    .invalidate_all = cp15::invalidate_dcache,
    .dma_mem_bufferable = false,
};

}  // namespace guest
