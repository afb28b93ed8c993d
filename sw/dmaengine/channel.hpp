// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "sw/dma/mapping.hpp"
#include "sw/dmaengine/dmaengine.hpp"

namespace guest {

/// A channel that copies memory, owned: released by the destructor. Waits have a timeout.
class DmaChannel {
 public:
  static Result<DmaChannel> request_memcpy();

  DmaChannel(DmaChannel&& other) noexcept : channel_{other.channel_} { other.channel_ = nullptr; }
  DmaChannel& operator=(DmaChannel&&) = delete;
  DmaChannel(const DmaChannel&) = delete;
  DmaChannel& operator=(const DmaChannel&) = delete;
  ~DmaChannel();

  /// The device to map buffers for.
  device& mapping_device() const { return *dmaengine_dma_dev(channel_); }
  dma_chan* handle() const { return channel_; }

  /// Copies between addresses the device can reach, sleeping until it is done; kIo if the
  /// controller faulted, kTimeout after `timeout_ms` (the transfer is then terminated).
  Result<void> copy(DmaAddress to, DmaAddress from, std::size_t size, unsigned timeout_ms = 1000);

 private:
  explicit DmaChannel(dma_chan* channel) : channel_{channel} {}
  dma_chan* channel_;
};

/// Copies `from` to `to` by DMA and returns when `to` is readable by the CPU.
Result<void> copy(DmaChannel& channel, std::span<std::byte> to, std::span<const std::byte> from);

}  // namespace guest
