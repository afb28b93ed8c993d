// SPDX-License-Identifier: Apache-2.0
// A second mapping for user mode, and tables of what was allocated.
#include "sw/arch/barrier.hpp"
#include "sw/dma/dma_mapping.hpp"
#include "sw/mm/cma.hpp"
#include "tests/support/catch.hpp"
#include "tests/sw/dma/dma_fixture.hpp"

using namespace guest;
using guest::test::DmaFixture;
using guest::test::Log;

namespace {

/// Two pages of coherent memory of a device.
struct Shared : DmaFixture {
  void allocate(bool coherent) {
    dev.dma_coherent = coherent;
    memory = dma_alloc_coherent(&dev, 2 * kPageBytes, &handle, GFP_KERNEL);
    REQUIRE(memory != nullptr);
    log().clear();
  }
  std::string where(std::size_t size, std::size_t offset = 0) const {
    char text[64];
    std::snprintf(text, sizeof text, "0x%x+%zu",
                  static_cast<unsigned>(handle + offset) - HostMachine::kDramStart, size);
    return text;
  }
  void* memory = nullptr;
  dma_addr_t handle = 0;
};

}  // namespace

TEST_CASE_METHOD(Shared, "user mode gets the memory type of the kernel's mapping", "[sw][dma]") {
  const bool coherent = GENERATE(false, true);
  allocate(coherent);
  vm_area_struct area = *take_user_area(2 * kPageBytes);
  CHECK(dma_mmap_coherent(&dev, &area, memory, handle, 2 * kPageBytes) == 0);
  // 1: Normal non-cacheable. 7: write-back, write-allocate.
  CHECK(log() ==
        Log{"user_map " + where(8192) + (coherent ? " type 7" : " type 1") + " read-write"});
  static_cast<unsigned char*>(memory)[5000] = 42;
  CHECK(reinterpret_cast<unsigned char*>(area.vm_start)[5000] == 42);
  release_user_area(area);
}

TEST_CASE_METHOD(Shared, "a part of the memory can be mapped, from a page on", "[sw][dma]") {
  allocate(false);
  vm_area_struct area = *take_user_area(kPageBytes, 1);
  CHECK(dma_mmap_wc(&dev, &area, memory, handle, 2 * kPageBytes) == 0);
  CHECK(log() == Log{"user_map " + where(4096, 4096) + " type 1 read-write"});
  area.vm_pgoff = 2;
  CHECK(dma_mmap_wc(&dev, &area, memory, handle, 2 * kPageBytes) == -6);
  release_user_area(area);
}

TEST_CASE_METHOD(Shared, "pages are mapped only inside the area, and whole", "[sw][dma]") {
  vm_area_struct area = *take_user_area(kPageBytes);
  const unsigned long frame = HostMachine::kDramStart >> kPageShift;
  const MemoryType type = MemoryType::kBufferable;
  CHECK(remap_pfn_range(&area, area.vm_start, frame, 2 * kPageBytes, type) == -22);
  CHECK(remap_pfn_range(&area, area.vm_end, frame, kPageBytes, type) == -22);
  CHECK(remap_pfn_range(&area, area.vm_start, frame, 100, type) == -22);
  CHECK(remap_pfn_range(&area, area.vm_start, frame, 0, type) == -22);
  CHECK(vm_insert_page(&area, area.vm_start, virt_to_page(at(0))) == 0);
  release_user_area(area);
}

TEST_CASE_METHOD(Shared, "pages for one direction can be given to user mode", "[sw][dma]") {
  page* pages = dma_alloc_pages(&dev, kPageBytes, &handle, DMA_TO_DEVICE, GFP_KERNEL);
  sg_table* table = dma_alloc_noncontiguous(&dev, kPageBytes, DMA_TO_DEVICE, GFP_KERNEL, 0);
  REQUIRE(table != nullptr);
  vm_area_struct area = *take_user_area(kPageBytes);
  CHECK(dma_can_mmap(&dev));
  CHECK(dma_mmap_pages(&dev, &area, kPageBytes, pages) == 0);
  CHECK(dma_mmap_noncontiguous(&dev, &area, kPageBytes, table) == 0);
  CHECK(dma_vmap_noncontiguous(&dev, kPageBytes, table) == sg_virt(table->sgl));
  CHECK(log() == Log{"user_map " + where(4096) + " type 7 read-write", "user_map " + [&] {
                       handle = sg_dma_address(table->sgl);
                       return where(4096);
                     }() + " type 7 read-write"});
  release_user_area(area);
}

TEST_CASE_METHOD(Shared, "a table of coherent memory has its pages", "[sw][dma]") {
  allocate(false);
  sg_table table;
  CHECK(dma_get_sgtable(&dev, &table, memory, handle, 5000) == 0);
  CHECK(table.orig_nents == 1);
  CHECK(sg_phys(table.sgl) == handle);
  CHECK(table.sgl->length == 8192);
  sg_free_table(&table);
  CHECK(dma_get_sgtable(&dev, &table, memory, 0x1000'0000, 5000) == -6);  // No DRAM.
}

TEST_CASE_METHOD(DmaFixture, "only the heavy barriers drain the outer cache", "[sw][dma]") {
  outer_cache.sync = [] { log().emplace_back("sync"); };
  dma_wmb();
  dma_rmb();
  rmb();
  CHECK(log().empty());
  wmb();
  mb();
  CHECK(log() == Log{"sync", "sync"});
}
