// SPDX-License-Identifier: Apache-2.0
#include "sw/arch/cacheflush.hpp"
#include "sw/arch/outer_cache.hpp"
#include "sw/iommu/io_pgtable.hpp"
#include "sw/mm/page.hpp"

namespace guest {
namespace {

std::size_t live_pages = 0;

}  // namespace

bool io_pgtable_skip_clean = false;
bool io_pgtable_skip_invalidate = false;

void* TableMemory::allocate(std::size_t bytes) const {
  const unsigned order = get_order(bytes);
  page* const first = alloc_pages(GFP_ATOMIC | __GFP_ZERO, order);
  if (first == nullptr) return nullptr;
  live_pages += std::size_t{1} << order;
  void* const table = page_address(first);
  publish(table, bytes);
  return table;
}

void TableMemory::release(void* table, std::size_t bytes) const {
  const unsigned order = get_order(bytes);
  live_pages -= std::size_t{1} << order;
  __free_pages(virt_to_page(table), order);
}

// Linux maps each table for the device and syncs entries with dma_sync_single_for_device, which
// does the same.
void TableMemory::publish(const void* first, std::size_t bytes) const {
  if (coherent_ || io_pgtable_skip_clean) return;
  const auto* const start = static_cast<const std::byte*>(first);
  const phys_addr_t physical = virt_to_phys(first);
  dmac_clean_range(start, start + bytes);
  outer_clean_range(physical, physical + static_cast<phys_addr_t>(bytes));
}

std::size_t TableMemory::pages() { return live_pages; }

}  // namespace guest
