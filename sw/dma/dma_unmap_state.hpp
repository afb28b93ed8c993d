// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sw/lib/types.hpp"

// What a driver keeps to unmap later: Linux 6.1, include/linux/dma-mapping.h, where the fields
// vanish on machines that need no unmap. Linux's DEFINE_DMA_UNMAP_ADDR(mapping); is a member
// `DmaUnmapAddr mapping;` here, DEFINE_DMA_UNMAP_LEN(len); is `DmaUnmapLen len;`, and the accessors
// take the member: dma_unmap_addr(ring->mapping), dma_unmap_len_set(ring->len, 64).

struct DmaUnmapAddr {
  dma_addr_t value = 0;
};
struct DmaUnmapLen {
  std::uint32_t value = 0;
};

inline dma_addr_t dma_unmap_addr(const DmaUnmapAddr& field) { return field.value; }
inline void dma_unmap_addr_set(DmaUnmapAddr& field, dma_addr_t value) { field.value = value; }
inline std::uint32_t dma_unmap_len(const DmaUnmapLen& field) { return field.value; }
inline void dma_unmap_len_set(DmaUnmapLen& field, std::uint32_t value) { field.value = value; }
