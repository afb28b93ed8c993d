// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sw/dma/dma_mapping.hpp"
#include "sw/dmaengine/types.hpp"
#include "sw/kernel/device.hpp"
#include "sw/kernel/spinlock.hpp"
#include "sw/lib/list.hpp"
#include "sw/lib/result.hpp"

// Linux 6.1, include/linux/dmaengine.h: what a controller's driver implements.

class dma_device;
struct dma_chan;

/// Mappings that end by themselves when the descriptor that uses them has completed.
struct dmaengine_unmap_data {
  static constexpr unsigned kMost = 32;

  std::uint8_t map_cnt = 0;   ///< Addresses there is room for.
  std::uint8_t to_cnt = 0;    ///< The first ones are mapped DMA_TO_DEVICE,
  std::uint8_t from_cnt = 0;  ///< the next ones DMA_FROM_DEVICE,
  std::uint8_t bidi_cnt = 0;  ///< the last ones DMA_BIDIRECTIONAL.
  device* dev = nullptr;
  unsigned references = 0;
  std::size_t len = 0;  ///< Of each.
  std::array<dma_addr_t, kMost> addr{};
};

/// A prepared transfer. Belongs to its channel; valid until it has completed or was terminated, or,
/// with DMA_CTRL_REUSE, until it is freed.
struct dma_async_tx_descriptor : guest::ListNode {
  dma_cookie_t cookie = 0;
  unsigned long flags = 0;
  dma_chan* chan = nullptr;
  dma_cookie_t (*tx_submit)(dma_async_tx_descriptor*) = nullptr;
  int (*desc_free)(dma_async_tx_descriptor*) = nullptr;
  /// Called from a tasklet when it is done, without the channel's lock: may prepare and submit
  /// again.
  void (*callback)(void* parameter) = nullptr;
  /// Like `callback`, with the outcome; used if both are set.
  void (*callback_result)(void* parameter, const dmaengine_result* result) = nullptr;
  void* callback_param = nullptr;
  dmaengine_unmap_data* unmap = nullptr;
  // A chain across channels: `next_tx` is submitted when this one is done.
  dma_async_tx_descriptor* next_tx = nullptr;
  dma_async_tx_descriptor* parent = nullptr;
};

/// A channel. A client owns it between request and release.
struct dma_chan : guest::ListNode {
  dma_device* device = nullptr;
  const char* name = nullptr;
  dma_cookie_t cookie = 0;            ///< Last submitted.
  dma_cookie_t completed_cookie = 0;  ///< Last completed.
  unsigned chan_id = 0;
  int client_count = 0;
  int table_count = 0;  ///< How many capabilities dma_find_channel gives it out for.
};

/// A DMA controller. What it does not override it cannot do; `cap_mask` says so before.
class dma_device : public guest::ListNode {
 public:
  device* dev = nullptr;
  dma_cap_mask_t cap_mask;
  guest::IntrusiveList<dma_chan> channels;
  unsigned chancnt = 0;
  unsigned privatecnt = 0;
  unsigned max_xor = 0;
  unsigned short max_pq = 0;  ///< With DMA_HAS_PQ_CONTINUE: dma_set_maxpq.
  /// All of it but the commands, which the members below answer.
  dma_slave_caps caps;
  bool can_pause = false;
  bool can_resume = false;

  /// 0, or a negative errno.
  virtual int device_alloc_chan_resources(dma_chan& /*chan*/) { return 0; }
  virtual void device_free_chan_resources(dma_chan& /*chan*/) {}
  /// The channel a specifier in `dmas` means (the cells behind the phandle), or null.
  virtual dma_chan* of_dma_xlate(const guest::Cells& /*cells*/, std::size_t /*first*/) {
    return nullptr;
  }
  virtual int device_config(dma_chan& chan, const dma_slave_config& config);

  // Null: it cannot be done. Addresses are the device's.
  virtual dma_async_tx_descriptor* device_prep_dma_memcpy(dma_chan& chan, dma_addr_t to,
                                                          dma_addr_t from, std::size_t size,
                                                          unsigned long flags);
  virtual dma_async_tx_descriptor* device_prep_dma_xor(dma_chan& chan, dma_addr_t to,
                                                       const dma_addr_t* from, unsigned count,
                                                       std::size_t size, unsigned long flags);
  virtual dma_async_tx_descriptor* device_prep_dma_xor_val(dma_chan& chan, const dma_addr_t* from,
                                                           unsigned count, std::size_t size,
                                                           sum_check_flags* result,
                                                           unsigned long flags);
  virtual dma_async_tx_descriptor* device_prep_dma_pq(dma_chan& chan, const dma_addr_t* to,
                                                      const dma_addr_t* from, unsigned count,
                                                      const std::uint8_t* coefficients,
                                                      std::size_t size, unsigned long flags);
  virtual dma_async_tx_descriptor* device_prep_dma_pq_val(dma_chan& chan, const dma_addr_t* pq,
                                                          const dma_addr_t* from, unsigned count,
                                                          const std::uint8_t* coefficients,
                                                          std::size_t size, sum_check_flags* result,
                                                          unsigned long flags);
  virtual dma_async_tx_descriptor* device_prep_dma_interrupt(dma_chan& chan, unsigned long flags);
  virtual dma_async_tx_descriptor* device_prep_slave_sg(dma_chan& chan, scatterlist* list,
                                                        unsigned entries,
                                                        dma_transfer_direction direction,
                                                        unsigned long flags);
  virtual dma_async_tx_descriptor* device_prep_dma_cyclic(dma_chan& chan, dma_addr_t buffer,
                                                          std::size_t size, std::size_t period,
                                                          dma_transfer_direction direction,
                                                          unsigned long flags);
  virtual dma_async_tx_descriptor* device_prep_interleaved_dma(
      dma_chan& chan, const dma_interleaved_template& shape, unsigned long flags);

  virtual void device_issue_pending(dma_chan& chan) = 0;
  virtual dma_status device_tx_status(dma_chan& chan, dma_cookie_t cookie, dma_tx_state* state) = 0;
  virtual int device_pause(dma_chan& chan);
  virtual int device_resume(dma_chan& chan);
  virtual int device_terminate_all(dma_chan& chan);
  virtual void device_synchronize(dma_chan& /*chan*/) {}

  /// Prepared and not yet given back: for a look at leaks.
  virtual unsigned descriptors_in_use() const { return 0; }

 protected:
  ~dma_device() = default;
};

/// Announces a controller whose `channels` are in place. 0, or a negative errno if it has no
/// channel, or no device.
int dma_async_device_register(dma_device* controller);
/// Takes it back: -EBUSY while a channel is in use.
int dma_async_device_unregister(dma_device* controller);

namespace guest {
/// Puts a channel into a controller that is not registered yet.
void add_channel(dma_device& controller, dma_chan& channel);
unsigned unmap_data_in_use();
}  // namespace guest

inline constexpr unsigned short DMA_HAS_PQ_CONTINUE = 1U << 15;

inline void dma_set_maxpq(dma_device* controller, int most, int has_continue) {
  controller->max_pq =
      static_cast<unsigned short>(most | (has_continue != 0 ? DMA_HAS_PQ_CONTINUE : 0));
}
inline bool dma_dev_has_pq_continue(const dma_device* controller) {
  return (controller->max_pq & DMA_HAS_PQ_CONTINUE) != 0;
}
inline int dma_dev_to_maxpq(const dma_device* controller) {
  return controller->max_pq & ~DMA_HAS_PQ_CONTINUE;
}
inline bool dmaf_continue(unsigned long flags) { return (flags & DMA_PREP_CONTINUE) != 0; }
inline bool dmaf_p_disabled_continue(unsigned long flags) {
  constexpr unsigned long kBoth = DMA_PREP_CONTINUE | DMA_PREP_PQ_DISABLE_P;
  return (flags & kBoth) == kBoth;
}
/// How many sources a PQ operation may have with these flags: a controller that cannot continue by
/// itself takes the old P and Q as sources, Q twice (Linux, dma_maxpq).
inline int dma_maxpq(const dma_device* controller, unsigned long flags) {
  if (dma_dev_has_pq_continue(controller) || !dmaf_continue(flags))
    return dma_dev_to_maxpq(controller);
  return dma_dev_to_maxpq(controller) - (dmaf_p_disabled_continue(flags) ? 1 : 3);
}

// drivers/dma/dmaengine.h: cookies, under the channel's lock.
inline void dma_cookie_init(dma_chan* chan) {
  chan->cookie = chan->completed_cookie = DMA_MIN_COOKIE;
}
dma_cookie_t dma_cookie_assign(dma_async_tx_descriptor* tx);
void dma_cookie_complete(dma_async_tx_descriptor* tx);
/// Fills `state` (residue 0) and says whether `cookie` is complete.
dma_status dma_cookie_status(dma_chan* chan, dma_cookie_t cookie, dma_tx_state* state);
/// Ends the mappings of a descriptor that is done, before its callback.
void dma_descriptor_unmap(dma_async_tx_descriptor* tx);
