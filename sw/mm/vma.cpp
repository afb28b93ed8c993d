// SPDX-License-Identifier: Apache-2.0
#include "sw/mm/vma.hpp"

#include "sw/mm/level.hpp"
#include "sw/mm/page_window.hpp"

namespace {

guest::PageWindow<guest::kUserBytes> window;

guest::Level user_pages{"user pages", [] { return window.taken(); }};

}  // namespace

int remap_pfn_range(vm_area_struct* area, std::uintptr_t address, unsigned long frame,
                    std::size_t size, guest::MemoryType type) {
  const bool inside = address >= area->vm_start && address <= area->vm_end &&
                      size <= area->vm_end - address && size != 0;
  if (!inside || (address | size) % kPageBytes != 0) return to_errno(guest::Error::kInvalid);
  guest::map_user_pages(address, static_cast<phys_addr_t>(frame << kPageShift), size, type,
                        guest::UserAccess::kReadWrite);
  return 0;
}

int vm_insert_page(vm_area_struct* area, std::uintptr_t address, page* page) {
  return remap_pfn_range(area, address, page_to_phys(page) >> kPageShift, kPageBytes,
                         area->vm_page_prot);
}

namespace guest {

Result<vm_area_struct> take_user_area(std::size_t size, unsigned long first_page) {
  const std::size_t pages = (size + kPageBytes - 1) / kPageBytes;
  const std::size_t offset = window.take(pages);
  if (offset == kUserBytes) return Error::kOutOfMemory;
  vm_area_struct area;
  area.vm_start = kUserStart + offset;
  area.vm_end = area.vm_start + pages * kPageBytes;
  area.vm_pgoff = first_page;
  return area;
}

void release_user_area(const vm_area_struct& area) {
  unmap_pages(area.vm_start, area.vm_end - area.vm_start);
  window.give_back(area.vm_start - kUserStart, vma_pages(&area));
}

}  // namespace guest
