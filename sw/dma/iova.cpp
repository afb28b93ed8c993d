// SPDX-License-Identifier: Apache-2.0
// I/O address spaces and their bitmaps: Linux, arch/arm/mm/dma-mapping.c.
#include <algorithm>
#include <bit>

#include "sw/arch/irqflags.hpp"
#include "sw/dma/dma_iommu.hpp"
#include "sw/dma/dma_page.hpp"
#include "sw/kernel/console.hpp"
#include "sw/lib/string.hpp"
#include "sw/mm/level.hpp"

using guest::Error;
using guest::to_errno;

namespace guest {

LinuxIommuFaults linux_iommu_faults;

namespace {

constexpr std::size_t kMostMappings = 16;
constexpr std::size_t kMostAlignmentPages = 256;  ///< Linux: ARM_DMA_IOMMU_ALIGNMENT of 8.
constexpr std::uint64_t kFourGigabytes = std::uint64_t{1} << 32;

std::array<dma_iommu_mapping, kMostMappings> mappings;
std::size_t pages_in_use = 0;

Level io_pages{"I/O pages", [] { return pages_in_use; }};

Bitmap bitmap_at(dma_iommu_mapping& mapping, std::size_t index) {
  return {std::span{mapping.words[index], kPageBytes / sizeof(std::uint32_t)},
          dma_iommu_mapping::kBitmapPages};
}

/// Makes the next bitmap; what lies behind the end of the space is taken. False: all are made, or
/// no memory.
bool extend(dma_iommu_mapping& mapping) {
  const std::size_t first = mapping.bitmaps * dma_iommu_mapping::kBitmapPages;
  if (first >= mapping.pages) return false;
  const std::span<std::byte> memory = alloc_bytes(kPageBytes);
  if (memory.empty()) return false;
  memset(memory.data(), 0, memory.size());
  mapping.words[mapping.bitmaps] = reinterpret_cast<std::uint32_t*>(memory.data());
  Bitmap bits = bitmap_at(mapping, mapping.bitmaps);
  const std::size_t left = mapping.pages - first;
  if (left < bits.size()) bits.set(left, bits.size() - left);
  // A driver, and Linux's own code, takes 0 for no address.
  const bool has_zero = mapping.base_page == 0 && mapping.bitmaps == 0;
  if (has_zero && !linux_iommu_faults.zero_address) bits.set(0, 1);
  ++mapping.bitmaps;
  return true;
}

void destroy(dma_iommu_mapping& mapping) {
  iommu_domain_free(mapping.domain);
  for (std::size_t i = 0; i < mapping.bitmaps; ++i) {
    free_bytes({reinterpret_cast<std::byte*>(mapping.words[i]), kPageBytes});
  }
  mapping = {};
}

}  // namespace

std::size_t iova_pages_in_use() { return pages_in_use; }

dma_addr_t iova_alloc(dma_iommu_mapping& mapping, std::size_t size, std::uint64_t boundary) {
  const std::size_t count = whole_pages(size) >> kPageShift;
  const std::size_t natural = std::bit_ceil(std::max<std::size_t>(count, 1));
  std::size_t alignment = std::min(natural, kMostAlignmentPages);
  if (boundary < kFourGigabytes - 1) {
    const auto limit = static_cast<std::size_t>((boundary + 1) >> kPageShift);
    alignment = std::max(alignment, std::min(natural, std::max<std::size_t>(limit, 1)));
  }
  const InterruptGuard guard;
  for (std::size_t i = 0; i < mapping.bitmaps || extend(mapping); ++i) {
    Bitmap bits = bitmap_at(mapping, i);
    const std::size_t first = bits.find_clear(count, alignment, 0, mapping.base_page);
    if (first == bits.size()) continue;
    bits.set(first, count);
    pages_in_use += count;
    const std::size_t number = mapping.base_page + i * dma_iommu_mapping::kBitmapPages + first;
    return dma_addr_t{number} << kPageShift;
  }
  return DMA_MAPPING_ERROR;
}

void iova_free(dma_iommu_mapping& mapping, dma_addr_t iova, std::size_t size) {
  const std::size_t count = whole_pages(size) >> kPageShift;
  const auto page = static_cast<std::size_t>(iova >> kPageShift) - mapping.base_page;
  const std::size_t index = page / dma_iommu_mapping::kBitmapPages;
  const std::size_t first = page % dma_iommu_mapping::kBitmapPages;
  const InterruptGuard guard;
  if (index >= mapping.bitmaps || first + count > dma_iommu_mapping::kBitmapPages) return;
  Bitmap bits = bitmap_at(mapping, index);
  for (std::size_t i = first; i < first + count; ++i) pages_in_use -= bits.test(i) ? 1U : 0U;
  bits.clear(first, count);
}

int direction_to_prot(dma_data_direction direction) {
  switch (direction) {
    case DMA_BIDIRECTIONAL:
      return IOMMU_READ | IOMMU_WRITE;
    case DMA_TO_DEVICE:
      return IOMMU_READ;
    case DMA_FROM_DEVICE:
      return IOMMU_WRITE;
    default:
      return 0;
  }
}

namespace {

/// Devices behind an IOMMU get an address space of their own when they first map something.
const dma_map_ops* choose(device& dev, const DmaSetup& setup) {
  const std::uint64_t size =
      setup.base < kFourGigabytes ? std::min(setup.size, kFourGigabytes - setup.base) : setup.size;
  dma_iommu_mapping* const mapping = arm_iommu_create_mapping(dev.bus, setup.base, size);
  if (IS_ERR(mapping)) {
    printk("Failed to create ", size, "-byte IOMMU mapping for device ", dev.name, "\n");
    return nullptr;
  }
  const int result = arm_iommu_attach_device(&dev, mapping);
  if (result == 0) mapping->domain->kept = true;
  arm_iommu_release_mapping(mapping);
  if (result != 0) {
    printk("Failed to attach device ", dev.name, " to IOMMU mapping\n");
    return nullptr;
  }
  return setup.coherent ? &iommu_coherent_ops : &iommu_ops;
}

[[maybe_unused]] const bool chooser_set = [] {
  dma_ops_choosers.iommu = choose;
  return true;
}();

}  // namespace
}  // namespace guest

dma_iommu_mapping* arm_iommu_create_mapping(const bus_type* bus, dma_addr_t base,
                                            std::uint64_t size) {
  using namespace guest;
  const auto fail = [](Error error) {
    return static_cast<dma_iommu_mapping*>(ERR_PTR(to_errno(error)));
  };
  if (size > kFourGigabytes || base > kFourGigabytes - size) return fail(Error::kOutOfRange);
  if (size < kPageBytes || (base & (kPageBytes - 1)) != 0) return fail(Error::kInvalid);
  const auto free = std::find_if(mappings.begin(), mappings.end(),
                                 [](const auto& mapping) { return mapping.references == 0; });
  if (free == mappings.end()) return fail(Error::kOutOfMemory);
  free->base_page = static_cast<std::uint32_t>(base >> kPageShift);
  free->pages = static_cast<std::size_t>(size >> kPageShift);
  free->domain = iommu_domain_alloc(bus);
  if (free->domain == nullptr) return fail(Error::kOutOfMemory);
  if (!extend(*free)) {
    destroy(*free);
    return fail(Error::kOutOfMemory);
  }
  free->references = 1;
  return &*free;
}

void arm_iommu_release_mapping(dma_iommu_mapping* mapping) {
  if (mapping != nullptr && --mapping->references == 0) guest::destroy(*mapping);
}

int arm_iommu_attach_device(device* dev, dma_iommu_mapping* mapping) {
  const int result = iommu_attach_device(mapping->domain, dev);
  if (result != 0) return result;
  ++mapping->references;
  dev->iommu_mapping = mapping;
  set_dma_ops(dev, &iommu_ops);
  return 0;
}

void arm_iommu_detach_device(device* dev) {
  dma_iommu_mapping* const mapping = dev->iommu_mapping;
  if (mapping == nullptr) {
    guest::printk(dev->name, ": Not attached\n");
    return;
  }
  iommu_detach_device(mapping->domain, dev);
  arm_iommu_release_mapping(mapping);
  dev->iommu_mapping = nullptr;
  set_dma_ops(dev, dev->dma_coherent ? &arm_coherent_dma_ops : &arm_dma_ops);
}
