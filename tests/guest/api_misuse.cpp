// SPDX-License-Identifier: Apache-2.0
// Mappings that are not ended as they were made: each is said by its name, and nothing is lost.
#include "sw/dma/dma_mapping.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/mm/level.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::size_t kBytes = DmaBench::kBytes;
constexpr dma_data_direction kFrom = DMA_FROM_DEVICE;

/// Runs `misuse(bench, handle)` with the buffer mapped for the device to write.
template <class Misuse>
void mapped(Misuse misuse) {
  DmaBench bench;
  remember_levels();
  const dma_addr_t handle = dma_map_single(&bench.dev(), bench.begin(), kBytes, kFrom);
  check(dma_mapping_error(&bench.dev(), handle) == 0, "it is mapped");
  misuse(bench, handle);
  check(at_remembered_levels(console()), "all is given back");
}

void size_case() {
  mapped([](DmaBench& bench, dma_addr_t handle) {
    dma_unmap_single(&bench.dev(), handle, kBytes / 2, kFrom);
  });
}
void direction_case() {
  mapped([](DmaBench& bench, dma_addr_t handle) {
    dma_unmap_single(&bench.dev(), handle, kBytes, DMA_TO_DEVICE);
  });
}
void twice_case() {
  mapped([](DmaBench& bench, dma_addr_t handle) {
    dma_unmap_single(&bench.dev(), handle, kBytes, kFrom);
    dma_unmap_single(&bench.dev(), handle, kBytes, kFrom);
  });
}
void unknown_case() {
  mapped([](DmaBench& bench, dma_addr_t handle) {
    dma_unmap_single(&bench.dev(), handle + kBytes / 2, kBytes / 2, kFrom);
    dma_unmap_single(&bench.dev(), handle, kBytes, kFrom);
  });
}
void device_case() {
  mapped([](DmaBench& /*bench*/, dma_addr_t handle) {
    static device other;
    other.name = "other";
    dma_unmap_single(&other, handle, kBytes, kFrom);
  });
}
void function_case() {
  mapped([](DmaBench& bench, dma_addr_t handle) {
    dma_unmap_resource(&bench.dev(), handle, kBytes, kFrom, 0);
  });
}
void sync_case() {
  mapped([](DmaBench& bench, dma_addr_t handle) {
    dma_sync_single_for_cpu(&bench.dev(), handle, kBytes, kFrom);
    dma_unmap_single(&bench.dev(), handle, kBytes, kFrom);
    dma_sync_single_for_cpu(&bench.dev(), handle, kBytes, kFrom);
  });
}
void overlap_case() {
  mapped([](DmaBench& bench, dma_addr_t handle) {
    const dma_addr_t again =
        dma_map_single(&bench.dev(), bench.begin() + kBytes / 2, kBytes / 2, kFrom);
    dma_unmap_single(&bench.dev(), again, kBytes / 2, kFrom);
    dma_unmap_single(&bench.dev(), handle, kBytes, kFrom);
  });
}
void entries_case() {
  DmaBench bench;
  scatterlist list[3];
  sg_init_table(list, 3);
  for (unsigned i = 0; i < 3; ++i) sg_set_buf(&list[i], bench.begin() + 1024 * i, 1024);
  check_equal(dma_map_sg(&bench.dev(), list, 3, DMA_TO_DEVICE), 3, "entries for the device");
  dma_unmap_sg(&bench.dev(), list, 2, DMA_TO_DEVICE);
}
/// The size is the allocation's, whatever was given: nothing is lost.
void free_size_case() {
  DmaBench bench;
  remember_levels();
  dma_addr_t handle = 0;
  void* memory = dma_alloc_coherent(&bench.dev(), 4 * kBytes, &handle, GFP_KERNEL);
  dma_free_coherent(&bench.dev(), kBytes, memory, handle);
  check(at_remembered_levels(console()), "all is given back");
}
void free_twice_case() {
  DmaBench bench;
  remember_levels();
  dma_addr_t handle = 0;
  void* memory = dma_alloc_coherent(&bench.dev(), kBytes, &handle, GFP_KERNEL);
  dma_free_coherent(&bench.dev(), kBytes, memory, handle);
  dma_free_coherent(&bench.dev(), kBytes, memory, handle);
  check(at_remembered_levels(console()), "all is given back");
}

constexpr Case kCases[] = {
    {"size", size_case},           {"direction", direction_case},   {"twice", twice_case},
    {"unknown", unknown_case},     {"device", device_case},         {"function", function_case},
    {"sync", sync_case},           {"overlap", overlap_case},       {"entries", entries_case},
    {"free_size", free_size_case}, {"free_twice", free_twice_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
