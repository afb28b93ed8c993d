// SPDX-License-Identifier: Apache-2.0
// The client's side: channels, issuing, status, ending.
#include <algorithm>

#include "sw/arch/irqflags.hpp"
#include "sw/dmaengine/pl330/pl330.hpp"

namespace guest::pl330 {
namespace {

Channel& own(dma_chan& channel) { return static_cast<Channel&>(channel); }

}  // namespace

int Controller::device_alloc_chan_resources(dma_chan& chan) {
  Channel& channel = own(chan);
  dma_cookie_init(&channel);
  channel.config = {};
  channel.failed_cookie = 0;
  return 0;
}

void Controller::device_free_chan_resources(dma_chan& chan) {
  device_terminate_all(chan);
  vchan_synchronize(&own(chan));
  vchan_free_chan_resources(&own(chan));
  unmap_fifo(own(chan));
}

dma_chan* Controller::of_dma_xlate(const Cells& cells, std::size_t first) {
  const std::uint32_t line = cells[first];
  if (first >= cells.size() || line >= request_count_) return nullptr;
  return &channels_[line];
}

void Controller::device_issue_pending(dma_chan& chan) {
  const InterruptGuard guard;
  if (vchan_issue_pending(&own(chan))) start_next(own(chan));
}

// What was loaded and not stored is dropped: the rest of the transfer is lost, there is no resume.
int Controller::device_pause(dma_chan& chan) {
  const InterruptGuard guard;
  Channel& channel = own(chan);
  if (channel.paused) return 0;
  channel.paused = true;
  if (channel.active == nullptr) {
    channel.waiting.unlink();
    return 0;
  }
  kill(*channel.thread);
  // The last stores of a program that did not end were issued, but perhaps not made.
  const std::uint32_t done = bytes_done(*channel.thread);
  const std::uint32_t doubtful = write_queue_ * channel.active->shape.burst_bytes();
  channel.paused_residue = channel.active->total_bytes - (done - std::min(done, doubtful));
  release_thread(channel);
  start_waiting();
  return 0;
}

void Controller::stop(Channel& channel) {
  channel.waiting.unlink();
  if (channel.active == nullptr) return;
  if (channel.thread != nullptr) {
    kill(*channel.thread);
    release_thread(channel);
  }
  vchan_terminate_vdesc(channel.active);
  channel.active = nullptr;
}

int Controller::device_terminate_all(dma_chan& chan) {
  Channel& channel = own(chan);
  virt_dma_list dropped;
  {
    const InterruptGuard guard;
    stop(channel);
    virt_dma_list running;
    running.splice(channel.desc_terminated);
    vchan_get_all_descriptors(&channel, dropped);
    channel.desc_terminated.splice(running);
    channel.paused = false;
    channel.completed_cookie = channel.cookie;
    start_waiting();
  }
  vchan_dma_desc_free_list(dropped);
  return 0;
}

void Controller::device_synchronize(dma_chan& chan) { vchan_synchronize(&own(chan)); }

std::uint32_t Controller::residue_of(Channel& channel, dma_cookie_t cookie) {
  if (channel.active != nullptr && channel.active->cookie == cookie) {
    if (channel.paused) return channel.paused_residue;
    return channel.active->total_bytes - bytes_done(*channel.thread);
  }
  const virt_dma_desc* const waiting = vchan_find_desc(&channel, cookie);
  return waiting == nullptr ? 0 : static_cast<const Descriptor*>(waiting)->total_bytes;
}

dma_status Controller::device_tx_status(dma_chan& chan, dma_cookie_t cookie, dma_tx_state* state) {
  const InterruptGuard guard;
  Channel& channel = own(chan);
  const dma_status status = dma_cookie_status(&channel, cookie, state);
  if (status == DMA_COMPLETE) return cookie == channel.failed_cookie ? DMA_ERROR : DMA_COMPLETE;
  if (state != nullptr) state->residue = residue_of(channel, cookie);
  return channel.paused ? DMA_PAUSED : DMA_IN_PROGRESS;
}

}  // namespace guest::pl330
