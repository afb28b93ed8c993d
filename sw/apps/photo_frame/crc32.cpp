// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/crc32.hpp"

#include <array>

namespace guest {

namespace {

consteval std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit)
      value = (value & 1) != 0 ? value >> 1 ^ 0xEDB8'8320 : value >> 1;
    table[i] = value;
  }
  return table;
}

constexpr std::array<std::uint32_t, 256> kTable = make_table();

}  // namespace

std::uint32_t crc32(std::span<const std::byte> bytes) {
  std::uint32_t crc = 0xFFFF'FFFF;
  for (const std::byte b : bytes)
    crc = kTable[(crc ^ std::to_integer<std::uint32_t>(b)) & 0xFF] ^ crc >> 8;
  return ~crc;
}

}  // namespace guest
