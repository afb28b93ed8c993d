// SPDX-License-Identifier: Apache-2.0
#include "models/storage/sector_overlay.hpp"

#include <algorithm>

namespace linefill {

bool SectorOverlay::read(std::uint64_t sector, std::span<std::uint8_t, kSectorBytes> data) const {
  const std::uint64_t page = sector / kPageSectors;
  const std::uint64_t index = sector % kPageSectors;
  const auto found = pages_.find(page);
  if (found != pages_.end() && (found->second->present >> index & 1) != 0) {
    const auto* const from = found->second->data.data() + index * kSectorBytes;
    std::copy(from, from + kSectorBytes, data.begin());
    return true;
  }
  if (!page_erased(page)) return false;
  std::fill(data.begin(), data.end(), std::uint8_t{0});
  return true;
}

void SectorOverlay::write(std::uint64_t sector, std::span<const std::uint8_t, kSectorBytes> data) {
  auto& page = pages_[sector / kPageSectors];
  if (page == nullptr) page = std::make_unique<Page>();
  const std::uint64_t index = sector % kPageSectors;
  page->present |= std::uint64_t{1} << index;
  std::copy(data.begin(), data.end(), page->data.data() + index * kSectorBytes);
}

void SectorOverlay::erase_page(std::uint64_t page) {
  if (erased_.size() <= page) erased_.resize(page + 1);
  erased_[page] = true;
  pages_.erase(page);
}

void SectorOverlay::erase(std::uint64_t first, std::uint64_t count) {
  constexpr Sector kZeros{};
  while (count != 0) {
    const bool whole = first % kPageSectors == 0 && count >= kPageSectors;
    const std::uint64_t done = whole ? kPageSectors : 1;
    if (whole) {
      erase_page(first / kPageSectors);
    } else {
      write(first, kZeros);
    }
    first += done;
    count -= done;
  }
}

}  // namespace linefill
