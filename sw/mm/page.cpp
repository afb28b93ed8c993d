// SPDX-License-Identifier: Apache-2.0
// A buddy allocator: free blocks of 2^order pages, aligned to their size, in one list an order.
#include "sw/mm/page.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <new>

#include "sw/arch/irqflags.hpp"
#include "sw/lib/string.hpp"
#include "sw/mm/level.hpp"

namespace {

constexpr unsigned kOrders = 15;  // The largest block has 64 MiB.

/// All of DRAM, and what of it is free.
struct Memory {
  std::byte* virtual_start = nullptr;
  phys_addr_t physical_start = 0;
  page* map = nullptr;
  std::size_t pages = 0;
  std::size_t free_pages = 0;
  std::size_t kept_pages = 0;  ///< By alloc_bytes.
  std::array<guest::IntrusiveList<page>, kOrders> free;

  std::size_t index(const page* p) const { return static_cast<std::size_t>(p - map); }
  /// Blocks are aligned by physical address, whatever DRAM's own start.
  std::size_t frame(const page* p) const { return index(p) + (physical_start >> kPageShift); }
  page* at_frame(std::size_t frame) const {
    const std::size_t first = physical_start >> kPageShift;
    return frame >= first && frame - first < pages ? map + (frame - first) : nullptr;
  }
  void put(page& p, unsigned order) {
    p.order = static_cast<std::uint8_t>(order);
    p.free = true;
    free[order].push_front(p);
  }
  void take(page& p) {
    p.unlink();
    p.free = false;
  }
  void give_back(page* p, unsigned order);
  page* find(unsigned from, unsigned order, std::uint64_t last);
};

Memory memory;

constexpr std::size_t pages_of(std::size_t size) { return (size + kPageBytes - 1) >> kPageShift; }

guest::Level free_pages{"free pages", [] { return memory.free_pages + memory.kept_pages; }};

/// Joins the block with its buddy as long as that is free and whole.
void Memory::give_back(page* p, unsigned order) {
  free_pages += std::size_t{1} << order;
  for (; order + 1 < kOrders; ++order) {
    page* buddy = at_frame(frame(p) ^ (std::size_t{1} << order));
    if (buddy == nullptr || !buddy->free || buddy->order != order) break;
    take(*buddy);
    p = std::min(p, buddy);
  }
  put(*p, order);
}

/// A free block of order `from` whose first 2^order pages end at `last` or before.
page* Memory::find(unsigned from, unsigned order, std::uint64_t last) {
  for (page& block : free[from]) {
    if (page_to_phys(&block) + (kPageBytes << order) - 1 <= last) return &block;
  }
  return nullptr;
}

}  // namespace

phys_addr_t virt_to_phys(const void* address) {
  const auto offset = static_cast<const std::byte*>(address) - memory.virtual_start;
  return memory.physical_start + static_cast<phys_addr_t>(offset);
}
void* phys_to_virt(phys_addr_t address) {
  return memory.virtual_start + (address - memory.physical_start);
}
page* phys_to_page(phys_addr_t address) {
  return memory.map + ((address - memory.physical_start) >> kPageShift);
}
page* virt_to_page(const void* address) { return phys_to_page(virt_to_phys(address)); }
phys_addr_t page_to_phys(const page* page) {
  return memory.physical_start + static_cast<phys_addr_t>(memory.index(page) << kPageShift);
}
void* page_address(const page* page) { return phys_to_virt(page_to_phys(page)); }
bool virt_addr_valid(const void* address) {
  const auto start = reinterpret_cast<std::uintptr_t>(memory.virtual_start);
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  return at >= start && at - start < memory.pages << kPageShift;
}

bool pfn_valid(unsigned long frame) { return memory.at_frame(frame) != nullptr; }
unsigned long max_pfn() { return (memory.physical_start >> kPageShift) + memory.pages; }

unsigned get_order(std::size_t size) {
  return static_cast<unsigned>(std::bit_width((std::max<std::size_t>(size, 1) - 1) >> kPageShift));
}

page* alloc_pages_below(gfp_t gfp, unsigned order, std::uint64_t last) {
  page* block = nullptr;
  {
    const guest::InterruptGuard guard;
    unsigned from = order;
    while (from < kOrders && (block = memory.find(from, order, last)) == nullptr) ++from;
    if (block == nullptr) return nullptr;
    memory.take(*block);
    for (; from > order; --from) memory.put(block[std::size_t{1} << (from - 1)], from - 1);
    memory.free_pages -= std::size_t{1} << order;
  }
  if ((gfp & __GFP_ZERO) != 0) memset(page_address(block), 0, kPageBytes << order);
  return block;
}

page* alloc_pages(gfp_t gfp, unsigned order) {
  return alloc_pages_below(gfp, order, ~std::uint64_t{0});
}

void __free_pages(page* first, unsigned order) {
  const guest::InterruptGuard guard;
  memory.give_back(first, order);
}

void* alloc_pages_exact(std::size_t size, gfp_t gfp, std::uint64_t last) {
  const unsigned order = get_order(size);
  page* first = alloc_pages_below(gfp, order, last);
  if (first == nullptr) return nullptr;
  const std::size_t used = pages_of(size);
  guest::page_release(page_to_phys(first + used), ((std::size_t{1} << order) - used) << kPageShift);
  return page_address(first);
}

void free_pages_exact(void* address, std::size_t size) {
  guest::page_release(virt_to_phys(address), (size + kPageBytes - 1) & ~(kPageBytes - 1));
}

namespace guest {

void page_init(void* virtual_start, phys_addr_t physical_start, std::size_t size, page* map) {
  memory.virtual_start = static_cast<std::byte*>(virtual_start);
  memory.physical_start = physical_start;
  memory.map = map;
  memory.pages = size >> kPageShift;
  memory.free_pages = 0;
  memory.kept_pages = 0;
  for (auto& list : memory.free) list.abandon();
  for (std::size_t i = 0; i < memory.pages; ++i) ::new (static_cast<void*>(map + i)) page;
}

void page_release(phys_addr_t start, std::size_t size) {
  const InterruptGuard guard;
  std::size_t frame = (start + kPageBytes - 1) >> kPageShift;
  const std::size_t end = (start + size) >> kPageShift;
  while (frame < end) {
    unsigned order = 0;
    while (order + 1 < kOrders && frame % (std::size_t{2} << order) == 0 &&
           frame + (std::size_t{2} << order) <= end) {
      ++order;
    }
    page* first = memory.at_frame(frame);
    if (first == nullptr) return;
    memory.give_back(first, order);
    frame += std::size_t{1} << order;
  }
}

std::size_t free_page_count() { return memory.free_pages; }

std::span<std::byte> alloc_bytes(std::size_t size) {
  void* bytes = alloc_pages_exact(size, GFP_KERNEL);
  if (bytes == nullptr) return {};
  memory.kept_pages += pages_of(size);
  return {static_cast<std::byte*>(bytes), size};
}

void free_bytes(std::span<std::byte> bytes) {
  if (bytes.empty()) return;
  memory.kept_pages -= pages_of(bytes.size());
  free_pages_exact(bytes.data(), bytes.size());
}

}  // namespace guest
