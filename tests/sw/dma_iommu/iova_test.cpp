// SPDX-License-Identifier: Apache-2.0
#include "tests/support/catch.hpp"
#include "tests/sw/dma_iommu/iommu_dma_fixture.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::uint64_t k4G = std::uint64_t{1} << 32;
constexpr std::size_t k128M = 128U << 20;
constexpr std::size_t k1M = 1U << 20;

struct IovaFixture : IommuDmaFixture {
  static dma_iommu_mapping* create(dma_addr_t base, std::uint64_t size) {
    return arm_iommu_create_mapping(&platform_bus_type, base, size);
  }
};

}  // namespace

TEST_CASE_METHOD(IovaFixture, "an address space beyond 4 GiB is -ERANGE, an empty one -EINVAL",
                 "[sw][dma][iommu]") {
  CHECK(PTR_ERR(create(0, k4G + 1)) == -34);
  CHECK(PTR_ERR(create(0x1000, k4G)) == -34);
  CHECK(PTR_ERR(create(0, 0)) == -22);
  CHECK(PTR_ERR(create(0, 4095)) == -22);
  CHECK(PTR_ERR(create(0x800, 0x1000)) == -22);
  CHECK(iommu_usage().domains == 0);
}

TEST_CASE_METHOD(FakeSmmu, "without an IOMMU there is no address space", "[sw][dma][iommu]") {
  CHECK(PTR_ERR(arm_iommu_create_mapping(&platform_bus_type, 0, k128M)) == -12);
}

TEST_CASE_METHOD(IovaFixture, "all of a space is handed out, once, but address 0",
                 "[sw][dma][iommu]") {
  dma_iommu_mapping* mapping = create(0, 5 * kPageBytes);
  REQUIRE_FALSE(IS_ERR(mapping));
  for (dma_addr_t iova = 0x1000; iova < 0x5000; iova += 0x1000) {
    CHECK(iova_alloc(*mapping, 1) == iova);
  }
  CHECK(iova_alloc(*mapping, 1) == DMA_MAPPING_ERROR);
  iova_free(*mapping, 0x3000, 0x1000);
  CHECK(iova_alloc(*mapping, 0x1000) == 0x3000);
  iova_free(*mapping, 0x1000, 0x4000);
  iova_free(*mapping, 0x1000, 0x4000);  // A driver's mistake.
  CHECK(iova_pages_in_use() == 0);
  arm_iommu_release_mapping(mapping);
  CHECK(iommu_usage().domains == 0);
}

TEST_CASE_METHOD(IovaFixture, "a space that does not begin at 0 hands out its first page",
                 "[sw][dma][iommu]") {
  dma_iommu_mapping* mapping = create(0x4000'0000, k128M);
  CHECK(iova_alloc(*mapping, 0x1000) == 0x4000'0000);
  arm_iommu_release_mapping(mapping);
}

TEST_CASE_METHOD(IovaFixture, "addresses are aligned to their size, at most to 1 MiB",
                 "[sw][dma][iommu]") {
  dma_iommu_mapping* mapping = create(0, k128M);
  CHECK(iova_alloc(*mapping, 0x3000) == 0x4000);
  CHECK(iova_alloc(*mapping, 0x1000) == 0x1000);
  CHECK(iova_alloc(*mapping, 0x2000) == 0x2000);
  CHECK(iova_alloc(*mapping, 8 * k1M) == k1M);
  arm_iommu_release_mapping(mapping);
}

TEST_CASE_METHOD(IovaFixture, "a bitmap is a page, 128 MiB, and made when the others are full",
                 "[sw][dma][iommu]") {
  dma_iommu_mapping* mapping = create(0, k4G);
  CHECK(mapping->bitmaps == 1);
  // Never across two bitmaps: the second 100 MiB do not begin behind the first.
  CHECK(iova_alloc(*mapping, 100 * k1M) == k1M);
  CHECK(mapping->bitmaps == 1);
  CHECK(iova_alloc(*mapping, 100 * k1M) == k128M);
  CHECK(mapping->bitmaps == 2);
  CHECK(iova_alloc(*mapping, 20 * k1M) == 101 * k1M);
  CHECK(mapping->bitmaps == 2);
  CHECK(iova_alloc(*mapping, k128M) == 2 * k128M);
  CHECK(iova_alloc(*mapping, k128M + kPageBytes) == DMA_MAPPING_ERROR);
  arm_iommu_release_mapping(mapping);
}

TEST_CASE_METHOD(IovaFixture, "a space of 4 GiB has 32 bitmaps and no more", "[sw][dma][iommu]") {
  const std::size_t before = free_page_count();
  dma_iommu_mapping* mapping = create(0, k4G);
  CHECK(iova_alloc(*mapping, k128M) == k128M);
  for (unsigned i = 2; i < 32; ++i) CHECK(iova_alloc(*mapping, k128M) == i * std::uint64_t{k128M});
  CHECK(iova_alloc(*mapping, k128M) == DMA_MAPPING_ERROR);
  CHECK(mapping->bitmaps == 32);
  arm_iommu_release_mapping(mapping);
  CHECK(free_page_count() == before);
}

TEST_CASE_METHOD(IovaFixture, "no stretch crosses a boundary it fits within", "[sw][dma][iommu]") {
  dma_iommu_mapping* mapping = create(0, k128M);
  const std::uint64_t boundary = 4 * k1M - 1;
  CHECK(iova_alloc(*mapping, k1M) == k1M);
  CHECK(iova_alloc(*mapping, 3 * k1M, boundary) == 4 * k1M);
  CHECK(iova_alloc(*mapping, 2 * k1M, boundary) == 2 * k1M);
  arm_iommu_release_mapping(mapping);
}

TEST_CASE_METHOD(IovaFixture, "attached devices share a space, and the last one ends it",
                 "[sw][dma][iommu]") {
  dma_iommu_mapping* mapping = create(0, k128M);
  REQUIRE(arm_iommu_attach_device(dmac, mapping) == 0);
  REQUIRE(arm_iommu_attach_device(clcd, mapping) == 0);
  CHECK(arm_iommu_attach_device(clcd, mapping) == -16);
  arm_iommu_release_mapping(mapping);
  CHECK(dmac->iommu_mapping == mapping);
  CHECK(&get_dma_ops(dmac) == &iommu_ops);
  const dma_addr_t handle = dma_map_single(dmac, at(0x1000), 64, DMA_TO_DEVICE);
  CHECK(dma_map_single(clcd, at(0x1000), 64, DMA_TO_DEVICE) == handle + 0x1000);
  arm_iommu_detach_device(dmac);
  CHECK(&get_dma_ops(dmac) == &arm_dma_ops);
  CHECK(iommu_usage().domains == 1);
  arm_iommu_detach_device(clcd);
  CHECK(iommu_usage().domains == 0);
  arm_iommu_detach_device(clcd);
  CHECK(printed == "10020000.clcd: Not attached\n");
}

TEST_CASE_METHOD(IovaFixture, "attach installs the operations that maintain caches, as Linux does",
                 "[sw][dma][iommu]") {
  dmac->dma_coherent = true;
  dma_iommu_mapping* mapping = create(0, k128M);
  REQUIRE(arm_iommu_attach_device(dmac, mapping) == 0);
  CHECK(&get_dma_ops(dmac) == &iommu_ops);
  arm_iommu_detach_device(dmac);
  arm_iommu_release_mapping(mapping);
}
