// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sw/lib/list.hpp"
#include "sw/lib/types.hpp"

inline constexpr unsigned kPageShift = 12;
inline constexpr std::size_t kPageBytes = std::size_t{1} << kPageShift;

/// One page of DRAM.
struct page : guest::ListNode {
  std::uint8_t order = 0;  ///< Of the free block that starts here.
  bool free = false;       ///< A free block starts here.
};
static_assert(sizeof(void*) != 4 || sizeof(page) == 12, "models/checker/guest_memory.cpp");

// The linear map: every page of DRAM has one cacheable address. Remapped addresses are not in it.
phys_addr_t virt_to_phys(const void* address);
void* phys_to_virt(phys_addr_t address);
page* virt_to_page(const void* address);
page* phys_to_page(phys_addr_t address);
phys_addr_t page_to_phys(const page* page);
void* page_address(const page* page);
/// Whether `address` is DRAM in the linear map.
bool virt_addr_valid(const void* address);
/// Whether page number `frame` is DRAM.
bool pfn_valid(unsigned long frame);
/// The page number behind the end of DRAM.
unsigned long max_pfn();

/// 2^order pages, aligned to their size; zeroed with __GFP_ZERO; null if there are none.
page* alloc_pages(gfp_t gfp, unsigned order);
/// The same, with its last byte at most at `last`: for devices that do not reach all memory.
page* alloc_pages_below(gfp_t gfp, unsigned order, std::uint64_t last);
void __free_pages(page* first, unsigned order);
/// Just as many pages as hold `size` bytes. Null if there are none.
void* alloc_pages_exact(std::size_t size, gfp_t gfp, std::uint64_t last = ~std::uint64_t{0});
void free_pages_exact(void* address, std::size_t size);
/// The smallest order whose block holds `size` bytes.
unsigned get_order(std::size_t size);

namespace guest {

/// Says where DRAM is: `virtual_start` is the address of its first byte. `map` holds a `page` for
/// each page of it. Nothing is free yet. A simulator may watch it, to know which page is which.
/// Called once at boot (a test may call it again).
extern "C" void page_init(void* virtual_start, phys_addr_t physical_start, std::size_t size,
                          page* map);
/// Gives the whole pages of a stretch to the allocator.
void page_release(phys_addr_t start, std::size_t size);
std::size_t free_page_count();

/// Bytes as pages, for code that owns them for the rest of the run, which makes them no leak; empty
/// if there are none.
std::span<std::byte> alloc_bytes(std::size_t size);
/// Gives them back all the same.
void free_bytes(std::span<std::byte> bytes);

}  // namespace guest
