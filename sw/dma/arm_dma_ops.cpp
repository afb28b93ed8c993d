// SPDX-License-Identifier: Apache-2.0
// Direct mapping without an IOMMU: the handle is the physical address. What makes memory visible
// are cache operations, as in Linux: inner then outer before the device, outer then inner after it.
#include "sw/dma/arm_dma_allocator.hpp"
#include "sw/dma/dma_direct.hpp"
#include "sw/dma/dma_map_ops.hpp"
#include "sw/dma/dma_page.hpp"

namespace {

dma_addr_t direct_map(const device& dev, const page& page, std::size_t offset, std::size_t size) {
  const dma_addr_t handle =
      phys_to_dma(dev, page_to_phys(&page) + static_cast<phys_addr_t>(offset));
  return dma_capable(dev, handle, size) ? handle : DMA_MAPPING_ERROR;
}

/// Registers have the same address on every bus, as in Linux.
dma_addr_t direct_map_resource(const device& dev, phys_addr_t address, std::size_t size) {
  return dma_capable(dev, address, size) ? address : DMA_MAPPING_ERROR;
}

/// Devices that do not see the CPU's caches.
class ArmDmaOps final : public dma_map_ops {
 public:
  void* alloc(device& dev, std::size_t size, dma_addr_t& handle, gfp_t gfp,
              dma_attrs attrs) const override {
    return __dma_alloc(dev, size, handle, gfp, __get_dma_pgprot(attrs), false, attrs);
  }
  void free(device& dev, std::size_t size, void* cpu_addr, dma_addr_t handle,
            dma_attrs /*attrs*/) const override {
    __arm_dma_free(dev, size, cpu_addr, handle);
  }
  int mmap(device& dev, vm_area_struct& area, void* cpu_addr, dma_addr_t handle, std::size_t size,
           dma_attrs attrs) const override {
    area.vm_page_prot = __get_dma_pgprot(attrs);
    return dma_common_mmap(dev, area, cpu_addr, handle, size);
  }
  dma_addr_t map_page(device& dev, page& page, std::size_t offset, std::size_t size,
                      dma_data_direction direction, dma_attrs attrs) const override {
    const dma_addr_t handle = direct_map(dev, page, offset, size);
    if (handle != DMA_MAPPING_ERROR && (attrs & DMA_ATTR_SKIP_CPU_SYNC) == 0) {
      dma_page_cpu_to_dev(dma_to_phys(dev, handle), size, direction);
    }
    return handle;
  }
  void unmap_page(device& dev, dma_addr_t handle, std::size_t size, dma_data_direction direction,
                  dma_attrs attrs) const override {
    if ((attrs & DMA_ATTR_SKIP_CPU_SYNC) == 0)
      dma_page_dev_to_cpu(dma_to_phys(dev, handle), size, direction);
  }
  dma_addr_t map_resource(device& dev, phys_addr_t address, std::size_t size,
                          dma_data_direction /*direction*/, dma_attrs /*attrs*/) const override {
    return direct_map_resource(dev, address, size);
  }
  void cache_sync(device& /*dev*/, void* address, std::size_t size,
                  dma_data_direction direction) const override {
    dma_page_cpu_to_dev(virt_to_phys(address), size, direction);
  }
  void sync_single_for_cpu(device& dev, dma_addr_t handle, std::size_t size,
                           dma_data_direction direction) const override {
    dma_page_dev_to_cpu(dma_to_phys(dev, handle), size, direction);
  }
  void sync_single_for_device(device& dev, dma_addr_t handle, std::size_t size,
                              dma_data_direction direction) const override {
    dma_page_cpu_to_dev(dma_to_phys(dev, handle), size, direction);
  }
};

/// Devices that see the CPU's caches: cacheable memory as it is.
class ArmCoherentDmaOps final : public dma_map_ops {
 public:
  void* alloc(device& dev, std::size_t size, dma_addr_t& handle, gfp_t gfp,
              dma_attrs attrs) const override {
    return __dma_alloc(dev, size, handle, gfp, guest::MemoryType::kWriteAllocate, true, attrs);
  }
  void free(device& dev, std::size_t size, void* cpu_addr, dma_addr_t handle,
            dma_attrs /*attrs*/) const override {
    __arm_dma_free(dev, size, cpu_addr, handle);
  }
  /// Cacheable, as the kernel's own mapping (4.4; 4.1 gave user mode a non-cacheable alias).
  int mmap(device& dev, vm_area_struct& area, void* cpu_addr, dma_addr_t handle, std::size_t size,
           dma_attrs /*attrs*/) const override {
    area.vm_page_prot = guest::MemoryType::kWriteAllocate;
    return dma_common_mmap(dev, area, cpu_addr, handle, size);
  }
  dma_addr_t map_page(device& dev, page& page, std::size_t offset, std::size_t size,
                      dma_data_direction /*direction*/, dma_attrs /*attrs*/) const override {
    return direct_map(dev, page, offset, size);
  }
  dma_addr_t map_resource(device& dev, phys_addr_t address, std::size_t size,
                          dma_data_direction /*direction*/, dma_attrs /*attrs*/) const override {
    return direct_map_resource(dev, address, size);
  }
};

const ArmDmaOps direct_ops;
const ArmCoherentDmaOps coherent_ops;

}  // namespace

const dma_map_ops& arm_dma_ops = direct_ops;
const dma_map_ops& arm_coherent_dma_ops = coherent_ops;
