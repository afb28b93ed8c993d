// SPDX-License-Identifier: Apache-2.0
// From a client's call to the controller's operation.
#include "sw/dmaengine/dmaengine.hpp"

#include "sw/kernel/time.hpp"

using guest::Error;
using guest::to_errno;

namespace {
constexpr std::uint64_t kPatienceMs = 5000;  // Linux, dma_sync_wait.

bool usable(const dma_chan* channel) { return channel != nullptr && channel->device != nullptr; }
}  // namespace

dma_async_tx_descriptor* dmaengine_prep_slave_sg(dma_chan* channel, scatterlist* list,
                                                 unsigned entries, dma_transfer_direction direction,
                                                 unsigned long flags) {
  if (!usable(channel) || list == nullptr || entries == 0) return nullptr;
  return channel->device->device_prep_slave_sg(*channel, list, entries, direction, flags);
}

dma_async_tx_descriptor* dmaengine_prep_slave_single(dma_chan* channel, dma_addr_t buffer,
                                                     std::size_t size,
                                                     dma_transfer_direction direction,
                                                     unsigned long flags) {
  scatterlist entry{};
  sg_init_table(&entry, 1);
  entry.dma_address = buffer;
  entry.dma_length = static_cast<unsigned>(size);
  return dmaengine_prep_slave_sg(channel, &entry, 1, direction, flags);
}

dma_async_tx_descriptor* dmaengine_prep_dma_cyclic(dma_chan* channel, dma_addr_t buffer,
                                                   std::size_t size, std::size_t period,
                                                   dma_transfer_direction direction,
                                                   unsigned long flags) {
  if (!usable(channel)) return nullptr;
  return channel->device->device_prep_dma_cyclic(*channel, buffer, size, period, direction, flags);
}

dma_async_tx_descriptor* dmaengine_prep_dma_memcpy(dma_chan* channel, dma_addr_t to,
                                                   dma_addr_t from, std::size_t size,
                                                   unsigned long flags) {
  if (!usable(channel)) return nullptr;
  return channel->device->device_prep_dma_memcpy(*channel, to, from, size, flags);
}

// Linux: a transfer that repeats needs a controller that can, and so does one that ends another.
dma_async_tx_descriptor* dmaengine_prep_interleaved_dma(dma_chan* channel,
                                                        const dma_interleaved_template* shape,
                                                        unsigned long flags) {
  if (!usable(channel) || shape == nullptr) return nullptr;
  const dma_cap_mask_t& able = channel->device->cap_mask;
  if ((flags & DMA_PREP_REPEAT) != 0 && !dma_has_cap(DMA_REPEAT, able)) return nullptr;
  return channel->device->device_prep_interleaved_dma(*channel, *shape, flags);
}

dma_async_tx_descriptor* dmaengine_prep_dma_interrupt(dma_chan* channel, unsigned long flags) {
  if (!usable(channel)) return nullptr;
  return channel->device->device_prep_dma_interrupt(*channel, flags);
}

dma_async_tx_descriptor* dmaengine_prep_dma_xor(dma_chan* channel, dma_addr_t to,
                                                const dma_addr_t* from, unsigned count,
                                                std::size_t size, unsigned long flags) {
  if (!usable(channel) || from == nullptr || count == 0) return nullptr;
  return channel->device->device_prep_dma_xor(*channel, to, from, count, size, flags);
}

dma_async_tx_descriptor* dmaengine_prep_dma_xor_val(dma_chan* channel, const dma_addr_t* from,
                                                    unsigned count, std::size_t size,
                                                    sum_check_flags* result, unsigned long flags) {
  if (!usable(channel) || from == nullptr || count == 0 || result == nullptr) return nullptr;
  return channel->device->device_prep_dma_xor_val(*channel, from, count, size, result, flags);
}

dma_async_tx_descriptor* dmaengine_prep_dma_pq(dma_chan* channel, const dma_addr_t* to,
                                               const dma_addr_t* from, unsigned count,
                                               const std::uint8_t* coefficients, std::size_t size,
                                               unsigned long flags) {
  if (!usable(channel) || to == nullptr || from == nullptr || coefficients == nullptr)
    return nullptr;
  return channel->device->device_prep_dma_pq(*channel, to, from, count, coefficients, size, flags);
}

dma_async_tx_descriptor* dmaengine_prep_dma_pq_val(dma_chan* channel, const dma_addr_t* pq,
                                                   const dma_addr_t* from, unsigned count,
                                                   const std::uint8_t* coefficients,
                                                   std::size_t size, sum_check_flags* result,
                                                   unsigned long flags) {
  if (!usable(channel) || pq == nullptr || from == nullptr || coefficients == nullptr ||
      result == nullptr)
    return nullptr;
  return channel->device->device_prep_dma_pq_val(*channel, pq, from, count, coefficients, size,
                                                 result, flags);
}

int dmaengine_slave_config(dma_chan* channel, const dma_slave_config* config) {
  if (!usable(channel) || config == nullptr) return to_errno(Error::kInvalid);
  return channel->device->device_config(*channel, *config);
}

dma_cookie_t dmaengine_submit(dma_async_tx_descriptor* descriptor) {
  if (descriptor == nullptr) return to_errno(Error::kInvalid);
  return descriptor->tx_submit(descriptor);
}

void dma_async_issue_pending(dma_chan* channel) {
  if (usable(channel)) channel->device->device_issue_pending(*channel);
}

dma_status dmaengine_tx_status(dma_chan* channel, dma_cookie_t cookie, dma_tx_state* state) {
  if (!usable(channel)) return DMA_ERROR;
  return channel->device->device_tx_status(*channel, cookie, state);
}

int dmaengine_pause(dma_chan* channel) {
  if (!usable(channel)) return to_errno(Error::kInvalid);
  if (!channel->device->can_pause) return to_errno(Error::kNotImplemented);
  return channel->device->device_pause(*channel);
}

int dmaengine_resume(dma_chan* channel) {
  if (!usable(channel)) return to_errno(Error::kInvalid);
  if (!channel->device->can_resume) return to_errno(Error::kNotImplemented);
  return channel->device->device_resume(*channel);
}

int dmaengine_terminate_async(dma_chan* channel) {
  if (!usable(channel)) return to_errno(Error::kInvalid);
  return channel->device->device_terminate_all(*channel);
}

void dmaengine_synchronize(dma_chan* channel) {
  if (usable(channel)) channel->device->device_synchronize(*channel);
}

int dmaengine_terminate_sync(dma_chan* channel) {
  const int result = dmaengine_terminate_async(channel);
  if (result == 0) dmaengine_synchronize(channel);
  return result;
}

dma_status dma_sync_wait(dma_chan* channel, dma_cookie_t cookie) {
  dma_async_issue_pending(channel);
  for (const guest::Deadline deadline = guest::Deadline::in_ms(kPatienceMs); !deadline.passed();) {
    const dma_status status = dma_async_is_tx_complete(channel, cookie, nullptr, nullptr);
    if (status != DMA_IN_PROGRESS) return status;
  }
  return DMA_ERROR;
}

// Linux: what was never submitted is not waited for long either.
dma_status dma_wait_for_async_tx(dma_async_tx_descriptor* descriptor) {
  if (descriptor == nullptr) return DMA_COMPLETE;
  return dma_sync_wait(descriptor->chan, descriptor->cookie);
}

// Those of one channel are submitted together; where the channel changes, the last of them goes on
// when it is done.
void dma_run_dependencies(dma_async_tx_descriptor* descriptor) {
  dma_async_tx_descriptor* next = descriptor->next_tx;
  if (next == nullptr) return;
  descriptor->next_tx = nullptr;
  dma_chan* const channel = next->chan;
  while (next != nullptr) {
    dma_async_tx_descriptor* const submitted = next;
    submitted->parent = nullptr;
    next = submitted->next_tx;
    if (next != nullptr && next->chan == channel) {
      submitted->next_tx = nullptr;
    } else {
      next = nullptr;
    }
    submitted->tx_submit(submitted);
  }
  dma_async_issue_pending(channel);
}

void dmaengine_desc_callback_invoke(dma_async_tx_descriptor* descriptor,
                                    const dmaengine_result* result) {
  if (descriptor->callback_result != nullptr) {
    descriptor->callback_result(descriptor->callback_param, result);
  } else if (descriptor->callback != nullptr) {
    descriptor->callback(descriptor->callback_param);
  }
}

int dmaengine_desc_set_reuse(dma_async_tx_descriptor* descriptor) {
  if (descriptor == nullptr) return to_errno(Error::kInvalid);
  dma_slave_caps caps;
  if (const int result = dma_get_slave_caps(descriptor->chan, &caps); result != 0) return result;
  if (!caps.descriptor_reuse) return to_errno(Error::kNotPermitted);
  descriptor->flags |= DMA_CTRL_REUSE;
  return 0;
}

int dmaengine_desc_free(dma_async_tx_descriptor* descriptor) {
  if (descriptor == nullptr) return to_errno(Error::kInvalid);
  if (!dmaengine_desc_test_reuse(descriptor)) return to_errno(Error::kNotPermitted);
  return descriptor->desc_free(descriptor);
}
