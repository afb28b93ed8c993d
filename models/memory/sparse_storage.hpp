// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "models/core/address.hpp"

namespace linefill {

/// The bytes of a memory. The host holds only the chunks that something was written to; the others
/// read as `fill`. Offsets run from 0; the caller stays below `size()`.
class SparseStorage {
 public:
  static constexpr std::size_t kChunkBytes = 64 * 1024;

  explicit SparseStorage(std::uint64_t size, std::byte fill = std::byte{0});

  std::uint64_t size() const { return size_; }
  void read(std::uint64_t offset, std::span<std::byte> data) const;
  void write(std::uint64_t offset, std::span<const std::byte> data);
  /// Writes the bytes whose bit in `strobes` is set (bit 0: the first); at most 32 bytes.
  void write(std::uint64_t offset, std::span<const std::byte> data, ByteMask strobes);

  /// How many chunks the host holds.
  std::size_t chunks() const;

 private:
  using Chunk = std::array<std::byte, kChunkBytes>;

  Chunk& chunk(std::uint64_t offset);

  std::uint64_t size_;
  std::byte fill_;
  std::vector<std::unique_ptr<Chunk>> chunks_;
};

}  // namespace linefill
