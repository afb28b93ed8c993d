// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sw/dma/dma_map_ops.hpp"
#include "sw/iommu/iommu.hpp"
#include "sw/lib/bitmap.hpp"
#include "sw/lib/err.hpp"

/// The I/O addresses of one or more devices, and who has which: Linux, asm/dma-iommu.h. Addresses
/// are handed out by the page from bitmaps of a page each, 128 MiB, made as they are needed.
struct dma_iommu_mapping {
  static constexpr std::size_t kBitmapPages = 8 * kPageBytes;
  static constexpr std::size_t kMostBitmaps = (std::uint64_t{1} << 32) / kPageBytes / kBitmapPages;

  iommu_domain* domain = nullptr;
  std::uint32_t base_page = 0;  ///< The first I/O address, in pages.
  std::size_t pages = 0;        ///< That many there are.
  std::size_t bitmaps = 0;      ///< That many were made.
  std::array<std::uint32_t*, kMostBitmaps> words{};
  unsigned references = 0;  ///< 0: this object is free.
};

extern "C" {
/// An address space of `size` bytes from `base`. ERR_PTR(-ERANGE): it does not end within 4 GiB;
/// -EINVAL: it has no page; -ENOMEM: no memory, or no IOMMU.
dma_iommu_mapping* arm_iommu_create_mapping(const bus_type* bus, dma_addr_t base,
                                            std::uint64_t size);
/// The creator's reference goes; the mapping with the last one.
void arm_iommu_release_mapping(dma_iommu_mapping* mapping);
/// The device uses this address space, with iommu_ops, from now on; it keeps a reference. 0 or what
/// iommu_attach_device says.
int arm_iommu_attach_device(device* dev, dma_iommu_mapping* mapping);
/// Back to direct operations.
void arm_iommu_detach_device(device* dev);

/// Maps a list at one stretch of I/O addresses, each entry in whole pages. The bytes mapped, or a
/// negative errno and nothing mapped.
std::ptrdiff_t iommu_map_sg(iommu_domain* domain, unsigned long iova, scatterlist* list,
                            unsigned entries, int prot);
}

/// Devices behind an IOMMU that do not see the CPU's caches, and those that do.
extern const dma_map_ops& iommu_ops;
extern const dma_map_ops& iommu_coherent_ops;

namespace guest {

/// What ARM Linux gets wrong here, from 4.1 to 6.1, to be switched on for showing.
struct LinuxIommuFaults {
  bool zero_address = false;     ///< I/O address 0 is handed out, and neither unmapped nor synced.
  bool one_page_pool = false;    ///< Of an atomic allocation the first page only is mapped.
  bool never_cacheable = false;  ///< No IOMMU_CACHE for devices that see the caches.
};
extern LinuxIommuFaults linux_iommu_faults;

/// Pages of I/O addresses that are handed out, of all mappings.
std::size_t iova_pages_in_use();

/// I/O addresses for `size` bytes, whole pages, aligned to that size, at most to 1 MiB; further if
/// part of it would lie on both sides of a multiple of `boundary` + 1, as far as that is possible.
/// DMA_MAPPING_ERROR: none left.
dma_addr_t iova_alloc(dma_iommu_mapping& mapping, std::size_t size,
                      std::uint64_t boundary = 0xFFFF'FFFF);
void iova_free(dma_iommu_mapping& mapping, dma_addr_t iova, std::size_t size);

/// What a device may do, by the direction of its data.
int direction_to_prot(dma_data_direction direction);

}  // namespace guest
