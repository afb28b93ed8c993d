// SPDX-License-Identifier: Apache-2.0
// Memory that is no device's to use, and devices that use what is not theirs: each is said by its
// name.
#include "sw/arch/barrier.hpp"
#include "sw/dma/dma_pool.hpp"
#include "sw/kernel/main.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::size_t kBytes = DmaBench::kBytes;
constexpr std::uint32_t kOld = 0x01D0'01D0;
constexpr std::uint32_t kNew = 0x4E3A'4E3A;

// --- What is mapped

void map_and_unmap(device& dev, void* at, std::size_t size) {
  const dma_addr_t handle = mapped(dev, at, size, DMA_TO_DEVICE);
  check_equal(static_cast<std::uint32_t>(handle), virt_to_phys(at), "it is mapped all the same");
  dma_unmap_single(&dev, handle, size, DMA_TO_DEVICE);
}

void stack_case() {
  DmaBench bench;
  std::uint32_t local[16];
  for (std::uint32_t& word : local) poke(&word, kNew);
  map_and_unmap(bench.dev(), local, sizeof local);
}
void text_case() {
  static constexpr std::uint32_t kConstants[] = {kOld, kNew};
  DmaBench bench;
  map_and_unmap(bench.dev(), const_cast<std::uint32_t*>(kConstants), sizeof kConstants);
}
/// Its cacheable alias, as virt_to_page() of remapped memory would find nothing.
void coherent_case() {
  DmaBench bench;
  page* const first = phys_to_page(bench.coherent_physical());
  map_and_unmap(bench.dev(), page_address(first), kBytes);
}
void freed_case() {
  DmaBench bench;
  page* const block = alloc_pages(GFP_KERNEL, 2);
  check(block != nullptr, "memory");
  void* const inside = static_cast<std::byte*>(page_address(block)) + 3 * kBytes;
  __free_pages(block, 2);
  map_and_unmap(bench.dev(), inside, 64);
}

// --- Blocks of a pool

struct Pool {
  explicit Pool(device& dev) : pool{dma_pool_create("blocks", &dev, 64, 0, 0)} {
    check(pool != nullptr, "a pool");
    block = dma_pool_alloc(pool, GFP_KERNEL, &handle);
    check(block != nullptr, "a block");
  }
  dma_pool* pool;
  dma_addr_t handle = 0;
  void* block = nullptr;
};

void pool_twice_case() {
  DmaBench bench;
  const Pool of{bench.dev()};
  dma_pool_free(of.pool, of.block, of.handle);
  dma_pool_free(of.pool, of.block, of.handle);
  dma_pool_destroy(of.pool);
}
void pool_wrong_case() {
  DmaBench bench;
  const Pool of{bench.dev()};
  const Pool other{bench.dev()};
  dma_pool_free(other.pool, of.block, of.handle);
  dma_pool_free(other.pool, other.block, other.handle);
  dma_pool_free(of.pool, of.block, of.handle);
  dma_pool_destroy(other.pool);
  dma_pool_destroy(of.pool);
}
void pool_leak_case() {
  DmaBench bench;
  const Pool of{bench.dev()};
  dma_pool_destroy(of.pool);
}
/// The device reads a block of a pool, while the driver has it and when it has not.
void pool_block(bool freed) {
  DmaBench bench;
  const Pool of{bench.dev()};
  poke(of.block, kNew);
  wmb();
  if (freed) dma_pool_free(of.pool, of.block, of.handle);
  bench.device_copies(bench.coherent_physical(), of.handle, 64);
  check_equal(bench.seen(), kNew, "what the device read");
  if (!freed) dma_pool_free(of.pool, of.block, of.handle);
  dma_pool_destroy(of.pool);
}
void pool_taken_case() { pool_block(false); }
void pool_freed_case() { pool_block(true); }

// --- What the device uses

/// A copy of `size` bytes from what is mapped `direction`, `kBytes / 2` of it.
void copy_from(dma_data_direction direction, std::size_t size, bool ended) {
  DmaBench bench;
  bench.put_in_memory(kNew);
  const dma_addr_t handle = mapped(bench.dev(), bench.begin(), kBytes / 2, direction);
  if (ended) dma_unmap_single(&bench.dev(), handle, kBytes / 2, direction);
  bench.device_copies(bench.coherent_physical(), handle, size);
  check_equal(bench.seen(size - 4), kNew, "the device reads it all the same");
  if (!ended) dma_unmap_single(&bench.dev(), handle, kBytes / 2, direction);
}
void inside_case() { copy_from(DMA_TO_DEVICE, kBytes / 2, false); }
void outside_case() { copy_from(DMA_TO_DEVICE, kBytes / 2 + 4, false); }
void after_unmap_case() { copy_from(DMA_TO_DEVICE, kBytes / 2, true); }
void wrong_direction_case() { copy_from(DMA_FROM_DEVICE, kBytes / 2, false); }

// --- With bounce buffers: swiotlb=...,force

/// The CPU stores after the map; `synced`: as it should.
void stored(bool synced) {
  DmaBench bench;
  bench.store_all(kOld);
  const dma_addr_t handle = mapped(bench.dev(), bench.begin(), kBytes, DMA_TO_DEVICE);
  if (synced) dma_sync_single_for_cpu(&bench.dev(), handle, kBytes, DMA_TO_DEVICE);
  bench.store(kNew);
  if (synced) dma_sync_single_for_device(&bench.dev(), handle, kBytes, DMA_TO_DEVICE);
  bench.device_copies(bench.coherent_physical(), handle, kBytes);
  check_equal(bench.seen(), synced ? kNew : kOld, "what the device read");
  dma_unmap_single(&bench.dev(), handle, kBytes, DMA_TO_DEVICE);
}
void bounced_stored_case() { stored(false); }
void bounced_stored_synced_case() { stored(true); }

/// The CPU loads before the unmap.
void loaded(bool synced) {
  DmaBench bench;
  bench.store_all(kOld);
  for (std::size_t i = 0; i < kBytes; i += 4) poke(bench.coherent() + i, kNew);
  wmb();
  const dma_addr_t handle = mapped(bench.dev(), bench.begin(), kBytes, DMA_FROM_DEVICE);
  bench.device_copies(handle, bench.coherent_physical(), kBytes);
  if (synced) dma_sync_single_for_cpu(&bench.dev(), handle, kBytes, DMA_FROM_DEVICE);
  check_equal(bench.load(), synced ? kNew : kOld, "what the CPU loads");
  dma_unmap_single(&bench.dev(), handle, kBytes, DMA_FROM_DEVICE);
  check_equal(bench.load(), kNew, "what it loads after the unmap");
}
void bounced_loaded_case() { loaded(false); }
void bounced_loaded_synced_case() { loaded(true); }

void bounced_address_case() {
  DmaBench bench;
  bench.put_in_memory(kNew);
  const dma_addr_t handle = mapped(bench.dev(), bench.begin(), kBytes, DMA_TO_DEVICE);
  bench.device_copies(bench.coherent_physical(), bench.physical(), kBytes);
  check_equal(bench.seen(), kNew, "right by luck");
  dma_unmap_single(&bench.dev(), handle, kBytes, DMA_TO_DEVICE);
}

constexpr Case kCases[] = {
    {"stack", stack_case},
    {"text", text_case},
    {"coherent", coherent_case},
    {"freed", freed_case},
    {"pool_twice", pool_twice_case},
    {"pool_wrong", pool_wrong_case},
    {"pool_leak", pool_leak_case},
    {"pool_taken", pool_taken_case},
    {"pool_freed", pool_freed_case},
    {"inside", inside_case},
    {"outside", outside_case},
    {"after_unmap", after_unmap_case},
    {"wrong_direction", wrong_direction_case},
    {"bounced_stored", bounced_stored_case},
    {"bounced_stored_synced", bounced_stored_synced_case},
    {"bounced_loaded", bounced_loaded_case},
    {"bounced_loaded_synced", bounced_loaded_synced_case},
    {"bounced_address", bounced_address_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
