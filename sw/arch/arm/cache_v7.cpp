// SPDX-License-Identifier: Apache-2.0
// ARMv7: Linux 6.1, arch/arm/mm/cache-v7.S. By MVA to the point of coherency.
#include <cstdint>

#include "sw/arch/arm/cp15.hpp"
#include "sw/arch/arm/cpu_types.hpp"

namespace {

using namespace guest;

constexpr std::uintptr_t kOffset = kCacheLineBytes - 1;

std::uintptr_t raw(const void* address) { return reinterpret_cast<std::uintptr_t>(address); }

/// Whole lines are invalidated; a partial first or last line has other data in it: cleaned too.
void invalidate_range(std::uintptr_t start, std::uintptr_t end) {
  if (start >= end) return;
  if ((start & kOffset) != 0) {
    start &= ~kOffset;
    cp15::clean_invalidate_line(start);
    start += kCacheLineBytes;
  }
  if ((end & kOffset) != 0) {
    end &= ~kOffset;
    cp15::clean_invalidate_line(end);
  }
  for (; start < end; start += kCacheLineBytes) cp15::invalidate_line(start);
  dsb_st();
}

void clean_range(std::uintptr_t start, std::uintptr_t end) {
  for (start &= ~kOffset; start < end; start += kCacheLineBytes) cp15::clean_line(start);
  dsb_st();
}

/// Applies `operation` to every line of the first-level data cache. CCSIDR: B4.1.19.
template <class Operation>
void for_all_sets_and_ways(Operation operation) {
  const std::uint32_t geometry = cp15::ccsidr(0);
  const std::uint32_t line_shift = (geometry & 7) + 4;
  const std::uint32_t last_way = geometry >> 3 & 0x3FF;
  const std::uint32_t last_set = geometry >> 13 & 0x7FFF;
  const int way_shift = last_way == 0 ? 0 : __builtin_clz(last_way);
  for (std::uint32_t way = 0; way <= last_way; ++way) {
    for (std::uint32_t set = 0; set <= last_set; ++set)
      operation(way << way_shift | set << line_shift);
  }
  dsb();
}

void dma_map_area(const void* start, std::size_t size, dma_data_direction direction) {
  if (direction == DMA_FROM_DEVICE) {
    invalidate_range(raw(start), raw(start) + size);
  } else {
    clean_range(raw(start), raw(start) + size);
  }
}

void dma_unmap_area(const void* start, std::size_t size, dma_data_direction direction) {
  if (direction != DMA_TO_DEVICE) invalidate_range(raw(start), raw(start) + size);
}

void dma_flush_range(const void* start, const void* end) {
  for (std::uintptr_t line = raw(start) & ~kOffset; line < raw(end); line += kCacheLineBytes) {
    cp15::clean_invalidate_line(line);
  }
  dsb_st();
}

void dma_clean_range(const void* start, const void* end) { clean_range(raw(start), raw(end)); }

void coherent_kern_range(const void* start, const void* end) {
  const std::uintptr_t first = raw(start) & ~kOffset;
  for (std::uintptr_t line = first; line < raw(end); line += kCacheLineBytes)
    cp15::clean_line_to_unification(line);
  dsb();
  for (std::uintptr_t line = first; line < raw(end); line += kCacheLineBytes) {
    cp15::invalidate_instruction_line(line);
  }
  cp15::invalidate_branch_predictor();
  dsb();
  isb();
}

void flush_kern_all() {
  for_all_sets_and_ways([](std::uint32_t operand) { cp15::clean_invalidate_set_way(operand); });
}

void invalidate_all() {
  for_all_sets_and_ways([](std::uint32_t operand) { cp15::invalidate_set_way(operand); });
}

}  // namespace

namespace guest {

const cpu_cache_fns v7_cache_fns{
    .dma_map_area = dma_map_area,
    .dma_unmap_area = dma_unmap_area,
    .dma_flush_range = dma_flush_range,
    .dma_clean_range = dma_clean_range,
    .coherent_kern_range = coherent_kern_range,
    .flush_kern_all = flush_kern_all,
    .invalidate_all = invalidate_all,
    .dma_mem_bufferable = true,
};

}  // namespace guest
