// SPDX-License-Identifier: Apache-2.0
// What a client asks for becomes a list of stretches, and a shape of bursts; or null.
#include <algorithm>
#include <bit>
#include <limits>

#include "sw/arch/irqflags.hpp"
#include "sw/dmaengine/pl330/pl330.hpp"

namespace guest::pl330 {
namespace {

constexpr unsigned kMostBeats = 16;
constexpr unsigned kWidestShift = 4;  // 128 bits.

Channel& own(dma_chan& channel) { return static_cast<Channel&>(channel); }

bool is_slave(dma_transfer_direction direction) {
  return direction == DMA_MEM_TO_DEV || direction == DMA_DEV_TO_MEM;
}

/// Whether all of it lies where a controller with 32 address lines reaches.
bool reachable(dma_addr_t start, std::size_t size) {
  return start + size - 1 <= std::numeric_limits<std::uint32_t>::max();
}

/// A stretch of memory for a channel's peripheral.
Segment slave_segment(dma_transfer_direction direction, std::uint32_t memory, std::uint32_t size,
                      const Channel& channel) {
  const auto fifo = static_cast<std::uint32_t>(channel.fifo);
  return direction == DMA_MEM_TO_DEV ? Segment{memory, fifo, size} : Segment{fifo, memory, size};
}

/// What the controller does to the FIFO.
dma_data_direction fifo_access(dma_transfer_direction direction) {
  return direction == DMA_MEM_TO_DEV ? DMA_FROM_DEVICE : DMA_TO_DEVICE;
}

/// Whether a list has as many entries as it is said to, each whole beats of memory in reach.
bool movable(scatterlist* list, unsigned entries, std::uint32_t beat_bytes) {
  for (unsigned i = 0; i < entries; ++i) {
    if (list == nullptr || list->dma_length == 0) return false;
    if (((list->dma_address | list->dma_length) & (beat_bytes - 1)) != 0) return false;
    if (!reachable(list->dma_address, list->dma_length)) return false;
    list = sg_next(list);
  }
  return true;
}

}  // namespace

Descriptor* Controller::take_descriptor() {
  const InterruptGuard guard;
  for (Descriptor& descriptor : descriptors_) {
    if (descriptor.used) continue;
    descriptor.used = true;
    descriptor.pattern_count = 0;
    descriptor.rows = 1;
    descriptor.source_pitch = descriptor.destination_pitch = 0;
    descriptor.total_bytes = 0;
    descriptor.cyclic = false;
    descriptor.shape = {};
    return &descriptor;
  }
  return nullptr;
}

unsigned Controller::descriptors_in_use() const {
  return static_cast<unsigned>(
      std::count_if(descriptors_.begin(), descriptors_.end(),
                    [](const Descriptor& descriptor) { return descriptor.used; }));
}

/// Width 0: this side is not configured.
bool Controller::fits(dma_slave_buswidth width, std::uint32_t burst, phys_addr_t address) const {
  const auto bytes = static_cast<std::uint32_t>(width);
  if (bytes == 0) return true;
  if (!std::has_single_bit(bytes) || bytes > 1U << memory_width_shift_) return false;
  return (address & (bytes - 1)) == 0 &&
         std::min<std::uint32_t>(burst, kMostBeats) * bytes <= fifo_bytes_;
}

// Bursts longer than 16 beats are cut to 16, as Linux's driver does. A transfer whose end the
// peripheral decides is not something this driver generates code for.
int Controller::device_config(dma_chan& chan, const dma_slave_config& config) {
  if (config.device_fc) return to_errno(Error::kUnsupported);
  if (!fits(config.src_addr_width, config.src_maxburst, config.src_addr) ||
      !fits(config.dst_addr_width, config.dst_maxburst, config.dst_addr))
    return to_errno(Error::kInvalid);
  unmap_fifo(own(chan));
  own(chan).config = config;
  return 0;
}

/// Behind an IOMMU the FIFO has an I/O address; elsewhere its own. Kept until the channel is
/// configured anew, or used the other way.
bool Controller::map_fifo(Channel& channel, dma_transfer_direction direction, std::size_t width) {
  if (channel.fifo != DMA_MAPPING_ERROR && channel.fifo_direction == direction) return true;
  unmap_fifo(channel);
  const phys_addr_t address =
      direction == DMA_MEM_TO_DEV ? channel.config.dst_addr : channel.config.src_addr;
  channel.fifo = dma_map_resource(dev, address, width, fifo_access(direction), 0);
  channel.fifo_direction = direction;
  return dma_mapping_error(dev, channel.fifo) == 0;
}

void Controller::unmap_fifo(Channel& channel) {
  if (channel.fifo == DMA_MAPPING_ERROR) return;
  const bool to_device = channel.fifo_direction == DMA_MEM_TO_DEV;
  const auto width = static_cast<std::size_t>(to_device ? channel.config.dst_addr_width
                                                        : channel.config.src_addr_width);
  dma_unmap_resource(dev, channel.fifo, width, fifo_access(channel.fifo_direction), 0);
  channel.fifo = DMA_MAPPING_ERROR;
}

/// The shape of a peripheral's transfers, once its FIFO is within reach.
Result<Shape> Controller::slave_shape(Channel& channel, dma_transfer_direction direction) {
  const bool to_device = direction == DMA_MEM_TO_DEV;
  const dma_slave_config& config = channel.config;
  const auto width =
      static_cast<std::uint32_t>(to_device ? config.dst_addr_width : config.src_addr_width);
  // No request line, no configuration, or from device to device, which Linux's driver refuses too.
  if (!is_slave(direction) || channel.request_line == Channel::kNoRequest || width == 0)
    return Error::kInvalid;
  if (!map_fifo(channel, direction, width)) return Error::kOutOfIova;
  Shape shape;
  shape.kind = to_device ? Shape::Kind::kMemoryToPeripheral : Shape::Kind::kPeripheralToMemory;
  shape.request = channel.request_line;
  shape.width_shift = static_cast<unsigned>(std::countr_zero(width));
  shape.burst_beats =
      std::clamp<unsigned>(to_device ? config.dst_maxburst : config.src_maxburst, 1, kMostBeats);
  shape.non_secure = non_secure_;
  shape.cacheable = moves_cacheable();
  return shape;
}

/// The widest beat that all addresses and sizes are a multiple of; bursts that leave room in the
/// FIFO for the other threads.
Shape Controller::memory_shape(std::uint32_t together) const {
  Shape shape;
  shape.width_shift = std::min(
      {static_cast<unsigned>(std::countr_zero(together)), memory_width_shift_, kWidestShift});
  shape.burst_beats =
      std::clamp<unsigned>(fifo_bytes_ / thread_count_ >> shape.width_shift, 1, kMostBeats);
  shape.non_secure = non_secure_;
  shape.cacheable = moves_cacheable();
  return shape;
}

dma_async_tx_descriptor* Controller::device_prep_slave_sg(dma_chan& chan, scatterlist* list,
                                                          unsigned entries,
                                                          dma_transfer_direction direction,
                                                          unsigned long flags) {
  Channel& channel = own(chan);
  const Result<Shape> shape = slave_shape(channel, direction);
  if (!shape || entries > kMostSegments || !movable(list, entries, 1U << shape->width_shift))
    return nullptr;
  Descriptor* const descriptor = take_descriptor();
  if (descriptor == nullptr) return nullptr;
  descriptor->shape = *shape;
  for (const scatterlist& entry : SgRange{list, entries}) {
    descriptor->add(slave_segment(direction, static_cast<std::uint32_t>(entry.dma_address),
                                  entry.dma_length, channel));
  }
  return vchan_tx_prep(&channel, descriptor, flags);
}

dma_async_tx_descriptor* Controller::device_prep_dma_cyclic(dma_chan& chan, dma_addr_t buffer,
                                                            std::size_t size, std::size_t period,
                                                            dma_transfer_direction direction,
                                                            unsigned long flags) {
  Channel& channel = own(chan);
  const Result<Shape> shape = slave_shape(channel, direction);
  if (!shape || period == 0 || size == 0 || size % period != 0 || size / period > kMostSegments ||
      !reachable(buffer, size))
    return nullptr;
  const std::uint32_t beat_bytes = 1U << shape->width_shift;
  if (((static_cast<std::uint32_t>(buffer) | period) & (beat_bytes - 1)) != 0) return nullptr;
  Descriptor* const descriptor = take_descriptor();
  if (descriptor == nullptr) return nullptr;
  descriptor->shape = *shape;
  descriptor->cyclic = true;
  for (std::size_t at = 0; at < size; at += period) {
    descriptor->add(slave_segment(direction, static_cast<std::uint32_t>(buffer + at),
                                  static_cast<std::uint32_t>(period), channel));
  }
  return vchan_tx_prep(&channel, descriptor, flags);
}

dma_async_tx_descriptor* Controller::device_prep_dma_memcpy(dma_chan& chan, dma_addr_t to,
                                                            dma_addr_t from, std::size_t size,
                                                            unsigned long flags) {
  if (size == 0 || !reachable(to, size) || !reachable(from, size)) return nullptr;
  Descriptor* const descriptor = take_descriptor();
  if (descriptor == nullptr) return nullptr;
  descriptor->shape = memory_shape(static_cast<std::uint32_t>(to | from | size));
  descriptor->add({static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to),
                   static_cast<std::uint32_t>(size)});
  return vchan_tx_prep(&own(chan), descriptor, flags);
}

// A program of no moves: it signals when all before it is done.
dma_async_tx_descriptor* Controller::device_prep_dma_interrupt(dma_chan& chan,
                                                               unsigned long flags) {
  Descriptor* const descriptor = take_descriptor();
  if (descriptor == nullptr) return nullptr;
  descriptor->shape.non_secure = non_secure_;
  return vchan_tx_prep(&own(chan), descriptor, flags);
}

/// The chunks of one frame. False if some of it cannot be moved; `total_bytes` is one frame's.
bool Controller::add_frame(Descriptor& descriptor, const dma_interleaved_template& xt) const {
  dma_addr_t source = xt.src_start;
  dma_addr_t destination = xt.dst_start;
  auto together = static_cast<std::uint32_t>(xt.src_start | xt.dst_start);
  for (const data_chunk& chunk : xt.sgl.first(xt.frame_size)) {
    if (chunk.size == 0) return false;
    descriptor.add({static_cast<std::uint32_t>(source), static_cast<std::uint32_t>(destination),
                    static_cast<std::uint32_t>(chunk.size)});
    source += xt.src_inc ? chunk.size + dmaengine_get_src_icg(&xt, &chunk) : 0;
    destination += xt.dst_inc ? chunk.size + dmaengine_get_dst_icg(&xt, &chunk) : 0;
    together |= static_cast<std::uint32_t>(source | destination | chunk.size);
  }
  descriptor.source_pitch = static_cast<std::uint32_t>(source - xt.src_start);
  descriptor.destination_pitch = static_cast<std::uint32_t>(destination - xt.dst_start);
  if (!reachable(xt.src_start, xt.numf * descriptor.source_pitch) ||
      !reachable(xt.dst_start, xt.numf * descriptor.destination_pitch))
    return false;
  if (xt.dir == DMA_MEM_TO_MEM) {
    descriptor.shape = memory_shape(together);
    return true;
  }
  const bool to_device = xt.dir == DMA_MEM_TO_DEV;
  const auto memory = static_cast<std::uint32_t>(to_device ? xt.src_start : xt.dst_start);
  std::uint32_t beats = memory | descriptor.source_pitch | descriptor.destination_pitch;
  for (const data_chunk& chunk : xt.sgl.first(xt.frame_size))
    beats |= static_cast<std::uint32_t>(chunk.size);
  return (beats & ((1U << descriptor.shape.width_shift) - 1)) == 0;
}

// Linux's driver has no interleaved transfers. Memory counts, a peripheral's FIFO does not.
dma_async_tx_descriptor* Controller::device_prep_interleaved_dma(dma_chan& chan,
                                                                 const dma_interleaved_template& xt,
                                                                 unsigned long flags) {
  const bool copies = xt.dir == DMA_MEM_TO_MEM;
  if ((!copies && !is_slave(xt.dir)) || xt.numf == 0 || xt.frame_size == 0 ||
      xt.frame_size > std::min(kMostSegments, xt.sgl.size()) ||
      xt.src_inc != (xt.dir != DMA_DEV_TO_MEM) || xt.dst_inc != (xt.dir != DMA_MEM_TO_DEV))
    return nullptr;
  Shape shape;
  if (!copies) {
    const Result<Shape> slave = slave_shape(own(chan), xt.dir);
    const phys_addr_t fifo =
        xt.dir == DMA_MEM_TO_DEV ? own(chan).config.dst_addr : own(chan).config.src_addr;
    if (!slave || fifo != (xt.dir == DMA_MEM_TO_DEV ? xt.dst_start : xt.src_start)) return nullptr;
    shape = *slave;
  }
  Descriptor* const descriptor = take_descriptor();
  if (descriptor == nullptr) return nullptr;
  descriptor->shape = shape;
  descriptor->rows = xt.numf;
  dma_interleaved_template reached = xt;
  if (xt.dir == DMA_MEM_TO_DEV) reached.dst_start = own(chan).fifo;
  if (xt.dir == DMA_DEV_TO_MEM) reached.src_start = own(chan).fifo;
  if (!add_frame(*descriptor, reached)) {
    descriptor->used = false;
    return nullptr;
  }
  descriptor->total_bytes *= static_cast<std::uint32_t>(xt.numf);
  return vchan_tx_prep(&own(chan), descriptor, flags);
}

}  // namespace guest::pl330
