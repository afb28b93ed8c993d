// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sw/drivers/fat32/block_reader.hpp"
#include "sw/drivers/fat32/fat_error.hpp"

namespace guest {

/// A run of blocks on the medium.
struct BlockExtent {
  std::uint32_t first_block = 0;
  std::uint32_t blocks = 0;
};

/// A FAT32 file system, read-only (Microsoft FAT specification 1.03): its geometry and its table.
///
/// Every number on the medium is checked before use. A damaged volume gives an error: never an
/// access outside the medium, never a loop without end.
class Fat32Volume {
 public:
  explicit Fat32Volume(BlockReader& medium) : medium_{medium} {}

  /// Finds the file system: on the whole medium, or in the first FAT partition of an MBR.
  [[nodiscard]] FatError mount();

  std::uint32_t root_cluster() const { return root_cluster_; }
  std::uint32_t cluster_count() const { return clusters_; }
  std::uint32_t blocks_per_cluster() const { return blocks_per_cluster_; }
  std::uint32_t cluster_bytes() const {
    return blocks_per_cluster_ * std::uint32_t{BlockReader::kBlockBytes};
  }
  /// Where a valid cluster lies on the medium.
  BlockExtent blocks_of(std::uint32_t cluster) const;
  bool valid(std::uint32_t cluster) const { return cluster >= 2 && cluster - 2 < clusters_; }

  /// What follows `cluster` in its chain: kEndOfChain, or a valid cluster. `next` is unchanged on
  /// error.
  [[nodiscard]] FatError follow(std::uint32_t cluster, std::uint32_t& next);

  static constexpr std::uint32_t kEndOfChain = 0xFFFF'FFFF;

  [[nodiscard]] FatError read_block(std::uint32_t block, std::span<std::byte> to);

 private:
  using Block = std::array<std::byte, BlockReader::kBlockBytes>;

  FatError mount_at(std::uint32_t first_block, const Block& boot);
  FatError set_geometry(std::uint32_t first_block, const Block& boot);

  BlockReader& medium_;
  std::uint32_t fat_block_ = 0;   ///< First block of the table in use.
  std::uint32_t data_block_ = 0;  ///< First block of cluster 2.
  std::uint32_t blocks_per_cluster_ = 1;
  std::uint32_t clusters_ = 0;
  std::uint32_t root_cluster_ = 0;

  alignas(64) Block table_{};  ///< The block of the table read last.
  std::uint32_t table_block_ = 0;
  bool table_valid_ = false;
};

/// Walks a chain of clusters and says when it can have no end (Brent's algorithm: no memory, no
/// table).
class ClusterChain {
 public:
  ClusterChain(Fat32Volume& volume, std::uint32_t first)
      : volume_{volume}, current_{first}, anchor_{first} {}

  std::uint32_t cluster() const { return current_; }
  bool ended() const { return current_ == Fat32Volume::kEndOfChain; }
  /// Goes on to the next cluster, or to the end.
  [[nodiscard]] FatError advance();

 private:
  Fat32Volume& volume_;
  std::uint32_t current_;
  std::uint32_t anchor_;  ///< A cluster the chain has been at; meeting it again is a loop.
  std::uint32_t steps_ = 0;
  std::uint32_t limit_ = 1;
};

/// The blocks of a file, in its order; neighbouring clusters are joined into one extent.
class FileExtents {
 public:
  /// `first_cluster` and `bytes` are those of the directory entry.
  FileExtents(Fat32Volume& volume, std::uint32_t first_cluster, std::uint32_t bytes);

  /// The next extent, or one of no blocks at the end of the file. The last ends with the block that
  /// holds the last byte. A damaged chain may be noticed after some extents have been given.
  [[nodiscard]] FatError next(BlockExtent& extent);

 private:
  FatError check_tail();

  Fat32Volume& volume_;
  ClusterChain chain_;
  std::uint32_t blocks_left_;
};

}  // namespace guest
