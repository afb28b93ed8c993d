// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace guest {

/// The memory that reads from the card go to: four pieces that are not neighbours, so that every
/// large read is scattered. A read uses the last bytes of it.
class SdBuffer {
 public:
  static constexpr std::size_t kPieces = 4;
  static constexpr std::size_t kPieceBytes = 8 * 1024;
  static constexpr std::size_t kBytes = kPieces * kPieceBytes;
  static constexpr std::size_t kMemoryBytes = 2 * kBytes;  ///< What it needs.

  using Segments = std::array<std::span<std::byte>, kPieces>;

  /// `memory` is aligned to a cache line. With `shared_line`, the mistake, the buffer's last half
  /// line is shared with the counter.
  SdBuffer(std::span<std::byte> memory, bool shared_line);

  /// The pieces that hold the last `bytes` of the buffer; unused entries are not counted.
  std::span<const std::span<std::byte>> segments(std::size_t bytes, Segments& storage) const;

  /// Counts transfers that have begun: live while they are under way.
  std::uint32_t& live_counter() const { return *live_counter_; }

 private:
  static constexpr std::size_t kStride = kMemoryBytes / kPieces;

  Segments pieces_;
  std::uint32_t* live_counter_;
};

}  // namespace guest
