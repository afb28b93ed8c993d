// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>

namespace linefill {

/// Bits `high` to `low` of a register or descriptor.
template <std::unsigned_integral Word>
constexpr Word bits(Word word, unsigned high, unsigned low) {
  return word >> low & ((Word{2} << (high - low)) - 1);
}
template <std::unsigned_integral Word>
constexpr bool bit(Word word, unsigned number) {
  return (word >> number & 1U) != 0;
}

/// A descriptor as a big-endian walker reads it (SCTLR.EE).
constexpr std::uint32_t swap_bytes(std::uint32_t w) {
  return w >> 24 | (w >> 8 & 0xFF00U) | (w << 8 & 0xFF'0000U) | w << 24;
}
constexpr std::uint64_t swap_bytes(std::uint64_t w) {
  return std::uint64_t{swap_bytes(static_cast<std::uint32_t>(w))} << 32 |
         swap_bytes(static_cast<std::uint32_t>(w >> 32));
}

}  // namespace linefill
