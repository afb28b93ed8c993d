// SPDX-License-Identifier: Apache-2.0
// Bounce buffers under PL330: dmabounce's pools, and the slots of swiotlb. What is copied in has to
// reach the device, and what the device wrote the CPU.
#include <algorithm>
#include <array>
#include <span>

#include "sw/dma/dmabounce.hpp"
#include "sw/dma/swiotlb.hpp"
#include "sw/dmaengine/channel.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/mm/page.hpp"
#include "tests/guest/support/bare_pl330.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::size_t kBytes = 16 * 1024;
constexpr std::byte kOld{0xA5};

std::byte content(std::size_t index, unsigned round) {
  return static_cast<std::byte>(index * 7 % 127 + index / 512 + round);
}

/// A channel and two buffers.
struct Bench {
  Bench() : channel{DmaChannel::request_memcpy()} {
    check(bool{channel}, "a DMA channel");
    check(from.size() >= kBytes && to.size() >= kBytes, "buffers");
  }
  device& dev() { return channel->mapping_device(); }

  /// Copies `size` bytes by DMA and counts those that the CPU then reads wrong, beyond them, too.
  std::size_t wrong_bytes(std::size_t size, unsigned round) {
    for (std::size_t i = 0; i < kBytes; ++i) from[i] = content(i, round);
    std::fill(to.begin(), to.end(), kOld);
    if (!copy(*channel, to.subspan(round % 3, size), from.subspan(0, size))) return kBytes;
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < size; ++i)
      wrong += to[round % 3 + i] == content(i, round) ? 0U : 1U;
    return wrong + (to[round % 3 + size] == kOld ? 0U : 1U);
  }
  /// Sizes of a small block, a large one, and more.
  std::size_t wrong_bytes_of_all() {
    static constexpr std::array<std::size_t, 6> kSizes{4, 100, 512, 2000, 4096, 9000};
    std::size_t wrong = 0;
    for (unsigned round = 0; round < 12; ++round)
      wrong += wrong_bytes(kSizes[round % kSizes.size()], round);
    return wrong;
  }

  Result<DmaChannel> channel;
  std::span<std::byte> from = alloc_bytes(kBytes);
  std::span<std::byte> to = alloc_bytes(kBytes);
};

// --- dmabounce

int always(device* /*dev*/, dma_addr_t /*address*/, std::size_t /*size*/) { return 1; }

void dmabounce_case() {
  Bench bench;
  check_equal(static_cast<std::uint32_t>(dmabounce_register_dev(&bench.dev(), 512, 4096, always)),
              0, "registered");
  check_equal(bench.wrong_bytes_of_all(), 0, "wrong bytes");
  const DmabounceStatistics counted = dmabounce_statistics(bench.dev());
  printk("dmabounce: ");
  print_dmabounce_statistics(console(), bench.dev());
  // Two mappings a copy: half of the sizes fit a small block, two a large one, one neither.
  check_equal(counted.small, 12, "from the small pool");
  check_equal(counted.large, 8, "from the large pool");
  check_equal(counted.other, 4, "allocated");
  check_equal(counted.bounces, 24, "unmapped");
  check_equal(dmabounce_live(), 0, "still in use");
  dmabounce_unregister_dev(&bench.dev());
  check(bench.dev().dmabounce == nullptr, "unregistered");
  check_equal(bench.wrong_bytes(4096, 0), 0, "wrong bytes without");
}

/// The program waits in memory; what is copied into the safe buffer right before the doorbell does
/// not. A doorbell that drains no buffer overtakes it.
void dmabounce_relaxed_case() {
  using Register = BarePl330::Assembler::Register;
  const BarePl330 dma;
  device& dev = dma.dev();
  check(dmabounce_register_dev(&dev, 512, 0, always) == 0, "registered");
  const std::span<std::byte> from = alloc_bytes(kPageBytes);
  const Coherent target{dev, kPageBytes};
  poke(from.data(), 1);
  dma_addr_t safe = mapped(dev, from.data(), 4, DMA_TO_DEVICE);
  BarePl330::Assembler code = dma.code();
  code.move(Register::kControl, word_bursts(1));
  code.move(Register::kSource, static_cast<std::uint32_t>(safe));
  code.move(Register::kDestination, target.address);
  code.load(pl330::Condition::kAlways);
  code.store(pl330::Condition::kAlways);
  code.end();
  for (const bool barrier : {true, false}) {
    dma_unmap_single(&dev, safe, 4, DMA_TO_DEVICE);
    dma.prepare();
    const std::uint32_t stored = barrier ? 2 : 3;
    poke(from.data(), stored);
    safe = mapped(dev, from.data(), 4, DMA_TO_DEVICE);
    if (barrier) wmb();
    dma.ring();
    check(dma.stops(), "the thread stops");
    check_equal(peek(target.at), 2, "what the device read");
  }
  dma_unmap_single(&dev, safe, 4, DMA_TO_DEVICE);
  dmabounce_unregister_dev(&dev);
}

// --- swiotlb

void swiotlb_case() {
  Bench bench;
  check_equal(bench.wrong_bytes_of_all(), 0, "wrong bytes");
  const io_tlb_mem& slots = *bench.dev().io_tlb;
  check_equal(static_cast<std::uint32_t>(slots.maps), 24, "bounced");
  check_equal(slots.used, 0, "slots in use");
  check_equal(slots.used_hiwater, 10, "slots at most");
}

/// Nothing is bounced that the device reaches: the caches are all there is to it.
void swiotlb_unforced_case() {
  Bench bench;
  check_equal(bench.wrong_bytes_of_all(), 0, "wrong bytes");
  check_equal(static_cast<std::uint32_t>(bench.dev().io_tlb->maps), 0, "bounced");
}

/// With an operation left out by the host.
void swiotlb_wrong_case() {
  Bench bench;
  check(bench.wrong_bytes_of_all() != 0, "some bytes are wrong");
}

/// The device copies a buffer in two parts. The CPU changes each before and looks at it after, by
/// syncs.
void swiotlb_sync_case() {
  Bench bench;
  device& dev = bench.dev();
  for (std::size_t i = 0; i < kBytes; ++i) bench.from[i] = content(i, 1);
  std::fill(bench.to.begin(), bench.to.end(), kOld);
  constexpr std::size_t kPart = 3000;
  const dma_addr_t from = mapped(dev, bench.from.data(), kBytes, DMA_TO_DEVICE);
  const dma_addr_t to = mapped(dev, bench.to.data(), kBytes, DMA_FROM_DEVICE);
  const auto address = [](dma_addr_t handle) {
    return DmaAddress{static_cast<std::uint32_t>(handle)};
  };
  for (std::size_t at = 0; at < 2 * kPart; at += kPart) {
    for (std::size_t i = at; i < at + kPart; ++i) bench.from[i] = content(i, 2);
    dma_sync_single_range_for_device(&dev, from, at, kPart, DMA_TO_DEVICE);
    check(bool{bench.channel->copy(address(to + at), address(from + at), kPart)}, "copied");
    dma_sync_single_range_for_cpu(&dev, to, at, kPart, DMA_FROM_DEVICE);
    check(bench.to[at + kPart - 1] == content(at + kPart - 1, 2), "the part is there");
    check(bench.to[at + kPart] == kOld, "the rest is not");
    dma_sync_single_range_for_device(&dev, to, at, kPart, DMA_FROM_DEVICE);
  }
  dma_unmap_single(&dev, to, kBytes, DMA_FROM_DEVICE);
  dma_unmap_single(&dev, from, kBytes, DMA_TO_DEVICE);
  check(bench.to[2 * kPart - 1] == content(2 * kPart - 1, 2), "all that was written is there");
  check(bench.to[2 * kPart] == kOld, "what was not written is what it was");
  check_equal(dev.io_tlb->used, 0, "slots in use");
}

/// No slot is left: the mapping fails, and those that were taken come back.
void swiotlb_full_case() {
  Bench bench;
  device& dev = bench.dev();
  std::array<dma_addr_t, 256> handles{};
  std::size_t count = 0;
  for (; count < handles.size(); ++count) {
    handles[count] = dma_map_single(&dev, bench.from.data(), kBytes, DMA_TO_DEVICE);
    if (dma_mapping_error(&dev, handles[count]) != 0) break;
  }
  check_equal(count, 64, "mappings of 8 slots");
  check(!copy(*bench.channel, bench.to.subspan(0, 64), bench.from.subspan(0, 64)),
        "none for a copy");
  for (std::size_t i = 0; i < count; ++i) dma_unmap_single(&dev, handles[i], kBytes, DMA_TO_DEVICE);
  check_equal(dev.io_tlb->used, 0, "slots in use");
  check_equal(bench.wrong_bytes(4096, 0), 0, "wrong bytes");
}

constexpr Case kCases[] = {
    {"dmabounce", dmabounce_case},
    {"dmabounce_relaxed", dmabounce_relaxed_case},
    {"swiotlb", swiotlb_case},
    {"swiotlb_unforced", swiotlb_unforced_case},
    {"swiotlb_not_cleaned", swiotlb_wrong_case},
    {"swiotlb_not_invalidated", swiotlb_wrong_case},
    {"swiotlb_not_copied", swiotlb_wrong_case},
    {"swiotlb_sync", swiotlb_sync_case},
    {"swiotlb_full", swiotlb_full_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
