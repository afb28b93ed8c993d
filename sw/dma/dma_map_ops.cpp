// SPDX-License-Identifier: Apache-2.0
#include "sw/dma/dma_map_ops.hpp"

#include <bit>

#include "sw/dma/dma_direct.hpp"
#include "sw/lib/result.hpp"

using guest::Error;
using guest::to_errno;

int dma_mmap_frames(vm_area_struct& area, unsigned long frame, std::size_t size) {
  const std::size_t count = (size + kPageBytes - 1) >> kPageShift;
  const std::size_t pages = vma_pages(&area);
  if (area.vm_pgoff >= count || pages > count - area.vm_pgoff) return to_errno(Error::kNoAddress);
  return remap_pfn_range(&area, area.vm_start, frame + area.vm_pgoff, pages << kPageShift,
                         area.vm_page_prot);
}

int dma_common_mmap(device& dev, vm_area_struct& area, void* /*cpu_addr*/, dma_addr_t handle,
                    std::size_t size) {
  return dma_mmap_frames(area, dma_to_phys(dev, handle) >> kPageShift, size);
}

int dma_map_ops::mmap(device& dev, vm_area_struct& area, void* cpu_addr, dma_addr_t handle,
                      std::size_t size, dma_attrs /*attrs*/) const {
  area.vm_page_prot = guest::MemoryType::kBufferable;
  return dma_common_mmap(dev, area, cpu_addr, handle, size);
}

int dma_map_ops::get_sgtable(device& dev, sg_table& table, void* /*cpu_addr*/, dma_addr_t handle,
                             std::size_t size, dma_attrs /*attrs*/) const {
  const phys_addr_t start = dma_to_phys(dev, handle);
  if (!pfn_valid(start >> kPageShift)) return to_errno(Error::kNoAddress);
  if (const int error = sg_alloc_table(&table, 1, GFP_KERNEL); error != 0) return error;
  const std::size_t whole = (size + kPageBytes - 1) & ~(kPageBytes - 1);
  sg_set_page(table.sgl, phys_to_page(start), static_cast<unsigned>(whole), 0);
  return 0;
}

dma_addr_t dma_map_ops::map_resource(device& /*dev*/, phys_addr_t address, std::size_t /*size*/,
                                     dma_data_direction /*direction*/, dma_attrs /*attrs*/) const {
  return address;
}

bool dma_map_ops::dma_supported(device& dev, std::uint64_t mask) const {
  return mask >= phys_to_dma(dev, static_cast<phys_addr_t>((max_pfn() << kPageShift) - 1));
}

int dma_map_ops::set_dma_mask(device& dev, std::uint64_t mask) const {
  if (dev.dma_mask == nullptr || !dma_supported(dev, mask)) return to_errno(Error::kIo);
  *dev.dma_mask = mask;
  return 0;
}

std::uint64_t dma_map_ops::get_required_mask(device& dev) const {
  const dma_addr_t last = phys_to_dma(dev, static_cast<phys_addr_t>((max_pfn() << kPageShift) - 1));
  return std::bit_ceil(last + 1) - 1;
}

int dma_map_ops::map_sg(device& dev, scatterlist* list, unsigned entries,
                        dma_data_direction direction, dma_attrs attrs) const {
  unsigned mapped = 0;
  for (scatterlist& entry : guest::SgRange{list, entries}) {
    const dma_addr_t handle =
        map_page(dev, *sg_page(&entry), entry.offset, entry.length, direction, attrs);
    if (handle == DMA_MAPPING_ERROR) {
      unmap_sg(dev, list, mapped, direction, attrs | DMA_ATTR_SKIP_CPU_SYNC);
      return to_errno(Error::kIo);
    }
    entry.dma_address = handle;
    entry.dma_length = entry.length;
    ++mapped;
  }
  return static_cast<int>(mapped);
}

void dma_map_ops::unmap_sg(device& dev, scatterlist* list, unsigned entries,
                           dma_data_direction direction, dma_attrs attrs) const {
  for (scatterlist& entry : guest::SgRange{list, entries}) {
    unmap_page(dev, entry.dma_address, entry.dma_length, direction, attrs);
  }
}

void dma_map_ops::sync_sg_for_cpu(device& dev, scatterlist* list, unsigned entries,
                                  dma_data_direction direction) const {
  for (scatterlist& entry : guest::SgRange{list, entries}) {
    sync_single_for_cpu(dev, entry.dma_address, entry.dma_length, direction);
  }
}

void dma_map_ops::sync_sg_for_device(device& dev, scatterlist* list, unsigned entries,
                                     dma_data_direction direction) const {
  for (scatterlist& entry : guest::SgRange{list, entries}) {
    sync_single_for_device(dev, entry.dma_address, entry.dma_length, direction);
  }
}
