// SPDX-License-Identifier: Apache-2.0
#include "sw/dmaengine/virt_dma.hpp"

#include "sw/dmaengine/dmaengine.hpp"

namespace {

using guest::SpinGuard;

virt_dma_chan& channel_of(const dma_async_tx_descriptor& tx) {
  return static_cast<virt_dma_chan&>(*tx.chan);
}

/// It is not needed any more.
void end(virt_dma_desc& desc) {
  virt_dma_chan& channel = channel_of(desc);
  if (dmaengine_desc_test_reuse(&desc)) {
    const SpinGuard guard{channel.lock};
    channel.desc_allocated.push_back(desc);
  } else {
    channel.free_desc(&desc);
  }
}

}  // namespace

void vchan_init(virt_dma_chan* channel, dma_device* controller) {
  spin_lock_init(&channel->lock);
  channel->task.channel = channel;
  tasklet_setup(&channel->task, vchan_complete);
  guest::add_channel(*controller, *channel);
}

dma_async_tx_descriptor* vchan_tx_prep(virt_dma_chan* channel, virt_dma_desc* desc,
                                       unsigned long flags) {
  desc->chan = channel;
  desc->cookie = 0;
  desc->flags = flags & ~DMA_CTRL_REUSE;
  desc->tx_submit = vchan_tx_submit;
  desc->desc_free = vchan_tx_desc_free;
  desc->callback = nullptr;
  desc->callback_result = nullptr;
  desc->callback_param = nullptr;
  desc->unmap = nullptr;
  desc->next_tx = desc->parent = nullptr;
  desc->tx_result = {};
  const SpinGuard guard{channel->lock};
  channel->desc_allocated.push_back(*desc);
  return desc;
}

// One that is already submitted stays where it is: its client's mistake moves nothing twice.
dma_cookie_t vchan_tx_submit(dma_async_tx_descriptor* tx) {
  virt_dma_chan& channel = channel_of(*tx);
  const SpinGuard guard{channel.lock};
  if (tx->cookie != 0 || !tx->linked()) return guest::to_errno(guest::Error::kInvalid);
  auto& desc = static_cast<virt_dma_desc&>(*tx);
  desc.tx_result = {};
  tx->unlink();
  channel.desc_submitted.push_back(desc);
  return dma_cookie_assign(tx);
}

int vchan_tx_desc_free(dma_async_tx_descriptor* tx) {
  virt_dma_chan& channel = channel_of(*tx);
  {
    const SpinGuard guard{channel.lock};
    if (tx->cookie != 0 || !tx->linked()) return guest::to_errno(guest::Error::kBusy);
    tx->unlink();
  }
  dma_descriptor_unmap(tx);
  channel.free_desc(static_cast<virt_dma_desc*>(tx));
  return 0;
}

bool vchan_issue_pending(virt_dma_chan* channel) {
  channel->desc_issued.splice(channel->desc_submitted);
  return !channel->desc_issued.empty();
}

virt_dma_desc* vchan_next_desc(virt_dma_chan* channel) {
  return channel->desc_issued.empty() ? nullptr : &channel->desc_issued.front();
}

virt_dma_desc* vchan_find_desc(virt_dma_chan* channel, dma_cookie_t cookie) {
  for (virt_dma_list* list : {&channel->desc_submitted, &channel->desc_issued}) {
    for (virt_dma_desc& desc : *list) {
      if (desc.cookie == cookie) return &desc;
    }
  }
  return nullptr;
}

void vchan_cookie_complete(virt_dma_desc* desc) {
  virt_dma_chan& channel = channel_of(*desc);
  dma_cookie_complete(desc);
  channel.desc_completed.push_back(*desc);
  tasklet_schedule(&channel.task);
}

void vchan_cyclic_callback(virt_dma_desc* desc) {
  virt_dma_chan& channel = channel_of(*desc);
  channel.cyclic = desc;
  tasklet_schedule(&channel.task);
}

void vchan_terminate_vdesc(virt_dma_desc* desc) {
  virt_dma_chan& channel = channel_of(*desc);
  channel.desc_terminated.push_back(*desc);
  if (channel.cyclic == desc) channel.cyclic = nullptr;
}

void vchan_get_all_descriptors(virt_dma_chan* channel, virt_dma_list& list) {
  list.splice(channel->desc_allocated);
  list.splice(channel->desc_submitted);
  list.splice(channel->desc_issued);
  list.splice(channel->desc_completed);
  list.splice(channel->desc_terminated);
}

void vchan_dma_desc_free_list(virt_dma_list& list) {
  while (!list.empty()) {
    virt_dma_desc& desc = list.pop_front();
    desc.cookie = 0;
    dma_descriptor_unmap(&desc);
    end(desc);
  }
}

void vchan_free_chan_resources(virt_dma_chan* channel) {
  virt_dma_list all;
  {
    const SpinGuard guard{channel->lock};
    vchan_get_all_descriptors(channel, all);
    for (virt_dma_desc& desc : all) dmaengine_desc_clear_reuse(&desc);
  }
  vchan_dma_desc_free_list(all);
}

void vchan_synchronize(virt_dma_chan* channel) {
  tasklet_kill(&channel->task);
  virt_dma_list terminated;
  {
    const SpinGuard guard{channel->lock};
    terminated.splice(channel->desc_terminated);
  }
  vchan_dma_desc_free_list(terminated);
}

// Callbacks are called without the lock: they may prepare, submit, issue and terminate. A
// descriptor is freed after its callback, as in 6.1; one to be reused is back before, so that its
// callback may submit it again.
void vchan_complete(tasklet_struct* tasklet) {
  virt_dma_chan& channel = *static_cast<virt_dma_chan::Tasklet*>(tasklet)->channel;
  virt_dma_list completed;
  virt_dma_desc* cyclic = nullptr;
  {
    const SpinGuard guard{channel.lock};
    completed.splice(channel.desc_completed);
    cyclic = channel.cyclic;
    channel.cyclic = nullptr;
  }
  if (cyclic != nullptr) dmaengine_desc_callback_invoke(cyclic, &cyclic->tx_result);
  while (!completed.empty()) {
    virt_dma_desc& desc = completed.pop_front();
    dma_descriptor_unmap(&desc);
    const bool reuse = dmaengine_desc_test_reuse(&desc);
    const dmaengine_result result = desc.tx_result;
    if (reuse) end(desc);
    dmaengine_desc_callback_invoke(&desc, &result);
    if (reuse) continue;
    dma_run_dependencies(&desc);
    end(desc);
  }
}
