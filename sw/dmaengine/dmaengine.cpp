// SPDX-License-Identifier: Apache-2.0
#include "sw/dmaengine/dmaengine.hpp"

namespace {
guest::IntrusiveList<dma_device> controllers;
}

namespace guest {
void register_dma_device(dma_device& controller) { controllers.push_back(controller); }
}  // namespace guest

guest::Result<dma_chan*> dma_request_chan(device* dev, const char* name) {
  const guest::Result<unsigned> index = dev->of_node.index_of("dma-names", name);
  if (!index) return index.error();
  // Each specifier is a phandle and the cells its controller asks for.
  const guest::Cells specifiers = dev->of_node.cells("dmas");
  std::size_t at = 0;
  for (unsigned i = 0;; ++i) {
    const guest::FdtNode node = dev->of_node.reference("dmas", at);
    if (!node) return guest::Error::kNotFound;
    if (i == *index) {
      for (dma_device& controller : controllers) {
        if (controller.dev->of_node == node) return controller.request_slave(specifiers[at + 1]);
      }
      return guest::Error::kNoDevice;
    }
    at += 1 + node.cell("#dma-cells", 1);
  }
}

guest::Result<dma_chan*> dma_request_memcpy_channel() {
  for (dma_device& controller : controllers) {
    if (controller.memcpy_capable) return controller.request_memcpy();
  }
  return guest::Error::kNoDevice;
}

void dma_release_channel(dma_chan* channel) { channel->device->release(*channel); }

int dmaengine_slave_config(dma_chan* channel, const dma_slave_config* config) {
  return channel->device->config(*channel, *config);
}

dma_async_tx_descriptor* dmaengine_prep_slave_sg(dma_chan* channel, scatterlist* list,
                                                 unsigned entries, dma_transfer_direction direction,
                                                 unsigned long flags) {
  return channel->device->prep_slave_sg(*channel, list, entries, direction, flags);
}

dma_async_tx_descriptor* dmaengine_prep_dma_memcpy(dma_chan* channel, dma_addr_t to,
                                                   dma_addr_t from, std::size_t size,
                                                   unsigned long flags) {
  return channel->device->prep_dma_memcpy(*channel, to, from, size, flags);
}

dma_cookie_t dmaengine_submit(dma_async_tx_descriptor* descriptor) {
  return descriptor->chan->device->tx_submit(*descriptor);
}

void dma_async_issue_pending(dma_chan* channel) { channel->device->issue_pending(*channel); }

dma_status dmaengine_tx_status(dma_chan* channel, dma_cookie_t cookie, dma_tx_state* state) {
  return channel->device->tx_status(*channel, cookie, state);
}

int dmaengine_terminate_async(dma_chan* channel) {
  return channel->device->terminate_all(*channel);
}

void dmaengine_synchronize(dma_chan* channel) { channel->device->synchronize(*channel); }

int dmaengine_terminate_sync(dma_chan* channel) {
  const int result = channel->device->terminate_all(*channel);
  channel->device->synchronize(*channel);
  return result;
}

void dmaengine_desc_callback_invoke(dma_async_tx_descriptor* descriptor,
                                    const dmaengine_result* result) {
  if (descriptor->callback_result != nullptr) {
    descriptor->callback_result(descriptor->callback_param, result);
  } else if (descriptor->callback != nullptr) {
    descriptor->callback(descriptor->callback_param);
  }
}
