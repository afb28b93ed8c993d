// SPDX-License-Identifier: Apache-2.0
#include "models/storage/sd_geometry.hpp"

#include <cassert>

namespace linefill {

namespace {

constexpr std::uint64_t kHighUnitSectors = 1024;  // C_SIZE counts 512 KiB.
constexpr std::uint64_t kLargestSize = 0xFFF;     // C_SIZE of a standard card has 12 bits.
constexpr unsigned kLargestMultiplier = 7;

std::uint64_t units(std::uint64_t sectors, std::uint64_t unit) {
  return (sectors + unit - 1) / unit;
}

// Capacity is (C_SIZE + 1) * 2^(C_SIZE_MULT + 2) * 2^READ_BL_LEN.
SdGeometry standard(std::uint64_t sectors) {
  assert(sectors <= SdGeometry::kLargestStandardSectors);
  SdGeometry g;
  g.capacity = SdCapacity::kStandard;
  const auto unit = [&g] {
    return std::uint64_t{1} << (g.size_multiplier + 2 + g.block_length - 9);
  };
  while (units(sectors, unit()) > kLargestSize + 1) {
    if (g.size_multiplier < kLargestMultiplier) {
      ++g.size_multiplier;
    } else {
      ++g.block_length;
    }
  }
  g.size = units(sectors, unit()) - 1;
  g.sectors = (g.size + 1) * unit();
  return g;
}

}  // namespace

SdGeometry SdGeometry::of(std::uint64_t sectors, std::optional<SdCapacity> wanted) {
  const auto by_size =
      sectors <= kLargestStandardSectors ? SdCapacity::kStandard : SdCapacity::kHigh;
  if (wanted.value_or(by_size) == SdCapacity::kStandard) return standard(sectors);
  SdGeometry g;
  g.size = units(sectors, kHighUnitSectors) - 1;
  g.sectors = (g.size + 1) * kHighUnitSectors;
  return g;
}

std::uint64_t SdGeometry::protection_group_sectors() const {
  if (high()) return 0;
  return (std::uint64_t{erase_sector_size()} + 1) * (protection_group_size() + 1)
         << (block_length - 9);
}

}  // namespace linefill
