// SPDX-License-Identifier: Apache-2.0
#include "sw/arch/cacheflush.hpp"
#include "sw/arch/outer_cache.hpp"
#include "sw/iommu/io_pgtable.hpp"
#include "sw/lib/string.hpp"
#include "sw/mm/page.hpp"

namespace guest {
namespace {

std::size_t live_pages = 0;

constexpr std::size_t pages_of(std::size_t bytes) { return (bytes + kPageBytes - 1) >> kPageShift; }

}  // namespace

bool io_pgtable_skip_clean = false;
bool io_pgtable_skip_invalidate = false;

// Tables stay as long as their address space, of which iommu.cpp keeps the level.
void* TableMemory::allocate(std::size_t bytes) {
  const std::span<std::byte> table = alloc_bytes(bytes);
  if (table.empty()) return nullptr;
  live_pages += pages_of(bytes);
  pages_ += pages_of(bytes);
  memset(table.data(), 0, table.size());
  publish(table.data(), bytes);
  return table.data();
}

void TableMemory::release(void* table, std::size_t bytes) {
  pages_ -= pages_of(bytes);
  live_pages -= pages_of(bytes);
  free_bytes({static_cast<std::byte*>(table), bytes});
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

std::size_t TableMemory::all_pages() { return live_pages; }

}  // namespace guest
