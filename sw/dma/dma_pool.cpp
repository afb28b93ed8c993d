// SPDX-License-Identifier: Apache-2.0
#include "sw/dma/dma_pool.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "sw/arch/irqflags.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/devres.hpp"
#include "sw/lib/bitmap.hpp"
#include "sw/lib/string.hpp"
#include "sw/mm/level.hpp"
#include "sw/mm/slab.hpp"

namespace {

constexpr std::size_t kSmallestBlock = 4;  // Linux keeps an int in a free one.
constexpr std::size_t kMostBlocks = kPageBytes / kSmallestBlock;

/// One coherent allocation cut into blocks.
struct PoolPage : guest::ListNode {
  std::byte* address = nullptr;
  dma_addr_t handle = 0;
  std::size_t live = 0;
  std::array<std::uint32_t, guest::Bitmap::words_for(kMostBlocks)> words{};
};

guest::ObjectCache<PoolPage> page_cache;

}  // namespace

struct dma_pool {
  const char* name;
  device* dev;
  std::size_t size;
  std::size_t allocation;
  std::size_t boundary;
  guest::IntrusiveList<PoolPage> pages{};

  /// Blocks between two boundaries, and in all.
  std::size_t per_boundary() const { return boundary / size; }
  std::size_t count() const {
    return allocation / boundary * per_boundary() + allocation % boundary / size;
  }
  std::size_t offset_of(std::size_t block) const {
    return block / per_boundary() * boundary + block % per_boundary() * size;
  }
  guest::Bitmap used(PoolPage& page) const { return {page.words, count()}; }
  PoolPage* add_page(gfp_t gfp);
  PoolPage* page_of(const void* block);
};

namespace {

guest::ObjectCache<dma_pool> pools;
std::size_t live_blocks = 0;

guest::Level pool_level{"DMA pools", [] { return pools.live(); }};
guest::Level block_level{"blocks of DMA pools", [] { return live_blocks; }};

void complain(const dma_pool& pool, const char* what, const char* why) {
  guest::printk(pool.dev == nullptr ? "no device" : pool.dev->name, ": ", what, " ", pool.name,
                " (", why, ")\n");
}

bool is_power_of_two_or_zero(std::size_t value) { return (value & (value - 1)) == 0; }

}  // namespace

PoolPage* dma_pool::add_page(gfp_t gfp) {
  PoolPage* page = page_cache.make(gfp);
  if (page == nullptr) return nullptr;
  page->address = static_cast<std::byte*>(dma_alloc_coherent(dev, allocation, &page->handle, gfp));
  if (page->address == nullptr) {
    page_cache.destroy(page);
    return nullptr;
  }
  const guest::InterruptGuard guard;
  pages.push_back(*page);
  return page;
}

PoolPage* dma_pool::page_of(const void* block) {
  const auto at = reinterpret_cast<std::uintptr_t>(block);
  for (PoolPage& page : pages) {
    const auto start = reinterpret_cast<std::uintptr_t>(page.address);
    if (at >= start && at - start < allocation) return &page;
  }
  return nullptr;
}

dma_pool* dma_pool_create(const char* name, device* dev, std::size_t size, std::size_t align,
                          std::size_t boundary) {
  if (size == 0 || !is_power_of_two_or_zero(align) || !is_power_of_two_or_zero(boundary)) {
    return nullptr;
  }
  align = std::max<std::size_t>(align, 1);
  size = (std::max(size, kSmallestBlock) + align - 1) & ~(align - 1);
  const std::size_t allocation = std::max(size, kPageBytes);
  if (boundary == 0) boundary = allocation;
  if (boundary < size) return nullptr;
  return pools.make(GFP_KERNEL, name, dev, size, allocation, std::min(boundary, allocation));
}

void dma_pool_destroy(dma_pool* pool) {
  if (pool == nullptr) return;
  while (!pool->pages.empty()) {
    PoolPage& page = pool->pages.pop_front();
    if (page.live != 0) complain(*pool, "dma_pool_destroy", "busy");
    live_blocks -= page.live;
    dma_free_coherent(pool->dev, pool->allocation, page.address, page.handle);
    page_cache.destroy(&page);
  }
  pools.destroy(pool);
}

void* dma_pool_alloc(dma_pool* pool, gfp_t gfp, dma_addr_t* handle) {
  const auto take = [&]() -> void* {
    const guest::InterruptGuard guard;
    for (PoolPage& page : pool->pages) {
      const std::size_t block = pool->used(page).find_clear(1);
      if (block == pool->count()) continue;
      pool->used(page).set(block, 1);
      ++page.live;
      ++live_blocks;
      *handle = page.handle + pool->offset_of(block);
      return page.address + pool->offset_of(block);
    }
    return nullptr;
  };
  void* block = take();
  if (block == nullptr && pool->add_page(gfp & ~__GFP_ZERO) != nullptr) block = take();
  if (block != nullptr && (gfp & __GFP_ZERO) != 0) memset(block, 0, pool->size);
  return block;
}

void dma_pool_free(dma_pool* pool, void* block, dma_addr_t handle) {
  const guest::InterruptGuard guard;
  PoolPage* page = pool->page_of(block);
  if (page == nullptr) return complain(*pool, "dma_pool_free", "bad vaddr");
  const auto offset = static_cast<std::size_t>(static_cast<std::byte*>(block) - page->address);
  const std::size_t index =
      offset / pool->boundary * pool->per_boundary() + offset % pool->boundary / pool->size;
  if (handle != page->handle + offset || index >= pool->count() ||
      pool->offset_of(index) != offset) {
    return complain(*pool, "dma_pool_free", "bad handle");
  }
  if (!pool->used(*page).test(index)) {
    return complain(*pool, "dma_pool_free", "already free");
  }
  pool->used(*page).clear(index, 1);
  --page->live;
  --live_blocks;
}

void* dma_pool_zalloc(dma_pool* pool, gfp_t gfp, dma_addr_t* handle) {
  return dma_pool_alloc(pool, gfp | __GFP_ZERO, handle);
}

std::size_t dma_pool_live(const dma_pool* pool) {
  std::size_t live = 0;
  // The list's iterators are not const.
  for (const PoolPage& page : const_cast<dma_pool*>(pool)->pages) live += page.live;
  return live;
}

dma_pool* dmam_pool_create(const char* name, device* dev, std::size_t size, std::size_t align,
                           std::size_t boundary) {
  dma_pool* pool = dma_pool_create(name, dev, size, align, boundary);
  if (pool == nullptr) return nullptr;
  const auto release = [](void* managed) { dma_pool_destroy(static_cast<dma_pool*>(managed)); };
  if (guest::devm_add_action(dev, release, pool)) return pool;
  dma_pool_destroy(pool);
  return nullptr;
}

void dmam_pool_destroy(dma_pool* pool) {
  guest::devm_remove_action(pool->dev, pool);
  dma_pool_destroy(pool);
}
