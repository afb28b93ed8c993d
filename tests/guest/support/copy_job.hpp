// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sw/dmaengine/dmaengine.hpp"
#include "sw/kernel/completion.hpp"

namespace guest::test {

/// A free channel that copies memory; the program ends if there is none.
dma_chan* memcpy_channel();

/// One copy between cacheable buffers by dmaengine, as a driver makes it: fill, map, prepare,
/// submit; after the callback unmap and verify. Each job's bytes are its own.
class CopyJob {
 public:
  CopyJob() = default;
  CopyJob(const CopyJob&) = delete;
  CopyJob& operator=(const CopyJob&) = delete;

  /// Takes memory, once. A target that is to keep bytes of the CPU's is DMA_BIDIRECTIONAL.
  void allocate(dma_chan* channel, std::size_t size, std::uint32_t seed,
                dma_data_direction target_direction = DMA_FROM_DEVICE);
  /// The CPU writes new bytes into both buffers and maps them.
  void fill_and_map(std::uint32_t seed);
  /// Null if the channel has none left.
  dma_async_tx_descriptor* prepare(unsigned long flags = DMA_PREP_INTERRUPT);
  dma_cookie_t submit();
  void issue() { dma_async_issue_pending(channel_); }
  /// Sleeps until the callback; false after a second, or if the transfer failed.
  bool wait();
  void unmap();
  /// Whether the first `size` bytes of the target are the source's.
  bool right(std::size_t size) const;
  bool right() const { return right(size_); }

  /// All of it; whether the target's bytes are right.
  bool run();

  dma_chan* channel() const { return channel_; }
  std::size_t size() const { return size_; }
  dma_addr_t source() const { return source_handle_; }
  dma_addr_t target() const { return target_handle_; }
  std::span<std::byte> source_bytes() const { return source_; }
  std::span<std::byte> target_bytes() const { return target_; }
  unsigned callbacks() const { return callbacks_; }
  /// What the descriptor's callback does; for one that was prepared otherwise.
  void attach(dma_async_tx_descriptor* tx);

 private:
  static void on_done(void* self, const dmaengine_result* result);
  std::byte byte_at(std::size_t i) const;

  dma_chan* channel_ = nullptr;
  std::size_t size_ = 0;
  std::uint32_t seed_ = 0;
  dma_data_direction target_direction_ = DMA_FROM_DEVICE;
  std::span<std::byte> source_;
  std::span<std::byte> target_;
  dma_addr_t source_handle_ = 0;
  dma_addr_t target_handle_ = 0;
  dma_async_tx_descriptor* tx_ = nullptr;
  completion done_;
  volatile unsigned callbacks_ = 0;
  volatile bool failed_ = false;
};

}  // namespace guest::test
