// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace linefill {

/// A guest program: what goes where, and where it begins.
struct GuestImage {
  struct Segment {
    std::uint32_t address = 0;  ///< Physical.
    std::vector<std::byte> bytes;
    std::uint32_t behind = 0;  ///< Memory that the program wants behind them, and clears (BSS).
  };
  std::uint32_t entry = 0;
  std::vector<Segment> segments;
};

/// Reads a 32-bit little-endian ARM executable. Throws ConfigurationError naming the file, `path`,
/// and what was expected.
GuestImage load_elf(std::span<const std::byte> file, const std::string& path);

}  // namespace linefill
