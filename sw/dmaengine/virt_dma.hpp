// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sw/dmaengine/device.hpp"
#include "sw/kernel/tasklet.hpp"

// Linux, drivers/dma/virt-dma.h: the lists a descriptor goes through, for a controller's driver.
// A driver's descriptor derives from virt_dma_desc, its channel from virt_dma_chan.

struct virt_dma_chan;

struct virt_dma_desc : dma_async_tx_descriptor {
  dmaengine_result tx_result;
};

using virt_dma_list = guest::IntrusiveList<virt_dma_desc>;

struct virt_dma_chan : dma_chan {
  struct Tasklet : tasklet_struct {
    virt_dma_chan* channel = nullptr;
  } task;
  /// Gives a descriptor back to the driver; called without the lock held by anybody but the driver.
  void (*free_desc)(virt_dma_desc* desc) = nullptr;
  spinlock_t lock;
  // Protected by `lock`. A descriptor that runs is in no list.
  virt_dma_list desc_allocated;  ///< Prepared; those to be reused come back here.
  virt_dma_list desc_submitted;
  virt_dma_list desc_issued;
  virt_dma_list desc_completed;     ///< Callbacks still to be called.
  virt_dma_list desc_terminated;    ///< Ran when the channel was terminated; freed by synchronize.
  virt_dma_desc* cyclic = nullptr;  ///< Its callback is due: once, however many periods ended.
};

/// The channel's `free_desc` must be set.
void vchan_init(virt_dma_chan* channel, dma_device* controller);
/// A descriptor that has just been filled; DMA_CTRL_REUSE comes by dmaengine_desc_set_reuse only.
dma_async_tx_descriptor* vchan_tx_prep(virt_dma_chan* channel, virt_dma_desc* desc,
                                       unsigned long flags);
/// Frees what will not run again, keeps what is to be reused.
void vchan_dma_desc_free_list(virt_dma_list& list);
/// Frees everything. As device_free_chan_resources.
void vchan_free_chan_resources(virt_dma_chan* channel);
/// Waits for callbacks that run, and frees what was terminated. As device_synchronize.
void vchan_synchronize(virt_dma_chan* channel);
/// The descriptor of a cookie that waits or is about to start, or null.
virt_dma_desc* vchan_find_desc(virt_dma_chan* channel, dma_cookie_t cookie);

// With the channel's lock held:

/// Moves what was submitted to what is issued; whether there is any.
bool vchan_issue_pending(virt_dma_chan* channel);
/// The one to run next, still in its list; null if there is none.
virt_dma_desc* vchan_next_desc(virt_dma_chan* channel);
/// It is done: its callback will be called.
void vchan_cookie_complete(virt_dma_desc* desc);
/// A period of it is done.
void vchan_cyclic_callback(virt_dma_desc* desc);
/// It ran, and does not any more: to be freed by vchan_synchronize.
void vchan_terminate_vdesc(virt_dma_desc* desc);
/// Moves all descriptors there are into `list`.
void vchan_get_all_descriptors(virt_dma_chan* channel, virt_dma_list& list);

extern "C" {
dma_cookie_t vchan_tx_submit(dma_async_tx_descriptor* tx);
int vchan_tx_desc_free(dma_async_tx_descriptor* tx);
/// Calls the callbacks of one channel, from its tasklet.
void vchan_complete(tasklet_struct* tasklet);
}
