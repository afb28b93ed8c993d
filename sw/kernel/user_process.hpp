// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sw/arch/user_mode.hpp"
#include "sw/lib/result.hpp"
#include "sw/mm/vma.hpp"

namespace guest {

/// Code that runs in user mode: its pages, which it may read and execute, and a page of stack. It
/// sees besides only what is mapped with remap_pfn_range. Not copied or moved.
class UserProcess {
 public:
  /// `code` is position independent, and calls and reads nothing outside of itself.
  explicit UserProcess(std::span<const std::byte> code);
  UserProcess(const UserProcess&) = delete;
  UserProcess& operator=(const UserProcess&) = delete;
  ~UserProcess();

  explicit operator bool() const { return stack_page_ != nullptr; }  ///< False: no memory.
  /// Calls `function`, which is in the code (bit 0: Thumb), until it makes a supervisor call.
  UserModeEnd call(std::uintptr_t function, std::uint32_t first, std::uint32_t second) const;

 private:
  std::uintptr_t code_page_;
  vm_area_struct code_area_;
  vm_area_struct stack_area_;
  page* stack_page_ = nullptr;
};

}  // namespace guest
