// SPDX-License-Identifier: Apache-2.0
// Writes of guest::SdCard, against the models of controller and card.
#include <array>

#include "tests/sw/drivers/card_bench.hpp"

namespace {

using guest::Error;
using guest::test::CardBench;
using guest::test::CardBenchWithoutDma;
using guest::test::PlainController;
using linefill::SdFault;

/// Memory whose bytes nothing else holds.
std::span<std::byte> source(std::size_t size, unsigned seed) {
  const std::span<std::byte> bytes = CardBench::memory(size);
  for (std::size_t i = 0; i < size; ++i)
    bytes[i] = std::byte{static_cast<unsigned char>(i * 13 + i / 512 * 5 + seed)};
  return bytes;
}

bool on_card(CardBench& b, std::span<const std::byte> bytes, std::uint64_t sector) {
  linefill::Sector data{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i % 512 == 0) b.board.model().block.card()->storage().read(sector + i / 512, data);
    if (std::byte{data[i % 512]} != bytes[i]) return false;
  }
  return true;
}

guest::Result<void> write(CardBench& b, std::uint32_t block, std::span<std::byte> from) {
  return b.card.write(block, {&from, 1});
}

}  // namespace

TEST_CASE_METHOD(CardBench, "many blocks are written by DMA, from pieces of memory",
                 "[sw][mmci][write]") {
  REQUIRE(card.initialise());
  const unsigned before = board.words_by_cpu();
  const auto whole = source(64 * 1024, 1);
  const std::array<std::span<std::byte>, 3> pieces{
      whole.subspan(40'960, 512), whole.subspan(16, 8192), whole.subspan(20'480, 1024)};
  REQUIRE(card.write(1000, pieces));
  CHECK(on_card(*this, pieces[0], 1000));
  CHECK(on_card(*this, pieces[1], 1001));
  CHECK(on_card(*this, pieces[2], 1017));
  CHECK(board.words_by_dma() == (512 + 8192 + 1024) / 4);
  CHECK(board.words_by_cpu() == before);
  CHECK(logged("map_area") == 3);
}

TEST_CASE_METHOD(CardBenchWithoutDma,
                 "without DMA the CPU writes many blocks from the FIFO interrupt",
                 "[sw][mmci][write]") {
  REQUIRE(card.initialise());
  const auto from = source(100 * 512, 2);
  REQUIRE(write(*this, 300, from));
  CHECK(on_card(*this, from, 300));
}

TEST_CASE_METHOD(PlainController, "a FIFO of 16 words is filled in time", "[sw][mmci][write]") {
  REQUIRE(card.initialise());
  for (const bool by_dma : {false, true}) {
    host.set_dma_allowed(by_dma);
    const auto from = source(9 * 512, by_dma ? 3 : 4);
    REQUIRE(write(*this, 20, from));
    CHECK(on_card(*this, from, 20));
    CHECK(card.retries() == 0);
  }
}

TEST_CASE_METHOD(CardBench, "a single block is written, and not the ones beside it",
                 "[sw][mmci][write]") {
  REQUIRE(card.initialise());
  const auto from = source(512, 5);
  REQUIRE(write(*this, 77, from));
  CHECK(on_card(*this, from, 77));
  const auto beside = memory(512);
  REQUIRE(card.read(76, beside));
  CHECK(holds(beside, 76));
  REQUIRE(card.read(78, beside));
  CHECK(holds(beside, 78));
}

TEST_CASE_METHOD(CardBench, "a write that fails once is tried again and succeeds",
                 "[sw][mmci][write]") {
  REQUIRE(card.initialise());
  unsigned seed = 10;
  for (const bool by_dma : {true, false}) {
    host.set_dma_allowed(by_dma);
    for (const SdFault fault : {SdFault::kNoResponse, SdFault::kResponseCrc, SdFault::kWriteCrc}) {
      CAPTURE(by_dma, static_cast<int>(fault));
      const unsigned retries = card.retries();
      const auto from = source(16 * 512, ++seed);
      inject(fault);
      REQUIRE(write(*this, 64, from));
      CHECK(on_card(*this, from, 64));
      CHECK(card.retries() == retries + 1);
    }
  }
}

TEST_CASE_METHOD(CardBench, "a DMA controller that moves nothing into the FIFO gives a timeout",
                 "[sw][mmci][write]") {
  REQUIRE(card.initialise());
  board.set_dma_stuck(true);
  const auto from = source(4096, 6);
  CHECK(write(*this, 0, from).error() == Error::kTimeout);
  CHECK(board.terminations() == 3);
  CHECK(logged("unmap_area") == logged("map_area"));
}

TEST_CASE_METHOD(CardBench, "a medium that fails is an error of the write", "[sw][mmci][write]") {
  REQUIRE(card.initialise());
  dynamic_cast<guest::test::MemoryDevice&>(board.model().block.card()->storage()).broken = true;
  CHECK(write(*this, 0, source(1024, 7)).error() == Error::kIo);
}

TEST_CASE_METHOD(CardBench, "a write beyond the card is refused before anything moves",
                 "[sw][mmci][write]") {
  REQUIRE(card.initialise());
  CHECK(write(*this, 4095, source(1024, 8)).error() == Error::kOutOfRange);
}

TEST_CASE_METHOD(CardBench, "an erased range reads as zeros, and its neighbours as before",
                 "[sw][mmci][write]") {
  REQUIRE(card.initialise());
  REQUIRE(card.erase(100, 20));
  const auto to = memory(22 * 512);
  REQUIRE(card.read(99, to));
  CHECK(holds(to.first(512), 99));
  CHECK(
      std::all_of(to.begin() + 512, to.end() - 512, [](std::byte b) { return b == std::byte{0}; }));
  CHECK(holds(to.last(512), 120));
  CHECK(card.erase(4090, 7).error() == Error::kOutOfRange);
}
