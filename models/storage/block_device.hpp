// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace linefill {

inline constexpr std::size_t kSectorBytes = 512;
using Sector = std::array<std::uint8_t, kSectorBytes>;

/// What a card keeps its data in: numbered sectors of 512 bytes. A sector at or beyond `sectors()`
/// reads as zeros until written, and is never kept for longer than the run.
class BlockDevice {
 public:
  virtual ~BlockDevice() = default;
  virtual std::uint64_t sectors() const = 0;
  virtual void read(std::uint64_t sector, std::span<std::uint8_t, kSectorBytes> data) = 0;
  /// False if the medium failed: nothing is known of the sector then.
  virtual bool write(std::uint64_t sector, std::span<const std::uint8_t, kSectorBytes> data) = 0;
  /// `count` sectors from `first` on become zeros. False if the medium failed, as for `write`.
  virtual bool erase(std::uint64_t first, std::uint64_t count) = 0;
};

}  // namespace linefill
