// SPDX-License-Identifier: Apache-2.0
#include "sw/kernel/user_process.hpp"

namespace guest {

UserProcess::UserProcess(std::span<const std::byte> code)
    : code_page_{reinterpret_cast<std::uintptr_t>(code.data()) & ~(kPageBytes - 1)} {
  const std::uintptr_t end = reinterpret_cast<std::uintptr_t>(code.data()) + code.size();
  const std::size_t bytes = (end - code_page_ + kPageBytes - 1) & ~(kPageBytes - 1);
  Result<vm_area_struct> code_area = take_user_area(bytes);
  Result<vm_area_struct> stack_area = take_user_area(kPageBytes);
  if (code_area) code_area_ = *code_area;
  if (stack_area) stack_area_ = *stack_area;
  if (code_area && stack_area) stack_page_ = alloc_pages(GFP_KERNEL | __GFP_ZERO, 0);
  if (stack_page_ == nullptr) return;
  // The image's virtual addresses are its physical ones.
  map_user_pages(code_area_.vm_start, static_cast<phys_addr_t>(code_page_), bytes,
                 MemoryType::kWriteAllocate, UserAccess::kExecute);
  stack_area_.vm_page_prot = MemoryType::kWriteAllocate;
  vm_insert_page(&stack_area_, stack_area_.vm_start, stack_page_);
}

UserProcess::~UserProcess() {
  if (code_area_.vm_start != 0) release_user_area(code_area_);
  if (stack_area_.vm_start != 0) release_user_area(stack_area_);
  if (stack_page_ != nullptr) __free_pages(stack_page_, 0);
}

UserModeEnd UserProcess::call(std::uintptr_t function, std::uint32_t first,
                              std::uint32_t second) const {
  return run_user_mode(code_area_.vm_start + (function - code_page_), stack_area_.vm_end, first,
                       second);
}

}  // namespace guest
