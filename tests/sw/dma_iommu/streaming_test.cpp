// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tests/sw/dma_iommu/iommu_dma_fixture.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::uint64_t kUnprivileged = 1U << 6;  // AP[1].
constexpr std::uint64_t kReadOnly = 1U << 7;      // AP[2].
constexpr std::uint64_t kAttributeIndex = 7U << 2;

struct CoherentFixture : IommuDmaFixture {
  CoherentFixture() { dmac->dma_coherent = true; }
};

}  // namespace

TEST_CASE_METHOD(IommuDmaFixture, "a device with `iommus` gets an address space of 4 GiB",
                 "[sw][dma][iommu]") {
  const dma_addr_t handle = dma_map_single(dmac, at(0x2040), 100, DMA_TO_DEVICE);
  CHECK(&get_dma_ops(dmac) == &iommu_ops);
  CHECK(handle == 0x1040);  // Page 0 is never handed out.
  CHECK(offset_behind(0x1040) == 0x2040);
  CHECK_FALSE(walk(0x2000));
  CHECK(iova_pages_in_use() == 1);
  dma_unmap_single(dmac, handle, 100, DMA_TO_DEVICE);
  CHECK_FALSE(walk(0x1040));
  CHECK(iova_pages_in_use() == 0);
}

TEST_CASE_METHOD(IommuDmaFixture, "each device has its own address space", "[sw][dma][iommu]") {
  const dma_addr_t first = dma_map_single(dmac, at(0x2000), 100, DMA_TO_DEVICE);
  const dma_addr_t second = dma_map_single(clcd, at(0x3000), 100, DMA_TO_DEVICE);
  CHECK(first == second);
  dma_unmap_single(dmac, first, 100, DMA_TO_DEVICE);
  dma_unmap_single(clcd, second, 100, DMA_TO_DEVICE);
}

TEST_CASE_METHOD(IommuDmaFixture,
                 "the caches are maintained before the device gets a page and after it lost it",
                 "[sw][dma][iommu]") {
  struct Row {
    dma_data_direction direction;
    Log map;
    Log unmap;
  };
  const Row rows[] = {
      {DMA_TO_DEVICE,
       {"map_area 0x2040+100 to_device", "outer_clean 0x2040+100"},
       {"tlbi 0x1000", "tlb_sync", "unmap_area 0x2040+100 to_device"}},
      {DMA_FROM_DEVICE,
       {"map_area 0x2040+100 from_device", "outer_inv 0x2040+100"},
       {"tlbi 0x1000", "tlb_sync", "outer_inv 0x2040+100", "unmap_area 0x2040+100 from_device"}},
      {DMA_BIDIRECTIONAL,
       {"map_area 0x2040+100 bidirectional", "outer_clean 0x2040+100"},
       {"tlbi 0x1000", "tlb_sync", "outer_inv 0x2040+100", "unmap_area 0x2040+100 bidirectional"}},
  };
  for (const Row& row : rows) {
    log().clear();
    const dma_addr_t handle = dma_map_single(dmac, at(0x2040), 100, row.direction);
    CHECK(log() == row.map);
    log().clear();
    dma_unmap_single(dmac, handle, 100, row.direction);
    CHECK(log() == row.unmap);
  }
}

TEST_CASE_METHOD(IommuDmaFixture, "sync finds the memory behind the address", "[sw][dma][iommu]") {
  const dma_addr_t handle = dma_map_single(dmac, at(0x2040), 0x2000, DMA_FROM_DEVICE);
  log().clear();
  dma_sync_single_for_cpu(dmac, handle + 0x100, 0x1000, DMA_FROM_DEVICE);
  CHECK(log() == Log{"outer_inv 0x2140+4096", "unmap_area 0x2140+4096 from_device"});
  log().clear();
  dma_sync_single_for_device(dmac, handle, 64, DMA_FROM_DEVICE);
  CHECK(log() == Log{"map_area 0x2040+64 from_device", "outer_inv 0x2040+64"});
  dma_unmap_single(dmac, handle, 0x2000, DMA_FROM_DEVICE);
}

TEST_CASE_METHOD(IommuDmaFixture, "SKIP_CPU_SYNC leaves the caches alone, not the TLBs",
                 "[sw][dma][iommu]") {
  const dma_addr_t handle =
      dma_map_single_attrs(dmac, at(0x1000), 64, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
  dma_unmap_single_attrs(dmac, handle, 64, DMA_FROM_DEVICE, DMA_ATTR_SKIP_CPU_SYNC);
  CHECK(log() == Log{"tlbi 0x1000", "tlb_sync"});
}

TEST_CASE_METHOD(IommuDmaFixture, "what a device may do follows the direction",
                 "[sw][dma][iommu]") {
  const dma_addr_t to = dma_map_single(dmac, at(0x1000), 64, DMA_TO_DEVICE);
  const dma_addr_t from = dma_map_single(dmac, at(0x2000), 64, DMA_FROM_DEVICE);
  const dma_addr_t both = dma_map_single(dmac, at(0x3000), 64, DMA_BIDIRECTIONAL);
  CHECK((walk(to)->descriptor & kReadOnly) != 0);
  CHECK((walk(from)->descriptor & kReadOnly) == 0);
  CHECK((walk(both)->descriptor & kReadOnly) == 0);
  CHECK(direction_to_prot(DMA_FROM_DEVICE) == IOMMU_WRITE);  // Stage 2 can tell them apart.
  CHECK(direction_to_prot(DMA_NONE) == 0);
}

TEST_CASE_METHOD(IommuDmaFixture, "what is PRIVILEGED is not for unprivileged accesses",
                 "[sw][dma][iommu]") {
  for (const dma_attrs attrs : {dma_attrs{0}, DMA_ATTR_PRIVILEGED}) {
    CAPTURE(attrs);
    const std::uint64_t unprivileged = attrs == 0 ? kUnprivileged : 0;
    const auto may = [&](dma_addr_t handle) { return walk(handle)->descriptor & kUnprivileged; };
    scatterlist list[1];
    sg_init_one(list, at(0x2000), 64);
    dma_addr_t coherent = 0;
    void* memory = dma_alloc_attrs(dmac, 64, &coherent, GFP_KERNEL, attrs);
    CHECK(may(coherent) == unprivileged);
    dma_free_attrs(dmac, 64, memory, coherent, attrs);
    CHECK(may(dma_map_single_attrs(dmac, at(0x1000), 64, DMA_TO_DEVICE, attrs)) == unprivileged);
    REQUIRE(dma_map_sg_attrs(dmac, list, 1, DMA_FROM_DEVICE, attrs) == 1);
    CHECK(may(sg_dma_address(list)) == unprivileged);
    CHECK(may(dma_map_resource(dmac, 0x1000'5080, 4, DMA_BIDIRECTIONAL, attrs)) == unprivileged);
  }
}

TEST_CASE_METHOD(CoherentFixture, "a device that sees the caches gets cacheable descriptors",
                 "[sw][dma][iommu]") {
  const dma_addr_t handle = dma_map_single(dmac, at(0x1000), 64, DMA_BIDIRECTIONAL);
  CHECK(&get_dma_ops(dmac) == &iommu_coherent_ops);
  CHECK((walk(handle)->descriptor & kAttributeIndex) == 1U << 2);  // MAIR0: 0xFF.
  CHECK((walk(handle)->descriptor >> 8 & 3) == 3);                 // Inner shareable.
  dma_sync_single_for_cpu(dmac, handle, 64, DMA_BIDIRECTIONAL);
  dma_unmap_single(dmac, handle, 64, DMA_BIDIRECTIONAL);
  CHECK(log() == Log{"tlbi 0x1000", "tlb_sync"});
}

TEST_CASE_METHOD(CoherentFixture, "Linux's fault: no cacheable descriptors", "[sw][dma][iommu]") {
  linux_iommu_faults.never_cacheable = true;
  const dma_addr_t handle = dma_map_single(dmac, at(0x1000), 64, DMA_BIDIRECTIONAL);
  CHECK((walk(handle)->descriptor & kAttributeIndex) == 0);
  linux_iommu_faults = {};
}

TEST_CASE_METHOD(IommuDmaFixture, "Linux's fault: what is mapped at 0 stays mapped",
                 "[sw][dma][iommu]") {
  linux_iommu_faults.zero_address = true;
  const dma_addr_t handle = dma_map_single(dmac, at(0x2000), 64, DMA_FROM_DEVICE);
  CHECK(handle == 0);
  log().clear();
  dma_sync_single_for_cpu(dmac, handle, 64, DMA_FROM_DEVICE);
  dma_unmap_single(dmac, handle, 64, DMA_FROM_DEVICE);
  CHECK(log().empty());
  CHECK(walk(0));
  CHECK(iova_pages_in_use() == 1);
  linux_iommu_faults = {};
}

TEST_CASE_METHOD(IommuDmaFixture, "registers of another device are mapped as Device memory",
                 "[sw][dma][iommu]") {
  const dma_addr_t handle =
      get_dma_ops(dmac).map_resource(*dmac, 0x1000'5080, 4, DMA_BIDIRECTIONAL, 0);
  CHECK(walk(handle)->address == 0x1000'5080);
  CHECK((walk(handle)->descriptor & kAttributeIndex) == 2U << 2);
  get_dma_ops(dmac).unmap_resource(*dmac, handle, 4, DMA_BIDIRECTIONAL, 0);
  CHECK_FALSE(walk(handle));
  CHECK(iova_pages_in_use() == 0);
}

TEST_CASE_METHOD(IommuDmaFixture, "a mask is honoured by the addresses handed out",
                 "[sw][dma][iommu]") {
  CHECK(dma_set_mask(dmac, 0x3FFF) == 0);
  CHECK(dma_map_single(dmac, at(0), 0x2000, DMA_TO_DEVICE) == 0x2000);
  CHECK(dma_map_single(dmac, at(0), 0x2000, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
  CHECK(dma_map_single(dmac, at(0), 0x1000, DMA_TO_DEVICE) == 0x1000);
  CHECK(dma_map_single(dmac, at(0), 0x1000, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
  CHECK(dma_set_mask(dmac, 0xFFF) != 0);
  CHECK(iova_pages_in_use() == 3);
}

TEST_CASE_METHOD(IommuDmaFixture, "what is larger than a bitmap's addresses is not mapped",
                 "[sw][dma][iommu]") {
  for (const std::size_t size : {(std::size_t{128} << 20) + 1, std::size_t{0xFFFF'FFFF}}) {
    log().clear();
    CHECK(dma_map_single(dmac, at(0), size, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
    CHECK(log().empty());
    dma_addr_t handle = 0;
    CHECK(dma_alloc_coherent(dmac, size, &handle, GFP_KERNEL) == nullptr);
  }
  CHECK(iova_pages_in_use() == 0);
}

TEST_CASE_METHOD(IommuDmaFixture, "without memory for tables nothing is mapped and nothing lost",
                 "[sw][dma][iommu]") {
  dma_unmap_single(dmac, dma_map_single(dmac, at(0), 64, DMA_TO_DEVICE), 64, DMA_TO_DEVICE);
  std::vector<page*> taken;
  while (page* p = alloc_pages(GFP_KERNEL, 0)) taken.push_back(p);
  // The first table holds 512 pages; 0 is taken.
  CHECK(dma_map_single(dmac, at(0), 600 * kPageBytes, DMA_TO_DEVICE) == DMA_MAPPING_ERROR);
  CHECK(iova_pages_in_use() == 0);
  for (page* p : taken) __free_pages(p, 0);
}
