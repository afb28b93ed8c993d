// SPDX-License-Identifier: Apache-2.0
#include "sw/dmaengine/channel.hpp"

#include "sw/kernel/completion.hpp"

namespace guest {
namespace {

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

}  // namespace

Result<DmaChannel> DmaChannel::request_memcpy() {
  dma_cap_mask_t mask;
  dma_cap_set(DMA_MEMCPY, mask);
  const Result<dma_chan*> channel = result_of(dma_request_chan_by_mask(&mask));
  if (!channel) return channel.error();
  return DmaChannel{*channel};
}

DmaChannel::~DmaChannel() {
  if (channel_ != nullptr) dma_release_channel(channel_);
}

Result<void> DmaChannel::copy(DmaAddress to, DmaAddress from, std::size_t size,
                              unsigned timeout_ms) {
  dma_async_tx_descriptor* transfer = dmaengine_prep_dma_memcpy(channel_, raw(to), raw(from), size,
                                                                DMA_PREP_INTERRUPT | DMA_CTRL_ACK);
  if (transfer == nullptr) return Error::kOutOfMemory;
  Outcome outcome;
  transfer->callback_result = on_copied;
  transfer->callback_param = &outcome;
  dmaengine_submit(transfer);
  dma_async_issue_pending(channel_);
  if (wait_for_completion_timeout(&outcome.done, timeout_ms * 1000UL) == 0) {
    dmaengine_terminate_sync(channel_);  // Nobody will write to `outcome` any more.
    return Error::kTimeout;
  }
  if (outcome.result != DMA_TRANS_NOERROR) return Error::kIo;
  return {};
}

Result<void> copy(DmaChannel& channel, std::span<std::byte> to, std::span<const std::byte> from) {
  if (to.size() != from.size()) return Error::kOutOfRange;
  device& dev = channel.mapping_device();
  Result<Mapping> source = Mapping::map(dev, from, DMA_TO_DEVICE);
  if (!source) return source.error();
  Result<Mapping> target = Mapping::map(dev, to, DMA_FROM_DEVICE);
  if (!target) return target.error();
  return channel.copy(target->address(), source->address(), to.size());
}  // Unmapping invalidates `to` in the caches.

}  // namespace guest
