// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace guest {

/// Reads the little-endian, unaligned numbers that on-disk structures are made of.
inline std::uint32_t load_le8(std::span<const std::byte> from, std::size_t offset) {
  return std::to_integer<std::uint32_t>(from[offset]);
}
inline std::uint32_t load_le16(std::span<const std::byte> from, std::size_t offset) {
  return load_le8(from, offset) | load_le8(from, offset + 1) << 8;
}
inline std::uint32_t load_le32(std::span<const std::byte> from, std::size_t offset) {
  return load_le16(from, offset) | load_le16(from, offset + 2) << 16;
}

}  // namespace guest
