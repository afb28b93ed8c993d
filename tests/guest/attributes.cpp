// SPDX-License-Identifier: Apache-2.0
// What each attribute of a mapping or allocation does to the data: nothing, if it is not about the
// caches. PRIVILEGED behind an IOMMU is in iommu.cpp, NO_KERNEL_MAPPING in dma_memory.cpp.
#include <span>

#include "sw/dma/dma_mapping.hpp"
#include "sw/kernel/main.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::size_t kBytes = DmaBench::kBytes;
constexpr std::uint32_t kOld = 0x01D0'01D0;
constexpr std::uint32_t kNew = 0x4E3A'4E3A;

constexpr dma_attrs kAttributes[] = {0,
                                     DMA_ATTR_WEAK_ORDERING,
                                     DMA_ATTR_WRITE_COMBINE,
                                     DMA_ATTR_FORCE_CONTIGUOUS,
                                     DMA_ATTR_ALLOC_SINGLE_PAGES,
                                     DMA_ATTR_NO_WARN};

/// The device reads `kNew`, stored while memory held `kOld`.
void read_mapped(DmaBench& bench, dma_attrs attrs) {
  bench.put_in_memory(kOld);
  bench.store_all(kNew);
  const dma_addr_t handle =
      dma_map_single_attrs(&bench.dev(), bench.begin(), kBytes, DMA_TO_DEVICE, attrs);
  check(dma_mapping_error(&bench.dev(), handle) == 0, "it is mapped");
  bench.device_copies(bench.coherent_physical(), handle, kBytes);
  dma_unmap_single_attrs(&bench.dev(), handle, kBytes, DMA_TO_DEVICE, attrs);
}

void mapped_case() {
  DmaBench bench;
  for (const dma_attrs attrs : kAttributes) {
    read_mapped(bench, attrs);
    check(bench.all_seen(kNew), "the device read what was stored");
  }
}

void skipped_case() {
  DmaBench bench;
  read_mapped(bench, DMA_ATTR_SKIP_CPU_SYNC);
  check(bench.most_seen(kOld, kNew), "the device read what was there before");
}

/// Four pages, of which the device reads the last.
void allocated_case() {
  constexpr std::size_t kSize = 4 * kPageBytes;
  DmaBench bench;
  for (const dma_attrs attrs : kAttributes) {
    dma_addr_t handle = 0;
    auto* const memory =
        static_cast<std::byte*>(dma_alloc_attrs(&bench.dev(), kSize, &handle, GFP_KERNEL, attrs));
    check(memory != nullptr, "it is allocated");
    std::byte* const last = memory + kSize - kBytes;
    check(peek(last) == 0, "zeroed");
    for (std::size_t i = 0; i < kBytes; i += 4) poke(last + i, kNew);
    bench.device_copies(bench.coherent_physical(), handle + kSize - kBytes, kBytes);
    check(bench.all_seen(kNew), "the device read what was stored");
    bench.device_writes(kOld);  // So that the next finds something else.
    dma_free_attrs(&bench.dev(), kSize, memory, handle, attrs);
  }
}

constexpr Case kCases[] = {
    {"mapped", mapped_case}, {"skipped", skipped_case}, {"allocated", allocated_case}};

}  // namespace

int guest_main() { return run_case(kCases); }
