// SPDX-License-Identifier: Apache-2.0
// A store to Normal non-cacheable memory and the doorbell after it: the store waits in the core's
// buffer, then in the L2C-310's. Run with an adversary that holds both to the limit.
#include "sw/arch/barrier.hpp"
#include "sw/arch/mmio.hpp"
#include "sw/cache/l2x0.hpp"
#include "sw/kernel/main.hpp"
#include "tests/guest/support/bare_pl330.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::uint32_t kOld = 0x0BAD'0BAD;
constexpr std::uint32_t kNew = 0x600D'600D;
constexpr unsigned kCacheSync = 0x730;

/// Everything is ready; then one store of data, `order`, and the doorbell.
template <class Order>
void device_should_see(std::uint32_t expected, Order order) {
  const BarePl330 dma;
  const Coherent from{dma.dev(), 4096};
  const Coherent to{dma.dev(), 4096};
  BarePl330::Assembler code = dma.code();
  using Register = BarePl330::Assembler::Register;
  code.move(Register::kControl, word_bursts(1));
  code.move(Register::kSource, from.address);
  code.move(Register::kDestination, to.address);
  code.load(pl330::Condition::kAlways);
  code.store(pl330::Condition::kAlways);
  code.end();
  poke(from.at, kOld);
  poke(to.at, 0);
  l2_read(kCacheSync);  // Mapping the registers has barriers: not at the critical moment.
  dma.prepare();
  poke(from.at, kNew);
  order();
  dma.ring();
  check(dma.stops(), "the copy ended");
  check_equal(peek(to.at), expected, "what the device copied");
  check_equal(peek(from.at), kNew, "what the CPU reads");
}

void no_barrier_case() {
  device_should_see(kOld, [] {});
}

/// Orders the core's stores; the L2's buffer still has the first of them.
void dmb_case() { device_should_see(kOld, dmb); }
void dsb_case() { device_should_see(kOld, dsb); }

/// CACHE_SYNC is a store to a device: it overtakes, too.
void sync_case() {
  device_should_see(kOld, [] { l2_write(kCacheSync, 0); });
}

void dmb_and_sync_case() {
  device_should_see(kNew, [] {
    dmb();
    l2_write(kCacheSync, 0);
  });
}

void dma_wmb_and_sync_case() {
  device_should_see(kNew, [] {
    dma_wmb();
    l2_write(kCacheSync, 0);
  });
}
void smp_mb_and_sync_case() {
  device_should_see(kNew, [] {
    smp_mb();
    l2_write(kCacheSync, 0);
  });
}

void wmb_case() { device_should_see(kNew, wmb); }
void mb_case() { device_should_see(kNew, mb); }

/// Another register is written first, with the barrier that writel has; the doorbell has none.
void writel_case() {
  device_should_see(kNew, [] { writel(0, io_at(l2x0::controller.base, l2x0::kDataLockdown)); });
}
void mmio_write_case() {
  struct Lockdown {
    std::uint32_t data;
  };
  device_should_see(kNew, [] {
    const Mmio<Lockdown> lockdown{io_at(l2x0::controller.base, l2x0::kDataLockdown)};
    lockdown.write(&Lockdown::data, 0);
  });
}

constexpr Case kCases[] = {
    {"no_barrier", no_barrier_case},
    {"dmb", dmb_case},
    {"dsb", dsb_case},
    {"sync", sync_case},
    {"dmb_and_sync", dmb_and_sync_case},
    {"wmb", wmb_case},
    {"mb", mb_case},
    {"writel", writel_case},
    {"mmio_write", mmio_write_case},
    {"dma_wmb_and_sync", dma_wmb_and_sync_case},
    {"smp_mb_and_sync", smp_mb_and_sync_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
