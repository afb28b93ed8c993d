// SPDX-License-Identifier: Apache-2.0
#include "tests/guest/support/shortage.hpp"

#include "sw/kernel/console.hpp"

namespace guest::test {

Shortage::Shortage() : block_{alloc_pages(GFP_KERNEL, kBlockOrder)} {
  if (block_ == nullptr) panic("no memory");
  ours_.fill(true);
  take_all();
}

Shortage::~Shortage() {
  take_all();
  while (!taken_.empty()) {
    page& first = taken_.front();
    first.unlink();
    __free_pages(&first, first.order);
  }
  for (std::size_t i = 0; i < kMost; ++i) {
    if (ours_[i]) __free_pages(block_ + 2 * i, 0);
    __free_pages(block_ + 2 * i + 1, 0);
  }
}

// A page in use has no other use for its node and its order.
void Shortage::take_all() {
  constexpr unsigned kLargest = 14;
  for (unsigned order = kLargest + 1; order-- != 0;) {
    while (page* const first = alloc_pages(GFP_KERNEL, order)) {
      if (first >= block_ && first < block_ + 2 * kMost) {
        ours_[static_cast<std::size_t>(first - block_) / 2] = true;
        continue;
      }
      first->order = static_cast<std::uint8_t>(order);
      taken_.push_front(*first);
    }
  }
}

void Shortage::leave(std::size_t pages) {
  take_all();
  for (std::size_t i = 0; i < kMost && pages != 0; ++i) {
    if (!ours_[i]) continue;
    ours_[i] = false;
    __free_pages(block_ + 2 * i, 0);
    --pages;
  }
}

void Shortage::leave_block(unsigned order) {
  for (page& first : taken_) {
    if (first.order < order) continue;
    first.unlink();
    // What of it is more than asked for stays taken.
    for (unsigned half = first.order; half-- != order;) {
      page& rest = *(&first + (std::size_t{1} << half));
      rest.order = static_cast<std::uint8_t>(half);
      taken_.push_front(rest);
    }
    __free_pages(&first, order);
    return;
  }
  panic("no such block");
}

}  // namespace guest::test
