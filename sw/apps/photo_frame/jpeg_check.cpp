// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/jpeg_check.hpp"

#include <algorithm>
#include <cstdint>

namespace guest {

namespace {

// Markers: ITU-T T.81, table B.1.
constexpr std::uint32_t kPrefix = 0xFF;
constexpr std::uint32_t kDefineHuffmanTables = 0xC4;
constexpr std::uint32_t kFirstRestart = 0xD0;
constexpr std::uint32_t kLastStandalone =
    0xD9;  // Restarts, start and end of image have no segment.
constexpr std::uint32_t kTemporary = 0x01;

constexpr std::size_t kLengths = 16;
constexpr std::size_t kMostCodes = 256;

std::size_t byte_at(std::span<const std::byte> bytes, std::size_t at) {
  return std::to_integer<std::size_t>(bytes[at]);
}

bool has_segment(std::size_t marker) {
  return marker != kTemporary && (marker < kFirstRestart || marker > kLastStandalone);
}

/// `tables`: the content of a DHT segment, as far as the file goes.
bool tables_fit(std::span<const std::byte> tables) {
  while (tables.size() > kLengths) {
    std::size_t codes = 0;
    for (std::size_t i = 1; i <= kLengths; ++i) codes += byte_at(tables, i);
    if (codes > kMostCodes) return false;
    tables = tables.subspan(std::min(tables.size(), 1 + kLengths + codes));
  }
  return true;
}

}  // namespace

bool huffman_tables_fit(std::span<const std::byte> file) {
  std::size_t at = 0;
  while (true) {
    // A stuffed zero behind the prefix is data of a scan; another prefix is filling.
    while (at + 1 < file.size() && (byte_at(file, at) != kPrefix || byte_at(file, at + 1) == 0 ||
                                    byte_at(file, at + 1) == kPrefix)) {
      ++at;
    }
    if (at + 4 > file.size()) return true;
    const std::size_t marker = byte_at(file, at + 1);
    at += 2;
    if (!has_segment(marker)) continue;
    const std::size_t length = byte_at(file, at) << 8 | byte_at(file, at + 1);
    const auto segment =
        file.subspan(at, std::min(std::max<std::size_t>(length, 2), file.size() - at));
    if (marker == kDefineHuffmanTables && !tables_fit(segment.subspan(2))) return false;
    at += segment.size();
  }
}

}  // namespace guest
