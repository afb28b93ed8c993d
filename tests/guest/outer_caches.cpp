// SPDX-License-Identifier: Apache-2.0
// The outer cache's driver on each controller: right with it, wrong without what it does for this
// controller or this revision. README.md says on which board and revision each case runs.
#include "sw/arch/barrier.hpp"
#include "sw/arch/cacheflush.hpp"
#include "sw/arch/cpu.hpp"
#include "sw/arch/irqflags.hpp"
#include "sw/cache/l2x0.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/time.hpp"
#include "tests/guest/support/bare_pl330.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"
#include "tests/guest/support/traps.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::uint32_t kOld = 0x0BAD'0BAD;
constexpr std::uint32_t kNew = 0x600D'600D;

/// New bytes dirty in the L2, old ones in memory.
void dirty_in_l2(const DmaBench& bench) {
  bench.put_in_memory(kOld);
  bench.store_all(kNew);
  dmac_clean_range(bench.begin(), bench.end());
}

/// Old bytes in the L2, which the device overwrites in memory.
void stale_in_l2(DmaBench& bench) {
  bench.put_in_memory(kOld);
  check(bench.all_are(kOld), "the CPU reads the old bytes");
  bench.device_writes(kNew);
}

void drop_from_l1(const DmaBench& bench) {
  dmac_unmap_area(bench.begin(), DmaBench::kBytes, DMA_FROM_DEVICE);
}

// --- What the driver does, on every controller

void ranges_case() {
  DmaBench bench;
  dirty_in_l2(bench);
  outer_clean_range(bench.physical(), bench.physical_end());
  bench.device_reads();
  check(bench.all_seen(kNew), "the device reads what was cleaned");
  stale_in_l2(bench);
  outer_inv_range(bench.physical(), bench.physical_end());
  drop_from_l1(bench);
  check(bench.all_are(kNew), "the CPU reads what the device wrote: invalidated");
  stale_in_l2(bench);
  outer_flush_range(bench.physical(), bench.physical_end());
  drop_from_l1(bench);
  check(bench.all_are(kNew), "the CPU reads what the device wrote: flushed");
}

void all_case() {
  DmaBench bench;
  dirty_in_l2(bench);
  outer_flush_all();
  bench.device_reads();
  check(bench.all_seen(kNew), "the device reads what was flushed");
}

/// A range as large as the cache, of which the last bytes are looked at: an L220 does it by way.
void as_large_case() {
  const std::size_t size = l2x0::controller.size_bytes;
  DmaBench bench;
  for (const auto operation : {outer_clean_range, outer_flush_range}) {
    dirty_in_l2(bench);
    operation(bench.physical_end() - static_cast<phys_addr_t>(size), bench.physical_end());
    bench.device_reads();
    check(bench.all_seen(kNew), "the device reads what was cleaned");
  }
}

/// All of the L1, then all of the L2.
void everything_case() {
  DmaBench bench;
  bench.put_in_memory(kOld);
  bench.store_all(kNew);
  {
    const InterruptGuard guard;
    flush_dcache_all();
    outer_flush_all();
  }
  bench.device_reads();
  check(bench.all_seen(kNew), "the device reads what both held");
}

/// Off and on again: nothing is lost, and it works as before.
void resumed_case() {
  DmaBench bench;
  dirty_in_l2(bench);
  {
    const InterruptGuard guard;
    flush_dcache_all();
    outer_disable();
    check_equal(l2_read(l2x0::kControl), 0, "the L2 is off");
    outer_resume();
    check_equal(l2_read(l2x0::kControl), 1, "the L2 is on");
  }
  bench.device_reads();
  check(bench.all_seen(kNew), "the device reads what was in the L2");
  ranges_case();
}

// --- L220, driven like an L210: nothing is waited for

void not_polled_case() {
  DmaBench bench;
  dirty_in_l2(bench);
  {
    Traps traps;
    l2c210_clean_range(bench.physical(), bench.physical_end());
    dsb();
    check(traps.taken() > 0, "a second operation is answered with an error");
  }
  udelay(10);
  bench.device_reads();
  check(!bench.all_seen(kNew), "lines were not cleaned");
}

// --- L210: an operation while one by way runs

void ignored_case() {
  DmaBench bench;
  bench.put_in_memory(kOld);
  bench.store_all(kNew);
  {
    const InterruptGuard guard;
    l2_write(l2x0::kCleanWay, 1);
    dmac_clean_range(bench.begin(), bench.end());
    outer_clean_range(bench.physical(), bench.physical_end());
    check_equal(l2_read(l2x0::kCleanWay), 1, "the operation by way still runs");
    l2x0::wait_until_clear(l2x0::kCleanWay, 1);
  }
  bench.device_reads();
  check(!bench.all_seen(kNew), "lines were not cleaned");
}

// --- Errata of the L2C-310, with and without what is done about them

/// 588369: a line that was clean outlives its flush.
void flush_clean_lines(void (*flush)(phys_addr_t, phys_addr_t), std::uint32_t seen) {
  DmaBench bench;
  stale_in_l2(bench);
  flush(bench.physical(), bench.physical_end());
  drop_from_l1(bench);
  check(bench.all_are(seen), "what the CPU reads");
}
void plain_flush_case() { flush_clean_lines(l2c210_flush_range, kOld); }
void flush_case() { flush_clean_lines(outer_flush_range, kNew); }

/// 727915: a line is stored to while way 0, in which it is, is flushed; a little later in each
/// round. In how many the store was lost.
unsigned stored_during_flush(bool quiet) {
  constexpr std::uint32_t kWay0 = 1;
  constexpr std::uint32_t kRounds = 500;
  constexpr unsigned kSpins = 6;
  constexpr std::size_t kAt = 15 * kCacheLineBytes;
  DmaBench bench;
  bench.put_in_memory(0);
  unsigned lost = 0;
  for (std::uint32_t round = 1; round <= kRounds; ++round) {
    bench.load(kAt);
    {
      const InterruptGuard guard;
      if (quiet) l2_write(l2x0::kDebugControl, 3);
      l2_write(l2x0::kCleanInvalidateWay, kWay0);
      for (unsigned spin = 0; spin < round * kSpins; ++spin) barrier();
      bench.store(round, kAt);
      dmac_flush_range(bench.begin() + kAt, bench.begin() + kAt + 1);
      l2x0::wait_until_clear(l2x0::kCleanInvalidateWay, kWay0);
      if (quiet) l2_write(l2x0::kDebugControl, 0);
    }
    lost += bench.load(kAt) == round ? 0U : 1U;
    dmac_flush_range(bench.begin() + kAt, bench.begin() + kAt + 1);
    outer_flush_range(bench.physical() + kAt, bench.physical() + kAt + 1);
  }
  return lost;
}
void plain_flush_all_case() { check(stored_during_flush(false) > 0, "stores were lost"); }
void flush_all_case() { check_equal(stored_during_flush(true), 0, "stores that were lost"); }

/// 752271: what a double linefill's second line overwrites. More dirty lines than the L2 holds in
/// these sets, then reads of others.
unsigned lost_by_double_linefill(bool enabled) {
  constexpr std::size_t kWay = 64U << 10;
  constexpr std::size_t kWays = 24;
  const std::span<std::byte> memory = alloc_bytes(kWay * kWays);
  if (memory.empty()) return ~0U;
  if (enabled) {
    const InterruptGuard guard;
    l2_write(l2x0::kPrefetchControl, l2x0::kPrefetchDoubleLinefill);
  }
  for (std::size_t way = 0; way < kWays; ++way) {
    for (std::size_t at = 0; at < 8 * kCacheLineBytes; at += kCacheLineBytes)
      poke(memory.data() + way * kWay + at, static_cast<std::uint32_t>(way + 1));
  }
  unsigned lost = 0;
  for (std::size_t way = 0; way < kWays; ++way) {
    for (std::size_t at = 0; at < 8 * kCacheLineBytes; at += kCacheLineBytes)
      lost += peek(memory.data() + way * kWay + at) == way + 1 ? 0U : 1U;
  }
  return lost;
}
void double_linefill_case() { check(lost_by_double_linefill(true) > 0, "stores were lost"); }
void no_double_linefill_case() {
  check_equal(l2_read(l2x0::kPrefetchControl) & l2x0::kPrefetchDoubleLinefill, 0,
              "double linefill");
  check_equal(lost_by_double_linefill(false), 0, "stores that were lost");
}

/// A store to coherent memory, then `action`, and a doorbell that drains nothing.
template <class Action>
void store_then_ring(std::uint32_t seen, Action&& action) {
  using Register = BarePl330::Assembler::Register;
  const BarePl330 dma;
  const Coherent memory{dma.dev(), 4096};
  BarePl330::Assembler code = dma.code();
  code.move(Register::kControl, word_bursts(1));
  code.move(Register::kSource, memory.address);
  code.move(Register::kDestination, memory.address + 64);
  code.load(pl330::Condition::kAlways);
  code.store(pl330::Condition::kAlways);
  code.end();
  poke(memory.at, kOld);
  dma.prepare();
  wmb();
  poke(memory.at, kNew);
  dsb();
  action();
  dma.ring();
  check(dma.stops(), "the copy ended");
  check_equal(peek(memory.at + 64), seen, "what the device read");
}

/// 769419: a millisecond's sleep drains the store buffer only if idle does it.
void sleep_then_ring(bool drained) {
  store_then_ring(drained ? kNew : kOld, [&] {
    outer_cache_drained_in_idle = outer_cache_drained_in_idle && drained;
    msleep(1);
  });
}
void idle_case() { sleep_then_ring(true); }
void plain_idle_case() { sleep_then_ring(false); }

/// What `sync` is for; it takes another offset where 753970 is (r3p0).
void sync_case() { store_then_ring(kNew, outer_sync); }
void no_sync_case() {
  store_then_ring(kOld, [] {});
}

/// 753970: stores to a coherent page after a sync, which the store buffer merges by the line or
/// not: the controller's own counter tells (`run_guest.py --counter`).
void store_after(void (*operation)()) {
  const DmaBench bench;
  operation();
  for (std::size_t at = 0; at < DmaBench::kBytes; at += 4)
    poke(bench.coherent() + at, static_cast<std::uint32_t>(at));
  dsb();
  check_equal(peek(bench.coherent() + 4), 4, "what was stored");
}
void merging_case() { store_after(outer_sync); }
void plain_sync_case() {
  store_after([] { l2_write(l2x0::kCacheSync, 0); });
}

// --- Agreements of the L2C-310 with the Cortex-A9

constexpr std::uint32_t kZerosInCpu = 1U << 3;
constexpr std::uint32_t kExclusiveInCpu = 1U << 7;

/// Zeros over what is in memory, as the CPU reads them back.
void write_zeros(std::uint32_t rest) {
  DmaBench bench;
  bench.put_in_memory(kOld);
  bench.store_all(0);
  dmac_flush_range(bench.begin(), bench.end());
  check_equal(bench.load(0), 0, "the first beat of a line");
  check_equal(bench.load(8), rest, "the rest of it");
}

void zeros_case() {
  check((l2_read(l2x0::kAuxControl) & l2x0::kAuxFullLineOfZeros) != 0, "zeros are on in the L2");
  check((get_auxcr() & kZerosInCpu) != 0, "zeros are on in the CPU");
  write_zeros(0);
}
/// Off together: no line of zeros is agreed upon with an L2 that is off.
void zeros_off_case() {
  DmaBench bench;
  bench.put_in_memory(kOld);
  {
    const InterruptGuard guard;
    flush_dcache_all();
    outer_disable();
    bench.store_all(0);
    dmac_flush_range(bench.begin(), bench.end());
    check(bench.all_are(0), "all of each line is stored");
    dmac_flush_range(bench.begin(), bench.end());
    outer_resume();
  }
}
void zeros_in_cpu_only_case() {
  {
    const InterruptGuard guard;
    flush_dcache_all();
    outer_disable();
    l2_write(l2x0::kAuxControl, l2_read(l2x0::kAuxControl) & ~l2x0::kAuxFullLineOfZeros);
    l2_write(l2x0::kControl, 1);
  }
  write_zeros(0);
  set_auxcr(get_auxcr() | kZerosInCpu);
  write_zeros(kOld);
  set_auxcr(get_auxcr() & ~kZerosInCpu);
}

/// With both sides exclusive, what fits into L1 and L2 together is held, and nothing is lost.
void exclusive_case() {
  constexpr unsigned kAuxExclusive = 1U << 12;
  {
    const InterruptGuard guard;
    flush_dcache_all();
    outer_disable();
    l2x0_saved_regs.aux_ctrl |= kAuxExclusive;
    outer_resume();
    set_auxcr(get_auxcr() | kExclusiveInCpu);
  }
  check((l2_read(l2x0::kAuxControl) & kAuxExclusive) != 0, "the L2 is exclusive");
  ranges_case();
  DmaBench bench;
  bench.put_in_memory(kOld);
  bench.store_all(kNew);
  evict(bench.begin());
  check(bench.all_are(kNew), "what was evicted");
}

constexpr Case kCases[] = {
    {"ranges", ranges_case},
    {"all", all_case},
    {"as_large", as_large_case},
    {"everything", everything_case},
    {"resumed", resumed_case},
    {"not_polled", not_polled_case},
    {"ignored", ignored_case},
    {"plain_flush", plain_flush_case},
    {"flush", flush_case},
    {"plain_flush_all", plain_flush_all_case},
    {"flush_all", flush_all_case},
    {"double_linefill", double_linefill_case},
    {"no_double_linefill", no_double_linefill_case},
    {"plain_idle", plain_idle_case},
    {"idle", idle_case},
    {"sync", sync_case},
    {"no_sync", no_sync_case},
    {"merging", merging_case},
    {"plain_sync", plain_sync_case},
    {"zeros", zeros_case},
    {"zeros_off", zeros_off_case},
    {"zeros_in_cpu_only", zeros_in_cpu_only_case},
    {"exclusive", exclusive_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
