// SPDX-License-Identifier: Apache-2.0
// Operations of the L2C-310 on whole ways run in the background: polled, not polled, and disturbed.
#include "sw/arch/barrier.hpp"
#include "sw/arch/cacheflush.hpp"
#include "sw/arch/irqflags.hpp"
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
constexpr unsigned kControl = 0x100;
constexpr unsigned kSync = 0x730;
constexpr unsigned kInvalidateWay = 0x77C;
constexpr unsigned kCleanPa = 0x7B0;
constexpr unsigned kCleanWay = 0x7BC;
constexpr std::uint32_t kAllWays = 0xFF;

/// Waits for the operation behind `offset`; false after 10 ms.
bool finishes(unsigned offset) {
  for (const Deadline deadline = Deadline::in_ms(10); (l2_read(offset) & kAllWays) != 0;) {
    if (deadline.passed()) return false;
  }
  return true;
}

/// New bytes dirty in the L2, old ones in memory.
void dirty_in_l2(const DmaBench& bench) {
  bench.put_in_memory(kOld);
  bench.store_all(kNew);
  dmac_clean_range(bench.begin(), bench.end());
  check_equal(l2_read(kCleanWay), 0, "no operation is under way");
}

void polled_case() {
  DmaBench bench;
  dirty_in_l2(bench);
  {
    const InterruptGuard guard;
    l2_write(kCleanWay, kAllWays);
    check(l2_read(kCleanWay) != 0, "the operation takes time");
    check(finishes(kCleanWay), "the operation ends");
    l2_write(kSync, 0);
  }
  bench.device_reads();
  check(bench.all_seen(kNew), "the device reads what was cleaned");
}

/// The device reads while the operation is under way, and before it comes to this line.
void not_polled_case() {
  using Register = BarePl330::Assembler::Register;
  const DmaBench bench;
  const BarePl330 dma;
  BarePl330::Assembler code = dma.code();
  code.move(Register::kControl, word_bursts(1));
  code.move(Register::kSource, bench.physical());
  code.move(Register::kDestination, bench.coherent_physical());
  code.load(pl330::Condition::kAlways);
  code.store(pl330::Condition::kAlways);
  code.end();
  dma.prepare();
  dirty_in_l2(bench);
  const InterruptGuard guard;
  l2_write(kCleanWay, kAllWays);
  dma.ring();
  check(dma.stops(), "the copy ended");
  check(finishes(kCleanWay), "the operation ends");
  check_equal(bench.seen(), kOld, "what the device read");
  dma.ring();
  check(dma.stops(), "the copy ended");
  check_equal(bench.seen(), kNew, "what the device reads afterwards");
}

void one_way_case() {
  DmaBench bench;
  dirty_in_l2(bench);
  const InterruptGuard guard;
  l2_write(kCleanWay, 1);
  check_equal(l2_read(kCleanWay) & ~1U, 0, "only the way asked for is pending");
  check(finishes(kCleanWay), "the operation ends");
}

/// Any register write meanwhile is answered with SLVERR, does nothing, and disturbs nothing.
void disturbed_case() {
  DmaBench bench;
  dirty_in_l2(bench);
  Traps traps;
  l2_write(kCleanWay, kAllWays);
  l2_write(kCleanPa, bench.physical());
  dsb();
  const std::uint32_t pending = l2_read(kCleanWay);
  check_equal(traps.taken(), 1, "aborts: of CLEAN_PA");
  check(trap_record.kind == ExceptionKind::kDataAbort, "a data abort");
  const std::uint32_t fault = Traps::fault(trap_record.dfsr);
  check(fault == 0x08 || fault == 0x16, "an external abort");
  check((trap_record.dfsr & Traps::kWrite) != 0, "of a write");
  check(pending != 0, "the operation goes on");
  check(finishes(kCleanWay), "the operation ends");
  l2_write(kCleanPa, bench.physical());
  dsb();
  check_equal(traps.taken(), 0, "aborts when nothing is under way");
}

/// Invalidate by way drops what is dirty: the CPU then reads what memory has.
void invalidated_case() {
  DmaBench bench;
  dirty_in_l2(bench);
  // The rest of the program must not lose anything: cleaned first, then these lines made dirty
  // again.
  const InterruptGuard guard;
  flush_dcache_all();
  l2_write(kCleanWay, kAllWays);
  check(finishes(kCleanWay), "the operation ends");
  bench.store(kOld);
  dmac_flush_range(bench.begin(), bench.begin() + 1);
  l2_write(kInvalidateWay, kAllWays);
  check(finishes(kInvalidateWay), "the operation ends");
  check_equal(bench.load(), kNew, "the store was dropped; memory has what was cleaned before");
}

/// AUX_CTRL and others cannot be written while the cache is on.
void auxiliary_case() {
  constexpr unsigned kAuxControl = 0x104;
  Traps traps;
  check_equal(l2_read(kControl) & 1, 1, "the L2 is on");
  const std::uint32_t before = l2_read(kAuxControl);
  l2_write(kAuxControl, before ^ 1U << 28);
  dsb();
  check_equal(traps.taken(), 1, "aborts: of AUX_CTRL");
  check_equal(l2_read(kAuxControl), before, "AUX_CTRL");
}

constexpr Case kCases[] = {
    {"polled", polled_case},       {"not_polled", not_polled_case},   {"one_way", one_way_case},
    {"disturbed", disturbed_case}, {"invalidated", invalidated_case}, {"auxiliary", auxiliary_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
