// SPDX-License-Identifier: Apache-2.0
// A Tauros2 of a core in its ARMv5 personality: switched off and on again, as for a sleep.
#include "sw/arch/cacheflush.hpp"
#include "sw/arch/outer_cache.hpp"
#include "sw/kernel/main.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::uint32_t kOld = 0x0BAD'0BAD;
constexpr std::uint32_t kNew = 0x600D'600D;

/// Old bytes in memory, new ones stored, and cleaned from the L1 only.
void store_and_clean_l1(const DmaBench& bench) {
  bench.put_in_memory(kOld);
  bench.store_all(kNew);
  dmac_clean_range(bench.begin(), bench.end());
}

void enabled_case() {
  DmaBench bench;
  store_and_clean_l1(bench);
  bench.device_reads();
  check(bench.most_seen(kOld, kNew), "the device read old bytes: the L2 keeps the new ones");
}

/// Disabling cleans all of it first.
void disabled_case() {
  DmaBench bench;
  store_and_clean_l1(bench);
  outer_disable();
  bench.device_reads();
  check(bench.all_seen(kNew), "the device read what the L2 had held");
  check(bench.all_are(kNew), "the CPU reads what it stored");
}

void off_case() {
  DmaBench bench;
  outer_disable();
  store_and_clean_l1(bench);
  bench.device_reads();
  check(bench.all_seen(kNew), "the device read what left the L1: there is no L2");
}

void all_of_l1_case() {
  DmaBench bench;
  bench.put_in_memory(kOld);
  bench.store_all(kNew);
  flush_dcache_all();
  outer_flush_range(bench.physical(), bench.physical_end());
  bench.device_reads();
  check(bench.all_seen(kNew), "the device read what both held");
}

/// Code that is written twice, and runs each time as it was written last.
void run_written(void (*flush)(const void* start, const void* end)) {
  alignas(kCacheLineBytes) static std::uint32_t code[2 * kCacheLineBytes / 4];
  for (const std::uint32_t value : {7U, 42U, 9U}) {
    code[0] = 0xE3A0'0000 | value;  // mov r0, #value
    code[1] = 0xE12F'FF1E;          // bx lr
    flush(code, code + std::size(code));
    check_equal(reinterpret_cast<std::uint32_t (*)()>(&code)(), value, "written code runs");
  }
}
void code_case() { run_written(flush_icache_range); }
void code_by_all_case() {
  run_written([](const void* start, const void* end) {
    flush_dcache_all();
    const auto first = virt_to_phys(start);
    outer_flush_range(first, first + static_cast<phys_addr_t>(static_cast<const char*>(end) -
                                                              static_cast<const char*>(start)));
  });
}

/// What it held from before it was switched off must not be seen.
void resumed_case() {
  DmaBench bench;
  bench.put_in_memory(kOld);
  check(bench.all_are(kOld), "the CPU reads what is in memory, through the L2");
  outer_disable();
  bench.device_writes(kNew);
  dmac_flush_range(bench.begin(), bench.end());
  outer_resume();
  check(bench.all_are(kNew), "the CPU reads what the device wrote meanwhile");
}

void resumed_is_on_case() {
  outer_disable();
  outer_resume();
  enabled_case();
}

constexpr Case kCases[] = {
    {"enabled", enabled_case}, {"disabled", disabled_case},
    {"off", off_case},         {"all_of_l1", all_of_l1_case},
    {"code", code_case},       {"code_by_all", code_by_all_case},
    {"resumed", resumed_case}, {"resumed_is_on", resumed_is_on_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
