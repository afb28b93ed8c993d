// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "sw/dma/arm_dma_allocator.hpp"
#include "sw/mm/cma.hpp"
#include "sw/mm/level.hpp"
#include "sw/mm/remap.hpp"
#include "tests/support/catch.hpp"
#include "tests/sw/dma_iommu/iommu_dma_fixture.hpp"

using namespace guest;
using namespace guest::test;

namespace {

struct AllocFixture : IommuDmaFixture {
  AllocFixture() {
    // The address space, and tables for its first addresses, are made before.
    dma_unmap_single(dmac, dma_map_single(dmac, at(0), 64, DMA_TO_DEVICE), 64, DMA_TO_DEVICE);
    get_dma_ops(clcd);
    // Of the free pages every other one is taken.
    while (page* p = alloc_pages(GFP_KERNEL, 0)) {
      std::memset(page_address(p), 0xEE, kPageBytes);
      taken.push_back(p);
    }
    std::sort(taken.begin(), taken.end());
    for (std::size_t i = 0; i < taken.size(); i += 2) __free_pages(taken[i], 0);
    free_before = free_page_count();
  }
  ~AllocFixture() {
    CHECK(iova_pages_in_use() == 0);
    CHECK(free_page_count() == free_before);
  }
  std::vector<page*> taken;
  std::size_t free_before = 0;
  dma_addr_t handle = 0;
};

}  // namespace

TEST_CASE_METHOD(AllocFixture, "scattered pages are contiguous for the device and the CPU",
                 "[sw][dma][iommu]") {
  void* memory = dma_alloc_coherent(dmac, 5 * kPageBytes, &handle, GFP_KERNEL);
  REQUIRE(memory != nullptr);
  CHECK(is_remapped(memory));
  auto* bytes = static_cast<unsigned char*>(memory);
  for (unsigned i = 0; i < 5; ++i) {
    CHECK(bytes[i * kPageBytes] == 0);
    bytes[i * kPageBytes + 7] = static_cast<unsigned char>(i + 1);
    const std::uint32_t offset = offset_behind(handle + i * kPageBytes);
    CHECK(*at(offset + 7) == std::byte(i + 1));
    if (i != 0) CHECK(offset != offset_behind(handle + (i - 1) * kPageBytes) + kPageBytes);
  }
  dma_free_coherent(dmac, 5 * kPageBytes, memory, handle);
  CHECK_FALSE(walk(handle));
}

TEST_CASE_METHOD(AllocFixture, "memory is cleared, and nothing of it stays in the caches",
                 "[sw][dma][iommu]") {
  static std::vector<phys_addr_t> flushed;
  outer_cache.flush_range = [](phys_addr_t start, phys_addr_t end) {
    CHECK(end - start == kPageBytes);
    flushed.push_back(start);
  };
  void* memory = dma_alloc_coherent(dmac, 3 * kPageBytes - 100, &handle, GFP_KERNEL);
  const auto* bytes = static_cast<const std::byte*>(memory);
  CHECK(std::all_of(bytes, bytes + 3 * kPageBytes, [](std::byte b) { return b == std::byte{0}; }));
  REQUIRE(flushed.size() == 3);
  for (unsigned i = 0; i < 3; ++i) CHECK(walk(handle + i * kPageBytes)->address == flushed[i]);
  dma_free_coherent(dmac, 3 * kPageBytes - 100, memory, handle);
}

TEST_CASE_METHOD(IommuDmaFixture, "large blocks are taken first, or single pages if asked for",
                 "[sw][dma][iommu]") {
  static std::vector<phys_addr_t> flushed;
  outer_cache.flush_range = [](phys_addr_t start, phys_addr_t end) {
    flushed.push_back(end - start);
  };
  dma_addr_t handle = 0;
  const auto blocks = [&](dma_attrs attrs) {
    flushed.clear();
    void* memory = dma_alloc_attrs(dmac, 18 * kPageBytes, &handle, GFP_KERNEL, attrs);
    REQUIRE(memory != nullptr);
    dma_free_attrs(dmac, 18 * kPageBytes, memory, handle, attrs);
    return flushed;
  };
  CHECK(blocks(0) == std::vector<phys_addr_t>{16 * kPageBytes, kPageBytes, kPageBytes});
  CHECK(blocks(DMA_ATTR_ALLOC_SINGLE_PAGES) == std::vector<phys_addr_t>(18, kPageBytes));
}

TEST_CASE_METHOD(AllocFixture, "contiguous memory comes from no CMA area where there is none",
                 "[sw][dma][iommu]") {
  handle = 0;
  CHECK(dma_alloc_attrs(dmac, kPageBytes, &handle, GFP_KERNEL, DMA_ATTR_FORCE_CONTIGUOUS) ==
        nullptr);
  CHECK(handle == DMA_MAPPING_ERROR);
}

TEST_CASE_METHOD(AllocFixture, "contiguous memory comes from the CMA area and goes back there",
                 "[sw][dma][iommu]") {
  cma area;
  REQUIRE(area.init(HostMachine::kDramStart, 1U << 20));
  dma_contiguous_default_area = &area;
  free_before = free_page_count();  // Its tables stay.
  const std::size_t free_in_area = area.free_pages();
  void* memory =
      dma_alloc_attrs(dmac, 3 * kPageBytes, &handle, GFP_KERNEL, DMA_ATTR_FORCE_CONTIGUOUS);
  REQUIRE(memory != nullptr);
  CHECK(area.free_pages() == free_in_area - 3);
  for (unsigned i = 0; i < 3; ++i) {
    CHECK(offset_behind(handle + i * kPageBytes) == offset_behind(handle) + i * kPageBytes);
  }
  dma_free_attrs(dmac, 3 * kPageBytes, memory, handle, DMA_ATTR_FORCE_CONTIGUOUS);
  CHECK(area.free_pages() == free_in_area);
  dma_contiguous_default_area = nullptr;
}

TEST_CASE_METHOD(AllocFixture, "without a kernel mapping there is a table of pages as a cookie",
                 "[sw][dma][iommu]") {
  void* cookie =
      dma_alloc_attrs(dmac, 3 * kPageBytes, &handle, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);
  REQUIRE(cookie != nullptr);
  CHECK_FALSE(is_remapped(cookie));
  auto* const* pages = static_cast<page**>(cookie);
  for (unsigned i = 0; i < 3; ++i) {
    CHECK(page_to_phys(pages[i]) == walk(handle + i * kPageBytes)->address);
  }
  dma_free_attrs(dmac, 3 * kPageBytes, cookie, handle, DMA_ATTR_NO_KERNEL_MAPPING);
}

TEST_CASE_METHOD(AllocFixture, "a table lists the pages of an allocation", "[sw][dma][iommu]") {
  void* memory = dma_alloc_coherent(dmac, 3 * kPageBytes, &handle, GFP_KERNEL);
  sg_table table{};
  REQUIRE(get_dma_ops(dmac).get_sgtable(*dmac, table, memory, handle, 3 * kPageBytes, 0) == 0);
  CHECK(table.orig_nents == 3);
  unsigned i = 0;
  for (scatterlist& entry : SgRange{table.sgl, table.orig_nents}) {
    CHECK(sg_phys(&entry) == walk(handle + i++ * kPageBytes)->address);
  }
  CHECK(get_dma_ops(dmac).get_sgtable(*dmac, table, at(0), handle, 3 * kPageBytes, 0) == -6);
  sg_free_table(&table);
  dma_free_coherent(dmac, 3 * kPageBytes, memory, handle);
}

TEST_CASE_METHOD(AllocFixture, "what was not allocated is not freed", "[sw][dma][iommu]") {
  void* memory = dma_alloc_coherent(dmac, 2 * kPageBytes, &handle, GFP_KERNEL);
  dma_free_coherent(dmac, 2 * kPageBytes, at(0x1000), handle);
  dma_free_coherent(clcd, 2 * kPageBytes, memory, handle);
  CHECK(std::count(printed.begin(), printed.end(), '\n') == 2);
  CHECK(printed.find("trying to free invalid coherent area: 0x") == 0);
  CHECK(walk(handle));
  dma_free_coherent(dmac, 2 * kPageBytes, memory, handle);
}

TEST_CASE_METHOD(AllocFixture, "freed with another size, all of it goes, and it is said",
                 "[sw][dma][iommu]") {
  struct Row {
    gfp_t gfp;
    dma_attrs attrs;
    std::size_t freed_bytes;
  };
  for (const Row& row :
       {Row{GFP_KERNEL, 0, kPageBytes}, Row{GFP_KERNEL, 0, 9 * kPageBytes},
        Row{GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING, kPageBytes}, Row{GFP_ATOMIC, 0, kPageBytes}}) {
    CAPTURE(row.gfp, row.attrs, row.freed_bytes);
    const std::size_t pool_before = dma_atomic_pool_available();
    const std::size_t remapped_before = level_of("remapped pages");
    printed.clear();
    void* memory = dma_alloc_attrs(dmac, 3 * kPageBytes, &handle, row.gfp, row.attrs);
    REQUIRE(memory != nullptr);
    dma_free_attrs(dmac, row.freed_bytes, memory, handle, row.attrs);
    CHECK_FALSE(walk(handle));
    CHECK_FALSE(walk(handle + 2 * kPageBytes));
    CHECK(dma_atomic_pool_available() == pool_before);
    CHECK(level_of("remapped pages") == remapped_before);
    CHECK(printed == "WARNING: " + std::string{dmac->name} + ": freeing " +
                         std::to_string(row.freed_bytes) + " bytes of a buffer of 12288\n");
  }
}

TEST_CASE_METHOD(AllocFixture, "freed with another handle, a live buffer stays mapped",
                 "[sw][dma][iommu]") {
  dma_addr_t live = 0;
  void* memory = dma_alloc_coherent(dmac, kPageBytes, &handle, GFP_KERNEL);
  void* other = dma_alloc_coherent(dmac, kPageBytes, &live, GFP_KERNEL);
  dma_free_coherent(dmac, kPageBytes, memory, live);
  CHECK(walk(live));
  CHECK_FALSE(walk(handle));
  CHECK(printed.find("freeing a buffer at ") != std::string::npos);
  printed.clear();
  dma_free_coherent(dmac, kPageBytes, other, live);
  CHECK(printed.empty());
}

TEST_CASE_METHOD(AllocFixture, "memory runs out without harm", "[sw][dma][iommu]") {
  CHECK(dma_alloc_coherent(dmac, kPages * kPageBytes, &handle, GFP_KERNEL) == nullptr);
  CHECK(dma_set_coherent_mask(dmac, 0x1FFF) == 0);
  handle = 0;
  CHECK(dma_alloc_coherent(dmac, 2 * kPageBytes, &handle, GFP_KERNEL) == nullptr);
  CHECK(handle == DMA_MAPPING_ERROR);
}

TEST_CASE_METHOD(AllocFixture, "user mode gets the scattered pages one after the other",
                 "[sw][dma][iommu]") {
  void* memory = dma_alloc_coherent(dmac, 4 * kPageBytes, &handle, GFP_KERNEL);
  REQUIRE(memory != nullptr);
  static_cast<std::byte*>(memory)[kPageBytes + 5] = std::byte{0x51};
  static_cast<std::byte*>(memory)[2 * kPageBytes] = std::byte{0x52};
  Result<vm_area_struct> area = take_user_area(2 * kPageBytes, 1);
  REQUIRE(area);
  CHECK(dma_mmap_coherent(dmac, &*area, memory, handle, 4 * kPageBytes) == 0);
  CHECK(area->vm_page_prot == MemoryType::kBufferable);
  const auto* seen = reinterpret_cast<const std::byte*>(area->vm_start);
  CHECK(seen[5] == std::byte{0x51});
  CHECK(seen[kPageBytes] == std::byte{0x52});
  area->vm_pgoff = 3;  // Two pages from the last one on.
  CHECK(dma_mmap_coherent(dmac, &*area, memory, handle, 4 * kPageBytes) == -6);
  release_user_area(*area);
  dma_free_coherent(dmac, 4 * kPageBytes, memory, handle);
}

TEST_CASE_METHOD(IommuDmaFixture, "a device that sees the caches gets cacheable memory",
                 "[sw][dma][iommu]") {
  dmac->dma_coherent = true;
  dma_addr_t handle = 0;
  void* memory = dma_alloc_coherent(dmac, 3 * kPageBytes, &handle, GFP_KERNEL);
  REQUIRE(memory != nullptr);
  CHECK(virt_addr_valid(memory));
  CHECK(walk(handle)->address == virt_to_phys(memory));
  CHECK((walk(handle)->descriptor >> 2 & 7) == 1);
  dma_free_coherent(dmac, 3 * kPageBytes, memory, handle);
}

TEST_CASE_METHOD(IommuDmaFixture, "atomic memory of several pages is mapped whole",
                 "[sw][dma][iommu]") {
  dma_addr_t handle = 0;
  const std::size_t before = dma_atomic_pool_available();
  void* memory = dma_alloc_coherent(dmac, 3 * kPageBytes, &handle, GFP_ATOMIC);
  REQUIRE(memory != nullptr);
  CHECK(__in_atomic_pool(memory, 3 * kPageBytes));
  for (unsigned i = 0; i < 3; ++i) CHECK(walk(handle + i * kPageBytes));
  dma_free_coherent(dmac, 3 * kPageBytes, memory, handle);
  CHECK(dma_atomic_pool_available() == before);
  linux_iommu_faults.one_page_pool = true;
  memory = dma_alloc_coherent(dmac, 3 * kPageBytes, &handle, GFP_ATOMIC);
  CHECK(walk(handle));
  CHECK_FALSE(walk(handle + kPageBytes));
  linux_iommu_faults = {};
}
