// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sw/dma/dma_mapping.hpp"
#include "sw/kernel/device.hpp"
#include "sw/kernel/spinlock.hpp"
#include "sw/lib/list.hpp"
#include "sw/lib/result.hpp"

// Linux 6.1, include/linux/dmaengine.h: the client's half, with its names and values.

enum dma_transfer_direction {
  DMA_MEM_TO_MEM,
  DMA_MEM_TO_DEV,
  DMA_DEV_TO_MEM,
  DMA_DEV_TO_DEV,
  DMA_TRANS_NONE,
};

enum dma_slave_buswidth {
  DMA_SLAVE_BUSWIDTH_UNDEFINED = 0,
  DMA_SLAVE_BUSWIDTH_1_BYTE = 1,
  DMA_SLAVE_BUSWIDTH_2_BYTES = 2,
  DMA_SLAVE_BUSWIDTH_4_BYTES = 4,
  DMA_SLAVE_BUSWIDTH_8_BYTES = 8,
};

enum dma_status { DMA_COMPLETE, DMA_IN_PROGRESS, DMA_PAUSED, DMA_ERROR };

inline constexpr unsigned long DMA_PREP_INTERRUPT = 1UL << 0;
inline constexpr unsigned long DMA_CTRL_ACK = 1UL << 1;

/// Identifies a submitted descriptor of its channel; negative is an errno.
using dma_cookie_t = std::int32_t;

/// How a channel talks to its peripheral's FIFO. Bursts are counted in beats of the width given.
struct dma_slave_config {
  dma_transfer_direction direction = DMA_TRANS_NONE;
  phys_addr_t src_addr = 0;
  phys_addr_t dst_addr = 0;
  dma_slave_buswidth src_addr_width = DMA_SLAVE_BUSWIDTH_UNDEFINED;
  dma_slave_buswidth dst_addr_width = DMA_SLAVE_BUSWIDTH_UNDEFINED;
  std::uint32_t src_maxburst = 0;
  std::uint32_t dst_maxburst = 0;
  bool device_fc = false;  ///< The peripheral ends the transfer, by its LAST request.
};

enum dmaengine_tx_result {
  DMA_TRANS_NOERROR = 0,
  DMA_TRANS_READ_FAILED,
  DMA_TRANS_WRITE_FAILED,
  DMA_TRANS_ABORTED
};

struct dmaengine_result {
  dmaengine_tx_result result;
  std::uint32_t residue;  ///< Bytes not transferred.
};

struct dma_tx_state {
  dma_cookie_t last;      ///< The last one completed.
  dma_cookie_t used;      ///< The last one submitted.
  std::uint32_t residue;  ///< Bytes left of the one asked for.
};

struct dma_chan;

/// A prepared transfer. Belongs to its channel; valid until it has completed or was terminated.
struct dma_async_tx_descriptor : guest::ListNode {
  dma_cookie_t cookie = 0;
  unsigned long flags = 0;
  dma_chan* chan = nullptr;
  /// Called from a tasklet when it is done, without the channel's lock: may prepare and submit
  /// again.
  void (*callback)(void* parameter) = nullptr;
  /// Like `callback`, with the outcome; used if both are set.
  void (*callback_result)(void* parameter, const dmaengine_result* result) = nullptr;
  void* callback_param = nullptr;
};

/// A DMA controller: what its driver implements.
class dma_device : public guest::ListNode {
 public:
  device* dev = nullptr;
  bool memcpy_capable = false;

  /// A channel for the request line in a `dmas` specifier, or one without a line.
  virtual guest::Result<dma_chan*> request_slave(std::uint32_t request_line) = 0;
  virtual guest::Result<dma_chan*> request_memcpy() = 0;
  virtual void release(dma_chan& channel) = 0;
  virtual int config(dma_chan& channel, const dma_slave_config& config) = 0;
  /// Null if it cannot be done.
  virtual dma_async_tx_descriptor* prep_slave_sg(dma_chan& channel, scatterlist* list,
                                                 unsigned entries, dma_transfer_direction direction,
                                                 unsigned long flags) = 0;
  virtual dma_async_tx_descriptor* prep_dma_memcpy(dma_chan& channel, dma_addr_t to,
                                                   dma_addr_t from, std::size_t size,
                                                   unsigned long flags) = 0;
  virtual dma_cookie_t tx_submit(dma_async_tx_descriptor& descriptor) = 0;
  virtual void issue_pending(dma_chan& channel) = 0;
  virtual dma_status tx_status(dma_chan& channel, dma_cookie_t cookie, dma_tx_state* state) = 0;
  virtual int terminate_all(dma_chan& channel) = 0;
  virtual void synchronize(dma_chan& channel) = 0;

 protected:
  ~dma_device() = default;
};

/// A channel. A client owns it between request and release.
struct dma_chan {
  dma_device* device = nullptr;
  const char* name = nullptr;
  dma_cookie_t cookie = 0;            ///< Last submitted.
  dma_cookie_t completed_cookie = 0;  ///< Last completed.
};

namespace guest {
/// A controller's driver announces its controller.
void register_dma_device(dma_device& controller);
}  // namespace guest

/// The channel `dmas`/`dma-names` of `dev` give `name`; kNoDevice if its controller is absent.
guest::Result<dma_chan*> dma_request_chan(device* dev, const char* name);
/// A channel that copies memory; the device to map for is `channel->device->dev`.
guest::Result<dma_chan*> dma_request_memcpy_channel();

extern "C" {
void dma_release_channel(dma_chan* channel);
int dmaengine_slave_config(dma_chan* channel, const dma_slave_config* config);
dma_async_tx_descriptor* dmaengine_prep_slave_sg(dma_chan* channel, scatterlist* list,
                                                 unsigned entries, dma_transfer_direction direction,
                                                 unsigned long flags);
dma_async_tx_descriptor* dmaengine_prep_dma_memcpy(dma_chan* channel, dma_addr_t to,
                                                   dma_addr_t from, std::size_t size,
                                                   unsigned long flags);
/// Puts it in the channel's queue. Nothing moves before dma_async_issue_pending.
dma_cookie_t dmaengine_submit(dma_async_tx_descriptor* descriptor);
void dma_async_issue_pending(dma_chan* channel);
dma_status dmaengine_tx_status(dma_chan* channel, dma_cookie_t cookie, dma_tx_state* state);
/// Stops the channel and drops what is queued; no callback runs for it afterwards.
int dmaengine_terminate_sync(dma_chan* channel);
int dmaengine_terminate_async(dma_chan* channel);
void dmaengine_synchronize(dma_chan* channel);
/// Calls the descriptor's callback; a function of its own so that it can be watched.
void dmaengine_desc_callback_invoke(dma_async_tx_descriptor* descriptor,
                                    const dmaengine_result* result);
}

/// The device that masters the bus for a channel: the one to map buffers for.
inline device* dmaengine_dma_dev(dma_chan* channel) { return channel->device->dev; }
