// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "models/storage/block_device.hpp"

namespace linefill {

/// Sectors that were written or erased and lie over others: pages of 64 sectors, made when first
/// written. An erased page costs one bit, so a card may be erased as a whole.
class SectorOverlay {
 public:
  /// False, and `data` as it was, if the sector was neither written nor erased here.
  bool read(std::uint64_t sector, std::span<std::uint8_t, kSectorBytes> data) const;
  void write(std::uint64_t sector, std::span<const std::uint8_t, kSectorBytes> data);
  void erase(std::uint64_t first, std::uint64_t count);

 private:
  static constexpr std::uint64_t kPageSectors = 64;
  struct Page {
    std::uint64_t present = 0;  ///< A bit for each sector.
    std::array<std::uint8_t, kPageSectors * kSectorBytes> data{};
  };

  bool page_erased(std::uint64_t page) const { return page < erased_.size() && erased_[page]; }
  void erase_page(std::uint64_t page);

  std::unordered_map<std::uint64_t, std::unique_ptr<Page>> pages_;
  std::vector<bool> erased_;  ///< By page; what `pages_` holds of it is newer.
};

}  // namespace linefill
