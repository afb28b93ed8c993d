// SPDX-License-Identifier: Apache-2.0
// Written from the manual, and with nothing of the code that makes the tables.
#include "tests/sw/iommu/table_walker.hpp"

namespace guest::test {
namespace {

std::uint64_t bits(std::uint64_t value, unsigned high, unsigned low) {
  return value >> low & ((std::uint64_t{2} << (high - low)) - 1);
}

}  // namespace

std::optional<Walked> walk_long(const ReadWord& read, std::uint64_t ttbr, unsigned start_level,
                                std::uint64_t address) {
  std::uint64_t table = bits(ttbr, 39, 5) << 5;
  for (unsigned level = start_level; level <= 3; ++level) {
    // Level 1 resolves bits [38:30], 2 [29:21], 3 [20:12]; the first table has as many entries as
    // bits are left above it.
    const unsigned low = 12 + 9 * (3 - level);
    const std::uint64_t index = bits(address, level == start_level ? 47 : low + 8, low);
    const std::uint64_t at = table + 8 * index;
    const std::uint64_t descriptor = std::uint64_t{read(at + 4)} << 32 | read(at);
    if (bits(descriptor, 0, 0) == 0) return {};
    const bool bit1 = bits(descriptor, 1, 1) != 0;
    if (level == 3) {
      if (!bit1) return {};
      return Walked{bits(descriptor, 39, 12) << 12 | bits(address, 11, 0), level, descriptor};
    }
    if (!bit1) {
      if (level == 0) return {};
      return Walked{bits(descriptor, 39, low) << low | bits(address, low - 1, 0), level,
                    descriptor};
    }
    table = bits(descriptor, 39, 12) << 12;
  }
  return {};
}

std::optional<Walked> walk_short(const ReadWord& read, std::uint32_t ttbr, std::uint32_t address) {
  const std::uint64_t first = read(bits(ttbr, 31, 14) << 14 | bits(address, 31, 20) << 2);
  switch (bits(first, 1, 0)) {
    case 0:
      return {};
    case 1:
      break;
    default:
      if (bits(first, 18, 18) == 0) {
        return Walked{bits(first, 31, 20) << 20 | bits(address, 19, 0), 1, first};
      }
      return Walked{bits(first, 31, 24) << 24 | bits(address, 23, 0), 1, first};
  }
  const std::uint64_t second = read(bits(first, 31, 10) << 10 | bits(address, 19, 12) << 2);
  switch (bits(second, 1, 0)) {
    case 0:
      return {};
    case 1:
      return Walked{bits(second, 31, 16) << 16 | bits(address, 15, 0), 2, second};
    default:
      return Walked{bits(second, 31, 12) << 12 | bits(address, 11, 0), 2, second};
  }
}

}  // namespace guest::test
