// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <cstring>

#include "sw/mm/remap.hpp"
#include "tests/support/catch.hpp"
#include "tests/sw/dma/dma_fixture.hpp"

using namespace guest;
using guest::test::DmaFixture;
using guest::test::Log;

TEST_CASE_METHOD(DmaFixture, "map and unmap do what Linux does to the caches, in its order",
                 "[sw][dma]") {
  struct Row {
    dma_data_direction direction;
    Log map;
    Log unmap;
  };
  const Row rows[] = {
      {DMA_TO_DEVICE,
       {"map_area 0x2040+100 to_device", "outer_clean 0x2040+100"},
       {"unmap_area 0x2040+100 to_device"}},
      {DMA_FROM_DEVICE,
       {"map_area 0x2040+100 from_device", "outer_inv 0x2040+100"},
       {"outer_inv 0x2040+100", "unmap_area 0x2040+100 from_device"}},
      {DMA_BIDIRECTIONAL,
       {"map_area 0x2040+100 bidirectional", "outer_clean 0x2040+100"},
       {"outer_inv 0x2040+100", "unmap_area 0x2040+100 bidirectional"}},
  };
  for (const Row& row : rows) {
    log().clear();
    const dma_addr_t handle = dma_map_single(&dev, at(0x2040), 100, row.direction);
    CHECK(handle == 0x6000'2040);
    CHECK(log() == row.map);
    log().clear();
    dma_unmap_single(&dev, handle, 100, row.direction);
    CHECK(log() == row.unmap);
    log().clear();
    dma_sync_single_for_device(&dev, handle, 100, row.direction);
    CHECK(log() == row.map);
    log().clear();
    dma_sync_single_for_cpu(&dev, handle, 100, row.direction);
    CHECK(log() == row.unmap);
  }
}

TEST_CASE_METHOD(DmaFixture, "attributes that are not about the caches change no mapping",
                 "[sw][dma]") {
  const Log expected{"map_area 0x1000+64 from_device", "outer_inv 0x1000+64"};
  for (const dma_attrs attrs :
       {DMA_ATTR_WEAK_ORDERING, DMA_ATTR_WRITE_COMBINE, DMA_ATTR_NO_KERNEL_MAPPING,
        DMA_ATTR_FORCE_CONTIGUOUS, DMA_ATTR_ALLOC_SINGLE_PAGES, DMA_ATTR_NO_WARN,
        DMA_ATTR_PRIVILEGED}) {
    CAPTURE(attrs);
    log().clear();
    const dma_addr_t handle = dma_map_single_attrs(&dev, at(0x1000), 64, DMA_FROM_DEVICE, attrs);
    CHECK(log() == expected);
    dma_unmap_single_attrs(&dev, handle, 64, DMA_FROM_DEVICE, attrs);
    CHECK(log().size() == 4);
  }
}

TEST_CASE_METHOD(DmaFixture, "an unmap or sync without a direction does nothing, and is said",
                 "[sw][dma]") {
  scatterlist list[1];
  sg_init_one(list, at(0x2040), 100);
  REQUIRE(dma_map_sg(&dev, list, 1, DMA_TO_DEVICE) == 1);
  const dma_addr_t handle = sg_dma_address(list);
  log().clear();
  dma_unmap_single(&dev, handle, 100, DMA_NONE);
  dma_unmap_sg(&dev, list, 1, DMA_NONE);
  dma_unmap_resource(&dev, handle, 100, DMA_NONE, 0);
  dma_sync_single_for_cpu(&dev, handle, 100, DMA_NONE);
  dma_sync_single_for_device(&dev, handle, 100, DMA_NONE);
  dma_sync_sg_for_cpu(&dev, list, 1, DMA_NONE);
  dma_sync_sg_for_device(&dev, list, 1, DMA_NONE);
  CHECK(log().empty());
  CHECK(console_text() ==
        "WARNING: test: dma_unmap_page_attrs without a direction\n"
        "WARNING: test: dma_unmap_sg_attrs without a direction\n"
        "WARNING: test: dma_unmap_resource without a direction\n"
        "WARNING: test: dma_sync_single_for_cpu without a direction\n"
        "WARNING: test: dma_sync_single_for_device without a direction\n"
        "WARNING: test: dma_sync_sg_for_cpu without a direction\n"
        "WARNING: test: dma_sync_sg_for_device without a direction\n");
}

TEST_CASE_METHOD(DmaFixture, "SKIP_CPU_SYNC leaves the caches alone", "[sw][dma]") {
  const dma_addr_t handle = dma_map_single_attrs(&dev, at(0x1000), 64, DMA_FROM_DEVICE, 1UL << 5);
  CHECK(handle == 0x6000'1000);
  dma_unmap_single_attrs(&dev, handle, 64, DMA_FROM_DEVICE, 1UL << 5);
  CHECK(log().empty());
}

TEST_CASE_METHOD(DmaFixture, "without an outer cache the inner operations remain", "[sw][dma]") {
  outer_cache = {};
  dma_unmap_single(&dev, dma_map_single(&dev, at(0), 32, DMA_FROM_DEVICE), 32, DMA_FROM_DEVICE);
  CHECK(log() == Log{"map_area 0x0+32 from_device", "unmap_area 0x0+32 from_device"});
}

TEST_CASE_METHOD(DmaFixture, "a device that snoops needs no cache operation", "[sw][dma]") {
  dev.dma_coherent = true;
  const dma_addr_t handle = dma_map_single(&dev, at(0x3000), 64, DMA_BIDIRECTIONAL);
  CHECK(handle == 0x6000'3000);
  dma_sync_single_for_cpu(&dev, handle, 64, DMA_BIDIRECTIONAL);
  dma_unmap_single(&dev, handle, 64, DMA_BIDIRECTIONAL);
  dma_addr_t coherent = 0;
  void* memory = dma_alloc_coherent(&dev, 100, &coherent, GFP_KERNEL);
  CHECK_FALSE(is_remapped(memory));
  dma_free_coherent(&dev, 100, memory, coherent);
  CHECK(log().empty());
}

TEST_CASE_METHOD(DmaFixture, "an address beyond the device's mask cannot be mapped", "[sw][dma]") {
  *dev.dma_mask = DMA_BIT_MASK(30);
  const dma_addr_t handle = dma_map_single(&dev, at(0), 32, DMA_TO_DEVICE);
  CHECK(handle == ~std::uint64_t{0});
  CHECK(dma_mapping_error(&dev, handle) == -12);
  CHECK(log().empty());
  CHECK(dma_mapping_error(&dev, 0x6000'0000) == 0);
  CHECK(dma_set_mask(&dev, 0) == -5);
}

TEST_CASE_METHOD(DmaFixture, "nothing is mapped for an empty buffer or no direction", "[sw][dma]") {
  CHECK(dma_mapping_error(&dev, dma_map_single(&dev, at(0), 0, DMA_TO_DEVICE)) != 0);
  CHECK(dma_mapping_error(&dev, dma_map_single(&dev, at(0), 8, DMA_NONE)) != 0);
}

TEST_CASE_METHOD(DmaFixture, "coherent memory is zeroed, flushed from both caches, and remapped",
                 "[sw][dma]") {
  std::memset(at(0), 0xEE, kPages * kPageBytes);
  dma_addr_t handle = 0;
  void* memory = dma_alloc_coherent(&dev, 5000, &handle, GFP_KERNEL);
  REQUIRE(memory != nullptr);
  CHECK(is_remapped(memory));
  const auto offset = static_cast<unsigned>(handle - HostMachine::kDramStart);
  char flush[64];
  std::snprintf(flush, sizeof flush, "flush 0x%x+8192", offset);
  char outer[64];
  std::snprintf(outer, sizeof outer, "outer_flush 0x%x+8192", offset);
  CHECK(log() == Log{flush, outer});
  const auto* bytes = static_cast<const unsigned char*>(memory);
  for (std::size_t i = 0; i < 8192; ++i) REQUIRE(bytes[i] == 0);
  dma_free_coherent(&dev, 5000, memory, handle);
  CHECK(free_page_count() == kPages);
}

TEST_CASE_METHOD(DmaFixture, "coherent memory runs out without harm", "[sw][dma]") {
  dma_addr_t handle = 0;
  CHECK(dma_alloc_wc(&dev, (kPages + 1) * kPageBytes, &handle, GFP_KERNEL) == nullptr);
  CHECK(dma_alloc_wc(&dev, 0, &handle, GFP_KERNEL) == nullptr);
  CHECK(free_page_count() == kPages);
}
