// SPDX-License-Identifier: Apache-2.0
#include "sw/mm/slab.hpp"

#include <algorithm>
#include <cstdint>

#include "sw/arch/irqflags.hpp"
#include "sw/mm/page.hpp"

namespace guest {

/// The head of a page of objects.
struct Slab::Page : ListNode {
  Free* free = nullptr;
  std::size_t live = 0;
};

namespace {

constexpr std::size_t kAlignment = 8;

constexpr std::size_t aligned(std::size_t size) {
  return (size + kAlignment - 1) & ~(kAlignment - 1);
}

}  // namespace

Slab::Page* Slab::add_page(gfp_t gfp) {
  page* memory = alloc_pages(gfp, 0);
  if (memory == nullptr) return nullptr;
  auto* start = static_cast<std::byte*>(page_address(memory));
  auto* added = ::new (static_cast<void*>(start)) Page;
  const std::size_t bytes = aligned(std::max(object_bytes_, sizeof(Free)));
  for (std::size_t at = aligned(sizeof(Page)); at + bytes <= kPageBytes; at += bytes) {
    added->free = ::new (static_cast<void*>(start + at)) Free{added->free};
  }
  pages_.push_front(*added);
  return added;
}

void* Slab::allocate(gfp_t gfp) {
  const InterruptGuard guard;
  Page* from = nullptr;
  for (Page& candidate : pages_) {
    if (candidate.free == nullptr) continue;
    from = &candidate;
    break;
  }
  if (from == nullptr) from = add_page(gfp);
  if (from == nullptr) return nullptr;
  void* object = from->free;
  from->free = from->free->next;
  ++from->live;
  ++live_;
  return object;
}

void Slab::free(void* object) {
  const InterruptGuard guard;
  const auto start = reinterpret_cast<std::uintptr_t>(object) & ~std::uintptr_t{kPageBytes - 1};
  auto* from = reinterpret_cast<Page*>(start);
  from->free = ::new (object) Free{from->free};
  --live_;
  if (--from->live != 0) return;
  from->unlink();
  __free_pages(virt_to_page(from), 0);
}

}  // namespace guest
