// SPDX-License-Identifier: Apache-2.0
// Mappings that are not ended as they were made: each is said by its name, and nothing is lost.
#include "sw/dma/dma_mapping.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/devres.hpp"
#include "sw/kernel/main.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::size_t kBytes = DmaBench::kBytes;
constexpr dma_data_direction kFrom = DMA_FROM_DEVICE;

/// Runs `misuse(bench, handle)` with the buffer mapped for the device to write.
template <class Misuse>
void with_mapping(Misuse misuse) {
  DmaBench bench;
  const dma_addr_t handle = dma_map_single(&bench.dev(), bench.begin(), kBytes, kFrom);
  check(dma_mapping_error(&bench.dev(), handle) == 0, "it is mapped");
  misuse(bench, handle);
}

void size_case() {
  with_mapping([](DmaBench& bench, dma_addr_t handle) {
    dma_unmap_single(&bench.dev(), handle, kBytes / 2, kFrom);
  });
}
void direction_case() {
  with_mapping([](DmaBench& bench, dma_addr_t handle) {
    dma_unmap_single(&bench.dev(), handle, kBytes, DMA_TO_DEVICE);
  });
}
/// Nothing is done: what the CPU stored meanwhile is not dropped.
void no_direction_case() {
  DmaBench bench;
  const dma_addr_t handle = mapped(bench.dev(), bench.begin(), kBytes, DMA_TO_DEVICE);
  bench.begin()[0] = std::byte{0x12};
  dma_sync_single_for_cpu(&bench.dev(), handle, kBytes, DMA_NONE);
  dma_unmap_single(&bench.dev(), handle, kBytes, DMA_NONE);
  check(bench.begin()[0] == std::byte{0x12}, "the store is there");
  dma_unmap_single(&bench.dev(), handle, kBytes, DMA_TO_DEVICE);
}
void twice_case() {
  with_mapping([](DmaBench& bench, dma_addr_t handle) {
    dma_unmap_single(&bench.dev(), handle, kBytes, kFrom);
    dma_unmap_single(&bench.dev(), handle, kBytes, kFrom);
  });
}
void unknown_case() {
  with_mapping([](DmaBench& bench, dma_addr_t handle) {
    dma_unmap_single(&bench.dev(), handle + kBytes / 2, kBytes / 2, kFrom);
    dma_unmap_single(&bench.dev(), handle, kBytes, kFrom);
  });
}
void device_case() {
  with_mapping([](DmaBench& /*bench*/, dma_addr_t handle) {
    static device other;
    other.name = "other";
    dma_unmap_single(&other, handle, kBytes, kFrom);
  });
}
void function_case() {
  with_mapping([](DmaBench& bench, dma_addr_t handle) {
    dma_unmap_resource(&bench.dev(), handle, kBytes, kFrom, 0);
  });
}
void sync_case() {
  with_mapping([](DmaBench& bench, dma_addr_t handle) {
    dma_sync_single_for_cpu(&bench.dev(), handle, kBytes, kFrom);
    dma_unmap_single(&bench.dev(), handle, kBytes, kFrom);
    dma_sync_single_for_cpu(&bench.dev(), handle, kBytes, kFrom);
  });
}
void overlap_case() {
  with_mapping([](DmaBench& bench, dma_addr_t handle) {
    const dma_addr_t again = mapped(bench.dev(), bench.begin() + kBytes / 2, kBytes / 2, kFrom);
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
  dma_addr_t handle = 0;
  void* memory = dma_alloc_coherent(&bench.dev(), 4 * kBytes, &handle, GFP_KERNEL);
  check(memory != nullptr, "it is allocated");
  dma_free_coherent(&bench.dev(), kBytes, memory, handle);
}
void free_twice_case() {
  DmaBench bench;
  dma_addr_t handle = 0;
  void* memory = dma_alloc_coherent(&bench.dev(), kBytes, &handle, GFP_KERNEL);
  check(memory != nullptr, "it is allocated");
  dma_free_coherent(&bench.dev(), kBytes, memory, handle);
  dma_free_coherent(&bench.dev(), kBytes, memory, handle);
}
/// The memory is what is freed: the live buffer whose handle was given stays as it was.
void free_handle_case() {
  DmaBench bench;
  dma_addr_t handle = 0;
  dma_addr_t live = 0;
  void* memory = dma_alloc_coherent(&bench.dev(), kBytes, &handle, GFP_KERNEL);
  void* other = dma_alloc_coherent(&bench.dev(), kBytes, &live, GFP_KERNEL);
  check(memory != nullptr && other != nullptr, "both are allocated");
  dma_free_coherent(&bench.dev(), kBytes, memory, live);
  dma_free_coherent(&bench.dev(), kBytes, other, live);
}
/// Nothing is freed: not what the handle stands for.
void free_address_case() {
  DmaBench bench;
  dma_addr_t handle = 0;
  void* memory = dma_alloc_coherent(&bench.dev(), kBytes, &handle, GFP_KERNEL);
  check(memory != nullptr, "it is allocated");
  dma_free_coherent(&bench.dev(), kBytes, bench.begin(), handle);
  dma_free_coherent(&bench.dev(), kBytes, memory, handle);
}

void unchecked_case() {
  DmaBench bench;
  const dma_addr_t handle = dma_map_single(&bench.dev(), bench.begin(), kBytes, kFrom);
  dma_sync_single_for_cpu(&bench.dev(), handle, kBytes, kFrom);
  dma_unmap_single(&bench.dev(), handle, kBytes, kFrom);
  check_equal(static_cast<std::uint32_t>(handle), bench.physical(), "it had not failed");
}
/// A mapping fails, and the driver goes on all the same.
void failed_case() {
  DmaBench bench;
  const dma_addr_t handle = dma_map_single(&bench.dev(), bench.begin(), 0, kFrom);
  check(handle == DMA_MAPPING_ERROR, "no bytes cannot be mapped");
  dma_unmap_single(&bench.dev(), handle, kBytes, kFrom);
}
void leak_case() {
  DmaBench bench;
  const dma_addr_t handle = mapped(bench.dev(), bench.begin(), kBytes, kFrom);
  check_equal(static_cast<std::uint32_t>(handle), bench.physical(), "it stays mapped");
}
/// Where nothing has to end, everything that is made and never ended is one too many some day.
void growing_case() {
  constexpr phys_addr_t kRegister = 0x1000'9000;
  DmaBench bench;
  for (unsigned i = 0; i < 64; ++i) {
    const dma_addr_t handle = dma_map_resource(&bench.dev(), kRegister, 4, DMA_TO_DEVICE, 0);
    check(dma_mapping_error(&bench.dev(), handle) == 0, "a register is mapped");
  }
}
void device_gone_case() {
  static device other;
  other.name = "other";
  dma_addr_t handle = 0;
  void* memory = dma_alloc_coherent(&other, kBytes, &handle, GFP_KERNEL);
  check(memory != nullptr, "memory");
  devres_release_all(&other);
  dma_free_coherent(&other, kBytes, memory, handle);
}
/// The last of several pages lies beyond a mask that is set too late.
void mask_case() {
  DmaBench bench;
  const std::span<std::byte> pages = alloc_bytes(4 * kBytes);
  const dma_addr_t handle = mapped(bench.dev(), pages.data(), 4 * kBytes, kFrom);
  check(dma_set_mask(&bench.dev(), handle + 4 * kBytes - 2) == 0, "the device has this mask");
  dma_unmap_single(&bench.dev(), handle, 4 * kBytes, kFrom);
  check(dma_set_mask(&bench.dev(), DMA_BIT_MASK(32)) == 0, "and another one");
}
/// One entry, from a half of the buffer into the other.
void map_entry(DmaBench& bench) {
  scatterlist entry[1];
  sg_init_table(entry, 1);
  sg_set_buf(&entry[0], bench.begin() + 1024, 2048);
  check_equal(dma_map_sg(&bench.dev(), entry, 1, DMA_TO_DEVICE), 1, "entries for the device");
  dma_unmap_sg(&bench.dev(), entry, 1, DMA_TO_DEVICE);
}
void segment_length_case() {
  DmaBench bench;
  check(dma_set_max_seg_size(&bench.dev(), 2047) == 0, "the device takes less than the entry has");
  map_entry(bench);
}
void segment_boundary_case() {
  DmaBench bench;
  check(dma_set_seg_boundary(&bench.dev(), 2047) == 0, "the device wraps in the entry");
  map_entry(bench);
}

constexpr Case kCases[] = {
    {"size", size_case},
    {"direction", direction_case},
    {"no_direction", no_direction_case},
    {"twice", twice_case},
    {"unknown", unknown_case},
    {"device", device_case},
    {"function", function_case},
    {"sync", sync_case},
    {"overlap", overlap_case},
    {"entries", entries_case},
    {"free_size", free_size_case},
    {"free_twice", free_twice_case},
    {"free_handle", free_handle_case},
    {"free_address", free_address_case},
    {"unchecked", unchecked_case},
    {"failed", failed_case},
    {"leak", leak_case},
    {"growing", growing_case},
    {"device_gone", device_gone_case},
    {"mask", mask_case},
    {"segment_length", segment_length_case},
    {"segment_boundary", segment_boundary_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
