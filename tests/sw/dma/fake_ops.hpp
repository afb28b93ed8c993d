// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sstream>

#include "tests/sw/dma/dma_fixture.hpp"

namespace guest::test {

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
  int mmap(device& /*dev*/, vm_area_struct& area, void* cpu_addr, dma_addr_t handle,
           std::size_t size, dma_attrs attrs) const override {
    note("mmap", area.vm_pgoff, cpu_addr == storage, handle, size, attrs);
    return 1;
  }
  int get_sgtable(device& /*dev*/, sg_table& table, void* cpu_addr, dma_addr_t handle,
                  std::size_t size, dma_attrs attrs) const override {
    note("get_sgtable", table.nents, cpu_addr == storage, handle, size, attrs);
    return 2;
  }
  dma_addr_t map_page(device& /*dev*/, page& page, std::size_t offset, std::size_t size,
                      dma_data_direction direction, dma_attrs attrs) const override {
    if (live >= fail_after) return DMA_MAPPING_ERROR;
    ++live;
    const dma_addr_t handle = page_to_phys(&page) - HostMachine::kDramStart + offset;
    note("map_page", handle, size, direction, attrs);
    return handle;
  }
  dma_addr_t map_allocated(device& dev, page& page, std::size_t size,
                           dma_data_direction direction) const override {
    note("map_allocated", page_to_phys(&page) - HostMachine::kDramStart, size, direction);
    return dma_map_ops::map_allocated(dev, page, size, direction);
  }
  void unmap_page(device& /*dev*/, dma_addr_t handle, std::size_t size,
                  dma_data_direction direction, dma_attrs attrs) const override {
    --live;
    note("unmap_page", handle, size, direction, attrs);
  }
  // Lists: by the defaults, which go on to the operations of pages.
  int map_sg(device& dev, scatterlist* list, unsigned entries, dma_data_direction direction,
             dma_attrs attrs) const override {
    note("map_sg", place(list), entries, direction, attrs);
    return list_result != 0 ? list_result
                            : dma_map_ops::map_sg(dev, list, entries, direction, attrs);
  }
  void unmap_sg(device& dev, scatterlist* list, unsigned entries, dma_data_direction direction,
                dma_attrs attrs) const override {
    note("unmap_sg", place(list), entries, direction, attrs);
    dma_map_ops::unmap_sg(dev, list, entries, direction, attrs);
  }
  void sync_sg_for_cpu(device& dev, scatterlist* list, unsigned entries,
                       dma_data_direction direction) const override {
    note("sync_sg_cpu", place(list), entries, direction);
    dma_map_ops::sync_sg_for_cpu(dev, list, entries, direction);
  }
  void sync_sg_for_device(device& dev, scatterlist* list, unsigned entries,
                          dma_data_direction direction) const override {
    note("sync_sg_device", place(list), entries, direction);
    dma_map_ops::sync_sg_for_device(dev, list, entries, direction);
  }
  dma_addr_t map_resource(device& /*dev*/, phys_addr_t address, std::size_t size,
                          dma_data_direction direction, dma_attrs attrs) const override {
    note("map_resource", address, size, direction, attrs);
    return address;
  }
  void unmap_resource(device& /*dev*/, dma_addr_t handle, std::size_t size,
                      dma_data_direction direction, dma_attrs attrs) const override {
    note("unmap_resource", handle, size, direction, attrs);
  }
  void sync_single_for_cpu(device& /*dev*/, dma_addr_t handle, std::size_t size,
                           dma_data_direction direction) const override {
    note("sync_cpu", handle, size, direction);
  }
  void sync_single_for_device(device& /*dev*/, dma_addr_t handle, std::size_t size,
                              dma_data_direction direction) const override {
    note("sync_device", handle, size, direction);
  }
  void cache_sync(device& /*dev*/, void* address, std::size_t size,
                  dma_data_direction direction) const override {
    note("cache_sync", address == storage, size, direction);
  }
  bool mapping_error(device& /*dev*/, dma_addr_t handle) const override {
    if (handle == 0xBAD) note("mapping_error", handle);
    return handle == 0xBAD || handle == DMA_MAPPING_ERROR;
  }
  bool dma_supported(device& /*dev*/, std::uint64_t mask) const override {
    note("dma_supported", mask);
    return mask != 0;
  }
  int set_dma_mask(device& /*dev*/, std::uint64_t mask) const override {
    note("set_dma_mask", mask);
    return 0;
  }
  std::uint64_t get_required_mask(device& /*dev*/) const override {
    note("get_required_mask");
    return 0xFF;
  }
  std::size_t max_mapping_size(device& /*dev*/) const override {
    note("max_mapping_size");
    return 0x1000;
  }

  /// Where the first entry of a list is in DRAM.
  static phys_addr_t place(const scatterlist* list) {
    return list == nullptr ? 0 : sg_phys(list) - HostMachine::kDramStart;
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
  int list_result = 0;  ///< What map_sg returns at once, if not 0.
  mutable std::byte storage[16] = {};
};

/// A device whose operations are fake.
struct ApiFixture : DmaFixture {
  ApiFixture() { dev.dma_ops = &ops; }
  FakeOps ops;
};

}  // namespace guest::test
