// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sw/drivers/fat32/block_reader.hpp"
#include "sw/drivers/fat32/directory.hpp"

namespace linefill::test {

using Bytes = std::vector<std::byte>;

/// A card image made by the real tools (mkfs.fat, mtools) in a temporary folder, readable as a
/// medium.
class CardImage final : public guest::BlockReader {
 public:
  /// mtools takes no FAT32 volume of less than 65525 clusters.
  static constexpr unsigned kSmallest = 34000;

  explicit CardImage(unsigned kibibytes = kSmallest,
                     const std::string& mkfs_options = "-F 32 -s 1");
  CardImage(const CardImage&) = delete;
  CardImage& operator=(const CardImage&) = delete;
  ~CardImage();

  void add(const std::string& name, const Bytes& content) const;
  void remove(const std::string& name) const;
  void make_folder(const std::string& name) const;
  /// Puts the whole file system behind a master boot record, as its first partition.
  void partition(std::uint32_t first_block, std::uint8_t type);
  /// Call when the tools are done and reading starts.
  void load();

  Bytes& bytes() { return bytes_; }
  std::uint32_t word(std::size_t offset, unsigned size) const;
  void set_word(std::size_t offset, std::uint32_t value, unsigned size);

  guest::Result<void> read(std::uint32_t first_block, std::span<std::byte> to) override;
  std::uint32_t block_count() const override {
    return static_cast<std::uint32_t>(bytes_.size() / kBlockBytes);
  }
  unsigned reads() const { return reads_; }

 private:
  void run(const std::string& command) const;

  std::filesystem::path folder_;
  std::string image_;
  Bytes bytes_;
  unsigned reads_ = 0;
};

/// `size` bytes that differ from those of every other `seed`.
Bytes noise(std::size_t size, unsigned seed);

struct ListedFile {
  guest::DirectoryEntry entry;
  std::string name;
};
/// All entries of the root, in the order of the medium.
std::vector<ListedFile> list_root(guest::Fat32Volume& volume, guest::FatError& error);
std::optional<guest::DirectoryEntry> find(guest::Fat32Volume& volume, const std::string& name);
/// The file's content by its extents.
Bytes read_file(guest::Fat32Volume& volume, guest::BlockReader& medium,
                const guest::DirectoryEntry& entry, guest::FatError& error,
                unsigned* extents = nullptr);

}  // namespace linefill::test
