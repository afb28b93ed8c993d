// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "sw/arch/io_pointer.hpp"
#include "sw/arch/mmu.hpp"
#include "sw/lib/types.hpp"
#include "sw/mm/page.hpp"

namespace guest {

/// A second address of contiguous pages, with another memory type. The cacheable one stays, as in
/// Linux. Null if the window is full.
void* remap_pages(phys_addr_t start, std::size_t size, MemoryType type);
/// The same for pages that lie anywhere.
void* remap_pages(std::span<page* const> pages, MemoryType type);
/// Ends what `remap_pages` or `dma_alloc_*` gave. `size` as then.
void unremap_pages(void* address, std::size_t size);
bool is_remapped(const void* address);

}  // namespace guest

/// The registers at `start`: Device memory, at its own address.
IoPointer ioremap(phys_addr_t start, std::size_t size);
/// Memory of a device (a frame buffer chip) as Normal non-cacheable; null if the window is full.
void* ioremap_wc(phys_addr_t start, std::size_t size);
