// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sw/dma/scatterlist.hpp"
#include "sw/kernel/device.hpp"
#include "sw/lib/dma_direction.hpp"
#include "sw/lib/types.hpp"
#include "sw/mm/vma.hpp"

struct iommu_device;

using dma_attrs = unsigned long;

// Linux 6.1, include/linux/dma-mapping.h; the values cross the hooks.
inline constexpr dma_attrs DMA_ATTR_WEAK_ORDERING = 1UL << 1;  ///< Nothing on ARM.
inline constexpr dma_attrs DMA_ATTR_WRITE_COMBINE = 1UL << 2;
inline constexpr dma_attrs DMA_ATTR_NO_KERNEL_MAPPING = 1UL << 4;
inline constexpr dma_attrs DMA_ATTR_SKIP_CPU_SYNC = 1UL << 5;
inline constexpr dma_attrs DMA_ATTR_FORCE_CONTIGUOUS = 1UL << 6;
inline constexpr dma_attrs DMA_ATTR_ALLOC_SINGLE_PAGES = 1UL << 7;
inline constexpr dma_attrs DMA_ATTR_NO_WARN = 1UL << 8;
inline constexpr dma_attrs DMA_ATTR_PRIVILEGED = 1UL << 9;

inline constexpr dma_addr_t DMA_MAPPING_ERROR = ~dma_addr_t{0};

/// How memory becomes visible to one device. Chosen per device at boot; drivers cannot tell which.
/// The members of Linux 4.1 (include/linux/dma-mapping.h) with the types of 6.1, and 6.1's
/// map_resource. One that Linux may leave out has a default that does what its wrapper does
/// without it: unmap and sync nothing, for a coherent device. Objects are static.
struct dma_map_ops {
  /// Zeroed memory for both sides, or null. With NO_KERNEL_MAPPING the result is a cookie.
  virtual void* alloc(device& dev, std::size_t size, dma_addr_t& handle, gfp_t gfp,
                      dma_attrs attrs) const = 0;
  virtual void free(device& dev, std::size_t size, void* cpu_addr, dma_addr_t handle,
                    dma_attrs attrs) const = 0;
  /// Gives user mode what `alloc` gave: 0, or -ENXIO if the area does not lie within it. By
  /// default its contiguous pages, non-cacheable.
  virtual int mmap(device& dev, vm_area_struct& area, void* cpu_addr, dma_addr_t handle,
                   std::size_t size, dma_attrs attrs) const;
  /// A table (to be freed with sg_free_table) of the pages that `alloc` gave. By default one entry.
  virtual int get_sgtable(device& dev, sg_table& table, void* cpu_addr, dma_addr_t handle,
                          std::size_t size, dma_attrs attrs) const;

  /// `offset` may be larger than a page. DMA_MAPPING_ERROR if it fails.
  virtual dma_addr_t map_page(device& dev, page& page, std::size_t offset, std::size_t size,
                              dma_data_direction direction, dma_attrs attrs) const = 0;
  /// As map_page, for memory that dma_alloc_noncoherent and its kin got where the device reaches
  /// it: the device sees this memory itself, no copy of it. Nothing is maintained.
  virtual dma_addr_t map_allocated(device& dev, page& page, std::size_t size,
                                   dma_data_direction direction) const {
    return map_page(dev, page, 0, size, direction, DMA_ATTR_SKIP_CPU_SYNC);
  }
  virtual void unmap_page(device& /*dev*/, dma_addr_t /*handle*/, std::size_t /*size*/,
                          dma_data_direction /*direction*/, dma_attrs /*attrs*/) const {}
  /// The number of entries for the device; or, with none mapped, -ENOMEM (later it may work),
  /// -EINVAL (it never will) or -EIO. By default entry by entry.
  virtual int map_sg(device& dev, scatterlist* list, unsigned entries, dma_data_direction direction,
                     dma_attrs attrs) const;
  /// `entries` as given to map_sg, not as returned by it.
  virtual void unmap_sg(device& dev, scatterlist* list, unsigned entries,
                        dma_data_direction direction, dma_attrs attrs) const;
  /// Registers of another device, by physical address. By default that address itself.
  virtual dma_addr_t map_resource(device& dev, phys_addr_t address, std::size_t size,
                                  dma_data_direction direction, dma_attrs attrs) const;
  virtual void unmap_resource(device& /*dev*/, dma_addr_t /*handle*/, std::size_t /*size*/,
                              dma_data_direction /*direction*/, dma_attrs /*attrs*/) const {}

  virtual void sync_single_for_cpu(device& /*dev*/, dma_addr_t /*handle*/, std::size_t /*size*/,
                                   dma_data_direction /*direction*/) const {}
  virtual void sync_single_for_device(device& /*dev*/, dma_addr_t /*handle*/, std::size_t /*size*/,
                                      dma_data_direction /*direction*/) const {}
  virtual void sync_sg_for_cpu(device& dev, scatterlist* list, unsigned entries,
                               dma_data_direction direction) const;
  virtual void sync_sg_for_device(device& dev, scatterlist* list, unsigned entries,
                                  dma_data_direction direction) const;

  /// Makes memory of dma_alloc_noncoherent visible to the device: nothing if it snoops.
  virtual void cache_sync(device& /*dev*/, void* /*address*/, std::size_t /*size*/,
                          dma_data_direction /*direction*/) const {}

  virtual bool mapping_error(device& /*dev*/, dma_addr_t handle) const {
    return handle == DMA_MAPPING_ERROR;
  }
  /// Whether a device with this mask can be served. By default: it reaches the end of DRAM.
  virtual bool dma_supported(device& dev, std::uint64_t mask) const;
  /// 0, or -EIO: no mask to set, or not supported.
  virtual int set_dma_mask(device& dev, std::uint64_t mask) const;
  /// The most bytes one mapping can have.
  virtual std::size_t max_mapping_size(device& /*dev*/) const { return ~std::size_t{0}; }
  /// The smallest mask that reaches all of DRAM.
  virtual std::uint64_t get_required_mask(device& dev) const;

 protected:
  ~dma_map_ops() = default;  // Nothing is deleted: no operator delete is linked.
};

/// Maps into the area, from its `vm_pgoff` on, a buffer of `size` bytes that begins at page number
/// `frame`, with the area's memory type. -ENXIO if the area does not lie within the buffer.
int dma_mmap_frames(vm_area_struct& area, unsigned long frame, std::size_t size);
/// What an operation's mmap does once it has chosen `vm_page_prot`: contiguous pages, from
/// `vm_pgoff` on.
int dma_common_mmap(device& dev, vm_area_struct& area, void* cpu_addr, dma_addr_t handle,
                    std::size_t size);

/// Devices that do not snoop, without an IOMMU: cache maintenance, and nothing else.
extern const dma_map_ops& arm_dma_ops;
/// Devices that snoop: addresses only.
extern const dma_map_ops& arm_coherent_dma_ops;

/// Those of the two that suit a device without an IOMMU.
inline const dma_map_ops& direct_dma_ops(const device& dev) {
  return dev.dma_coherent ? arm_coherent_dma_ops : arm_dma_ops;
}

/// The device's own operations, chosen on first use from the device tree (of_dma_configure); the
/// platform's default, arm_dma_ops, without a device.
const dma_map_ops& get_dma_ops(device* dev);
inline void set_dma_ops(device* dev, const dma_map_ops* ops) { dev->dma_ops = ops; }

namespace guest {

/// A device's way to memory, as arch_setup_dma_ops is told it.
struct DmaSetup {
  dma_addr_t base = 0;     ///< The lowest address of the device's bus.
  std::uint64_t size = 0;  ///< How much of that bus is memory.
  iommu_device* iommu = nullptr;
  bool coherent = false;
};

/// Gives a device other operations than the direct ones, or null: not this device.
using DmaOpsChooser = const dma_map_ops* (*)(device& dev, const DmaSetup& setup);

/// Who is asked before the direct operations are taken. Who drives the thing puts itself here, at
/// the latest when it is probed (Stage::kIommu). Any may be null.
struct DmaOpsChoosers {
  DmaOpsChooser iommu = nullptr;   ///< First, and only for devices behind one.
  DmaOpsChooser bounce = nullptr;  ///< Bounce buffers for devices that do not reach all memory.
};
extern DmaOpsChoosers dma_ops_choosers;

}  // namespace guest

/// Reads a device's `dma-ranges`, `dma-coherent` and `iommus` from the device tree, sets offset,
/// limit and masks, and calls arch_setup_dma_ops. Linux 6.1, drivers/of/device.c.
void of_dma_configure(device* dev);
/// Gives a device its operations. Linux 4.1, arch/arm/mm/dma-mapping.c; `iommu`, null if there is
/// none, is its `struct iommu_ops`: what an IOMMU's driver implements.
extern "C" void arch_setup_dma_ops(device* dev, std::uint64_t dma_base, std::uint64_t size,
                                   iommu_device* iommu, bool coherent);
