// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "sw/dma/scatterlist.hpp"
#include "sw/kernel/device.hpp"
#include "sw/lib/dma_direction.hpp"
#include "sw/lib/types.hpp"

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
/// Unmap and sync default to nothing, as for a coherent device.
struct dma_map_ops {
  virtual void* alloc(device& dev, std::size_t size, dma_addr_t& handle, gfp_t gfp,
                      dma_attrs attrs) const = 0;
  virtual void free(device& dev, std::size_t size, void* cpu_addr, dma_addr_t handle,
                    dma_attrs attrs) const = 0;
  virtual dma_addr_t map_page(device& dev, page& page, std::size_t offset, std::size_t size,
                              dma_data_direction direction, dma_attrs attrs) const = 0;
  virtual void unmap_page(device& /*dev*/, dma_addr_t /*handle*/, std::size_t /*size*/,
                          dma_data_direction /*direction*/, dma_attrs /*attrs*/) const {}
  /// The number of entries mapped, 0 if none could be. By default entry by entry, undone on
  /// failure.
  virtual unsigned map_sg(device& dev, scatterlist* list, unsigned entries,
                          dma_data_direction direction, dma_attrs attrs) const;
  virtual void unmap_sg(device& dev, scatterlist* list, unsigned entries,
                        dma_data_direction direction, dma_attrs attrs) const;
  virtual void sync_single_for_cpu(device& /*dev*/, dma_addr_t /*handle*/, std::size_t /*size*/,
                                   dma_data_direction /*direction*/) const {}
  virtual void sync_single_for_device(device& /*dev*/, dma_addr_t /*handle*/, std::size_t /*size*/,
                                      dma_data_direction /*direction*/) const {}
  virtual void sync_sg_for_cpu(device& dev, scatterlist* list, unsigned entries,
                               dma_data_direction direction) const;
  virtual void sync_sg_for_device(device& dev, scatterlist* list, unsigned entries,
                                  dma_data_direction direction) const;
  virtual bool supported(device& /*dev*/, std::uint64_t mask) const { return mask != 0; }

 protected:
  ~dma_map_ops() =
      default;  // Objects are static: nothing is deleted, no operator delete is linked.
};

/// Devices that do not snoop, without an IOMMU: cache maintenance, and nothing else.
extern const dma_map_ops& arm_dma_ops;
/// Devices that snoop: addresses only.
extern const dma_map_ops& arm_coherent_dma_ops;

/// Gives a device the operations the device tree asks for (`dma-coherent`).
void arch_setup_dma_ops(device* dev);
