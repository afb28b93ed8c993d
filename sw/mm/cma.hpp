// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "sw/lib/bitmap.hpp"
#include "sw/lib/fdt.hpp"
#include "sw/lib/types.hpp"
#include "sw/mm/page.hpp"

/// Memory set aside for contiguous allocations: Linux's contiguous memory allocator (mm/cma.c).
/// Different from Linux, nobody else borrows it meanwhile, so an allocation never has to move
/// pages away. Its linear map is by the page: pages can have another memory type.
class cma {
 public:
  /// Takes [base, base + size), whole megabytes, and memory for tables. False if there is none.
  bool init(phys_addr_t base, std::size_t size);

  /// Contiguous pages, aligned to 2^align pages; null if there are none.
  page* alloc(std::size_t count, unsigned align);
  /// False, and nothing happens: they are not of this area.
  bool release(const page* first, std::size_t count);

  phys_addr_t base() const { return base_; }
  std::size_t pages() const { return used_.size(); }
  std::size_t free_pages() const { return used_.size() - used_.count_set(); }

 private:
  phys_addr_t base_ = 0;
  guest::Bitmap used_;
};

/// The area of devices that have none of their own; null if there is none.
extern cma* dma_contiguous_default_area;

/// At boot: makes the default area of `cma_bytes` (the option `cma=`; 0 means none) if that is
/// given, else of the reserved-memory node with `linux,cma-default`.
void dma_contiguous_reserve(const guest::FlatDeviceTree& tree, const std::uint64_t* cma_bytes);
