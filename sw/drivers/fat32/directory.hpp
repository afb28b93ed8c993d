// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "sw/drivers/fat32/fat32_volume.hpp"

namespace guest {

/// A file or folder as its directory describes it.
struct DirectoryEntry {
  static constexpr std::size_t kMaxNameBytes =
      255 * 3;  ///< 255 UTF-16 units, three bytes of UTF-8 each.

  std::array<char, kMaxNameBytes> name_bytes{};
  std::size_t name_size = 0;
  std::uint32_t first_cluster = 0;
  std::uint32_t size = 0;  ///< In bytes; 0 for folders.
  std::uint8_t attributes = 0;

  /// The long name in UTF-8, or the short one as "NAME.EXT" where there is no (valid) long one.
  std::string_view name() const { return {name_bytes.data(), name_size}; }
  bool read_only() const { return (attributes & 0x01) != 0; }
  bool hidden() const { return (attributes & 0x02) != 0; }
  bool system() const { return (attributes & 0x04) != 0; }
  bool folder() const { return (attributes & 0x10) != 0; }
};

/// Reads the entries of a directory one by one; deleted entries and volume labels are skipped.
/// FAT specification 1.03, sections 6 (short) and 7 (long names).
class DirectoryReader {
 public:
  DirectoryReader(Fat32Volume& volume, std::uint32_t first_cluster)
      : volume_{volume}, chain_{volume, first_cluster} {}

  /// True with the next entry in `entry`; false at the end or on an error (see `error`).
  bool next(DirectoryEntry& entry);
  FatError error() const { return error_; }

 private:
  static constexpr unsigned kLongNameUnits = 13;  ///< UTF-16 units in one long-name entry.
  static constexpr unsigned kMaxParts = 20;

  using Raw = std::span<const std::byte, 32>;

  /// Makes the next 32 bytes available as `raw_`; false at the end of the chain or on an error.
  bool next_raw();
  void take_long_part(Raw raw);
  bool long_name_belongs_to(Raw raw) const;
  void decode_long_name(DirectoryEntry& entry) const;
  static void decode_short_name(Raw raw, DirectoryEntry& entry);

  Fat32Volume& volume_;
  ClusterChain chain_;
  alignas(64) std::array<std::byte, BlockReader::kBlockBytes> block_{};
  std::uint32_t block_in_cluster_ = 0;
  std::uint32_t offset_ = BlockReader::kBlockBytes;  ///< In `block_`, of the entry to come.
  std::uint32_t entries_ = 0;
  bool started_ = false;
  bool ended_ = false;
  FatError error_ = FatError::kNone;

  std::array<char16_t, kLongNameUnits * kMaxParts> units_{};
  unsigned parts_ = 0;  ///< Of the long name being collected; 0: none.
  unsigned missing_parts_ = 0;
  std::uint32_t checksum_ = 0;
};

}  // namespace guest
