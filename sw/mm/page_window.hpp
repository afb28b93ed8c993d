// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sw/arch/irqflags.hpp"
#include "sw/lib/bitmap.hpp"
#include "sw/mm/page.hpp"

namespace guest {

/// Hands out virtual addresses by the page. One page more than asked for, never mapped, follows
/// each stretch and catches who runs past its end.
template <std::size_t kBytes>
class PageWindow {
 public:
  /// The offset of `pages` unused pages in the window, or kBytes: it is full.
  std::size_t take(std::size_t pages) {
    const InterruptGuard guard;
    const std::size_t first = pages == 0 ? kPages : used().find_clear(pages + 1);
    if (first != kPages) used().set(first, pages + 1);
    return first * kPageBytes;
  }
  void give_back(std::size_t offset, std::size_t pages) {
    const InterruptGuard guard;
    used().clear(offset / kPageBytes, pages + 1);
  }
  /// How many pages are given out, the ones never mapped included.
  std::size_t taken() { return used().count_set(); }

 private:
  static constexpr std::size_t kPages = kBytes / kPageBytes;
  Bitmap used() { return {words_, kPages}; }
  std::array<std::uint32_t, Bitmap::words_for(kPages)> words_{};
};

}  // namespace guest
