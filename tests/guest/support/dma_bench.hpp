// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "sw/dma/dma_mapping.hpp"
#include "sw/dmaengine/channel.hpp"

namespace guest::test {

/// Cacheable memory that a device reads and writes, and coherent memory to look at what it saw. The
/// device is the PL330, copying. Nothing here does a cache operation, except where it says so.
class DmaBench {
 public:
  static constexpr std::size_t kBytes = 4096;

  DmaBench();
  DmaBench(const DmaBench&) = delete;
  DmaBench& operator=(const DmaBench&) = delete;
  ~DmaBench();

  /// Cacheable. The CPU's loads and stores; never combined or left out.
  std::uint32_t load(std::size_t offset = 0) const;
  void store(std::uint32_t value, std::size_t offset = 0) const;
  void store_all(std::uint32_t value) const;
  /// Whether all words are `value`.
  bool all_are(std::uint32_t value) const;
  /// Whether most words are `value` and the others `other`: a cache that replaces at random may
  /// have dropped or written back a line by itself.
  bool most_are(std::uint32_t value, std::uint32_t other) const;

  std::byte* begin() const { return buffer_.data(); }
  std::byte* end() const { return buffer_.data() + kBytes; }
  phys_addr_t physical() const { return virt_to_phys(buffer_.data()); }
  phys_addr_t physical_end() const { return physical() + kBytes; }

  /// Memory holds `value` everywhere, and no cache holds anything of it.
  void put_in_memory(std::uint32_t value) const;

  /// The device reads `size` bytes from `offset` on; afterwards `seen` tells what it got.
  void device_reads(std::size_t size = kBytes, std::size_t offset = 0);
  std::uint32_t seen(std::size_t offset = 0) const;
  bool all_seen(std::uint32_t value) const;
  bool most_seen(std::uint32_t value, std::uint32_t other) const;
  /// The device writes `value` to `size` bytes from `offset` on.
  void device_writes(std::uint32_t value, std::size_t size = kBytes, std::size_t offset = 0);

  /// Between what is mapped or coherent already; returns when it is done.
  void device_copies(dma_addr_t to, dma_addr_t from, std::size_t size);

  /// In parts, for what happens meanwhile: the doorbell is rung when `start` returns.
  void start_device_read(std::size_t size = kBytes);
  void start_device_write(std::uint32_t value, std::size_t size = kBytes, std::size_t offset = 0);
  void finish();

  /// Coherent memory: what the device reads into, and writes from.
  std::byte* coherent() const { return coherent_.data(); }
  phys_addr_t coherent_physical() const { return static_cast<phys_addr_t>(coherent_handle_); }
  device& dev() const { return channel_->mapping_device(); }

 private:
  void start(dma_addr_t to, dma_addr_t from, std::size_t size);
  static void wait();

  std::optional<DmaChannel> channel_;
  std::span<std::byte> buffer_;
  std::span<std::byte> coherent_;
  dma_addr_t coherent_handle_ = 0;
  // The transfer under way.
  dma_addr_t mapped_ = 0;
  std::size_t mapped_size_ = 0;
  dma_data_direction direction_ = DMA_NONE;
};

/// A mapping that is there: dma_map_single and its check.
dma_addr_t mapped(device& dev, void* at, std::size_t size, dma_data_direction direction);

/// One 32-bit load or store of memory, as written.
std::uint32_t peek(const void* address);
void poke(void* address, std::uint32_t value);

/// Reads so many other lines that those of `address`'s set are evicted from L1 and L2.
void evict(const void* address);

/// A register of the outer cache, by its offset; the store is not ordered by anything.
std::uint32_t l2_read(unsigned offset);
void l2_write(unsigned offset, std::uint32_t value);

}  // namespace guest::test
