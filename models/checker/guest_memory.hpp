// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "models/checker/program_view.hpp"
#include "models/checker/symbols.hpp"

namespace linefill {

/// What our guest library's memory is: which page a `struct page` describes, and what is free, a
/// stack or part of the program. Its linear map is the physical address itself. Of a Linux kernel
/// nothing of this is known.
class GuestMemory {
 public:
  explicit GuestMemory(ProgramView& program) : program_{program} {}

  /// `page_init(virtual_start, physical_start, size, map)` was called.
  void set_map(std::uint32_t start, std::uint32_t size, std::uint32_t map);
  /// Where the program and its stacks lie, by the linker script's names.
  void set_program(const Symbols& symbols);

  /// The physical address of a byte, from the first of the page on that is described at `page`.
  std::optional<std::uint32_t> physical(std::uint32_t page, std::uint32_t offset) const;
  bool is_dram(std::uint32_t address) const {
    return address >= dram_.first && address < dram_.end;
  }
  /// Why a device must not be given this memory, or null. `sp`: the stack pointer just now.
  const char* unfit(std::uint32_t address, std::uint32_t size, std::uint32_t sp) const;
  /// Whether the processor reads the same at both, looked at here and there.
  bool same(std::uint32_t a, std::uint32_t b, std::uint32_t size) const;

 private:
  struct Range {
    std::uint32_t first = 0;
    std::uint32_t end = 0;
    bool overlaps(std::uint32_t address, std::uint32_t size) const {
      return address < end && first < std::uint64_t{address} + size;
    }
  };
  bool is_free(std::uint32_t address) const;

  ProgramView& program_;
  Range dram_;
  std::uint32_t map_ = 0;
  Range code_;
  Range stack_;
};

}  // namespace linefill
