// SPDX-License-Identifier: Apache-2.0
// Memory in smaller pieces: a device's own pool, pools of blocks, managed allocations.
#include <cstring>
#include <set>

#include "sw/dma/dma_pool.hpp"
#include "sw/dma/dmam.hpp"
#include "sw/kernel/devres.hpp"
#include "tests/support/catch.hpp"
#include "tests/sw/dma/dma_fixture.hpp"

using namespace guest;
using guest::test::DmaFixture;

namespace {

constexpr phys_addr_t kPool = HostMachine::kDramStart + 0x10'0000;  // Behind the fixture's DRAM.

/// A device with 16 pages of its own, which it finds at 0x80000000.
struct OwnPool : DmaFixture {
  OwnPool() { REQUIRE(dma_declare_coherent_memory(&dev, kPool, 0x8000'0000, 0x1'0000) == 0); }
};

}  // namespace

TEST_CASE_METHOD(OwnPool, "a device's own pool is asked first, by alloc, free and mmap",
                 "[sw][dma]") {
  std::memset(at(0x10'0000), 0xEE, 0x1'0000);
  dma_addr_t handle = 0;
  auto* memory = static_cast<unsigned char*>(dma_alloc_coherent(&dev, 5000, &handle, GFP_KERNEL));
  REQUIRE(memory != nullptr);
  CHECK(handle == 0x8000'0000);
  CHECK(memory[0] == 0);
  CHECK(memory[4999] == 0);
  CHECK(dma_dev_coherent_available(dev) == 0xE000);
  memory[3] = 7;
  CHECK(at(0x10'0003)[0] == std::byte{7});

  vm_area_struct area = *take_user_area(8192);
  CHECK(dma_mmap_coherent(&dev, &area, memory, handle, 5000) == 0);
  CHECK(reinterpret_cast<unsigned char*>(area.vm_start)[3] == 7);
  release_user_area(area);

  dma_free_coherent(&dev, 5000, memory, handle);
  CHECK(dma_dev_coherent_available(dev) == 0x1'0000);
  dma_release_coherent_memory(&dev);
  CHECK(free_page_count() == kPages);
}

TEST_CASE_METHOD(OwnPool, "an own pool that is empty is not helped out", "[sw][dma]") {
  dma_addr_t handle = 0;
  CHECK(dma_alloc_coherent(&dev, 0x8001, &handle, GFP_KERNEL) != nullptr);  // Takes all 16 pages.
  CHECK(dma_alloc_coherent(&dev, 1, &handle, GFP_KERNEL) == nullptr);
  CHECK(dma_alloc_coherent(&dev, 0x1'0001, &handle, GFP_KERNEL) == nullptr);
}

TEST_CASE_METHOD(OwnPool, "of an own pool what was allocated is freed, once, whatever is said",
                 "[sw][dma]") {
  dma_addr_t first = 0;
  dma_addr_t second = 0;
  void* memory = dma_alloc_coherent(&dev, 4096, &first, GFP_KERNEL);
  auto* live = static_cast<std::byte*>(dma_alloc_coherent(&dev, 8192, &second, GFP_KERNEL));
  dma_free_coherent(&dev, 0x1'0000, memory, first);
  CHECK(dma_dev_coherent_available(dev) == 0xE000);
  dma_free_coherent(&dev, 4096, memory, first);
  dma_free_coherent(&dev, 4096, live + 4096, second + 4096);
  dma_free_coherent(&dev, 4, live + 4, second + 4);
  CHECK(dma_dev_coherent_available(dev) == 0xE000);
  dma_free_coherent(&dev, 4096, live, second + 4096);
  CHECK(dma_dev_coherent_available(dev) == 0x1'0000);
  CHECK(
      console_text() ==
      "WARNING: test: freeing 65536 bytes of a buffer of 4096\n"
      "WARNING: test: Freeing invalid buffer\n"
      "WARNING: test: Freeing invalid buffer\n"
      "WARNING: test: Freeing invalid buffer\n"
      "WARNING: test: freeing 4096 bytes of a buffer of 8192\n"
      "WARNING: test: freeing a buffer at 0x0000000080002000 with the handle 0x0000000080003000\n");
}

TEST_CASE_METHOD(DmaFixture, "an own pool must be whole pages, and the only one", "[sw][dma]") {
  CHECK(dma_declare_coherent_memory(&dev, kPool, 0, 0) == -22);
  CHECK(dma_declare_coherent_memory(&dev, kPool + 4, 0, 4096) == -22);
  CHECK(dmam_declare_coherent_memory(&dev, kPool, 0, 4096) == 0);
  CHECK(dma_declare_coherent_memory(&dev, kPool, 0, 4096) == -16);
  devres_release_all(&dev);
  CHECK(dev.dma_mem == nullptr);
  CHECK(free_page_count() == kPages);
}

TEST_CASE_METHOD(DmaFixture, "blocks of a pool are aligned and do not cross the boundary",
                 "[sw][dma]") {
  const auto [size, align, boundary, step] =
      GENERATE(table<std::size_t, std::size_t, std::size_t, std::size_t>(
          {{24, 0, 0, 24}, {24, 32, 0, 32}, {40, 8, 64, 64}, {1, 1, 0, 4}, {5000, 8, 0, 0}}));
  CAPTURE(size, align, boundary);
  dma_pool* pool = dma_pool_create("blocks", &dev, size, align, boundary);
  REQUIRE(pool != nullptr);
  std::vector<std::pair<void*, dma_addr_t>> blocks;
  std::set<dma_addr_t> handles;
  for (unsigned i = 0; i < 5; ++i) {
    dma_addr_t handle = 0;
    void* block = dma_pool_zalloc(pool, GFP_KERNEL, &handle);
    REQUIRE(block != nullptr);
    if (align != 0) CHECK(handle % align == 0);
    if (boundary != 0) CHECK(handle / boundary == (handle + size - 1) / boundary);
    if (step != 0 && i != 0) CHECK(handle == blocks[0].second + i * step);
    CHECK(*translate(block) == handle);
    blocks.emplace_back(block, handle);
    CHECK(handles.insert(handle).second);
  }
  CHECK(dma_pool_live(pool) == 5);
  for (const auto& [block, handle] : blocks) dma_pool_free(pool, block, handle);
  CHECK(dma_pool_live(pool) == 0);
  dma_pool_destroy(pool);
  CHECK(free_page_count() == kPages);
  CHECK(console_text().empty());
}

TEST_CASE_METHOD(DmaFixture, "a pool must make sense", "[sw][dma]") {
  CHECK(dma_pool_create("no size", &dev, 0, 8, 0) == nullptr);
  CHECK(dma_pool_create("no power of two", &dev, 8, 12, 0) == nullptr);
  CHECK(dma_pool_create("boundary too small", &dev, 64, 8, 32) == nullptr);
  CHECK(dma_pool_create("no power of two", &dev, 64, 8, 96) == nullptr);
}

TEST_CASE_METHOD(DmaFixture, "a block that is freed wrongly is said, and stays as it was",
                 "[sw][dma]") {
  dma_pool* pool = dma_pool_create("blocks", &dev, 32, 32, 0);
  dma_addr_t handle = 0;
  void* block = dma_pool_alloc(pool, GFP_KERNEL, &handle);
  int elsewhere = 0;
  dma_pool_free(pool, &elsewhere, handle);
  dma_pool_free(pool, block, handle + 32);
  dma_pool_free(pool, block, handle);
  dma_pool_free(pool, block, handle);
  CHECK(dma_pool_live(pool) == 0);
  dma_pool_alloc(pool, GFP_KERNEL, &handle);
  dma_pool_destroy(pool);
  CHECK(console_text() ==
        "test: dma_pool_free blocks (bad vaddr)\n"
        "test: dma_pool_free blocks (bad handle)\n"
        "test: dma_pool_free blocks (already free)\n"
        "test: dma_pool_destroy blocks (busy)\n");
  CHECK(free_page_count() == kPages);
}

TEST_CASE_METHOD(DmaFixture, "managed memory goes with the driver, the latest first", "[sw][dma]") {
  device other;
  dma_addr_t handle = 0;
  void* first = dmam_alloc_coherent(&dev, 64, &handle, GFP_KERNEL);
  dmam_alloc_coherent(&dev, 64, &handle, GFP_KERNEL);
  dmam_alloc_coherent(&other, 64, &handle, GFP_KERNEL);
  dmam_pool_create("blocks", &dev, 32, 32, 0);
  dmam_free_coherent(&dev, 64, first, handle);
  devres_release_all(&dev);
  CHECK(free_page_count() < kPages);
  devres_release_all(&other);
  CHECK(free_page_count() == kPages);
}
