// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sw/arch/mmu.hpp"
#include "sw/mm/page.hpp"

/// A stretch of user addresses that a driver's mmap fills: Linux, include/linux/mm_types.h, with
/// the memory type for `vm_page_prot`. The end is exclusive.
struct vm_area_struct {
  std::uintptr_t vm_start = 0;
  std::uintptr_t vm_end = 0;
  unsigned long vm_pgoff = 0;  ///< What of the object the area begins with, in pages.
  guest::MemoryType vm_page_prot = guest::MemoryType::kWriteAllocate;
};

inline std::size_t vma_pages(const vm_area_struct* area) {
  return (area->vm_end - area->vm_start) / kPageBytes;
}

/// Maps `size` bytes from page number `frame` at `address` inside the area: user mode reads and
/// writes them. 0, or -EINVAL if they are not inside or not whole pages.
int remap_pfn_range(vm_area_struct* area, std::uintptr_t address, unsigned long frame,
                    std::size_t size, guest::MemoryType type);
/// The same for one page, with the area's memory type.
int vm_insert_page(vm_area_struct* area, std::uintptr_t address, page* page);

namespace guest {

/// User addresses for `size` bytes; nothing is mapped there yet.
Result<vm_area_struct> take_user_area(std::size_t size, unsigned long first_page = 0);
/// Ends what was mapped there.
void release_user_area(const vm_area_struct& area);

}  // namespace guest
