// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace guest {

/// Bits in words somebody else owns, for allocators of slots, pages and addresses: Linux's
/// bitmap_find_next_zero_area and its kin. A set bit is taken.
class Bitmap {
 public:
  static constexpr std::size_t words_for(std::size_t bits) { return (bits + 31) / 32; }

  constexpr Bitmap() = default;
  Bitmap(std::span<std::uint32_t> words, std::size_t bits) : words_{words}, bits_{bits} {}

  std::size_t size() const { return bits_; }
  bool test(std::size_t bit) const { return (words_[bit / 32] >> (bit % 32) & 1) != 0; }
  void set(std::size_t first, std::size_t count) {
    for (std::size_t i = first; i < first + count; ++i) words_[i / 32] |= 1U << (i % 32);
  }
  void clear(std::size_t first, std::size_t count) {
    for (std::size_t i = first; i < first + count; ++i) words_[i / 32] &= ~(1U << (i % 32));
  }
  /// The first of `count` clear bits in a row from `start` on, where (first + offset) is a multiple
  /// of `alignment`, a power of two; size() if there are none.
  std::size_t find_clear(std::size_t count, std::size_t alignment = 1, std::size_t start = 0,
                         std::size_t offset = 0) const;
  std::size_t count_set() const;

 private:
  std::span<std::uint32_t> words_;
  std::size_t bits_ = 0;
};

}  // namespace guest
