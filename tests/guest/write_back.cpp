// SPDX-License-Identifier: Apache-2.0
// A dirty line is written back over what a device has written meanwhile; and the invalidate of a
// line that a buffer shares with live data.
#include "sw/arch/arm/cp15.hpp"
#include "sw/arch/cacheflush.hpp"
#include "sw/arch/outer_cache.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/time.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::uint32_t kOld = 0x0BAD'0BAD;
constexpr std::uint32_t kDirty = 0xD1D1'D1D1;
constexpr std::uint32_t kNew = 0x600D'600D;
constexpr std::uint32_t kLive = 0x11FE'11FE;
constexpr unsigned kInvalidatePa = 0x770;
constexpr unsigned kSync = 0x730;

/// Stores to the first line, unless cleaned; the device writes all; then `operation`. What memory
/// holds.
template <class Operation>
void memory_should_hold(std::uint32_t expected, bool flushed_before, Operation operation) {
  DmaBench bench;
  bench.put_in_memory(kOld);
  bench.store(kDirty);
  if (flushed_before) {
    dmac_flush_range(bench.begin(), bench.end());
    outer_flush_range(bench.physical(), bench.physical_end());
  }
  bench.device_writes(kNew);
  operation(bench);
  bench.device_reads();
  check_equal(bench.seen(), expected, "the word stored to");
  // A write-back is of a whole line: the word beside it is lost with it.
  check_equal(bench.seen(4), expected == kDirty ? kOld : kNew, "the word beside it");
  check_equal(bench.seen(kCacheLineBytes), kNew, "the next line");
}

void evict_first(const DmaBench& bench) { evict(bench.begin()); }

void evicted_case() { memory_should_hold(kDirty, false, evict_first); }

void evicted_flushed_before_case() { memory_should_hold(kNew, true, evict_first); }

void cleaned_case() {
  memory_should_hold(kDirty, false, [](const DmaBench& bench) {
    dmac_clean_range(bench.begin(), bench.end());
    outer_clean_range(bench.physical(), bench.physical_end());
  });
}

/// Dropped in both caches: the device's bytes stay.
void invalidated_case() {
  memory_should_hold(kNew, false, [](const DmaBench& bench) {
    outer_inv_range(bench.physical(), bench.physical_end());
    dmac_unmap_area(bench.begin(), DmaBench::kBytes, DMA_FROM_DEVICE);
  });
}

/// With an adversary that evicts early, nobody has to do anything: some of many dirty lines leave
/// before the device writes, others after.
void evict_early(bool flushed_before) {
  DmaBench bench;
  bench.put_in_memory(kOld);
  bench.store_all(kDirty);
  if (flushed_before) {
    dmac_flush_range(bench.begin(), bench.end());
    outer_flush_range(bench.physical(), bench.physical_end());
  }
  bench.device_writes(kNew);
  constexpr unsigned kMostWaits = 50;  // A line has to leave L1, then L2.
  unsigned lost = 0;
  for (unsigned waits = 0; waits < kMostWaits && lost == 0; ++waits) {
    udelay(1000);
    bench.device_reads();
    if (flushed_before) break;
    for (std::size_t i = 0; i < DmaBench::kBytes; i += kCacheLineBytes)
      lost += bench.seen(i) == kDirty ? 1U : 0U;
  }
  if (flushed_before) {
    check(bench.all_seen(kNew), "memory holds what the device wrote");
    return;
  }
  check(lost != 0, "some lines were written back over what the device wrote");
}

void evicted_early_case() { evict_early(false); }
void evicted_early_flushed_before_case() { evict_early(true); }

// --- A line shared with live data
// ---------------------------------------------------------------------

constexpr std::size_t kHalf = kCacheLineBytes / 2;

/// DCIMVAC and INV_PA of whole lines, as a driver does that rounds outward.
void invalidate_whole_line(const DmaBench& bench) {
  l2_write(kInvalidatePa, bench.physical());
  l2_write(kSync, 0);
  cp15::invalidate_line(reinterpret_cast<std::uintptr_t>(bench.begin()));
  dsb();
}

/// The buffer is the second half of the first line; the first half has a counter that lives on.
void partial_invalidated_case() {
  DmaBench bench;
  bench.put_in_memory(kOld);
  bench.store(kLive);
  invalidate_whole_line(bench);
  bench.device_writes(kNew, kHalf, kHalf);
  check_equal(bench.load(), kOld, "the counter, whose store was dropped");
  check_equal(bench.load(kHalf), kNew, "what the device wrote");
}

void partial_mapped_case() {
  DmaBench bench;
  bench.put_in_memory(kOld);
  bench.store(kLive);
  const dma_addr_t handle =
      dma_map_single(&bench.dev(), bench.begin() + kHalf, kHalf, DMA_FROM_DEVICE);
  bench.device_writes(kNew, kHalf, kHalf);
  dma_unmap_single(&bench.dev(), handle, kHalf, DMA_FROM_DEVICE);
  check_equal(bench.load(), kLive, "the counter, cleaned before the transfer");
  check_equal(bench.load(kHalf), kNew, "what the device wrote");
}

/// The buffer is the first half of the second line: the counter is behind it, in its last line.
void partial_end_mapped_case() {
  constexpr std::size_t kBuffer = kCacheLineBytes + kHalf;
  DmaBench bench;
  bench.put_in_memory(kOld);
  bench.store(kLive, kBuffer);
  const dma_addr_t handle = dma_map_single(&bench.dev(), bench.begin(), kBuffer, DMA_FROM_DEVICE);
  bench.device_writes(kNew, kBuffer);
  dma_unmap_single(&bench.dev(), handle, kBuffer, DMA_FROM_DEVICE);
  check_equal(bench.load(kBuffer), kLive, "the counter, cleaned before the transfer");
  check_equal(bench.load(kBuffer - 4), kNew, "what the device wrote");
}

/// The counter goes on while the device writes: unmapping cleans the line, into the L2 at least,
/// and sooner or later it comes over the device's bytes in memory.
void partial_stored_meanwhile_case() {
  DmaBench bench;
  bench.put_in_memory(kOld);
  const dma_addr_t handle =
      dma_map_single(&bench.dev(), bench.begin() + kHalf, kHalf, DMA_FROM_DEVICE);
  bench.store(kLive);
  bench.device_writes(kNew, kHalf, kHalf);
  dma_unmap_single(&bench.dev(), handle, kHalf, DMA_FROM_DEVICE);
  evict(bench.begin());
  check_equal(bench.load(), kLive, "the counter");
  check_equal(bench.load(kHalf), kOld, "what is left of what the device wrote");
}

/// The same with a line for each.
void own_line_stored_meanwhile_case() {
  DmaBench bench;
  bench.put_in_memory(kOld);
  constexpr std::size_t kBuffer = kCacheLineBytes;
  const dma_addr_t handle =
      dma_map_single(&bench.dev(), bench.begin() + kBuffer, kCacheLineBytes, DMA_FROM_DEVICE);
  bench.store(kLive);
  bench.device_writes(kNew, kCacheLineBytes, kBuffer);
  dma_unmap_single(&bench.dev(), handle, kCacheLineBytes, DMA_FROM_DEVICE);
  check_equal(bench.load(), kLive, "the counter");
  check_equal(bench.load(kBuffer), kNew, "what the device wrote");
}

constexpr Case kCases[] = {
    {"evicted", evicted_case},
    {"evicted_flushed_before", evicted_flushed_before_case},
    {"cleaned", cleaned_case},
    {"invalidated", invalidated_case},
    {"evicted_early", evicted_early_case},
    {"evicted_early_flushed_before", evicted_early_flushed_before_case},
    {"partial_invalidated", partial_invalidated_case},
    {"partial_mapped", partial_mapped_case},
    {"partial_end_mapped", partial_end_mapped_case},
    {"partial_stored_meanwhile", partial_stored_meanwhile_case},
    {"own_line_stored_meanwhile", own_line_stored_meanwhile_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
