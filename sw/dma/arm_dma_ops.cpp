// SPDX-License-Identifier: Apache-2.0
// Direct mapping without an IOMMU: the handle is the physical address. What makes memory visible
// are cache operations, as in Linux: inner then outer before the device, outer then inner after it.
#include "sw/dma/dma_direct.hpp"
#include "sw/dma/dma_map_ops.hpp"
#include "sw/dma/dma_page.hpp"
#include "sw/lib/string.hpp"
#include "sw/mm/remap.hpp"

namespace {

using guest::whole_pages;

dma_addr_t direct_map(const device& dev, const page& page, std::size_t offset, std::size_t size) {
  const dma_addr_t handle =
      phys_to_dma(dev, page_to_phys(&page) + static_cast<phys_addr_t>(offset));
  return dma_capable(dev, handle, size) ? handle : DMA_MAPPING_ERROR;
}

/// Pages the device can reach, zeroed, by their cacheable address; null if there are none.
void* allocate_pages(const device& dev, std::size_t size, gfp_t gfp, dma_addr_t& handle) {
  void* cacheable = alloc_pages_exact(size, gfp);
  if (cacheable == nullptr) return nullptr;
  handle = phys_to_dma(dev, virt_to_phys(cacheable));
  if (handle + (size - 1) > dev.coherent_dma_mask) {
    free_pages_exact(cacheable, size);
    return nullptr;
  }
  memset(cacheable, 0, size);
  return cacheable;
}

/// Devices that do not see the CPU's caches.
class ArmDmaOps final : public dma_map_ops {
 public:
  /// Linux's remap allocator: the cacheable alias stays, but nothing of it is left in the caches.
  void* alloc(device& dev, std::size_t size, dma_addr_t& handle, gfp_t gfp,
              dma_attrs /*attrs*/) const override {
    const std::size_t bytes = whole_pages(size);
    void* cacheable = allocate_pages(dev, bytes, gfp, handle);
    if (cacheable == nullptr) return nullptr;
    const phys_addr_t start = virt_to_phys(cacheable);
    dma_page_flush(start, bytes);
    void* remapped = guest::remap_pages(start, bytes, guest::MemoryType::kBufferable);
    if (remapped == nullptr) free_pages_exact(cacheable, bytes);
    return remapped;
  }
  void free(device& dev, std::size_t size, void* cpu_addr, dma_addr_t handle,
            dma_attrs /*attrs*/) const override {
    const std::size_t bytes = whole_pages(size);
    guest::unremap_pages(cpu_addr, bytes);
    free_pages_exact(phys_to_virt(dma_to_phys(dev, handle)), bytes);
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
              dma_attrs /*attrs*/) const override {
    return allocate_pages(dev, whole_pages(size), gfp, handle);
  }
  void free(device& /*dev*/, std::size_t size, void* cpu_addr, dma_addr_t /*handle*/,
            dma_attrs /*attrs*/) const override {
    free_pages_exact(cpu_addr, whole_pages(size));
  }
  dma_addr_t map_page(device& dev, page& page, std::size_t offset, std::size_t size,
                      dma_data_direction /*direction*/, dma_attrs /*attrs*/) const override {
    return direct_map(dev, page, offset, size);
  }
};

const ArmDmaOps direct_ops;
const ArmCoherentDmaOps coherent_ops;

}  // namespace

const dma_map_ops& arm_dma_ops = direct_ops;
const dma_map_ops& arm_coherent_dma_ops = coherent_ops;
