// SPDX-License-Identifier: Apache-2.0
// Lists through an IOMMU: entries that follow one another without a gap within their pages become
// one for the device, and those without bytes none.
#include <algorithm>

#include "sw/dma/dma_mapping.hpp"
#include "sw/dma/dma_page.hpp"
#include "sw/dma/iommu_ops.hpp"
#include "sw/lib/result.hpp"

namespace guest {
namespace {

constexpr std::size_t kInPage = kPageBytes - 1;

/// Pages of an entry, in bytes.
std::size_t span_of(const scatterlist& entry) {
  return entry.length == 0 ? 0 : whole_pages((entry.offset & kInPage) + entry.length);
}
phys_addr_t first_page_of(const scatterlist& entry) {
  return sg_phys(&entry) & ~static_cast<phys_addr_t>(kInPage);
}

/// What a device can take in one entry.
struct Limits {
  explicit Limits(device& dev)
      : size{dma_get_max_seg_size(&dev)}, boundary{dma_get_seg_boundary(&dev)} {}

  std::size_t size;
  std::uint64_t boundary;

  /// Whether `bytes` from a page on, of which the device does not see the first `offset`, may be
  /// one entry.
  bool allow(std::size_t offset, std::uint64_t bytes) const {
    return bytes - offset <= size && bytes <= boundary + 1;
  }
};

}  // namespace

/// Maps as many entries as `size` bytes, whole pages, hold, from `first` on. 0, -ENOMEM or -EINVAL.
int IommuDmaOps::map_chunk(device& dev, scatterlist& first, std::size_t size, dma_addr_t& iova,
                           dma_data_direction direction, dma_attrs attrs) const {
  dma_iommu_mapping& mapping = *dev.iommu_mapping;
  const std::size_t length = whole_pages(size);
  iova = iova_alloc(mapping, length, Limits{dev}.boundary);
  if (iova == DMA_MAPPING_ERROR) return to_errno(Error::kOutOfMemory);
  unsigned entries = 0;
  std::size_t pages = 0;
  for (scatterlist* entry = &first; pages < length; entry = sg_next(entry)) {
    if (maintains(attrs)) dma_page_cpu_to_dev(sg_phys(entry), entry->length, direction);
    pages += span_of(*entry);
    ++entries;
  }
  const bool reached = dev.dma_mask != nullptr && iova + length - 1 <= *dev.dma_mask;
  const std::ptrdiff_t mapped = reached
                                    ? iommu_map_sg(mapping.domain, static_cast<unsigned long>(iova),
                                                   &first, entries, prot(direction, attrs))
                                    : 0;
  if (mapped > 0) return 0;
  iova_free(mapping, iova, length);
  return to_errno(mapped == to_errno(Error::kOutOfMemory) ? Error::kOutOfMemory : Error::kInvalid);
}

int IommuDmaOps::map_sg(device& dev, scatterlist* list, unsigned entries,
                        dma_data_direction direction, dma_attrs attrs) const {
  const Limits limits{dev};
  unsigned i = 1;
  scatterlist* first = list;  // Of the chunk being collected.
  for (; first->length == 0 && i < entries; ++i) first = sg_next(first);
  if (first->length == 0) return to_errno(Error::kInvalid);
  scatterlist* result = list;  // Where the device finds it.
  std::size_t offset = first->offset & kInPage;
  std::size_t size = offset + first->length;
  unsigned chunks = 0;
  int error = 0;
  scatterlist* entry = first;
  for (;; ++i) {
    if (i < entries) {
      entry = sg_next(entry);
      const bool joins = entry->offset == 0 && (size & kInPage) == 0 &&
                         limits.allow(offset, std::uint64_t{size} + entry->length);
      if (joins || entry->length == 0) {
        size += entry->length;
        entry->dma_length = 0;
        continue;
      }
    }
    dma_addr_t iova = 0;
    error = map_chunk(dev, *first, size, iova, direction, attrs);
    if (error != 0) break;
    // `result` may be an entry that is yet to be mapped: only what the device reads is written.
    result->dma_address = iova + offset;
    result->dma_length = static_cast<unsigned>(size - offset);
    ++chunks;
    if (i == entries) {
      if (chunks < entries) sg_next(result)->dma_length = 0;
      return static_cast<int>(chunks);
    }
    result = sg_next(result);
    first = entry;
    offset = entry->offset & kInPage;
    size = offset + entry->length;
  }
  for (scatterlist& done : SgRange{list, chunks}) {
    iommu_release(*dev.iommu_mapping, done.dma_address, done.dma_length);
  }
  return error;
}

void IommuDmaOps::unmap_sg(device& dev, scatterlist* list, unsigned entries,
                           dma_data_direction direction, dma_attrs attrs) const {
  for (scatterlist& entry : SgRange{list, entries}) {
    if (entry.dma_length == 0) break;
    if (!iommu_overlooked(entry.dma_address)) {
      iommu_release(*dev.iommu_mapping, entry.dma_address, entry.dma_length);
    }
  }
  if (!maintains(attrs)) return;
  for (scatterlist& entry : SgRange{list, entries}) {
    dma_page_dev_to_cpu(sg_phys(&entry), entry.length, direction);
  }
}

void IommuDmaOps::sync_sg_for_cpu(device& /*dev*/, scatterlist* list, unsigned entries,
                                  dma_data_direction direction) const {
  if (coherent_) return;
  for (scatterlist& entry : SgRange{list, entries}) {
    dma_page_dev_to_cpu(sg_phys(&entry), entry.length, direction);
  }
}

void IommuDmaOps::sync_sg_for_device(device& /*dev*/, scatterlist* list, unsigned entries,
                                     dma_data_direction direction) const {
  if (coherent_) return;
  for (scatterlist& entry : SgRange{list, entries}) {
    dma_page_cpu_to_dev(sg_phys(&entry), entry.length, direction);
  }
}

}  // namespace guest

std::ptrdiff_t iommu_map_sg(iommu_domain* domain, unsigned long iova, scatterlist* list,
                            unsigned entries, int prot) {
  using namespace guest;
  std::size_t mapped = 0;
  std::size_t size = 0;
  phys_addr_t start = 0;
  // Neighbours in memory are mapped together, so that blocks can be used.
  const auto map_collected = [&] {
    const int error = iommu_map(domain, iova + mapped, start, size, prot);
    if (error == 0)
      mapped += size;
    else
      iommu_unmap(domain, iova, mapped);
    return error;
  };
  for (scatterlist& entry : SgRange{list, entries}) {
    if (entry.length == 0) continue;
    const phys_addr_t page = first_page_of(entry);
    if (size != 0 && page == start + static_cast<phys_addr_t>(size)) {
      size += span_of(entry);
      continue;
    }
    if (size != 0) {
      if (const int error = map_collected(); error != 0) return error;
    }
    start = page;
    size = span_of(entry);
  }
  const int error = map_collected();
  return error != 0 ? error : static_cast<std::ptrdiff_t>(mapped);
}
