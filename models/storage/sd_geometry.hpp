// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace linefill {

/// Standard capacity (SDSC): up to 2 GiB, addressed by bytes. High (SDHC, SDXC): by blocks.
enum class SdCapacity : std::uint8_t { kStandard, kHigh };

/// A card's size as its CSD tells it (SD Physical Layer Specification, 5.3).
struct SdGeometry {
  static constexpr std::uint64_t kLargestStandardSectors = (std::uint64_t{2} << 30) / 512;

  SdCapacity capacity = SdCapacity::kHigh;
  std::uint64_t sectors = 0;     ///< Of 512 bytes.
  std::uint64_t size = 0;        ///< C_SIZE.
  unsigned size_multiplier = 0;  ///< C_SIZE_MULT, of a standard card.
  unsigned block_length = 9;     ///< READ_BL_LEN and WRITE_BL_LEN: 9, or 10 beyond 1 GiB.

  /// The smallest that holds `sectors`; of standard capacity up to 2 GiB unless told otherwise.
  /// More than 2 GiB do not fit into a standard card.
  static SdGeometry of(std::uint64_t sectors, std::optional<SdCapacity> wanted = {});

  bool high() const { return capacity == SdCapacity::kHigh; }
  /// What one argument of a command counts.
  unsigned address_unit() const { return high() ? 512 : 1; }
  /// The CSD's SECTOR_SIZE, in write blocks less one, and WP_GRP_SIZE, in such sectors less one.
  unsigned erase_sector_size() const { return high() ? 0x7F : 0x1F; }
  unsigned protection_group_size() const { return high() ? 0 : 0x7F; }
  /// Sectors of 512 bytes in a write-protection group; 0 without groups.
  std::uint64_t protection_group_sectors() const;
};

}  // namespace linefill
