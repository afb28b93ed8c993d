// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sw/lib/result.hpp"

namespace guest {

/// A medium read in blocks of 512 bytes: a card, or in tests an image file.
class BlockReader {
 public:
  static constexpr std::size_t kBlockBytes = 512;

  /// Reads `to.size() / 512` blocks from `first_block` on. `to` is a whole number of blocks.
  virtual Result<void> read(std::uint32_t first_block, std::span<std::byte> to) = 0;
  /// How many blocks the medium has.
  virtual std::uint32_t block_count() const = 0;

 protected:
  ~BlockReader() = default;
};

}  // namespace guest
