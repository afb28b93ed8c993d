// SPDX-License-Identifier: Apache-2.0
// What noncoherent memory is, and what to do when no uncached memory is left.
#include <algorithm>
#include <array>

#include "sw/apps/ask/answer.hpp"
#include "sw/dma/dma_mapping.hpp"
#include "sw/dmaengine/channel.hpp"
#include "sw/measure/content.hpp"
#include "sw/measure/table.hpp"

namespace guest {
namespace {

/// Copies by PL330 what is in memory at `from`; how many bytes are not the content of `seed`.
std::size_t device_reads(DmaChannel& channel, dma_addr_t from, const CoherentMemory& witness,
                         std::size_t size, std::uint32_t seed) {
  const DmaAddress source{static_cast<std::uint32_t>(from)};
  if (!channel.copy(witness.address(), source, size)) return size;
  return wrong_content(witness.bytes().first(size), seed);
}

}  // namespace

void answer_noncoherent(Answer& answer) {
  constexpr std::size_t kBytes = 64U << 10;
  Result<DmaChannel> channel = DmaChannel::request_memcpy();
  if (!answer.require(static_cast<bool>(channel), "a channel")) return;
  device& dev = channel->mapping_device();
  const Result<CoherentMemory> witness = CoherentMemory::allocate(dev, kBytes);
  const Result<CoherentMemory> coherent = CoherentMemory::allocate(dev, kBytes);
  dma_addr_t handle = 0;
  auto* const memory = static_cast<std::byte*>(
      dma_alloc_noncoherent(&dev, kBytes, &handle, DMA_BIDIRECTIONAL, GFP_KERNEL));
  if (!answer.require(witness && coherent && memory != nullptr, "memory")) return;
  const std::span bytes{memory, kBytes};
  const Counters& counters = answer.counters();
  Table table{24, "64 KiB", "cycles to fill", "to sync", "wrong for the device"};

  counters.start();
  fill_content(coherent->bytes(), 1);
  counters.stop();
  const std::uint64_t slow = counters["cycles"];
  const std::size_t plain = device_reads(*channel, raw(coherent->address()), *witness, kBytes, 1);
  table.row("coherent", slow, 0, plain);
  counters.start();
  fill_content(bytes, 2);
  counters.stop();
  const std::uint64_t fill = counters["cycles"];
  const std::size_t early = device_reads(*channel, handle, *witness, kBytes, 2);
  table.row("noncoherent, not synced", fill, 0, early);
  counters.start();
  dma_sync_single_for_device(&dev, handle, kBytes, DMA_BIDIRECTIONAL);
  counters.stop();
  const std::size_t wrong = device_reads(*channel, handle, *witness, kBytes, 2);
  table.row("noncoherent, synced", fill, counters["cycles"], wrong);
  answer.expect(plain == 0, "right bytes in coherent memory");
  answer.expect(early > 0, "stale bytes without dma_sync_single_for_device: it is cached");
  answer.expect(wrong == 0, "right bytes with it");
  dma_free_noncoherent(&dev, kBytes, memory, handle, DMA_BIDIRECTIONAL);
}

void answer_no_uncached(Answer& answer) {
  constexpr std::size_t kBytes = 32U << 10;
  constexpr std::size_t kMost = 64;
  Result<DmaChannel> channel = DmaChannel::request_memcpy();
  if (!answer.require(static_cast<bool>(channel), "a channel")) return;
  device& dev = channel->mapping_device();
  const Result<CoherentMemory> witness = CoherentMemory::allocate(dev, kBytes);
  if (!answer.require(static_cast<bool>(witness), "memory")) return;
  const Counters& counters = answer.counters();
  Table table{28, "32 KiB from an interrupt", "cycles to fill", "to map or sync", "wrong bytes"};

  std::array<dma_addr_t, kMost> handles{};
  std::array<void*, kMost> pieces{};
  std::size_t count = 0;
  for (; count < kMost; ++count) {
    pieces[count] = dma_alloc_coherent(&dev, kBytes, &handles[count], GFP_ATOMIC | __GFP_NOWARN);
    if (pieces[count] == nullptr) break;
  }
  if (!answer.require(count != 0, "a pool")) return;
  const std::span uncached{static_cast<std::byte*>(pieces[0]), kBytes};
  counters.start();
  fill_content(uncached, 1);
  counters.stop();
  const std::uint64_t fill = counters["cycles"];
  const std::size_t wrong = device_reads(*channel, handles[0], *witness, kBytes, 1);
  table.row("coherent, from the pool", fill, 0, wrong);
  printk("the pool is empty after ", count, " allocations\n");

  const std::span<std::byte> cached = alloc_bytes(kBytes);
  counters.start();
  fill_content(cached, 2);
  counters.stop();
  const std::uint64_t fill_cached = counters["cycles"];
  counters.start();
  const dma_addr_t handle = dma_map_single(&dev, cached.data(), kBytes, DMA_TO_DEVICE);
  counters.stop();
  const std::uint64_t map = counters["cycles"];
  if (!answer.require(dma_mapping_error(&dev, handle) == 0, "a mapping")) return;
  const std::size_t streamed = device_reads(*channel, handle, *witness, kBytes, 2);
  table.row("cached, streaming mapping", fill_cached, map, streamed);
  dma_unmap_single(&dev, handle, kBytes, DMA_TO_DEVICE);
  free_bytes(cached);
  for (std::size_t i = 0; i < count; ++i) dma_free_coherent(&dev, kBytes, pieces[i], handles[i]);
  answer.expect(count == (256U << 10) / kBytes, "256 KiB of coherent memory for interrupts");
  answer.expect(wrong == 0 && streamed == 0, "right bytes both ways");
}

}  // namespace guest
