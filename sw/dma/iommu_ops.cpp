// SPDX-License-Identifier: Apache-2.0
// Streaming mappings through an IOMMU: one page or several that are contiguous.
#include "sw/dma/iommu_ops.hpp"

#include <algorithm>

#include "sw/dma/dma_page.hpp"

namespace guest {
namespace {

constexpr std::size_t kInPage = kPageBytes - 1;
/// What one bitmap holds: no mapping is larger.
constexpr std::size_t kMostBytes = dma_iommu_mapping::kBitmapPages * kPageBytes;

/// Calls `operation(start, size)` for each stretch of memory behind [handle, handle + size).
template <class Operation>
void for_memory(const dma_iommu_mapping& mapping, dma_addr_t handle, std::size_t size,
                Operation&& operation) {
  while (size != 0) {
    const phys_addr_t start = iommu_iova_to_phys(mapping.domain, handle);
    if (start == 0) return;
    std::size_t length = std::min<std::size_t>(size, kPageBytes - (handle & kInPage));
    while (length < size && iommu_iova_to_phys(mapping.domain, handle + length) ==
                                start + static_cast<phys_addr_t>(length)) {
      length += std::min(size - length, kPageBytes);
    }
    operation(start, length);
    handle += length;
    size -= length;
  }
}

/// By direction and attributes: Linux's __dma_info_to_prot.
int info_to_prot(dma_data_direction direction, dma_attrs attrs) {
  const int prot = direction_to_prot(direction);
  return (attrs & DMA_ATTR_PRIVILEGED) != 0 ? prot | IOMMU_PRIV : prot;
}

const IommuDmaOps plain_ops{false};
const IommuDmaOps snooping_ops{true};

}  // namespace

bool iommu_overlooked(dma_addr_t handle) {
  return linux_iommu_faults.zero_address && (handle & ~dma_addr_t{kInPage}) == 0;
}

void iommu_release(dma_iommu_mapping& mapping, dma_addr_t iova, std::size_t size) {
  const dma_addr_t first = iova & ~dma_addr_t{kInPage};
  const std::size_t length = whole_pages(size + static_cast<std::size_t>(iova - first));
  iommu_unmap(mapping.domain, static_cast<unsigned long>(first), length);
  iova_free(mapping, first, length);
}

int IommuDmaOps::prot(dma_data_direction direction, dma_attrs attrs) const {
  int prot = info_to_prot(direction, attrs);
  if (coherent_ && !linux_iommu_faults.never_cacheable) prot |= IOMMU_CACHE;
  return prot;
}

dma_addr_t IommuDmaOps::map_range(device& dev, phys_addr_t start, std::size_t size,
                                  int prot) const {
  if (size > kMostBytes) return DMA_MAPPING_ERROR;
  dma_iommu_mapping& mapping = *dev.iommu_mapping;
  const std::size_t offset = start & kInPage;
  const std::size_t length = whole_pages(offset + size);
  const dma_addr_t iova = iova_alloc(mapping, length);
  if (iova == DMA_MAPPING_ERROR) return iova;
  const bool reached = dev.dma_mask != nullptr && iova + length - 1 <= *dev.dma_mask;
  if (!reached || iommu_map(mapping.domain, static_cast<unsigned long>(iova),
                            start - static_cast<phys_addr_t>(offset), length, prot) != 0) {
    iova_free(mapping, iova, length);
    return DMA_MAPPING_ERROR;
  }
  return iova + offset;
}

dma_addr_t IommuDmaOps::map_page(device& dev, page& page, std::size_t offset, std::size_t size,
                                 dma_data_direction direction, dma_attrs attrs) const {
  if (size > kMostBytes) return DMA_MAPPING_ERROR;
  const phys_addr_t start = page_to_phys(&page) + static_cast<phys_addr_t>(offset);
  if (maintains(attrs)) dma_page_cpu_to_dev(start, size, direction);
  return map_range(dev, start, size, prot(direction, attrs));
}

/// The device loses the pages before the CPU's caches let go of what they hold of them, so that
/// nothing can be written behind them any more.
void IommuDmaOps::unmap_page(device& dev, dma_addr_t handle, std::size_t size,
                             dma_data_direction direction, dma_attrs attrs) const {
  if (iommu_overlooked(handle)) return;
  dma_iommu_mapping& mapping = *dev.iommu_mapping;
  const phys_addr_t start = iommu_iova_to_phys(mapping.domain, handle);
  iommu_release(mapping, handle, size);
  if (start != 0 && maintains(attrs)) dma_page_dev_to_cpu(start, size, direction);
}

dma_addr_t IommuDmaOps::map_resource(device& dev, phys_addr_t address, std::size_t size,
                                     dma_data_direction direction, dma_attrs attrs) const {
  return map_range(dev, address, size, info_to_prot(direction, attrs) | IOMMU_MMIO);
}

void IommuDmaOps::unmap_resource(device& dev, dma_addr_t handle, std::size_t size,
                                 dma_data_direction /*direction*/, dma_attrs /*attrs*/) const {
  if (!iommu_overlooked(handle)) iommu_release(*dev.iommu_mapping, handle, size);
}

void IommuDmaOps::sync_single_for_cpu(device& dev, dma_addr_t handle, std::size_t size,
                                      dma_data_direction direction) const {
  if (coherent_ || iommu_overlooked(handle)) return;
  for_memory(*dev.iommu_mapping, handle, size, [direction](phys_addr_t start, std::size_t length) {
    dma_page_dev_to_cpu(start, length, direction);
  });
}

void IommuDmaOps::sync_single_for_device(device& dev, dma_addr_t handle, std::size_t size,
                                         dma_data_direction direction) const {
  if (coherent_ || iommu_overlooked(handle)) return;
  for_memory(*dev.iommu_mapping, handle, size, [direction](phys_addr_t start, std::size_t length) {
    dma_page_cpu_to_dev(start, length, direction);
  });
}

void IommuDmaOps::cache_sync(device& /*dev*/, void* address, std::size_t size,
                             dma_data_direction direction) const {
  if (!coherent_) dma_page_cpu_to_dev(virt_to_phys(address), size, direction);
}

/// Addresses are handed out from the lowest on: a mask serves that reaches some.
bool IommuDmaOps::dma_supported(device& dev, std::uint64_t mask) const {
  const std::uint64_t base = std::uint64_t{dev.iommu_mapping->base_page} << kPageShift;
  return mask >= base + 2 * kPageBytes - 1;
}

/// What every device with an IOMMU can do with.
std::uint64_t IommuDmaOps::get_required_mask(device& /*dev*/) const { return 0xFFFF'FFFF; }

}  // namespace guest

const dma_map_ops& iommu_ops = guest::plain_ops;
const dma_map_ops& iommu_coherent_ops = guest::snooping_ops;
