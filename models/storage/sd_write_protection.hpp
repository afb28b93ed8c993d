// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "models/storage/sd_geometry.hpp"

namespace linefill {

/// Which groups of a standard card's sectors may not be written (SD Physical Layer Specification,
/// 4.3.6, CMD28 to CMD30). A card of high capacity has no groups.
class SdWriteProtection {
 public:
  explicit SdWriteProtection(const SdGeometry& geometry)
      : group_sectors_{geometry.protection_group_sectors()} {
    if (group_sectors_ != 0)
      groups_.resize((geometry.sectors + group_sectors_ - 1) / group_sectors_);
  }

  bool any_groups() const { return group_sectors_ != 0; }
  bool protects(std::uint64_t sector) const {
    return any_groups() && groups_[sector / group_sectors_];
  }
  /// The first sector behind `sector`'s group; all the card is one where there are none.
  std::uint64_t group_end(std::uint64_t sector) const {
    return any_groups() ? (sector / group_sectors_ + 1) * group_sectors_ : ~std::uint64_t{0};
  }
  void set(std::uint64_t sector, bool is_protected) {
    groups_[sector / group_sectors_] = is_protected;
  }
  /// 32 groups from the one of `sector` on, that one in bit 0; zeros beyond the card.
  std::uint32_t bits_from(std::uint64_t sector) const {
    std::uint32_t bits = 0;
    const std::uint64_t first = sector / group_sectors_;
    for (std::uint64_t i = 0; i < 32 && first + i < groups_.size(); ++i)
      bits |= (groups_[first + i] ? std::uint32_t{1} : 0) << i;
    return bits;
  }
  void clear() { groups_.assign(groups_.size(), false); }

 private:
  std::uint64_t group_sectors_;
  std::vector<bool> groups_;
};

}  // namespace linefill
