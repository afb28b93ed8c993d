// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sw/dmaengine/device.hpp"
#include "sw/lib/err.hpp"

// Linux 6.1, include/linux/dmaengine.h: the client's half, with its names and argument order. What
// is inline in Linux is a function here: it can be watched, and null is answered, not followed.

/// Whether a client wants this channel.
using dma_filter_fn = bool (*)(dma_chan* chan, void* parameter);

extern "C" {
// Channels: channels.cpp. Those that return a reason return it as ERR_PTR.

/// The channel `dmas`/`dma-names` of `dev` give `name`; -ENODEV if there is none, it is taken, or
/// its controller is absent.
dma_chan* dma_request_chan(device* dev, const char* name);
/// Any free channel of a controller that can do all of `mask`; -ENODEV if there is none.
dma_chan* dma_request_chan_by_mask(const dma_cap_mask_t* mask);
void dma_release_channel(dma_chan* channel);
/// A shared channel for one kind of transaction, or null; only between dmaengine_get and _put, and
/// only of controllers that are not DMA_PRIVATE.
dma_chan* dma_find_channel(dma_transaction_type type);
void dmaengine_get();
void dmaengine_put();
void dma_issue_pending_all();
/// 0; -EINVAL for null, -ENXIO if the controller does not serve slaves or does not say how.
int dma_get_slave_caps(dma_chan* channel, dma_slave_caps* caps);

// Null where it cannot be done: wrong direction, no configuration, no descriptor left ...
dma_async_tx_descriptor* dmaengine_prep_slave_sg(dma_chan* channel, scatterlist* list,
                                                 unsigned entries, dma_transfer_direction direction,
                                                 unsigned long flags);
dma_async_tx_descriptor* dmaengine_prep_slave_single(dma_chan* channel, dma_addr_t buffer,
                                                     std::size_t size,
                                                     dma_transfer_direction direction,
                                                     unsigned long flags);
/// A ring that goes on until it is terminated, with a callback after each period.
dma_async_tx_descriptor* dmaengine_prep_dma_cyclic(dma_chan* channel, dma_addr_t buffer,
                                                   std::size_t size, std::size_t period,
                                                   dma_transfer_direction direction,
                                                   unsigned long flags);
dma_async_tx_descriptor* dmaengine_prep_dma_memcpy(dma_chan* channel, dma_addr_t to,
                                                   dma_addr_t from, std::size_t size,
                                                   unsigned long flags);
dma_async_tx_descriptor* dmaengine_prep_interleaved_dma(dma_chan* channel,
                                                        const dma_interleaved_template* shape,
                                                        unsigned long flags);
// Linux's clients call the operations of these themselves: there are no wrappers.
dma_async_tx_descriptor* dmaengine_prep_dma_interrupt(dma_chan* channel, unsigned long flags);
dma_async_tx_descriptor* dmaengine_prep_dma_xor(dma_chan* channel, dma_addr_t to,
                                                const dma_addr_t* from, unsigned count,
                                                std::size_t size, unsigned long flags);
dma_async_tx_descriptor* dmaengine_prep_dma_xor_val(dma_chan* channel, const dma_addr_t* from,
                                                    unsigned count, std::size_t size,
                                                    sum_check_flags* result, unsigned long flags);
/// `to[0]` is P, `to[1]` is Q. DMA_PREP_CONTINUE adds to what they hold.
dma_async_tx_descriptor* dmaengine_prep_dma_pq(dma_chan* channel, const dma_addr_t* to,
                                               const dma_addr_t* from, unsigned count,
                                               const std::uint8_t* coefficients, std::size_t size,
                                               unsigned long flags);
dma_async_tx_descriptor* dmaengine_prep_dma_pq_val(dma_chan* channel, const dma_addr_t* pq,
                                                   const dma_addr_t* from, unsigned count,
                                                   const std::uint8_t* coefficients,
                                                   std::size_t size, sum_check_flags* result,
                                                   unsigned long flags);

/// 0; -EINVAL if the controller cannot talk to such a FIFO, -ENOSYS if to none.
int dmaengine_slave_config(dma_chan* channel, const dma_slave_config* config);
/// Puts it in the channel's queue. Nothing moves before dma_async_issue_pending.
dma_cookie_t dmaengine_submit(dma_async_tx_descriptor* descriptor);
void dma_async_issue_pending(dma_chan* channel);
dma_status dmaengine_tx_status(dma_chan* channel, dma_cookie_t cookie, dma_tx_state* state);
/// -ENOSYS where the controller cannot.
int dmaengine_pause(dma_chan* channel);
int dmaengine_resume(dma_chan* channel);
/// Stops the channel and drops what is queued; no callback runs for it afterwards.
int dmaengine_terminate_sync(dma_chan* channel);
/// Callbacks that have begun may still run, and descriptors be in use, until dmaengine_synchronize.
int dmaengine_terminate_async(dma_chan* channel);
/// Not from a callback.
void dmaengine_synchronize(dma_chan* channel);
/// Issues, and waits (busily, 5 s at most: then DMA_ERROR) until `cookie` is complete.
dma_status dma_sync_wait(dma_chan* channel, dma_cookie_t cookie);
dma_status dma_wait_for_async_tx(dma_async_tx_descriptor* descriptor);
/// Submits what is chained behind a descriptor that is done.
void dma_run_dependencies(dma_async_tx_descriptor* descriptor);
/// Calls the descriptor's callback; a function of its own so that it can be watched.
void dmaengine_desc_callback_invoke(dma_async_tx_descriptor* descriptor,
                                    const dmaengine_result* result);

/// The descriptor can be submitted again after it has completed: -EPERM if the controller's cannot.
int dmaengine_desc_set_reuse(dma_async_tx_descriptor* descriptor);
/// -EPERM if it is not one to be reused: those free themselves.
int dmaengine_desc_free(dma_async_tx_descriptor* descriptor);

/// Room for `count` addresses (32 at most), with one reference; null if there is none.
dmaengine_unmap_data* dmaengine_get_unmap_data(device* dev, int count, gfp_t flags);
/// Gives a reference back; the last one unmaps.
void dmaengine_unmap_put(dmaengine_unmap_data* unmap);
}

/// Is 0 or a descriptor's cookie complete, from what dma_async_is_tx_complete has filled in?
inline dma_status dma_async_is_complete(dma_cookie_t cookie, dma_cookie_t last_complete,
                                        dma_cookie_t last_used) {
  const bool wrapped = last_complete > last_used;
  const bool done = cookie <= last_complete;
  const bool not_yet_used = cookie > last_used;
  return (wrapped ? done && not_yet_used : done || not_yet_used) ? DMA_COMPLETE : DMA_IN_PROGRESS;
}

inline dma_status dma_async_is_tx_complete(dma_chan* channel, dma_cookie_t cookie,
                                           dma_cookie_t* last, dma_cookie_t* used) {
  dma_tx_state state;
  const dma_status status = dmaengine_tx_status(channel, cookie, &state);
  if (last != nullptr) *last = state.last;
  if (used != nullptr) *used = state.used;
  return status;
}

/// Null instead of a reason.
inline dma_chan* dma_request_slave_channel(device* dev, const char* name) {
  dma_chan* const channel = dma_request_chan(dev, name);
  return IS_ERR(channel) ? nullptr : channel;
}
/// Its name from 3.18 on; dma_request_chan since 4.6.
inline dma_chan* dma_request_slave_channel_reason(device* dev, const char* name) {
  return dma_request_chan(dev, name);
}
/// A free channel of a controller that can do all of `mask` and that `filter` accepts, or null.
dma_chan* dma_request_channel(const dma_cap_mask_t& mask, dma_filter_fn filter, void* parameter);
/// By device tree; otherwise by mask and filter. Null if both fail.
dma_chan* dma_request_slave_channel_compat(const dma_cap_mask_t& mask, dma_filter_fn filter,
                                           void* parameter, device* dev, const char* name);

inline void dma_set_unmap(dma_async_tx_descriptor* descriptor, dmaengine_unmap_data* unmap) {
  ++unmap->references;
  descriptor->unmap = unmap;
}
inline void dmaengine_desc_clear_reuse(dma_async_tx_descriptor* descriptor) {
  descriptor->flags &= ~DMA_CTRL_REUSE;
}
inline bool dmaengine_desc_test_reuse(const dma_async_tx_descriptor* descriptor) {
  return (descriptor->flags & DMA_CTRL_REUSE) != 0;
}
inline void async_tx_ack(dma_async_tx_descriptor* descriptor) { descriptor->flags |= DMA_CTRL_ACK; }
inline bool async_tx_test_ack(const dma_async_tx_descriptor* descriptor) {
  return (descriptor->flags & DMA_CTRL_ACK) != 0;
}
/// `next` is submitted by dma_run_dependencies when `descriptor` is done.
inline void txd_chain(dma_async_tx_descriptor* descriptor, dma_async_tx_descriptor* next) {
  descriptor->next_tx = next;
  next->parent = descriptor;
}

/// The device that masters the bus for a channel: the one to map buffers for.
inline device* dmaengine_dma_dev(dma_chan* channel) { return channel->device->dev; }

namespace guest {

/// What is taken of the engine at this moment: a program ends with what it started with.
struct DmaUsage {
  unsigned channels = 0;     ///< Requested and not released.
  unsigned descriptors = 0;  ///< Prepared, and neither done nor dropped.
  unsigned unmap_data = 0;
  bool operator==(const DmaUsage&) const = default;
};
DmaUsage dmaengine_usage();

}  // namespace guest
