// SPDX-License-Identifier: Apache-2.0
#include "tests/sw/fat32/card_image.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <random>
#include <stdexcept>

namespace linefill::test {

namespace {

// What lies behind is free space of the larger volumes.
constexpr std::uintmax_t kLoaded = std::uintmax_t{36} << 20;

Bytes load_file(const std::string& path) {
  Bytes bytes(std::min(std::filesystem::file_size(path), kLoaded));
  std::ifstream in{path, std::ios::binary};
  in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return bytes;
}

void save_file(const std::string& path, const Bytes& bytes) {
  std::ofstream out{path, std::ios::binary};
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

CardImage::CardImage(unsigned kibibytes, const std::string& mkfs_options) {
  std::string pattern = std::filesystem::temp_directory_path() / "linefill-card-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
  folder_ = pattern;
  image_ = folder_ / "card.img";
  run("mkfs.fat " + mkfs_options + " -C " + image_ + " " + std::to_string(kibibytes));
}

CardImage::~CardImage() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void CardImage::run(const std::string& command) const {
  const std::string line = "PATH=$PATH:/usr/sbin:/sbin LC_ALL=C.UTF-8 MTOOLS_SKIP_CHECK=1 " +
                           command + " >" + (folder_ / "log").string() + " 2>&1";
  // The commands are this test's own words.
  if (std::system(line.c_str()) != 0)
    throw std::runtime_error{"failed: " + command};  // NOLINT(cert-env33-c)
}

void CardImage::add(const std::string& name, const Bytes& content) const {
  const std::string path = folder_ / "content";
  save_file(path, content);
  run("mcopy -i " + image_ + " " + path + " '::" + name + "'");
}

void CardImage::remove(const std::string& name) const {
  run("mdel -i " + image_ + " '::" + name + "'");
}
void CardImage::make_folder(const std::string& name) const {
  run("mmd -i " + image_ + " '::" + name + "'");
}

void CardImage::load() { bytes_ = load_file(image_); }

void CardImage::partition(std::uint32_t first_block, std::uint8_t type) {
  const auto blocks = static_cast<std::uint32_t>(bytes_.size() / kBlockBytes);
  bytes_.insert(bytes_.begin(), first_block * kBlockBytes, std::byte{0});
  bytes_[446 + 4] = std::byte{type};
  set_word(446 + 8, first_block, 4);
  set_word(446 + 12, blocks, 4);
  set_word(510, 0xAA55, 2);
}

std::uint32_t CardImage::word(std::size_t offset, unsigned size) const {
  std::uint32_t value = 0;
  for (unsigned i = size; i-- > 0;)
    value = value << 8 | std::to_integer<std::uint32_t>(bytes_.at(offset + i));
  return value;
}

void CardImage::set_word(std::size_t offset, std::uint32_t value, unsigned size) {
  for (unsigned i = 0; i < size; ++i)
    bytes_.at(offset + i) = static_cast<std::byte>(value >> (8 * i));
}

guest::Result<void> CardImage::read(std::uint32_t first_block, std::span<std::byte> to) {
  ++reads_;
  const std::size_t start = std::size_t{first_block} * kBlockBytes;
  if (start + to.size() > bytes_.size()) return guest::Error::kOutOfRange;
  std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(start), to.size(), to.begin());
  return {};
}

Bytes noise(std::size_t size, unsigned seed) {
  std::mt19937 random{seed};
  Bytes bytes(size);
  std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<std::byte>(random()); });
  return bytes;
}

std::vector<ListedFile> list_root(guest::Fat32Volume& volume, guest::FatError& error) {
  std::vector<ListedFile> files;
  guest::DirectoryReader reader{volume, volume.root_cluster()};
  guest::DirectoryEntry entry;
  while (reader.next(entry)) files.push_back({entry, std::string{entry.name()}});
  error = reader.error();
  return files;
}

std::optional<guest::DirectoryEntry> find(guest::Fat32Volume& volume, const std::string& name) {
  guest::FatError error{};
  for (const auto& file : list_root(volume, error)) {
    if (file.name == name) return file.entry;
  }
  return {};
}

Bytes read_file(guest::Fat32Volume& volume, guest::BlockReader& medium,
                const guest::DirectoryEntry& entry, guest::FatError& error, unsigned* extents) {
  guest::FileExtents file{volume, entry.first_cluster, entry.size};
  Bytes content;
  guest::BlockExtent extent;
  unsigned count = 0;
  while ((error = file.next(extent)) == guest::FatError::kNone && extent.blocks != 0) {
    ++count;
    const std::size_t used = content.size();
    content.resize(used + extent.blocks * guest::BlockReader::kBlockBytes);
    if (!medium.read(extent.first_block, std::span{content}.subspan(used)))
      error = guest::FatError::kRead;
  }
  if (extents != nullptr) *extents = count;
  content.resize(std::min<std::size_t>(content.size(), entry.size));
  return content;
}

}  // namespace linefill::test
