// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sw/apps/photo_frame/arena.hpp"
#include "sw/apps/photo_frame/pattern_filler.hpp"
#include "sw/apps/photo_frame/sd_buffer.hpp"
#include "sw/drivers/fat32/fat32_volume.hpp"
#include "sw/drivers/mmci/mmci_host.hpp"
#include "sw/drivers/mmci/sd_card.hpp"

namespace guest {

/// A file in memory, and what became of it on the way.
struct LoadedFile {
  std::span<const std::byte> content;
  const char* problem = nullptr;  ///< Why there is no content.
  bool card_failed = false;       ///< The problem is the card's or the driver's, not the file's.
  std::size_t wrong_bytes = 0;  ///< Bytes that differ from what the card holds (of those compared).
  std::size_t first_wrong = 0;  ///< Offset of the first of them.
};

/// Loads files from the card by DMA into the SD buffer, from where the CPU copies them; then reads
/// a part of them a second time without DMA, and compares.
class CardLoader {
 public:
  CardLoader(MmciHost& host, SdCard& card, SdBuffer& buffer, PatternFiller& filler,
             std::span<std::byte> second)
      : host_{host}, card_{card}, buffer_{buffer}, filler_{filler}, second_{second} {}

  /// The content's memory comes from `arena`.
  LoadedFile load(Fat32Volume& volume, std::uint32_t first_cluster, std::uint32_t size,
                  Arena& arena);

 private:
  Result<void> read(std::uint32_t first_block, std::span<std::byte> to);
  Result<void> compare(std::uint32_t first_block, std::span<const std::byte> content,
                       std::size_t offset, LoadedFile& file);

  MmciHost& host_;
  SdCard& card_;
  SdBuffer& buffer_;
  PatternFiller& filler_;
  std::span<std::byte> second_;  ///< As long as the SD buffer.
};

}  // namespace guest
