// SPDX-License-Identifier: Apache-2.0
// The client's side: channels, preparing, submitting, ending.
#include <algorithm>
#include <bit>

#include "sw/arch/irqflags.hpp"
#include "sw/dmaengine/pl330/pl330.hpp"

namespace guest::pl330 {
namespace {

constexpr unsigned kMostBeats = 16;
constexpr unsigned kWidestShift = 4;  // 128 bits.

Channel& own(dma_chan& channel) { return static_cast<Channel&>(channel); }

}  // namespace

Result<dma_chan*> Controller::request(std::uint32_t request_line) {
  const InterruptGuard guard;
  for (unsigned i = 0; i < channel_count_; ++i) {
    Channel& channel = channels_[i];
    if (channel.requested) continue;
    channel.requested = true;
    channel.request_line = request_line;
    channel.config = {};
    return static_cast<dma_chan*>(&channel);
  }
  return Error::kBusy;
}

Result<dma_chan*> Controller::request_slave(std::uint32_t request_line) {
  constexpr std::uint32_t kRequestLines = 32;
  if (request_line >= kRequestLines) return Error::kOutOfRange;
  return request(request_line);
}

Result<dma_chan*> Controller::request_memcpy() { return request(0); }

void Controller::release(dma_chan& channel) {
  terminate_all(channel);
  synchronize(channel);
  own(channel).requested = false;
}

int Controller::config(dma_chan& channel, const dma_slave_config& config) {
  // A transfer whose end the peripheral decides is not something this driver generates code for.
  if (config.device_fc) return to_errno(Error::kUnsupported);
  own(channel).config = config;
  return 0;
}

Descriptor* Controller::take_descriptor(Channel& channel, unsigned long flags) {
  const InterruptGuard guard;
  for (Descriptor& descriptor : descriptors_) {
    if (descriptor.used) continue;
    descriptor.used = true;
    descriptor.cookie = 0;
    descriptor.flags = flags;
    descriptor.chan = &channel;
    descriptor.callback = nullptr;
    descriptor.callback_result = nullptr;
    descriptor.callback_param = nullptr;
    descriptor.count = 0;
    descriptor.total_bytes = 0;
    descriptor.result = {};
    descriptor.shape = {};
    descriptor.shape.non_secure = non_secure_;
    return &descriptor;
  }
  return nullptr;
}

dma_async_tx_descriptor* Controller::prep_slave_sg(dma_chan& chan, scatterlist* list,
                                                   unsigned entries,
                                                   dma_transfer_direction direction,
                                                   unsigned long flags) {
  Channel& channel = own(chan);
  const bool to_device = direction == DMA_MEM_TO_DEV;
  if ((!to_device && direction != DMA_DEV_TO_MEM) || entries == 0 || entries > kMostSegments)
    return nullptr;
  const auto width = static_cast<unsigned>(to_device ? channel.config.dst_addr_width
                                                     : channel.config.src_addr_width);
  const unsigned most = to_device ? channel.config.dst_maxburst : channel.config.src_maxburst;
  if (!std::has_single_bit(width) || width > 1U << memory_width_shift_) return nullptr;
  for (const scatterlist& entry : SgRange{list, entries}) {
    if (((entry.dma_address | entry.dma_length) & (width - 1)) != 0 || entry.dma_length == 0)
      return nullptr;
  }
  Descriptor* descriptor = take_descriptor(channel, flags);
  if (descriptor == nullptr) return nullptr;
  Shape& shape = descriptor->shape;
  shape.kind = to_device ? Shape::Kind::kMemoryToPeripheral : Shape::Kind::kPeripheralToMemory;
  shape.request = channel.request_line;
  shape.width_shift = static_cast<unsigned>(std::countr_zero(width));
  shape.burst_beats = std::clamp(std::min<unsigned>(most, fifo_bytes_ / width), 1U, kMostBeats);
  for (const scatterlist& entry : SgRange{list, entries}) {
    const auto memory = static_cast<std::uint32_t>(entry.dma_address);
    descriptor->segments[descriptor->count++] =
        to_device ? Segment{memory, channel.config.dst_addr, entry.dma_length}
                  : Segment{channel.config.src_addr, memory, entry.dma_length};
    descriptor->total_bytes += entry.dma_length;
  }
  return descriptor;
}

dma_async_tx_descriptor* Controller::prep_dma_memcpy(dma_chan& chan, dma_addr_t to, dma_addr_t from,
                                                     std::size_t size, unsigned long flags) {
  if (size == 0) return nullptr;
  Descriptor* descriptor = take_descriptor(own(chan), flags);
  if (descriptor == nullptr) return nullptr;
  // The widest beat that all three are a multiple of; bursts that leave room for the other
  // channels.
  const auto together = static_cast<std::uint32_t>(to | from | size);
  Shape& shape = descriptor->shape;
  shape.width_shift = std::min(
      {static_cast<unsigned>(std::countr_zero(together)), memory_width_shift_, kWidestShift});
  shape.burst_beats =
      std::clamp<unsigned>(fifo_bytes_ / channel_count_ >> shape.width_shift, 1, kMostBeats);
  descriptor->segments[0] = {static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to),
                             static_cast<std::uint32_t>(size)};
  descriptor->count = 1;
  descriptor->total_bytes = static_cast<std::uint32_t>(size);
  return descriptor;
}

dma_cookie_t Controller::tx_submit(dma_async_tx_descriptor& descriptor) {
  const InterruptGuard guard;
  Channel& channel = own(*descriptor.chan);
  descriptor.cookie = ++channel.cookie;
  channel.submitted.push_back(descriptor);
  return descriptor.cookie;
}

void Controller::issue_pending(dma_chan& channel) {
  const InterruptGuard guard;
  own(channel).issued.splice(own(channel).submitted);
  start_next(own(channel));
}

void Controller::drop_all(IntrusiveList<dma_async_tx_descriptor>& list) {
  while (!list.empty()) static_cast<Descriptor&>(list.pop_front()).used = false;
}

int Controller::terminate_all(dma_chan& chan) {
  const InterruptGuard guard;
  Channel& channel = own(chan);
  if (channel.active != nullptr) {
    kill(channel);
    channel.active->used = false;
    channel.active = nullptr;
  }
  drop_all(channel.submitted);
  drop_all(channel.issued);
  drop_all(channel.completed);
  channel.completed_cookie = channel.cookie;
  return 0;
}

void Controller::synchronize(dma_chan& channel) { tasklet_kill(&own(channel).tasklet); }

}  // namespace guest::pl330
