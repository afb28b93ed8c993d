// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "sw/lib/dma_direction.hpp"
#include "sw/lib/types.hpp"
#include "sw/mm/page.hpp"

// What makes memory that is contiguous on the CPU's bus visible: Linux's __dma_page_cpu_to_dev and
// __dma_page_dev_to_cpu (arch/arm/mm/dma-mapping.c).

/// Inner, then outer: cleaned, or invalidated for FROM_DEVICE.
void dma_page_cpu_to_dev(phys_addr_t start, std::size_t size, dma_data_direction direction);
/// Outer, then inner, invalidated except TO_DEVICE. The device may be done, but lines may have been
/// filled by speculation since the map.
void dma_page_dev_to_cpu(phys_addr_t start, std::size_t size, dma_data_direction direction);
/// Cleaned and invalidated in both: before non-cacheable use.
void dma_page_flush(phys_addr_t start, std::size_t size);

namespace guest {

constexpr std::size_t whole_pages(std::size_t size) {
  return (size + kPageBytes - 1) & ~(kPageBytes - 1);
}

}  // namespace guest
