// SPDX-License-Identifier: Apache-2.0
// A device writes, then the CPU loads. Both caches hold the line from before.
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

void invalidate_l1(const DmaBench& bench) {
  dmac_unmap_area(bench.begin(), DmaBench::kBytes, DMA_FROM_DEVICE);
}
void invalidate_l2(const DmaBench& bench) {
  outer_inv_range(bench.physical(), bench.physical_end());
}

/// Old bytes in memory and, clean, in both caches.
void read_into_caches(const DmaBench& bench) {
  bench.put_in_memory(kOld);
  check(bench.all_are(kOld), "the old bytes are read into the caches");
}

/// The device writes, then `operation`, then the CPU loads.
template <class Operation>
void cpu_should_load(std::uint32_t expected, Operation operation) {
  DmaBench bench;
  read_into_caches(bench);
  bench.device_writes(kNew);
  operation(bench);
  if (expected == kNew) {
    check(bench.all_are(kNew), "the CPU loads the new bytes");
  } else {
    check(bench.most_are(kOld, kNew), "the CPU loads old bytes");
  }
}

void invalidate_none_case() {
  cpu_should_load(kOld, [](const DmaBench&) {});
}

void invalidate_l1_case() { cpu_should_load(kOld, invalidate_l1); }

void invalidate_l2_case() { cpu_should_load(kOld, invalidate_l2); }

void invalidate_l2_then_l1_case() {
  cpu_should_load(kNew, [](const DmaBench& bench) {
    invalidate_l2(bench);
    invalidate_l1(bench);
  });
}

/// What a driver calls.
void map_and_unmap_case() {
  DmaBench bench;
  read_into_caches(bench);
  const dma_addr_t handle =
      dma_map_single(&bench.dev(), bench.begin(), DmaBench::kBytes, DMA_FROM_DEVICE);
  bench.device_writes(kNew);
  dma_unmap_single(&bench.dev(), handle, DmaBench::kBytes, DMA_FROM_DEVICE);
  check(bench.all_are(kNew), "the CPU loads what the device wrote");
}

/// Invalidated before the transfer only: right on a core that never speculates.
void invalidate_before(std::uint32_t* first_old, unsigned* old_words) {
  DmaBench bench;
  read_into_caches(bench);
  invalidate_l1(bench);
  invalidate_l2(bench);
  bench.device_writes(kNew);
  *old_words = 0;
  for (std::size_t i = 0; i < DmaBench::kBytes; i += sizeof(std::uint32_t)) {
    const std::uint32_t value = bench.load(i);
    if (value == kNew) continue;
    *first_old = value;
    ++*old_words;
  }
}

void invalidate_before_only_case() {
  std::uint32_t first_old = 0;
  unsigned old_words = 0;
  invalidate_before(&first_old, &old_words);
  check_equal(old_words, 0, "words that are not what the device wrote");
}

/// The same program on a core that fills lines it was not asked for.
void invalidate_before_only_speculating_case() {
  std::uint32_t first_old = 0;
  unsigned old_words = 0;
  invalidate_before(&first_old, &old_words);
  check(old_words != 0, "speculation brought back some line before the device wrote it");
  check_equal(first_old, kOld, "what such a line holds");
}

constexpr Case kCases[] = {
    {"invalidate_none", invalidate_none_case},
    {"invalidate_l1", invalidate_l1_case},
    {"invalidate_l2", invalidate_l2_case},
    {"invalidate_l2_then_l1", invalidate_l2_then_l1_case},
    {"map_and_unmap", map_and_unmap_case},
    {"invalidate_before_only", invalidate_before_only_case},
    {"invalidate_before_only_speculating", invalidate_before_only_speculating_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
