// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace linefill {

/// CRC7 of commands and responses, x^7 + x^3 + 1 (SD Physical Layer Specification, 4.5).
constexpr std::uint8_t crc7(std::span<const std::uint8_t> bytes) {
  unsigned crc = 0;  // In bits 7:1.
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc & 0x80) != 0 ? (crc << 1) ^ (0x09U << 1) : crc << 1;
    crc &= 0xFF;
  }
  return static_cast<std::uint8_t>(crc >> 1);
}

/// CRC16 of a data block on one line, x^16 + x^12 + x^5 + 1 (same section).
constexpr std::uint16_t crc16(std::span<const std::uint8_t> bytes) {
  unsigned crc = 0;
  for (const std::uint8_t byte : bytes) {
    crc ^= static_cast<unsigned>(byte) << 8;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021U : crc << 1;
    crc &= 0xFFFF;
  }
  return static_cast<std::uint16_t>(crc);
}

namespace crc_detail {

/// The four lines' CRC16 side by side are one CRC of 64 bits whose polynomial has each term four
/// times as far: x^64 + x^48 + x^20 + 1. A byte of data is two steps of all four lines.
consteval std::array<std::uint64_t, 256> wide_table() {
  std::array<std::uint64_t, 256> table{};
  for (std::uint64_t byte = 0; byte < 256; ++byte) {
    std::uint64_t crc = byte << 56;
    for (int bit = 0; bit < 8; ++bit) {
      const bool out = (crc >> 63) != 0;
      crc <<= 1;
      if (out) crc ^= std::uint64_t{1} << 48 | std::uint64_t{1} << 20 | 1;
    }
    table[byte] = crc;
  }
  return table;
}

inline constexpr auto kWideTable = wide_table();

}  // namespace crc_detail

/// The CRC16 of each of four lines, as they follow the data of a block: bits 63:60 first, DAT3 in
/// the highest of each four.
constexpr std::uint64_t crc16_wide(std::span<const std::uint8_t> bytes) {
  std::uint64_t crc = 0;
  for (const std::uint8_t byte : bytes)
    crc = (crc << 8) ^ crc_detail::kWideTable[(crc >> 56) ^ byte];
  return crc;
}

/// The CRC that follows a block on a bus of one or four lines.
constexpr std::uint64_t block_crc(std::span<const std::uint8_t> bytes, bool wide) {
  return wide ? crc16_wide(bytes) : crc16(bytes);
}

}  // namespace linefill
