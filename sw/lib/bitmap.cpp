// SPDX-License-Identifier: Apache-2.0
#include "sw/lib/bitmap.hpp"

#include <bit>

namespace guest {

std::size_t Bitmap::find_clear(std::size_t count, std::size_t alignment, std::size_t start,
                               std::size_t offset) const {
  for (std::size_t first = start;;) {
    first = ((first + offset + alignment - 1) & ~(alignment - 1)) - offset;
    if (first > bits_ || count > bits_ - first) return bits_;
    std::size_t run = 0;
    while (run < count && !test(first + run)) ++run;
    if (run == count) return first;
    first += run + 1;
  }
}

std::size_t Bitmap::count_set() const {
  std::size_t count = 0;
  for (std::size_t i = 0; i < words_for(bits_); ++i)
    count += static_cast<std::size_t>(std::popcount(words_[i]));
  return count;
}

}  // namespace guest
