// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <new>
#include <utility>

#include "sw/lib/list.hpp"
#include "sw/lib/types.hpp"

namespace guest {

/// Small objects of one size in pages of their own, for what Linux takes from kmalloc: a page is
/// taken when none has room, and given back when the last object in it goes. Safe from interrupts.
class Slab {
 public:
  /// At most 2048 bytes.
  explicit constexpr Slab(std::size_t object_bytes) : object_bytes_{object_bytes} {}

  /// Not cleared; null if there is no page.
  void* allocate(gfp_t gfp);
  void free(void* object);
  /// Objects that are out.
  std::size_t live() const { return live_; }

 private:
  struct Page;
  struct Free {
    Free* next;
  };

  Page* add_page(gfp_t gfp);

  std::size_t object_bytes_;
  std::size_t live_ = 0;
  IntrusiveList<Page> pages_;
};

/// Objects of type T in a slab.
template <class T>
class ObjectCache {
 public:
  template <class... Arguments>
  T* make(gfp_t gfp, Arguments&&... arguments) {
    void* memory = slab_.allocate(gfp);
    if (memory == nullptr) return nullptr;
    if constexpr (sizeof...(Arguments) == 0) {
      return ::new (memory) T;  // clang 14 takes no T{} of an aggregate with a protected base.
    } else {
      return ::new (memory) T{std::forward<Arguments>(arguments)...};
    }
  }
  void destroy(T* object) {
    object->~T();
    slab_.free(object);
  }
  std::size_t live() const { return slab_.live(); }

 private:
  Slab slab_{sizeof(T)};
};

}  // namespace guest
