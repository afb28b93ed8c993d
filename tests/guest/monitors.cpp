// SPDX-License-Identifier: Apache-2.0
// The performance monitors: what they count of the caches, the TLB and execution, and PMUIRQ.
#include "sw/arch/arm/cp15.hpp"
#include "sw/arch/cacheflush.hpp"
#include "sw/arch/mmu.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/device.hpp"
#include "sw/kernel/main.hpp"
#include "sw/mm/page.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"
#include "tests/guest/support/traps.hpp"

using namespace guest;
using namespace guest::test;

namespace {

// Cortex-A9 TRM (DDI 0388), table 11-5.
constexpr std::uint32_t kDataRefill = 0x03;
constexpr std::uint32_t kDataAccess = 0x04;
constexpr std::uint32_t kDataTlbRefill = 0x05;
constexpr std::uint32_t kExceptionTaken = 0x09;
constexpr std::uint32_t kCycles = 0x11;
constexpr std::uint32_t kInstructions = 0x68;
constexpr std::uint32_t kDsb = 0x91;
constexpr unsigned kLines = 64;

void set_control(std::uint32_t value) {
  asm volatile("mcr p15, 0, %0, c9, c12, 0\n isb" : : "r"(value) : "memory");
}
void enable(std::uint32_t counters) {
  asm volatile("mcr p15, 0, %0, c9, c12, 1\n isb" : : "r"(counters) : "memory");
}
void disable_all() { asm volatile("mcr p15, 0, %0, c9, c12, 2\n isb" : : "r"(~0U) : "memory"); }
void select(unsigned counter) {
  asm volatile("mcr p15, 0, %0, c9, c12, 5\n isb" : : "r"(counter) : "memory");
}
std::uint32_t read(unsigned counter) {
  select(counter);
  std::uint32_t value;
  asm volatile("mrc p15, 0, %0, c9, c13, 2" : "=r"(value) : : "memory");
  return value;
}
void count(unsigned counter, std::uint32_t event) {
  select(counter);
  asm volatile("mcr p15, 0, %0, c9, c13, 1" : : "r"(event));
}

void start() {
  disable_all();
  set_control(7);  // E, P, C.
  enable(0x3F);
}

void caches_case() {
  const std::span<std::byte> memory = alloc_bytes(kPageBytes);
  dmac_flush_range(memory.data(), memory.data() + kPageBytes);
  count(0, kDataRefill);
  count(1, kDataAccess);
  count(2, kDataTlbRefill);
  count(3, kInstructions);
  count(4, kCycles);
  peek(memory.data() + kPageBytes - 4);
  start();
  for (unsigned i = 0; i < kLines; ++i) peek(memory.data() + 32 * i);
  disable_all();
  const std::uint32_t refills = read(0);
  check(refills >= kLines && refills <= kLines + 8, "a refill for each line");
  check(read(1) >= kLines, "an access for each line");
  check(read(2) <= 2, "the page is in the TLB");
  check(read(3) > 2 * kLines, "instructions");
  check(read(4) > 20 * kLines, "cycles: each line comes from memory");
  start();
  for (unsigned i = 0; i < kLines; ++i) peek(memory.data() + 32 * i);
  disable_all();
  check(read(0) <= 8, "the lines are in the cache now");
}

void execution_case() {
  count(0, kExceptionTaken);
  count(1, kDsb);
  Traps traps;
  start();
  probe_undefined();
  probe_supervisor_call();
  dsb();
  dsb();
  dsb();
  disable_all();
  check_equal(read(0), 2, "exceptions");
  check_equal(read(1), 3, "DSB");
}

/// The interrupt is pending in the distributor, though nobody has enabled it there.
bool pending() {
  constexpr std::uint32_t kInterrupt = 32 + 61;
  device* gic = find_device("arm,cortex-a9-gic");
  const auto registers = reinterpret_cast<std::uintptr_t>(device_iomap(*gic).value_or(nullptr));
  const std::uint32_t word =
      peek(reinterpret_cast<const void*>(registers + 0x200 + kInterrupt / 32 * 4));
  return (word >> kInterrupt % 32 & 1) != 0;
}

void overflow_case() {
  count(0, kInstructions);
  disable_all();
  set_control(7);
  select(0);
  asm volatile("mcr p15, 0, %0, c9, c13, 2" : : "r"(0xFFFF'FF00));  // PMXEVCNTR
  asm volatile("mcr p15, 0, %0, c9, c14, 1" : : "r"(1));            // PMINTENSET
  check(!pending(), "no interrupt before the overflow");
  enable(1);
  for (unsigned i = 0; i < 20'000; ++i) asm volatile("" ::: "memory");
  check(pending(), "an interrupt after it");
  std::uint32_t flags;
  asm volatile("mrc p15, 0, %0, c9, c12, 3" : "=r"(flags));  // PMOVSR
  check_equal(flags & 0x3F, 1, "the overflow flag");
  disable_all();
  asm volatile("mcr p15, 0, %0, c9, c12, 3" : : "r"(1));
  isb();
  check(!pending(), "none after the flag was cleared");
}

constexpr Case kCases[] = {
    {"caches", caches_case},
    {"execution", execution_case},
    {"overflow", overflow_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
