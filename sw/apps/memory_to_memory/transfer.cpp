// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/memory_to_memory/transfer.hpp"

#include <new>

#include "sw/arch/cacheflush.hpp"
#include "sw/arch/outer_cache.hpp"
#include "sw/dmaengine/pl330/pl330.hpp"
#include "sw/kernel/completion.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/time.hpp"
#include "sw/mm/page.hpp"

namespace guest {
namespace {

constexpr std::uint64_t kPatienceMs = 100;

/// What the callback leaves for the one who waits.
struct Outcome {
  completion done;
  dmaengine_tx_result result = DMA_TRANS_NOERROR;
};

void on_copied(void* parameter, const dmaengine_result* result) {
  auto& outcome = *static_cast<Outcome*>(parameter);
  outcome.result = result->result;
  complete(&outcome.done);
}

/// Runs the copy, and counts meanwhile.
Result<void> run(dma_chan* channel, dma_addr_t to, dma_addr_t from,
                 Shared<std::uint32_t>& counter) {
  dma_async_tx_descriptor* descriptor = dmaengine_prep_dma_memcpy(
      channel, to, from, Buffers::kBytes, DMA_PREP_INTERRUPT | DMA_CTRL_ACK);
  if (descriptor == nullptr) return Error::kOutOfMemory;
  Outcome outcome;
  descriptor->callback_result = on_copied;
  descriptor->callback_param = &outcome;
  dmaengine_submit(descriptor);
  dma_async_issue_pending(channel);
  for (const Deadline deadline = Deadline::in_ms(kPatienceMs); !completion_done(&outcome.done);) {
    counter = counter + 1;
    if (!deadline.passed()) continue;
    dmaengine_terminate_sync(channel);  // Nobody will write to `outcome` any more.
    return Error::kTimeout;
  }
  if (outcome.result != DMA_TRANS_NOERROR) return Error::kIo;
  return {};
}

/// Forgets the outer cache: what it holds is neither cleaned nor invalidated for devices from now
/// on.
void forget_outer_cache() {
  outer_cache.inv_range = nullptr;
  outer_cache.clean_range = nullptr;
  outer_cache.flush_range = nullptr;
}

constexpr dma_attrs unless(bool left_out) { return left_out ? DMA_ATTR_SKIP_CPU_SYNC : 0; }

}  // namespace

Buffers Buffers::allocate(const Mistake& mistake) {
  const std::span<std::byte> source = alloc_bytes(kBytes);
  const std::span<std::byte> target = alloc_bytes(kBytes + kPageBytes);
  if (source.empty() || target.empty()) panic("memory_to_memory: no memory");
  const std::size_t start = mistake.shared_line ? kCacheLineBytes / 2 : 0;
  void* const behind = target.data() + start + kBytes;
  return {source, target.subspan(start, kBytes), ::new (behind) Shared<std::uint32_t>{0}};
}

Result<void> transfer(DmaChannel& channel, const Buffers& buffers, const Mistake& mistake) {
  device& dev = channel.mapping_device();
  if (mistake.no_outer) forget_outer_cache();
  const dma_attrs source_attrs = unless(mistake.no_map_clean);
  const dma_addr_t from = dma_map_single_attrs(&dev, buffers.source.data(), Buffers::kBytes,
                                               DMA_TO_DEVICE, source_attrs);
  if (dma_mapping_error(&dev, from) != 0) return Error::kOutOfIova;
  Result<void> result = Error::kOutOfIova;
  const dma_addr_t to = dma_map_single_attrs(&dev, buffers.target.data(), Buffers::kBytes,
                                             DMA_FROM_DEVICE, unless(mistake.no_map_invalidate));
  if (dma_mapping_error(&dev, to) == 0) {
    pl330_skip_barrier = mistake.no_barrier;
    result = run(channel.handle(), to, from, *buffers.counter);
    pl330_skip_barrier = false;
    dma_unmap_single_attrs(&dev, to, Buffers::kBytes, DMA_FROM_DEVICE,
                           unless(mistake.no_unmap_invalidate));
  }
  dma_unmap_single_attrs(&dev, from, Buffers::kBytes, DMA_TO_DEVICE, source_attrs);
  return result;
}

}  // namespace guest
