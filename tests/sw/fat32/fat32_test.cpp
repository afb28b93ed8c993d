// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "sw/drivers/fat32/fat32_volume.hpp"
#include "tests/support/catch.hpp"
#include "tests/sw/fat32/card_image.hpp"

namespace {

using guest::DirectoryEntry;
using guest::Fat32Volume;
using guest::FatError;
using linefill::test::Bytes;
using linefill::test::CardImage;
using linefill::test::find;
using linefill::test::list_root;
using linefill::test::noise;
using linefill::test::read_file;

std::vector<std::string> names(Fat32Volume& volume) {
  FatError error{};
  std::vector<std::string> result;
  for (const auto& file : list_root(volume, error)) result.push_back(file.name);
  CHECK(error == FatError::kNone);
  return result;
}

/// Offset in the image of a cluster's entry in the first table.
std::size_t table_entry(const CardImage& card, std::uint32_t cluster) {
  return std::size_t{card.word(14, 2)} * 512 + cluster * std::size_t{4};
}

/// A card with one contiguous file "a.bin" of eight clusters, and a mounted volume.
struct OneFile {
  OneFile() {
    card.add("a.bin", content);
    card.load();
    REQUIRE(volume.mount() == FatError::kNone);
    entry = find(volume, "a.bin").value();
  }

  FatError read() {
    FatError error{};
    read_file(volume, card, entry, error);
    return error;
  }
  void link(std::uint32_t from, std::uint32_t to) {
    card.set_word(table_entry(card, entry.first_cluster + from), to, 4);
    REQUIRE(volume.mount() == FatError::kNone);
  }

  CardImage card;
  Bytes content = noise(8 * 512, 1);
  Fat32Volume volume{card};
  DirectoryEntry entry;
};

TEST_CASE("a file on a fresh card is read back in one extent", "[sw][fat32]") {
  OneFile file;
  FatError error{};
  unsigned extents = 0;
  CHECK(read_file(file.volume, file.card, file.entry, error, &extents) == file.content);
  CHECK(error == FatError::kNone);
  CHECK(extents == 1);
}

TEST_CASE("a file that fills the gaps of a full card is read back in its many extents",
          "[sw][fat32]") {
  CardImage card;
  for (int i = 0; i < 100; ++i) {
    card.add("small" + std::to_string(i), noise(5 * 1024, static_cast<unsigned>(i)));
  }
  card.add("rest", noise(32'900 * 1024, 7));
  for (int i = 0; i < 100; i += 2) card.remove("small" + std::to_string(i));
  const Bytes content = noise(230 * 1024 + 3, 99);
  card.add("in pieces.jpg", content);
  card.load();
  Fat32Volume volume{card};
  REQUIRE(volume.mount() == FatError::kNone);
  const auto entry = find(volume, "in pieces.jpg");
  REQUIRE(entry);
  FatError error{};
  unsigned extents = 0;
  CHECK(read_file(volume, card, *entry, error, &extents) == content);
  CHECK(error == FatError::kNone);
  CHECK(extents >= 30);
  const auto other = find(volume, "small1");
  REQUIRE(other);
  CHECK(read_file(volume, card, *other, error) == noise(5 * 1024, 1));
}

TEST_CASE("names are read in UTF-8, long, short and in lower case", "[sw][fat32]") {
  CardImage card;
  const std::string longest = std::string(251, 'x') + ".jpg";
  const std::vector<std::string> wanted{"PLAIN.JPG",        "lower.jpg",     "Mixed Case name.jpeg",
                                        "Grüße – 写真.png", "exactly13char", longest,
                                        "no extension"};
  for (const auto& name : wanted) card.add(name, noise(10, 1));
  card.load();
  Fat32Volume volume{card};
  REQUIRE(volume.mount() == FatError::kNone);
  CHECK(names(volume) == wanted);
}

TEST_CASE("deleted files, folders' contents and the volume label are not listed", "[sw][fat32]") {
  CardImage card{CardImage::kSmallest, "-F 32 -s 1 -n PHOTOS"};
  card.add("gone with a long name.txt", noise(10, 1));
  card.add("kept.txt", noise(10, 2));
  card.make_folder("folder");
  card.add("folder/inside.txt", noise(10, 3));
  card.remove("gone with a long name.txt");
  card.load();
  Fat32Volume volume{card};
  REQUIRE(volume.mount() == FatError::kNone);
  CHECK(names(volume) == std::vector<std::string>{"kept.txt", "folder"});
  CHECK(find(volume, "folder")->folder());
  CHECK_FALSE(find(volume, "kept.txt")->folder());
}

TEST_CASE("a root directory of several clusters is listed to its end", "[sw][fat32]") {
  CardImage card;
  std::vector<std::string> wanted;
  for (int i = 0; i < 60; ++i)
    wanted.push_back("a rather long file name, number " + std::to_string(i));
  for (const auto& name : wanted) card.add(name, {});
  card.load();
  Fat32Volume volume{card};
  REQUIRE(volume.mount() == FatError::kNone);
  CHECK(names(volume) == wanted);
}

TEST_CASE("an empty file has no extents", "[sw][fat32]") {
  CardImage card;
  card.add("empty", {});
  card.load();
  Fat32Volume volume{card};
  REQUIRE(volume.mount() == FatError::kNone);
  FatError error{};
  unsigned extents = 9;
  CHECK(read_file(volume, card, find(volume, "empty").value(), error, &extents).empty());
  CHECK(error == FatError::kNone);
  CHECK(extents == 0);
}

TEST_CASE("a card with a partition table is read like one without", "[sw][fat32]") {
  OneFile file;
  file.card.partition(63, 0x0C);
  REQUIRE(file.volume.mount() == FatError::kNone);
  FatError error{};
  CHECK(read_file(file.volume, file.card, find(file.volume, "a.bin").value(), error) ==
        file.content);
}

TEST_CASE("larger clusters and sectors are read", "[sw][fat32]") {
  const auto [kibibytes, options] =
      GENERATE(table<unsigned, std::string>({{270'000, "-F 32 -s 8"},
                                             {70'000, "-F 32 -s 1 -S 1024"},
                                             {270'000, "-F 32 -s 2 -S 2048"},
                                             {34'000, "-F 32 -s 1 -f 1"}}));
  CAPTURE(options);
  CardImage card{kibibytes, options};
  const Bytes content = noise(100'001, 5);
  card.add("first", noise(1, 1));
  card.add("photo.png", content);
  card.load();
  Fat32Volume volume{card};
  REQUIRE(volume.mount() == FatError::kNone);
  FatError error{};
  CHECK(read_file(volume, card, find(volume, "photo.png").value(), error) == content);
  CHECK(error == FatError::kNone);
}

TEST_CASE("other file systems are called by their names", "[sw][fat32]") {
  const auto mount = [](CardImage& card) { return Fat32Volume{card}.mount(); };
  CardImage fat12{1024, "-F 12"};
  fat12.load();
  CHECK(mount(fat12) == FatError::kFat12);
  CardImage fat16{16384, "-F 16"};
  fat16.load();
  CHECK(mount(fat16) == FatError::kFat16);

  CardImage other;
  other.load();
  const std::string exfat = "EXFAT   ";
  std::transform(exfat.begin(), exfat.end(), other.bytes().begin() + 3,
                 [](char c) { return static_cast<std::byte>(c); });
  CHECK(mount(other) == FatError::kExFat);
  std::fill(other.bytes().begin(), other.bytes().end(), std::byte{0});
  CHECK(mount(other) == FatError::kNoFileSystem);
  other.partition(1, 0xEE);
  CHECK(mount(other) == FatError::kGpt);
  other.bytes().clear();
  CHECK(mount(other) == FatError::kRead);
}

TEST_CASE_METHOD(OneFile, "a chain that bites its tail is an error", "[sw][fat32]") {
  link(5, entry.first_cluster + 2);
  CHECK(read() == FatError::kChainLoop);
}

TEST_CASE_METHOD(OneFile, "a chain that loops behind the file's end is an error", "[sw][fat32]") {
  link(7, entry.first_cluster + 7);
  CHECK(read() == FatError::kChainLoop);
}

TEST_CASE_METHOD(OneFile, "a chain that is longer than its file is not an error", "[sw][fat32]") {
  link(7, entry.first_cluster + 100);
  link(100, 0x0FFF'FFFF);
  CHECK(read() == FatError::kNone);
}

TEST_CASE_METHOD(OneFile, "a chain that ends before its file does is an error", "[sw][fat32]") {
  link(3, 0x0FFF'FFF8);
  CHECK(read() == FatError::kChainShort);
}

TEST_CASE_METHOD(OneFile, "a chain into a free, bad, reserved or absent cluster is an error",
                 "[sw][fat32]") {
  for (const std::uint32_t target :
       {0U, 1U, 0x0FFF'FFF7U, 0x0BAD'0000U, volume.cluster_count() + 2}) {
    CAPTURE(target);
    link(3, target);
    CHECK(read() == FatError::kBadCluster);
  }
  link(3, volume.cluster_count() + 1);
  link(volume.cluster_count() + 1 - entry.first_cluster, entry.first_cluster + 4);
  CHECK(read() == FatError::kNone);
}

TEST_CASE_METHOD(OneFile, "a file whose first cluster is absent is an error", "[sw][fat32]") {
  entry.first_cluster = 0;
  CHECK(read() == FatError::kBadCluster);
  entry.first_cluster = 0x0FFF'FFFF;
  CHECK(read() == FatError::kBadCluster);
}

TEST_CASE_METHOD(OneFile, "the reserved bits of a table entry do not matter", "[sw][fat32]") {
  link(3, (entry.first_cluster + 4) | 0xF000'0000);
  CHECK(read() == FatError::kNone);
}

TEST_CASE_METHOD(OneFile, "an image cut short gives an error for what is missing only",
                 "[sw][fat32]") {
  const auto end = volume.blocks_of(entry.first_cluster + 4).first_block * std::size_t{512};
  card.bytes().resize(end);
  REQUIRE(volume.mount() == FatError::kNone);
  CHECK(read() == FatError::kBadCluster);
}

TEST_CASE_METHOD(OneFile, "a directory without end is an error", "[sw][fat32]") {
  const std::size_t root = volume.blocks_of(volume.root_cluster()).first_block * std::size_t{512};
  for (std::size_t i = 0; i < 512; i += 32) card.bytes()[root + i] = std::byte{0xE5};
  card.set_word(table_entry(card, volume.root_cluster()), volume.root_cluster(), 4);
  REQUIRE(volume.mount() == FatError::kNone);
  FatError error{};
  CHECK(list_root(volume, error).empty());
  CHECK(error == FatError::kChainLoop);
}

TEST_CASE_METHOD(OneFile, "a long name whose checksum is wrong gives way to the short name",
                 "[sw][fat32]") {
  card.add("Long name of a file.jpg", noise(3, 1));
  card.load();
  const std::size_t root = volume.blocks_of(volume.root_cluster()).first_block * std::size_t{512};
  for (std::size_t i = root; i < root + 512; i += 32) {
    if (card.bytes()[i + 11] == std::byte{0x0F}) card.bytes()[i + 13] ^= std::byte{1};
  }
  REQUIRE(volume.mount() == FatError::kNone);
  CHECK(names(volume).back() == "LONGNA~1.JPG");
}

TEST_CASE_METHOD(OneFile, "random damage never hangs, and never reads outside the medium",
                 "[sw][fat32]") {
  const unsigned seed = GENERATE(range(0U, 8U));
  CAPTURE(seed);
  const std::size_t table_entry_of_good_card = table_entry(card, 0);
  const Bytes damage = noise(6000, seed);
  std::map<std::size_t, std::byte> intact;
  for (std::size_t i = 0; i + 3 < damage.size(); i += 3) {
    if (i % 60 == 0) {
      for (const auto& [at, value] : intact) card.bytes()[at] = value;
    }
    const auto pick =
        std::to_integer<std::size_t>(damage[i]) | std::to_integer<std::size_t>(damage[i + 1]) << 8;
    // The boot sector, the first entries of the table, the root directory.
    const std::size_t areas[]{pick % 90, table_entry_of_good_card + pick % 64,
                              volume.blocks_of(2).first_block * std::size_t{512} + pick % 128};
    const std::size_t at = areas[pick % 3];
    intact.emplace(at, card.bytes()[at]);
    card.bytes()[at] = damage[i + 2];
    Fat32Volume damaged{card};
    if (damaged.mount() != FatError::kNone) continue;
    FatError error{};
    for (const auto& file : list_root(damaged, error)) {
      guest::FileExtents extents{damaged, file.entry.first_cluster, file.entry.size};
      guest::BlockExtent extent;
      std::uint64_t blocks = 0;
      while (extents.next(extent) == FatError::kNone && extent.blocks != 0) {
        REQUIRE(std::uint64_t{extent.first_block} + extent.blocks <= card.block_count());
        blocks += extent.blocks;
        REQUIRE(blocks <= (std::uint64_t{1} << 23));
      }
    }
  }
}

}  // namespace
