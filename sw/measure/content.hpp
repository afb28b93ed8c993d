// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace guest {

/// Random numbers (xorshift32): the same seed, the same numbers.
class Random {
 public:
  explicit Random(std::uint32_t seed) : state_{seed == 0 ? 1 : seed} {}
  std::uint32_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_;
  }
  /// 0 to `bound` - 1.
  std::uint32_t below(std::uint32_t bound) {
    const std::uint64_t product = std::uint64_t{next()} * bound;
    return static_cast<std::uint32_t>(product >> 32);
  }

 private:
  std::uint32_t state_;
};

/// Bytes that only their seed tells: no piece of another content, and none of it shifted, is
/// taken for them.
void fill_content(std::span<std::byte> bytes, std::uint32_t seed);
/// How many bytes are not what `fill_content` with this seed wrote.
std::size_t wrong_content(std::span<const std::byte> bytes, std::uint32_t seed);
/// FNV-1a by words, mixed downward: each bit of each word counts.
std::uint32_t hash_of(std::span<const std::byte> bytes);

}  // namespace guest
