// SPDX-License-Identifier: Apache-2.0
// Mappings a descriptor takes with it (Linux, dmaengine_unmap).
#include <array>

#include "sw/arch/irqflags.hpp"
#include "sw/dmaengine/dmaengine.hpp"

namespace {
std::array<dmaengine_unmap_data, 16> pool;
}

dmaengine_unmap_data* dmaengine_get_unmap_data(device* dev, int count, gfp_t /*flags*/) {
  if (dev == nullptr || count < 0 || count > static_cast<int>(dmaengine_unmap_data::kMost))
    return nullptr;
  const guest::InterruptGuard guard;
  for (dmaengine_unmap_data& unmap : pool) {
    if (unmap.references != 0) continue;
    unmap = {};
    unmap.references = 1;
    unmap.dev = dev;
    unmap.map_cnt = static_cast<std::uint8_t>(count);
    return &unmap;
  }
  return nullptr;
}

void dmaengine_unmap_put(dmaengine_unmap_data* unmap) {
  if (unmap == nullptr) return;
  {
    const guest::InterruptGuard guard;
    if (--unmap->references != 0) return;
    unmap->references = 1;  // Nobody takes it before it is empty.
  }
  unsigned at = 0;
  const auto unmap_next = [&](unsigned count, dma_data_direction direction) {
    for (const unsigned end = at + count; at != end; ++at) {
      // A P or Q that is not wanted has no address.
      if (direction == DMA_BIDIRECTIONAL && unmap->addr[at] == 0) continue;
      dma_unmap_page(unmap->dev, unmap->addr[at], unmap->len, direction);
    }
  };
  unmap_next(unmap->to_cnt, DMA_TO_DEVICE);
  unmap_next(unmap->from_cnt, DMA_FROM_DEVICE);
  unmap_next(unmap->bidi_cnt, DMA_BIDIRECTIONAL);
  unmap->references = 0;
}

void dma_descriptor_unmap(dma_async_tx_descriptor* tx) {
  dmaengine_unmap_data* const unmap = tx->unmap;
  tx->unmap = nullptr;
  dmaengine_unmap_put(unmap);
}

unsigned guest::unmap_data_in_use() {
  unsigned count = 0;
  for (const dmaengine_unmap_data& unmap : pool) count += unmap.references != 0 ? 1U : 0U;
  return count;
}
