// SPDX-License-Identifier: Apache-2.0
// Who has which channel (Linux, drivers/dma/dmaengine.c).
#include <array>

#include "sw/dmaengine/dmaengine.hpp"
#include "sw/kernel/console.hpp"
#include "sw/mm/level.hpp"

namespace {

using guest::Error;
using guest::to_errno;

guest::IntrusiveList<dma_device> controllers;
unsigned clients = 0;  // dmaengine_get less dmaengine_put.
std::array<dma_chan*, DMA_TX_TYPE_END> shared_channels{};

guest::Level channel_level{"DMA channels",
                           [] { return std::size_t{guest::dmaengine_usage().channels}; }};
guest::Level descriptor_level{"DMA descriptors",
                              [] { return std::size_t{guest::dmaengine_usage().descriptors}; }};
guest::Level unmap_level{"unmap data of DMA descriptors",
                         [] { return std::size_t{guest::unmap_data_in_use()}; }};

dma_chan* reason(Error error) { return static_cast<dma_chan*>(ERR_PTR(to_errno(error))); }

bool is_private(const dma_device& controller) {
  return dma_has_cap(DMA_PRIVATE, controller.cap_mask);
}

/// One client more. A negative errno if the channel cannot be had.
int get(dma_chan& channel) {
  if (channel.client_count == 0) {
    if (const int result = channel.device->device_alloc_chan_resources(channel); result < 0)
      return result;
  }
  ++channel.client_count;
  return 0;
}

void put(dma_chan& channel) {
  if (channel.client_count == 0 || --channel.client_count != 0) return;
  dmaengine_synchronize(&channel);
  channel.device->device_free_chan_resources(channel);
}

template <class Use>
void for_each_public_channel(Use&& use) {
  for (dma_device& controller : controllers) {
    if (is_private(controller)) continue;
    for (dma_chan& channel : controller.channels) use(channel);
  }
}

/// The one that is shared least.
dma_chan* least_shared(dma_transaction_type type) {
  dma_chan* least = nullptr;
  for_each_public_channel([&](dma_chan& channel) {
    if (!dma_has_cap(type, channel.device->cap_mask) || channel.client_count == 0) return;
    if (least == nullptr || channel.table_count < least->table_count) least = &channel;
  });
  if (least != nullptr) ++least->table_count;
  return least;
}

void rebalance() {
  shared_channels.fill(nullptr);
  for_each_public_channel([](dma_chan& channel) { channel.table_count = 0; });
  if (clients == 0) return;
  for (int i = 0; i < DMA_TX_TYPE_END; ++i) {
    const auto type = static_cast<dma_transaction_type>(i);
    if (type == DMA_INTERRUPT || type == DMA_PRIVATE || type == DMA_SLAVE) continue;
    shared_channels[static_cast<std::size_t>(i)] = least_shared(type);
  }
}

/// A free channel that the filter takes; none of a controller whose channels are shared already.
dma_chan* candidate(dma_device& controller, const dma_cap_mask_t& mask, dma_filter_fn filter,
                    void* parameter) {
  if ((controller.cap_mask.bits & mask.bits) != mask.bits) return nullptr;
  if (controller.chancnt > 1 && !is_private(controller)) {
    for (const dma_chan& channel : controller.channels) {
      if (channel.client_count != 0) return nullptr;
    }
  }
  for (dma_chan& channel : controller.channels) {
    if (channel.client_count != 0) continue;
    if (filter == nullptr || filter(&channel, parameter)) return &channel;
  }
  return nullptr;
}

/// For one client alone: its controller's channels are not shared while it has it.
int take(dma_chan& channel) {
  dma_device& controller = *channel.device;
  dma_cap_set(DMA_PRIVATE, controller.cap_mask);
  ++controller.privatecnt;
  const int result = get(channel);
  if (result < 0 && --controller.privatecnt == 0) dma_cap_clear(DMA_PRIVATE, controller.cap_mask);
  return result;
}

dma_device* controller_of(guest::FdtNode node) {
  for (dma_device& controller : controllers) {
    if (controller.dev->of_node == node) return &controller;
  }
  return nullptr;
}

/// Each specifier of `dmas` is a phandle and the cells its controller asks for.
dma_chan* translate(const device& dev, unsigned index) {
  const guest::Cells specifiers = dev.of_node.cells("dmas");
  std::size_t at = 0;
  for (unsigned i = 0;; ++i) {
    const guest::FdtNode node = dev.of_node.reference("dmas", at);
    if (!node) return nullptr;
    if (i == index) {
      dma_device* const controller = controller_of(node);
      return controller == nullptr ? nullptr : controller->of_dma_xlate(specifiers, at + 1);
    }
    at += 1 + node.cell("#dma-cells", 1);
  }
}

}  // namespace

void guest::add_channel(dma_device& controller, dma_chan& channel) {
  channel.device = &controller;
  channel.chan_id = controller.chancnt++;
  channel.client_count = channel.table_count = 0;
  dma_cookie_init(&channel);
  controller.channels.push_back(channel);
}

int dma_async_device_register(dma_device* controller) {
  if (controller == nullptr) return to_errno(Error::kNoDevice);
  if (controller->dev == nullptr || controller->chancnt == 0) return to_errno(Error::kIo);
  if (is_private(*controller)) ++controller->privatecnt;  // For ever.
  controllers.push_back(*controller);
  if (clients != 0 && !is_private(*controller)) {
    for (dma_chan& channel : controller->channels) get(channel);
  }
  rebalance();
  return 0;
}

int dma_async_device_unregister(dma_device* controller) {
  for (const dma_chan& channel : controller->channels) {
    if (channel.client_count != 0) return to_errno(Error::kBusy);
  }
  controller->unlink();
  rebalance();
  return 0;
}

dma_chan* dma_request_chan(device* dev, const char* name) {
  if (dev == nullptr || name == nullptr || !dev->of_node) return reason(Error::kNoDevice);
  const guest::Result<unsigned> index = dev->of_node.index_of("dma-names", name);
  dma_chan* const channel = index ? translate(*dev, *index) : nullptr;
  if (channel == nullptr || channel->client_count != 0) return reason(Error::kNoDevice);
  if (const int result = take(*channel); result < 0) return static_cast<dma_chan*>(ERR_PTR(result));
  rebalance();
  return channel;
}

dma_chan* dma_request_channel(const dma_cap_mask_t& mask, dma_filter_fn filter, void* parameter) {
  for (dma_device& controller : controllers) {
    dma_chan* const channel = candidate(controller, mask, filter, parameter);
    if (channel == nullptr || take(*channel) < 0) continue;
    rebalance();
    return channel;
  }
  return nullptr;
}

dma_chan* dma_request_slave_channel_compat(const dma_cap_mask_t& mask, dma_filter_fn filter,
                                           void* parameter, device* dev, const char* name) {
  dma_chan* const channel = dma_request_slave_channel(dev, name);
  if (channel != nullptr) return channel;
  return filter == nullptr || parameter == nullptr ? nullptr
                                                   : dma_request_channel(mask, filter, parameter);
}

dma_chan* dma_request_chan_by_mask(const dma_cap_mask_t* mask) {
  if (mask == nullptr) return reason(Error::kNoDevice);
  dma_chan* const channel = dma_request_channel(*mask, nullptr, nullptr);
  return channel == nullptr ? reason(Error::kNoDevice) : channel;
}

void dma_release_channel(dma_chan* channel) {
  if (channel == nullptr) return;
  if (channel->client_count != 1) {
    guest::printk("dma_release_channel: a channel with ", channel->client_count, " clients\n");
    if (channel->client_count == 0) return;
  }
  put(*channel);
  dma_device& controller = *channel->device;
  if (--controller.privatecnt == 0) dma_cap_clear(DMA_PRIVATE, controller.cap_mask);
  rebalance();
}

void dmaengine_get() {
  ++clients;
  for_each_public_channel([](dma_chan& channel) { get(channel); });
  rebalance();
}

void dmaengine_put() {
  if (clients == 0) return;
  --clients;
  for_each_public_channel([](dma_chan& channel) { put(channel); });
  rebalance();
}

dma_chan* dma_find_channel(dma_transaction_type type) {
  return shared_channels[static_cast<std::size_t>(type)];
}

void dma_issue_pending_all() {
  for_each_public_channel([](dma_chan& channel) {
    if (channel.client_count != 0) dma_async_issue_pending(&channel);
  });
}

int dma_get_slave_caps(dma_chan* channel, dma_slave_caps* caps) {
  if (channel == nullptr || caps == nullptr) return to_errno(Error::kInvalid);
  const dma_device& controller = *channel->device;
  const bool serves_slaves =
      dma_has_cap(DMA_SLAVE, controller.cap_mask) || dma_has_cap(DMA_CYCLIC, controller.cap_mask);
  if (!serves_slaves || controller.caps.directions == 0) return to_errno(Error::kNoAddress);
  *caps = controller.caps;
  caps->cmd_pause = controller.can_pause;
  caps->cmd_resume = controller.can_resume;
  return 0;
}

guest::DmaUsage guest::dmaengine_usage() {
  DmaUsage usage;
  for (dma_device& controller : controllers) {
    for (const dma_chan& channel : controller.channels)
      usage.channels += channel.client_count != 0 ? 1U : 0U;
    usage.descriptors += controller.descriptors_in_use();
  }
  usage.unmap_data = unmap_data_in_use();
  return usage;
}
