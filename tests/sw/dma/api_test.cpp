// SPDX-License-Identifier: Apache-2.0
// Which operation each name of the API reaches, and with what.
#include <functional>

#include "sw/dma/dma_pool.hpp"
#include "sw/dma/dmam.hpp"
#include "sw/dma/mapping.hpp"
#include "sw/dma/old_names.hpp"
#include "sw/dma/pci_dma_compat.hpp"
#include "sw/kernel/devres.hpp"
#include "tests/support/catch.hpp"
#include "tests/sw/dma/fake_ops.hpp"

using namespace guest;
using guest::test::ApiFixture;
using guest::test::DmaFixture;
using guest::test::Log;

namespace {

/// A use of the API, and all operations it reaches.
struct Row {
  std::function<void()> call;
  Log operations;
};

void check(const test::FakeOps& ops, const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.operations);
    ops.log.clear();
    row.call();
    CHECK(ops.log == row.operations);
  }
}

}  // namespace

TEST_CASE_METHOD(ApiFixture, "each name of a mapping reaches its operation", "[sw][dma]") {
  page* second = virt_to_page(at(0x1000));
  device* d = &dev;
  const dma_addr_t h = 0x1'0000'0040;
  check(ops,
        {
            {[&] { dma_map_single(d, at(0x1234), 16, DMA_TO_DEVICE); }, {"map_page 1234 10 1 0"}},
            {[&] { dma_map_single_attrs(d, at(0x1234), 16, DMA_TO_DEVICE, 2); },
             {"map_page 1234 10 1 2"}},
            {[&] { dma_map_page(d, second, 8, 16, DMA_FROM_DEVICE); }, {"map_page 1008 10 2 0"}},
            {[&] { dma_map_page_attrs(d, second, 0x1008, 16, DMA_FROM_DEVICE, 32); },
             {"map_page 2008 10 2 20"}},
            {[&] { dma_unmap_single(d, h, 16, DMA_TO_DEVICE); }, {"unmap_page 100000040 10 1 0"}},
            {[&] { dma_unmap_single_attrs(d, h, 16, DMA_TO_DEVICE, 32); },
             {"unmap_page 100000040 10 1 20"}},
            {[&] { dma_unmap_page(d, h, 16, DMA_BIDIRECTIONAL); }, {"unmap_page 100000040 10 0 0"}},
            {[&] { dma_unmap_page_attrs(d, h, 16, DMA_TO_DEVICE, 4); },
             {"unmap_page 100000040 10 1 4"}},
            {[&] { dma_map_resource(d, 0x1000'5080, 4, DMA_TO_DEVICE, 1); },
             {"map_resource 10005080 4 1 1"}},
            {[&] { dma_unmap_resource(d, h, 4, DMA_TO_DEVICE, 1); },
             {"unmap_resource 100000040 4 1 1"}},
            {[&] { dma_sync_single_for_cpu(d, h, 32, DMA_FROM_DEVICE); },
             {"sync_cpu 100000040 20 2"}},
            {[&] { dma_sync_single_for_device(d, h, 32, DMA_FROM_DEVICE); },
             {"sync_device 100000040 20 2"}},
            {[&] { dma_sync_single_range_for_cpu(d, h, 8, 32, DMA_TO_DEVICE); },
             {"sync_cpu 100000048 20 1"}},
            {[&] { dma_sync_single_range_for_device(d, h, 8, 32, DMA_TO_DEVICE); },
             {"sync_device 100000048 20 1"}},
            {[&] { dma_mapping_error(d, 0xBAD); }, {"mapping_error bad"}},
        });
  CHECK(dma_mapping_error(d, 0xBAD) == -12);
  CHECK(dma_mapping_error(d, 0x40) == 0);
}

TEST_CASE_METHOD(ApiFixture, "each name of a list reaches its operation", "[sw][dma]") {
  device* d = &dev;
  scatterlist list[2];
  sg_init_table(list, 2);
  sg_set_buf(&list[0], at(0x100), 16);
  sg_set_buf(&list[1], at(0x1200), 32);
  sg_table table{list, 2, 2};
  const Log mapped{"map_sg 100 2 2 20", "map_page 100 10 2 20", "map_page 1200 20 2 20"};
  const Log mapped_plain{"map_sg 100 2 2 0", "map_page 100 10 2 0", "map_page 1200 20 2 0"};
  const Log unmap{"unmap_sg 100 2 2 20", "unmap_page 100 10 2 20", "unmap_page 1200 20 2 20"};
  const Log unmap_plain{"unmap_sg 100 2 2 0", "unmap_page 100 10 2 0", "unmap_page 1200 20 2 0"};
  const Log for_cpu{"sync_sg_cpu 100 2 2", "sync_cpu 100 10 2", "sync_cpu 1200 20 2"};
  const Log for_device{"sync_sg_device 100 2 2", "sync_device 100 10 2", "sync_device 1200 20 2"};
  const dma_data_direction from = DMA_FROM_DEVICE;
  check(ops, {
                 {[&] { dma_map_sg(d, list, 2, from); }, mapped_plain},
                 {[&] { dma_map_sg_attrs(d, list, 2, from, 32); }, mapped},
                 {[&] { CHECK(dma_map_sgtable(d, &table, from, 32) == 0); }, mapped},
                 {[&] { dma_unmap_sg(d, list, 2, from); }, unmap_plain},
                 {[&] { dma_unmap_sg_attrs(d, list, 2, from, 32); }, unmap},
                 {[&] { dma_unmap_sgtable(d, &table, from, 32); }, unmap},
                 {[&] { dma_sync_sg_for_cpu(d, list, 2, from); }, for_cpu},
                 {[&] { dma_sync_sg_for_device(d, list, 2, from); }, for_device},
                 {[&] { dma_sync_sgtable_for_cpu(d, &table, from); }, for_cpu},
                 {[&] { dma_sync_sgtable_for_device(d, &table, from); }, for_device},
             });
}

TEST_CASE_METHOD(ApiFixture, "each name of an allocation reaches its operation", "[sw][dma]") {
  device* d = &dev;
  void* p = ops.storage;
  const dma_addr_t h = 0x80;
  dma_addr_t out = 0;
  vm_area_struct area{};
  area.vm_pgoff = 3;
  sg_table table{nullptr, 7, 7};
  dma_pool* pool = nullptr;
  check(
      ops,
      {
          {[&] { dma_alloc_attrs(d, 64, &out, GFP_KERNEL, 0x14); }, {"alloc 40 cc0 14"}},
          {[&] { dma_alloc_attrs(d, 64, &out, GFP_KERNEL | __GFP_HIGHMEM | GFP_DMA, 0); },
           {"alloc 40 cc0 0"}},
          {[&] { dma_alloc_coherent(d, 64, &out, GFP_KERNEL); }, {"alloc 40 cc0 0"}},
          {[&] { dma_alloc_coherent(d, 64, &out, GFP_KERNEL | __GFP_NOWARN); },
           {"alloc 40 2cc0 100"}},
          {[&] { dma_zalloc_coherent(d, 64, &out, GFP_ATOMIC); }, {"alloc 40 b20 0"}},
          {[&] { dma_alloc_wc(d, 64, &out, GFP_ATOMIC); }, {"alloc 40 a20 4"}},
          {[&] { dma_alloc_writecombine(d, 64, &out, GFP_ATOMIC); }, {"alloc 40 a20 4"}},
          {[&] {
             dma_alloc_attrs(d, 64, &out, GFP_ATOMIC,
                             DMA_ATTR_WRITE_BARRIER | DMA_ATTR_NON_CONSISTENT);
           },
           {"alloc 40 a20 0"}},
          {[&] { dma_free_attrs(d, 64, p, h, 0x14); }, {"free 40 1 80 14"}},
          {[&] { dma_free_coherent(d, 64, p, h); }, {"free 40 1 80 0"}},
          {[&] { dma_free_wc(d, 64, p, h); }, {"free 40 1 80 4"}},
          {[&] { dma_free_writecombine(d, 64, p, h); }, {"free 40 1 80 4"}},
          {[&] { CHECK(dma_mmap_attrs(d, &area, p, h, 64, 0x14) == 1); }, {"mmap 3 1 80 40 14"}},
          {[&] { CHECK(dma_mmap_coherent(d, &area, p, h, 64) == 1); }, {"mmap 3 1 80 40 0"}},
          {[&] { CHECK(dma_mmap_wc(d, &area, p, h, 64) == 1); }, {"mmap 3 1 80 40 4"}},
          {[&] { CHECK(dma_mmap_writecombine(d, &area, p, h, 64) == 1); }, {"mmap 3 1 80 40 4"}},
          {[&] { CHECK(dma_get_sgtable(d, &table, p, h, 64) == 2); }, {"get_sgtable 7 1 80 40 0"}},
          {[&] { CHECK(dma_get_sgtable_attrs(d, &table, p, h, 64, 4) == 2); },
           {"get_sgtable 7 1 80 40 4"}},
          {[&] { dma_cache_sync(d, p, 64, DMA_TO_DEVICE); }, {"cache_sync 1 40 1"}},
          {[&] { pool = dma_pool_create("blocks", d, 64, 64, 0); }, {}},
          {[&] { CHECK(dma_pool_alloc(pool, GFP_ATOMIC, &out) == p); }, {"alloc 1000 a20 0"}},
          {[&] { dma_pool_free(pool, p, out); }, {}},
          {[&] { dma_pool_destroy(pool); }, {"free 1000 1 100000000 0"}},
          {[&] { pool = dmam_pool_create("blocks", d, 64, 64, 0); }, {}},
          {[&] { dmam_pool_destroy(pool); }, {}},
          {[&] { dmam_alloc_coherent(d, 64, &out, GFP_KERNEL); }, {"alloc 40 cc0 0"}},
          {[&] { dmam_free_coherent(d, 64, p, out); }, {"free 40 1 100000000 0"}},
          {[&] { dmam_alloc_attrs(d, 64, &out, GFP_KERNEL, 4); }, {"alloc 40 cc0 4"}},
          {[&] { devres_release_all(d); }, {"free 40 1 100000000 4"}},
      });
}

TEST_CASE_METHOD(ApiFixture, "pages for one direction are mapped, and not synced", "[sw][dma]") {
  device* d = &dev;
  dma_addr_t out = 0;
  page* pages = nullptr;
  void* memory = nullptr;
  sg_table* table = nullptr;
  // The buddy allocator splits from the end: where the pages are is not the point.
  const auto in = [&](const char* operation, dma_addr_t handle, const char* rest) {
    std::ostringstream text;
    text << operation << ' ' << std::hex << handle << ' ' << rest;
    return text.str();
  };
  const auto allocated = [&](dma_addr_t handle, const char* rest) {
    return Log{in("map_allocated", handle, rest), in("map_page", handle, rest) + " 20"};
  };
  pages = dma_alloc_pages(d, 5000, &out, DMA_FROM_DEVICE, GFP_KERNEL);
  CHECK(ops.log == allocated(out, "2000 2"));
  ops.log.clear();
  dma_free_pages(d, 5000, pages, out, DMA_FROM_DEVICE);
  CHECK(ops.log == Log{in("unmap_page", out, "2000 2 20")});
  ops.log.clear();
  memory = dma_alloc_noncoherent(d, 16, &out, DMA_TO_DEVICE, GFP_KERNEL);
  CHECK(ops.log == allocated(out, "1000 1"));
  ops.log.clear();
  dma_free_noncoherent(d, 16, memory, out, DMA_TO_DEVICE);
  CHECK(ops.log == Log{in("unmap_page", out, "1000 1 20")});
  ops.log.clear();
  table = dma_alloc_noncontiguous(d, 16, DMA_TO_DEVICE, GFP_KERNEL, 0);
  REQUIRE(table != nullptr);
  out = sg_dma_address(table->sgl);
  CHECK(ops.log == allocated(out, "1000 1"));
  ops.log.clear();
  dma_free_noncontiguous(d, 16, table, DMA_TO_DEVICE);
  CHECK(ops.log == Log{in("unmap_page", out, "1000 1 20")});
  CHECK(free_page_count() == kPages);
}

TEST_CASE_METHOD(ApiFixture, "each name of a limit reaches its operation", "[sw][dma]") {
  device* d = &dev;
  check(ops, {
                 {[&] { dma_set_mask(d, 0xFFFF); }, {"set_dma_mask ffff"}},
                 {[&] { dma_set_coherent_mask(d, 0xFFFF); }, {"dma_supported ffff"}},
                 {[&] { dma_set_mask_and_coherent(d, 0xFFFF); },
                  {"set_dma_mask ffff", "dma_supported ffff"}},
                 {[&] { dma_coerce_mask_and_coherent(d, 0xFFFF); },
                  {"set_dma_mask ffff", "dma_supported ffff"}},
                 {[&] { CHECK(dma_supported(d, 0xFFFF) == 1); }, {"dma_supported ffff"}},
                 {[&] { CHECK(dma_get_required_mask(d) == 0xFF); }, {"get_required_mask"}},
                 {[&] { CHECK(dma_max_mapping_size(d) == 0x1000); }, {"max_mapping_size"}},
                 {[&] { dma_set_max_seg_size(d, 4096); }, {}},
                 {[&] { dma_set_seg_boundary(d, 0xFFF); }, {}},
             });
  CHECK(dma_get_max_seg_size(d) == 4096);
  CHECK(dma_get_seg_boundary(d) == 0xFFF);
  CHECK(dma_get_cache_alignment() == 32);
}

TEST_CASE_METHOD(DmaFixture, "each PCI name reaches its operation", "[sw][dma]") {
  const test::FakeOps ops;
  pci_dev pci;
  pci.dev.dma_ops = &ops;
  pci_dev* d = &pci;
  dma_addr_t out = 0;
  scatterlist list[1];
  sg_init_one(list, at(0x100), 16);
  dma_pool* pool = nullptr;
  page* second = virt_to_page(at(0x1000));
  check(ops,
        {
            {[&] { CHECK(pci_dma_supported(d, 0xFF) == 1); }, {"dma_supported ff"}},
            {[&] { pci_alloc_consistent(d, 64, &out); }, {"alloc 40 a20 0"}},
            {[&] { pci_zalloc_consistent(d, 64, &out); }, {"alloc 40 b20 0"}},
            {[&] { pci_free_consistent(d, 64, ops.storage, 0x80); }, {"free 40 1 80 0"}},
            {[&] { pci_map_single(d, at(0x40), 8, PCI_DMA_TODEVICE); }, {"map_page 40 8 1 0"}},
            {[&] { pci_unmap_single(d, 0x40, 8, PCI_DMA_TODEVICE); }, {"unmap_page 40 8 1 0"}},
            {[&] { pci_map_page(d, second, 4, 8, PCI_DMA_FROMDEVICE); }, {"map_page 1004 8 2 0"}},
            {[&] { pci_unmap_page(d, 0x40, 8, PCI_DMA_BIDIRECTIONAL); }, {"unmap_page 40 8 0 0"}},
            {[&] { CHECK(pci_map_sg(d, list, 1, PCI_DMA_TODEVICE) == 1); },
             {"map_sg 100 1 1 0", "map_page 100 10 1 0"}},
            {[&] { pci_unmap_sg(d, list, 1, PCI_DMA_TODEVICE); },
             {"unmap_sg 100 1 1 0", "unmap_page 100 10 1 0"}},
            {[&] { pci_dma_sync_single_for_cpu(d, 0x40, 8, 2); }, {"sync_cpu 40 8 2"}},
            {[&] { pci_dma_sync_single_for_device(d, 0x40, 8, 2); }, {"sync_device 40 8 2"}},
            {[&] { pci_dma_sync_sg_for_cpu(d, list, 1, 2); },
             {"sync_sg_cpu 100 1 2", "sync_cpu 100 10 2"}},
            {[&] { pci_dma_sync_sg_for_device(d, list, 1, 2); },
             {"sync_sg_device 100 1 2", "sync_device 100 10 2"}},
            {[&] { CHECK(pci_dma_mapping_error(d, 0xBAD) != 0); }, {"mapping_error bad"}},
            {[&] { pci_set_dma_mask(d, 0xFF); }, {"set_dma_mask ff"}},
            {[&] { pci_set_consistent_dma_mask(d, 0xFF); }, {"dma_supported ff"}},
            {[&] { CHECK(pci_set_dma_max_seg_size(d, 512) == 0); }, {}},
            {[&] { CHECK(pci_set_dma_seg_boundary(d, 0xFFF) == 0); }, {}},
            {[&] { pool = pci_pool_create("blocks", d, 64, 64, 0); }, {}},
            {[&] { pci_pool_alloc(pool, GFP_KERNEL, &out); }, {"alloc 1000 cc0 0"}},
            {[&] { pci_pool_free(pool, ops.storage, out); }, {}},
            {[&] { pci_pool_destroy(pool); }, {"free 1000 1 100000000 0"}},
        });
}

TEST_CASE_METHOD(DmaFixture, "the outer cache's old names reach its operations", "[sw][dma]") {
  constexpr phys_addr_t kStart = HostMachine::kDramStart;
  outer_cache.flush_all = [] { log().emplace_back("outer_flush_all"); };
  l2x0_inv_range(kStart, kStart + 32);
  l2x0_clean_range(kStart, kStart + 64);
  l2x0_flush_range(kStart, kStart + 96);
  outer_inv_all();
  CHECK(log() ==
        Log{"outer_inv 0x0+32", "outer_clean 0x0+64", "outer_flush 0x0+96", "outer_flush_all"});
  CHECK(dma_map_single(&dev, at(0), 0, DMA_TO_DEVICE) == DMA_ERROR_CODE);
}

TEST_CASE_METHOD(ApiFixture, "allocation returns the whole 64-bit handle", "[sw][dma]") {
  dma_addr_t handle = 0;
  CHECK(dma_alloc_coherent(&dev, 64, &handle, GFP_KERNEL) == ops.storage);
  CHECK(handle == 0x1'0000'0000);
  CHECK(dma_alloc_wc(&dev, 64, &handle, GFP_ATOMIC) == ops.storage);
  CHECK(ops.log == Log{"alloc 40 cc0 0", "alloc 40 a20 4"});
}

TEST_CASE_METHOD(ApiFixture, "a list is mapped entry by entry, through chains", "[sw][dma]") {
  scatterlist first[3];
  scatterlist second[2];
  sg_init_table(first, 3);
  sg_init_table(second, 2);
  sg_set_buf(&first[0], at(0x100), 16);
  sg_set_buf(&first[1], at(0x1200), 32);
  sg_set_buf(&second[0], at(0x2300), 48);
  sg_set_buf(&second[1], at(0x3400), 64);
  sg_chain(first, 3, second);
  CHECK(dma_map_sg(&dev, first, 4, DMA_TO_DEVICE) == 4);
  CHECK(ops.log == Log{"map_sg 100 4 1 0", "map_page 100 10 1 0", "map_page 1200 20 1 0",
                       "map_page 2300 30 1 0", "map_page 3400 40 1 0"});
  CHECK(sg_dma_address(&second[1]) == 0x3400);
  CHECK(sg_dma_len(&second[1]) == 64);
  CHECK(sg_next(&second[1]) == nullptr);
  ops.log.clear();
  dma_sync_sg_for_cpu(&dev, first, 3, DMA_TO_DEVICE);
  CHECK(ops.log == Log{"sync_sg_cpu 100 3 1", "sync_cpu 100 10 1", "sync_cpu 1200 20 1",
                       "sync_cpu 2300 30 1"});
  dma_unmap_sg(&dev, first, 4, DMA_TO_DEVICE);
  CHECK(ops.live == 0);
}

TEST_CASE_METHOD(ApiFixture, "a list that cannot be mapped whole is not mapped at all",
                 "[sw][dma]") {
  ops.fail_after = 2;
  scatterlist list[3];
  sg_init_table(list, 3);
  for (unsigned i = 0; i < 3; ++i) sg_set_buf(&list[i], at(0x1000 * i), 16);
  CHECK(dma_map_sg(&dev, list, 3, DMA_TO_DEVICE) == 0);
  CHECK(ops.log.back() == "unmap_page 1000 10 1 20");  // No device has touched it.
  CHECK(ops.live == 0);
  sg_table table{list, 0, 3};
  CHECK(dma_map_sgtable(&dev, &table, DMA_TO_DEVICE, 0) == -5);
  ops.fail_after = 3;
  CHECK(dma_map_sgtable(&dev, &table, DMA_TO_DEVICE, 0) == 0);
  CHECK(table.nents == 3);
  dma_unmap_sgtable(&dev, &table, DMA_TO_DEVICE, 0);
  CHECK(ops.live == 0);
}

// Linux 6.1, kernel/dma/mapping.c.
TEST_CASE_METHOD(ApiFixture, "dma_map_sgtable passes on why a list was not mapped", "[sw][dma]") {
  scatterlist list[1];
  sg_init_one(list, at(0x100), 16);
  sg_table table{list, 7, 1};
  const auto returned = [&](int by_operation) {
    ops.list_result = by_operation;
    CHECK(dma_map_sg(&dev, list, 1, DMA_TO_DEVICE) == 0);
    return dma_map_sgtable(&dev, &table, DMA_TO_DEVICE, 0);
  };
  CHECK(returned(-12) == -12);
  CHECK(returned(-22) == -22);
  CHECK(returned(-5) == -5);
  CHECK(returned(-16) == -5);
  CHECK(table.nents == 7);
}

TEST_CASE_METHOD(ApiFixture, "a Mapping unmaps once, however often it is moved", "[sw][dma]") {
  {
    Result<Mapping> mapping = Mapping::map(dev, std::span{at(0x40), 64}, DMA_FROM_DEVICE);
    REQUIRE(mapping);
    const Mapping moved = std::move(*mapping);
    CHECK(raw(moved.address()) == 0x40);
  }
  CHECK(ops.log == Log{"map_page 40 40 2 0", "unmap_page 40 40 2 0"});
}

TEST_CASE_METHOD(ApiFixture, "a Mapping lends its buffer between two syncs", "[sw][dma]") {
  Result<Mapping> mapping = Mapping::map(dev, std::span{at(0x40), 64}, DMA_FROM_DEVICE);
  REQUIRE(mapping);
  ops.log.clear();
  mapping->for_cpu([&](std::span<std::byte> bytes) { ops.note("use", bytes.size()); });
  CHECK(ops.log == Log{"sync_cpu 40 40 2", "use 40", "sync_device 40 40 2"});
}

TEST_CASE_METHOD(ApiFixture, "a failed Mapping says so and unmaps nothing", "[sw][dma]") {
  ops.fail_after = 0;
  {
    const Result<Mapping> mapping = Mapping::map(dev, std::span{at(0x40), 64}, DMA_FROM_DEVICE);
    REQUIRE_FALSE(mapping);
    CHECK(mapping.error() == Error::kOutOfIova);
  }
  CHECK(ops.log.empty());
}

TEST_CASE_METHOD(ApiFixture, "what a device shall only read may be const, and nothing else",
                 "[sw][dma]") {
  const std::span<const std::byte> buffer{at(0x40), 64};
  CHECK(Mapping::map(dev, buffer, DMA_TO_DEVICE));
  CHECK_FALSE(Mapping::map(dev, buffer, DMA_FROM_DEVICE));
}
