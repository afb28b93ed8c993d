// SPDX-License-Identifier: Apache-2.0
#include "sw/mm/gen_pool.hpp"

#include <bit>

#include "sw/arch/irqflags.hpp"

void gen_pool::add_virt(void* virtual_start, phys_addr_t physical_start, std::size_t size,
                        unsigned order, std::span<std::uint32_t> words) {
  virtual_start_ = static_cast<std::byte*>(virtual_start);
  physical_start_ = physical_start;
  size_ = size;
  order_ = order;
  used_ = {words, size >> order};
}

std::size_t gen_pool::granules(std::size_t size) const {
  return (size + (std::size_t{1} << order_) - 1) >> order_;
}

void* gen_pool::alloc(std::size_t size) {
  const std::size_t count = granules(size);
  if (count == 0 || count > used_.size()) return nullptr;
  const guest::InterruptGuard guard;
  const std::size_t first = used_.find_clear(count, std::bit_ceil(count));
  if (first == used_.size()) return nullptr;
  used_.set(first, count);
  return virtual_start_ + (first << order_);
}

void gen_pool::free(void* address, std::size_t size) {
  const auto offset = static_cast<std::size_t>(static_cast<std::byte*>(address) - virtual_start_);
  const guest::InterruptGuard guard;
  used_.clear(offset >> order_, granules(size));
}

phys_addr_t gen_pool::virt_to_phys(const void* address) const {
  return physical_start_ +
         static_cast<phys_addr_t>(static_cast<const std::byte*>(address) - virtual_start_);
}

bool gen_pool::contains(const void* address, std::size_t size) const {
  const auto start = reinterpret_cast<std::uintptr_t>(virtual_start_);
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  return at >= start && at - start < size_ && size <= size_ - (at - start);
}

std::size_t gen_pool::available() const { return (used_.size() - used_.count_set()) << order_; }
