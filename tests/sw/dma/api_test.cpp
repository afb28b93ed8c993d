// SPDX-License-Identifier: Apache-2.0
// Which operation each name of the API reaches, and with what.
#include <functional>
#include <sstream>

#include "sw/dma/mapping.hpp"
#include "tests/support/catch.hpp"
#include "tests/sw/dma/dma_fixture.hpp"

using namespace guest;
using guest::test::DmaFixture;
using guest::test::Log;

namespace {

/// Operations that log their arguments, and fail from the `fail_after`th mapping on.
class FakeOps final : public dma_map_ops {
 public:
  void* alloc(device& /*dev*/, std::size_t size, dma_addr_t& handle, gfp_t gfp,
              dma_attrs attrs) const override {
    note("alloc", size, gfp, attrs);
    handle = 0x1'0000'0000;
    return storage;
  }
  void free(device& /*dev*/, std::size_t size, void* cpu_addr, dma_addr_t handle,
            dma_attrs attrs) const override {
    note("free", size, cpu_addr == storage, handle, attrs);
  }
  dma_addr_t map_page(device& /*dev*/, page& page, std::size_t offset, std::size_t size,
                      dma_data_direction direction, dma_attrs attrs) const override {
    if (live >= fail_after) return DMA_MAPPING_ERROR;
    ++live;
    const dma_addr_t handle = page_to_phys(&page) - HostMachine::kDramStart + offset;
    note("map_page", handle, size, direction, attrs);
    return handle;
  }
  void unmap_page(device& /*dev*/, dma_addr_t handle, std::size_t size,
                  dma_data_direction direction, dma_attrs attrs) const override {
    --live;
    note("unmap_page", handle, size, direction, attrs);
  }
  void sync_single_for_cpu(device& /*dev*/, dma_addr_t handle, std::size_t size,
                           dma_data_direction direction) const override {
    note("sync_cpu", handle, size, direction);
  }
  void sync_single_for_device(device& /*dev*/, dma_addr_t handle, std::size_t size,
                              dma_data_direction direction) const override {
    note("sync_device", handle, size, direction);
  }

  template <class... Arguments>
  void note(const char* name, Arguments... arguments) const {
    std::ostringstream text;
    text << name << std::hex;
    ((text << ' ' << arguments), ...);
    log.push_back(text.str());
  }

  mutable Log log;
  mutable int live = 0;
  int fail_after = 100;
  mutable std::byte storage[16] = {};
};

struct ApiFixture : DmaFixture {
  ApiFixture() { dev.dma_ops = &ops; }
  FakeOps ops;
};

}  // namespace

TEST_CASE_METHOD(ApiFixture, "each name reaches its operation with its arguments", "[sw][dma]") {
  page* second = virt_to_page(at(0x1000));
  struct Row {
    std::function<void()> call;
    const char* operation;
  };
  device* d = &dev;
  const Row rows[] = {
      {[&] { dma_map_single(d, at(0x1234), 16, DMA_TO_DEVICE); }, "map_page 1234 10 1 0"},
      {[&] { dma_map_single_attrs(d, at(0x1234), 16, DMA_TO_DEVICE, 2); }, "map_page 1234 10 1 2"},
      {[&] { dma_map_page(d, second, 8, 16, DMA_FROM_DEVICE); }, "map_page 1008 10 2 0"},
      {[&] { dma_map_page_attrs(d, second, 0x1008, 16, DMA_FROM_DEVICE, 32); },
       "map_page 2008 10 2 20"},
      {[&] { dma_unmap_single(d, 0x1234, 16, DMA_TO_DEVICE); }, "unmap_page 1234 10 1 0"},
      {[&] { dma_unmap_single_attrs(d, 0x1234, 16, DMA_TO_DEVICE, 32); },
       "unmap_page 1234 10 1 20"},
      {[&] { dma_unmap_page(d, 0x1234, 16, DMA_BIDIRECTIONAL); }, "unmap_page 1234 10 0 0"},
      {[&] { dma_unmap_page_attrs(d, 0x1'0000'1234, 16, DMA_TO_DEVICE, 4); },
       "unmap_page 100001234 10 1 4"},
      {[&] { dma_sync_single_for_cpu(d, 0x40, 32, DMA_FROM_DEVICE); }, "sync_cpu 40 20 2"},
      {[&] { dma_sync_single_for_device(d, 0x40, 32, DMA_FROM_DEVICE); }, "sync_device 40 20 2"},
      {[&] { dma_sync_single_range_for_cpu(d, 0x40, 8, 32, DMA_TO_DEVICE); }, "sync_cpu 48 20 1"},
      {[&] { dma_sync_single_range_for_device(d, 0x40, 8, 32, DMA_TO_DEVICE); },
       "sync_device 48 20 1"},
      {[&] { dma_free_coherent(d, 64, ops.storage, 0x80); }, "free 40 1 80 0"},
      {[&] { dma_free_wc(d, 64, ops.storage, 0x80); }, "free 40 1 80 4"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.operation);
    ops.log.clear();
    row.call();
    CHECK(ops.log == Log{row.operation});
  }
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
  CHECK(ops.log == Log{"map_page 100 10 1 0", "map_page 1200 20 1 0", "map_page 2300 30 1 0",
                       "map_page 3400 40 1 0"});
  CHECK(sg_dma_address(&second[1]) == 0x3400);
  CHECK(sg_dma_len(&second[1]) == 64);
  CHECK(sg_next(&second[1]) == nullptr);
  ops.log.clear();
  dma_sync_sg_for_cpu(&dev, first, 3, DMA_TO_DEVICE);
  CHECK(ops.log == Log{"sync_cpu 100 10 1", "sync_cpu 1200 20 1", "sync_cpu 2300 30 1"});
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
  CHECK(ops.live == 0);
  sg_table table{list, 0, 3};
  CHECK(dma_map_sgtable(&dev, &table, DMA_TO_DEVICE, 0) == -5);
  ops.fail_after = 3;
  CHECK(dma_map_sgtable(&dev, &table, DMA_TO_DEVICE, 0) == 0);
  CHECK(table.nents == 3);
  dma_unmap_sgtable(&dev, &table, DMA_TO_DEVICE, 0);
  CHECK(ops.live == 0);
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
