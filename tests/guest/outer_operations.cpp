// SPDX-License-Identifier: Apache-2.0
// Every member of `outer_cache`, on the controller this board has: that it is the function Linux
// installs for the revision, and that it does what it is for. README.md says on which boards.
#include <string_view>

#include "sw/arch/cacheflush.hpp"
#include "sw/arch/irqflags.hpp"
#include "sw/arch/outer_cache.hpp"
#include "sw/cache/l2x0.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/device.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/options.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::uint32_t kOld = 0x0BAD'0BAD;
constexpr std::uint32_t kNew = 0x600D'600D;

// --- What each member is for

/// New bytes dirty in the outer cache, old ones in memory: the device reads new ones afterwards.
template <class Operation>
void lets_device_read(Operation&& operation) {
  DmaBench bench;
  bench.put_in_memory(kOld);
  bench.store_all(kNew);
  dmac_clean_range(bench.begin(), bench.end());
  operation(bench.physical(), bench.physical_end());
  bench.device_reads();
  check(bench.all_seen(kNew), "the device reads what was stored");
}

/// The device writes what the outer cache has old bytes of: the CPU reads new ones afterwards.
template <class Operation>
void lets_cpu_read(Operation&& operation) {
  DmaBench bench;
  bench.put_in_memory(kOld);
  check(bench.all_are(kOld), "the CPU reads the old bytes");
  bench.device_writes(kNew);
  operation(bench.physical(), bench.physical_end());
  dmac_flush_range(bench.begin(), bench.end());  // What is in the L1 is clean.
  check(bench.all_are(kNew), "the CPU reads what the device wrote");
}

void inv_range() {
  lets_cpu_read(outer_inv_range);
  // Lines that are not whole are cleaned before.
  lets_cpu_read([](phys_addr_t start, phys_addr_t end) { outer_inv_range(start + 4, end - 4); });
}
void clean_range() { lets_device_read(outer_clean_range); }
void flush_range() {
  lets_device_read(outer_flush_range);
  lets_cpu_read(outer_flush_range);
}
void flush_all() {
  lets_device_read([](phys_addr_t, phys_addr_t) { outer_flush_all(); });
}
/// Nothing is lost by it; and it can be asked for at any time. What waits in store buffers:
/// outer_caches.
void sync() {
  lets_device_read([](phys_addr_t start, phys_addr_t end) {
    outer_clean_range(start, end);
    outer_sync();
  });
}

/// What was stored is in memory, and stays so with the cache off.
void disable() {
  lets_device_read([](phys_addr_t, phys_addr_t) {
    const InterruptGuard guard;
    flush_dcache_all();
    outer_disable();
  });
  lets_device_read([](phys_addr_t, phys_addr_t) {});
}

/// What the cache held before is not seen, and it works.
void resume() {
  DmaBench bench;
  bench.put_in_memory(kOld);
  check(bench.all_are(kOld), "the CPU reads what is in memory, through the outer cache");
  {
    const InterruptGuard guard;
    flush_dcache_all();
    outer_disable();
  }
  bench.device_writes(kNew);
  dmac_flush_range(bench.begin(), bench.end());
  outer_resume();
  check(bench.all_are(kNew), "the CPU reads what the device wrote meanwhile");
  flush_range();
}

// --- Which there are: the tables of Linux 6.1's cache-l2x0.c and cache-tauros2.c

struct Controller {
  std::string_view compatible;
  std::uint32_t first, last;  ///< CACHE_ID[5:0].
  outer_cache_fns fns;        ///< With the functions that Linux installs.
};

constexpr Controller kControllers[] = {
    {"arm,l210-cache",
     0,
     63,
     {l2c210_inv_range, l2c210_clean_range, l2c210_flush_range, l2c210_flush_all, l2c_disable,
      l2c210_sync, l2c_resume}},
    {"arm,l220-cache",
     0,
     63,
     {l2c220_inv_range, l2c220_clean_range, l2c220_flush_range, l2c220_flush_all, l2c_disable,
      l2c220_sync, l2c_resume}},
    {"arm,pl310-cache",
     0,
     l2x0::kR2p0 - 1,
     {l2c310_inv_range_erratum, l2c210_clean_range, l2c310_flush_range_erratum, l2c210_flush_all,
      l2c310_disable, l2c210_sync, l2c310_resume}},
    {"arm,pl310-cache",
     l2x0::kR2p0,
     l2x0::kR3p1 - 1,
     {l2c210_inv_range, l2c210_clean_range, l2c210_flush_range, l2c310_flush_all_erratum,
      l2c310_disable, l2c210_sync, l2c310_resume}},
    {"arm,pl310-cache",
     l2x0::kR3p1,
     63,
     {l2c210_inv_range, l2c210_clean_range, l2c210_flush_range, l2c210_flush_all, l2c310_disable,
      l2c210_sync, l2c310_resume}},
};

const Controller* controller() {
  for (const Controller& one : kControllers) {
    if (!device_tree().find_compatible(one.compatible)) continue;
    const std::uint32_t release = l2x0::release();
    if (release >= one.first && release <= one.last) return &one;
  }
  return nullptr;
}

/// A member, where it is, and what shows that it works.
struct Member {
  std::string_view name;
  bool (*same)(const outer_cache_fns& a, const outer_cache_fns& b);
  void (*shown)();
};

template <auto kMember>
bool same(const outer_cache_fns& a, const outer_cache_fns& b) {
  return a.*kMember == b.*kMember;
}

using F = outer_cache_fns;
constexpr Member kMembers[] = {
    {"inv_range", same<&F::inv_range>, inv_range},
    {"clean_range", same<&F::clean_range>, clean_range},
    {"flush_range", same<&F::flush_range>, flush_range},
    {"flush_all", same<&F::flush_all>, flush_all},
    {"sync", same<&F::sync>, sync},
    {"resume", same<&F::resume>, resume},
    {"disable", same<&F::disable>, disable},
};

/// Every member that is there is run; a Tauros2 has neither flush_all nor sync.
void members_case() {
  constexpr outer_cache_fns kNone;
  const Controller* const here = controller();
  unsigned run = 0;
  for (const Member& member : kMembers) {
    if (here != nullptr) check(member.same(outer_cache, here->fns), member.name);
    if (member.same(outer_cache, kNone)) continue;
    printk(member.name, "\n");
    member.shown();
    ++run;
  }
  const bool tauros2 = static_cast<bool>(device_tree().find_compatible("marvell,tauros2-cache"));
  check((here != nullptr) != tauros2, "a controller that is known");
  check_equal(run, tauros2 ? 5 : 7, "members that were run");
}

// --- A platform whose firmware alone writes some registers: write_sec and configure

/// What came by `write_sec`, as the monitor of such a platform would see it.
struct {
  unsigned writes, controls, debugs, configured;
  std::uint32_t last_control;
} firmware;

void write_sec(unsigned long value, unsigned offset) {
  ++firmware.writes;
  if (offset == l2x0::kDebugControl) ++firmware.debugs;
  if (offset == l2x0::kControl) {
    ++firmware.controls;
    firmware.last_control = static_cast<std::uint32_t>(value);
  }
  l2x0::write(static_cast<std::uint32_t>(value), offset);
}

void configure(const l2x0_regs* registers) {
  ++firmware.configured;
  l2x0::controller.type->configure();
  check_equal(static_cast<std::uint32_t>(registers->aux_ctrl), l2x0::read(l2x0::kAuxControl),
              "AUX_CTRL, as it was handed over");
}

/// As a machine's early code, before the driver.
void prepare_firmware() {
  if (option("case").value_or("") != "firmware") return;
  outer_cache.write_sec = write_sec;
  outer_cache.configure = configure;
}
Initcall initcall{Stage::kTime, prepare_firmware};

void firmware_case() {
  check(outer_cache.write_sec == write_sec && outer_cache.configure == configure,
        "the driver left the platform its functions");
  check_equal(firmware.configured, 1, "configured at boot");
  check_equal(firmware.controls, 1, "switched on at boot");
  check_equal(firmware.last_control, 1, "by what was written");
  resume();
  check_equal(firmware.controls, 3, "switched off and on again");
  check_equal(firmware.last_control, 1, "the last of which");
  check_equal(firmware.configured, 2, "configured again");
  const Controller* const here = controller();
  const bool by_range = here != nullptr && here->fns.flush_range == l2c310_flush_range_erratum;
  const bool by_way = here != nullptr && here->fns.flush_all == l2c310_flush_all_erratum;
  const DmaBench bench;
  firmware.debugs = 0;
  outer_flush_all();
  check((firmware.debugs != 0) == by_way, "DEBUG_CTRL is written for erratum 727915 only");
  firmware.debugs = 0;
  outer_flush_range(bench.physical(), bench.physical_end());
  check((firmware.debugs != 0) == by_range, "DEBUG_CTRL is written for erratum 588369 only");
}

// --- The device tree

/// What it says of an L2C-310 (Documentation/devicetree/bindings/cache/l2c2x0.yaml) is in the
/// registers (TRM 3.3).
void properties_case() {
  constexpr std::uint32_t kOfInterest =
      l2x0::kAuxParity | l2x0::kAuxPrefetch | l2x0::kAuxEarlyResponse;
  check_equal(l2x0::read(l2x0::kAuxControl) & kOfInterest, 0x3020'0000,
              "parity, both prefetches, no early response");
  check_equal(l2x0::read(l2x0::kPrefetchControl), 0x7980'0007,
              "double linefill, also for INCR, not for WRAP, both prefetches, drop, offset 7");
  check_equal(l2x0::read(l2x0::kPowerControl), 0, "no clock gating, no standby");
  check_equal(l2x0::read(l2x0::kFilterStart), 0x9000'0001,
              "where the filter starts, and that it is on");
  check_equal(l2x0::read(l2x0::kFilterEnd), 0x9030'0000, "where it ends, in MiB");
}

constexpr Case kCases[] = {
    {"members", members_case}, {"firmware", firmware_case}, {"properties", properties_case}};

}  // namespace

int guest_main() { return run_case(kCases); }
