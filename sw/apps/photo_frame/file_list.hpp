// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "sw/drivers/fat32/directory.hpp"

namespace guest {

/// The files of a card's root, sorted by name (bytewise). Folders, hidden and system files are left
/// out.
class FileList {
 public:
  struct File {
    std::uint32_t first_cluster = 0;
    std::uint32_t size = 0;
    std::uint32_t name_offset = 0;
    std::uint32_t name_size = 0;
  };

  /// Keeps entries and names in `memory`, aligned to 4 bytes.
  explicit FileList(std::span<std::byte> memory);

  [[nodiscard]] FatError read(Fat32Volume& volume);
  std::span<const File> files() const { return {files_, count_}; }
  std::string_view name(const File& file) const {
    return {names_ + file.name_offset, file.name_size};
  }
  /// Files for which there was no memory left.
  std::uint32_t left_out() const { return left_out_; }

 private:
  bool add(const DirectoryEntry& entry);

  File* files_;
  std::size_t count_ = 0;
  std::size_t capacity_;
  char* names_;
  std::size_t names_size_ = 0;
  std::size_t names_capacity_;
  std::uint32_t left_out_ = 0;
};

}  // namespace guest
