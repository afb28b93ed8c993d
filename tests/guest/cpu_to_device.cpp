// SPDX-License-Identifier: Apache-2.0
// The CPU stores, then a device reads. What it gets depends on which levels were cleaned before.
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
constexpr std::size_t kLastLine = DmaBench::kBytes - kCacheLineBytes;

void clean_l1(const DmaBench& bench) { dmac_clean_range(bench.begin(), bench.end()); }
void clean_l2(const DmaBench& bench) { outer_clean_range(bench.physical(), bench.physical_end()); }

/// Old bytes in memory, new ones stored, then `operation`, then the device reads.
template <class Operation>
void device_should_see(std::uint32_t expected, Operation operation) {
  DmaBench bench;
  bench.put_in_memory(kOld);
  bench.store_all(kNew);
  operation(bench);
  bench.device_reads();
  if (expected == kNew) {
    check(bench.all_seen(kNew), "the device read the new bytes");
  } else {
    check(bench.most_seen(kOld, kNew), "the device read old bytes");
  }
  check(bench.all_are(kNew), "the CPU reads what it stored");
}

void clean_none_case() {
  device_should_see(kOld, [](const DmaBench&) {});
}

void clean_l1_case() { device_should_see(kOld, clean_l1); }

void clean_l2_case() { device_should_see(kOld, clean_l2); }

void clean_l2_then_l1_case() {
  device_should_see(kOld, [](const DmaBench& bench) {
    clean_l2(bench);
    clean_l1(bench);
  });
}

void clean_l1_then_l2_case() {
  device_should_see(kNew, [](const DmaBench& bench) {
    clean_l1(bench);
    clean_l2(bench);
  });
}

/// What a driver calls.
void map_case() {
  device_should_see(kNew, [](const DmaBench& bench) {
    const dma_addr_t handle =
        dma_map_single(&bench.dev(), bench.begin(), DmaBench::kBytes, DMA_TO_DEVICE);
    check(dma_mapping_error(&bench.dev(), handle) == 0, "mapped");
    dma_unmap_single(&bench.dev(), handle, DmaBench::kBytes, DMA_TO_DEVICE);
  });
}

/// A store that program order puts after the doorbell need not be seen, and nothing is wrong.
void store_after_doorbell_case() {
  DmaBench bench;
  bench.put_in_memory(kOld);
  bench.start_device_read();
  bench.store(kNew, kLastLine);
  bench.finish();
  check_equal(bench.seen(kLastLine), kOld, "what the device read of the line stored to meanwhile");
  check_equal(bench.load(kLastLine), kNew, "what the CPU reads");
}

/// Likewise in coherent memory, where the store waits in a buffer.
void store_after_doorbell_to_coherent_case() {
  DmaBench bench;
  bench.put_in_memory(kOld);
  bench.start_device_write(kNew);
  poke(bench.coherent() + kLastLine, kOld);
  bench.finish();
  outer_inv_range(bench.physical(), bench.physical_end());
  dmac_unmap_area(bench.begin(), DmaBench::kBytes, DMA_FROM_DEVICE);
  check_equal(bench.load(), kNew, "the first word the device copied");
  const std::uint32_t last = bench.load(kLastLine);
  check(last == kOld || last == kNew, "the last line is the older or the newer one");
}

constexpr Case kCases[] = {
    {"clean_none", clean_none_case},
    {"clean_l1", clean_l1_case},
    {"clean_l2", clean_l2_case},
    {"clean_l2_then_l1", clean_l2_then_l1_case},
    {"clean_l1_then_l2", clean_l1_then_l2_case},
    {"map", map_case},
    {"store_after_doorbell", store_after_doorbell_case},
    {"store_after_doorbell_to_coherent", store_after_doorbell_to_coherent_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
