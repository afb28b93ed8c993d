// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cassert>
#include <cstdint>

namespace linefill {

/// The data FIFO: 16 words, or 128 in ARM's extended variant. Shared by both directions.
class MmciFifo {
 public:
  static constexpr unsigned kLargest = 128;
  explicit MmciFifo(unsigned words) : words_{words} { assert(words <= kLargest); }

  unsigned size() const { return words_; }
  unsigned level() const { return level_; }
  unsigned room() const { return words_ - level_; }
  bool empty() const { return level_ == 0; }
  bool full() const { return level_ == words_; }
  void clear() { level_ = 0; }

  /// There is room.
  void push(std::uint32_t word) { data_[(first_ + level_++) % words_] = word; }
  /// It is not empty.
  std::uint32_t pop() {
    const std::uint32_t word = data_[first_];
    first_ = (first_ + 1) % words_;
    --level_;
    return word;
  }
  std::uint32_t front() const { return data_[first_]; }

 private:
  unsigned words_;
  unsigned first_ = 0;
  unsigned level_ = 0;
  std::array<std::uint32_t, kLargest> data_{};
};

}  // namespace linefill
