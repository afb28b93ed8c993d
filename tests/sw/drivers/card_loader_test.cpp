// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/card_loader.hpp"

#include <algorithm>
#include <string>

#include "sw/apps/photo_frame/file_list.hpp"
#include "tests/support/catch.hpp"
#include "tests/sw/drivers/mmci_board.hpp"
#include "tests/sw/fat32/card_image.hpp"

namespace {

using guest::FatError;
using guest::LoadedFile;
using guest::SdBuffer;
using guest::test::MmciBoard;
using linefill::test::Bytes;
using linefill::test::CardImage;
using linefill::test::noise;

/// An image made by the real tools, in the model of a card.
class ImageStorage final : public linefill::BlockDevice {
 public:
  explicit ImageStorage(CardImage& image) : image_{image} {}
  std::uint64_t sectors() const override { return image_.block_count(); }
  void read(std::uint64_t sector, std::span<std::uint8_t, linefill::kSectorBytes> data) override {
    std::fill(data.begin(), data.end(), std::uint8_t{0});
    static_cast<void>(
        image_.read(static_cast<std::uint32_t>(sector), std::as_writable_bytes(data)));
  }
  bool write(std::uint64_t, std::span<const std::uint8_t, linefill::kSectorBytes>) override {
    return false;
  }
  bool erase(std::uint64_t, std::uint64_t) override { return false; }

 private:
  CardImage& image_;
};

/// Everything between a card and a file in memory; no caches, so nothing goes wrong by itself.
struct LoaderBench {
  LoaderBench() = default;
  void insert() {
    image.load();
    board.model().block.insert_card(
        std::make_unique<linefill::SdCard>(std::make_unique<ImageStorage>(image)));
    REQUIRE(host.probe(board.mmci()));
    REQUIRE(card.initialise());
    REQUIRE(volume.mount() == FatError::kNone);
    REQUIRE(list.read(volume) == FatError::kNone);
  }
  ~LoaderBench() { board.finish(); }
  LoaderBench(const LoaderBench&) = delete;
  LoaderBench& operator=(const LoaderBench&) = delete;

  LoadedFile load(std::size_t index) {
    arena.reset();
    return loader.load(volume, list.files()[index].first_cluster, list.files()[index].size, arena);
  }

  MmciBoard& board = MmciBoard::started();
  CardImage image;
  SdBuffer buffer{guest::alloc_bytes(SdBuffer::kMemoryBytes), false};
  guest::MmciHost host;
  guest::SdCard card{host};
  guest::Fat32Volume volume{card};
  std::vector<std::byte> list_memory = std::vector<std::byte>(64 * 1024);
  guest::FileList list{list_memory};
  std::vector<std::byte> pattern = std::vector<std::byte>(guest::PatternFiller::kBytes);
  guest::PatternFiller filler{pattern};
  std::span<std::byte> second = guest::alloc_bytes(SdBuffer::kBytes);
  std::vector<std::byte> memory = std::vector<std::byte>(4 << 20);
  guest::Arena arena{memory};
  guest::CardLoader loader{host, card, buffer, filler, second};
};

TEST_CASE_METHOD(LoaderBench, "files are listed by name and loaded whole, in pieces or not",
                 "[sw][loader]") {
  const Bytes content = noise(100'003, 3);
  image.add("b.jpg", content);
  image.add("a gap.txt", noise(600, 1));
  image.add("c.jpg", noise(1, 2));
  image.make_folder("0 folder");
  image.add("empty", {});
  insert();
  REQUIRE(list.files().size() == 4);
  CHECK(list.name(list.files()[0]) == "a gap.txt");
  CHECK(list.name(list.files()[1]) == "b.jpg");
  CHECK(list.name(list.files()[2]) == "c.jpg");
  CHECK(list.name(list.files()[3]) == "empty");
  const LoadedFile file = load(1);
  CHECK(file.problem == nullptr);
  CHECK(file.wrong_bytes == 0);
  CHECK(std::equal(content.begin(), content.end(), file.content.begin(), file.content.end()));
  CHECK(load(2).content.size() == 1);
  CHECK(load(3).content.empty());
  CHECK(load(3).problem == nullptr);
}

TEST_CASE_METHOD(LoaderBench, "bytes that DMA got wrong are counted", "[sw][loader]") {
  image.add("a.jpg", noise(200'000, 3));
  insert();
  board.spoil_dma_word(10'000);
  const LoadedFile file = load(0);
  CHECK(file.problem == nullptr);
  CHECK(file.wrong_bytes == 4);
  CHECK(file.first_wrong == 40'000);
}

TEST_CASE_METHOD(LoaderBench, "a file larger than the memory is refused", "[sw][loader]") {
  image.add("a.jpg", noise(5 << 20, 3));
  insert();
  const LoadedFile file = load(0);
  REQUIRE(file.problem != nullptr);
  CHECK(std::string{file.problem} == "the file is larger than the memory");
  CHECK_FALSE(file.card_failed);
}

TEST_CASE_METHOD(LoaderBench, "a card that fails is told from a file that is damaged",
                 "[sw][loader]") {
  image.add("a.jpg", noise(100'000, 3));
  insert();
  board.model().block.insert_card(nullptr);
  const LoadedFile file = load(0);
  CHECK(file.problem != nullptr);
  CHECK(file.card_failed);
}

TEST_CASE("the SD buffer gives its last bytes, in pieces that are not neighbours", "[sw][loader]") {
  alignas(32) static std::array<std::byte, SdBuffer::kMemoryBytes> memory{};
  const SdBuffer buffer{memory, false};
  SdBuffer::Segments storage;
  const auto whole = buffer.segments(SdBuffer::kBytes, storage);
  REQUIRE(whole.size() == SdBuffer::kPieces);
  for (std::size_t i = 1; i < whole.size(); ++i)
    CHECK(whole[i].data() > whole[i - 1].data() + whole[i - 1].size());
  SdBuffer::Segments other;
  const auto part = buffer.segments(SdBuffer::kPieceBytes + 512, other);
  REQUIRE(part.size() == 2);
  CHECK(part[0].size() == 512);
  CHECK(part[0].data() + 512 == whole[2].data() + SdBuffer::kPieceBytes);
  CHECK(part[1].data() == whole[3].data());
  CHECK(buffer.segments(0, other).empty());
}

TEST_CASE("only with the mistake the live counter shares a line with the buffer's end",
          "[sw][loader]") {
  alignas(32) static std::array<std::byte, SdBuffer::kMemoryBytes> memory{};
  for (const bool shared : {false, true}) {
    const SdBuffer buffer{memory, shared};
    SdBuffer::Segments storage;
    const auto last = buffer.segments(512, storage).back();
    const auto line = [](const void* address) {
      return reinterpret_cast<std::uintptr_t>(address) / 32;
    };
    CHECK((line(&buffer.live_counter()) == line(&last.back())) == shared);
    CHECK(reinterpret_cast<const std::byte*>(&buffer.live_counter()) > &last.back());
  }
}

}  // namespace
