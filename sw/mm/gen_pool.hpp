// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sw/lib/bitmap.hpp"
#include "sw/lib/types.hpp"

/// A stretch of memory handed out in granules of 2^order bytes, from any context: Linux's gen_pool
/// (lib/genalloc.c) with one chunk, and first-fit-order-align: an allocation is aligned to its size
/// rounded up to a power of two.
class gen_pool {
 public:
  /// Bytes that `size` bytes in granules of 2^order need for their bits.
  static constexpr std::size_t bitmap_words(std::size_t size, unsigned order) {
    return guest::Bitmap::words_for(size >> order);
  }

  /// `words`, all 0, belong to the pool from now on.
  void add_virt(void* virtual_start, phys_addr_t physical_start, std::size_t size, unsigned order,
                std::span<std::uint32_t> words);

  /// Null: no room.
  void* alloc(std::size_t size);
  void free(void* address, std::size_t size);
  phys_addr_t virt_to_phys(const void* address) const;
  /// Whether [address, address + size) is in the pool, handed out or not.
  bool contains(const void* address, std::size_t size) const;
  std::size_t size() const { return size_; }
  std::size_t available() const;
  void* start() const { return virtual_start_; }

 private:
  std::size_t granules(std::size_t size) const;

  std::byte* virtual_start_ = nullptr;
  phys_addr_t physical_start_ = 0;
  std::size_t size_ = 0;
  unsigned order_ = 0;
  guest::Bitmap used_;
};

inline void* gen_pool_alloc(gen_pool* pool, std::size_t size) { return pool->alloc(size); }
inline void gen_pool_free(gen_pool* pool, void* address, std::size_t size) {
  pool->free(address, size);
}
inline phys_addr_t gen_pool_virt_to_phys(const gen_pool* pool, const void* address) {
  return pool->virt_to_phys(address);
}
inline std::size_t gen_pool_avail(const gen_pool* pool) { return pool->available(); }
inline std::size_t gen_pool_size(const gen_pool* pool) { return pool->size(); }
/// 6.1's name of 4.1's addr_in_gen_pool.
inline bool gen_pool_has_addr(const gen_pool* pool, const void* address, std::size_t size) {
  return pool->contains(address, size);
}
