// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "tests/sw/drivers/card_bench.hpp"

namespace {

using guest::Error;
using guest::test::CardBench;
using guest::test::CardBenchWithoutDma;
using guest::test::EmptySlot;
using guest::test::MmciBoard;
using guest::test::PlainController;
using linefill::SdFault;

TEST_CASE_METHOD(CardBench, "a card comes up with its capacity, four lines and 25 MHz",
                 "[sw][mmci]") {
  REQUIRE(card.initialise());
  CHECK(card.block_count() == 4096);
  CHECK(card.high_capacity());
  CHECK(card.wide());
  CHECK(card.clock_hz() == 25'000'000);
  CHECK(board.model().block.card()->wide());
}

TEST_CASE_METHOD(EmptySlot, "an empty slot is told from a broken card", "[sw][mmci]") {
  const auto result = card.initialise();
  REQUIRE_FALSE(result);
  CHECK(result.error() == Error::kNoDevice);
}

TEST_CASE_METHOD(CardBench, "a block that fits the FIFO is read by the CPU", "[sw][mmci]") {
  REQUIRE(card.initialise());
  const auto to = memory(512);
  REQUIRE(card.read(7, to));
  CHECK(holds(to, 7));
  CHECK(board.words_by_dma() == 0);
}

TEST_CASE_METHOD(CardBench, "many blocks go by DMA, into pieces of memory", "[sw][mmci]") {
  REQUIRE(card.initialise());
  const unsigned before = board.words_by_cpu();
  const auto whole = memory(64 * 1024);
  const std::array<std::span<std::byte>, 3> pieces{
      whole.subspan(40'960, 512), whole.subspan(16, 8192), whole.subspan(20'480, 1024)};
  REQUIRE(card.read(1000, pieces));
  CHECK(holds(pieces[0], 1000));
  CHECK(holds(pieces[1], 1001));
  CHECK(holds(pieces[2], 1017));
  CHECK(board.words_by_dma() == (512 + 8192 + 1024) / 4);
  CHECK(board.words_by_cpu() == before);
  CHECK(logged("map_area") == 3);
  CHECK(logged("unmap_area") == 3);
}

TEST_CASE_METHOD(CardBenchWithoutDma,
                 "without DMA the CPU reads many blocks from the FIFO interrupt", "[sw][mmci]") {
  REQUIRE(card.initialise());
  CHECK_FALSE(host.has_dma());
  const auto to = memory(100 * 512);
  REQUIRE(card.read(300, to));
  CHECK(holds(to, 300));
}

TEST_CASE_METHOD(PlainController, "a FIFO of 16 words is served too", "[sw][mmci]") {
  REQUIRE(card.initialise());
  host.set_dma_allowed(false);
  const auto to = memory(9 * 512);
  REQUIRE(card.read(20, to));
  CHECK(holds(to, 20));
  host.set_dma_allowed(true);
  const auto again = memory(9 * 512);
  REQUIRE(card.read(20, again));
  CHECK(holds(again, 20));
  CHECK(board.words_by_dma() == 9 * 128);
}

TEST_CASE_METHOD(CardBench, "a long read is cut into commands the controller can count",
                 "[sw][mmci]") {
  REQUIRE(card.initialise());
  const auto to = memory(400 * 512);
  REQUIRE(card.read(1, to));
  CHECK(holds(to, 1));
}

TEST_CASE_METHOD(CardBench, "the card's last blocks can be read, and none behind them",
                 "[sw][mmci]") {
  REQUIRE(card.initialise());
  const auto to = memory(4 * 512);
  REQUIRE(card.read(4092, to));
  CHECK(holds(to, 4092));
  CHECK(card.read(4093, to).error() == Error::kOutOfRange);
  CHECK(card.read(0xFFFF'FFFF, to).error() == Error::kOutOfRange);
}

TEST_CASE_METHOD(CardBench, "what the controller cannot do is refused before anything moves",
                 "[sw][mmci]") {
  REQUIRE(card.initialise());
  const auto whole = memory(4096);
  CHECK(card.read(0, whole.first(100)).error() == Error::kInvalid);
  CHECK(card.read(0, whole.subspan(2, 512)).error() == Error::kInvalid);
}

TEST_CASE_METHOD(CardBench, "a read that fails once is tried again and succeeds", "[sw][mmci]") {
  REQUIRE(card.initialise());
  for (const bool by_dma : {true, false}) {
    host.set_dma_allowed(by_dma);
    for (const SdFault fault : {SdFault::kNoResponse, SdFault::kResponseCrc, SdFault::kNoData,
                                SdFault::kDataCrc, SdFault::kSkewedStart}) {
      CAPTURE(by_dma, static_cast<int>(fault));
      const unsigned retries = card.retries();
      const auto to = memory(16 * 512);
      inject(fault);
      REQUIRE(card.read(64, to));
      CHECK(holds(to, 64));
      CHECK(card.retries() == retries + 1);
    }
  }
}

TEST_CASE_METHOD(CardBench,
                 "a DMA controller that does not move gives a timeout, and its memory back",
                 "[sw][mmci]") {
  REQUIRE(card.initialise());
  const auto to = memory(16 * 512);
  board.set_dma_stuck(true);
  const auto result = card.read(0, to);
  REQUIRE_FALSE(result);
  CHECK(result.error() == Error::kTimeout);
  CHECK(board.terminations() == 3);
  CHECK(logged("map_area") == 3);
  CHECK(logged("unmap_area") == 3);
  board.set_dma_stuck(false);
  CHECK(card.read(0, to));
}

TEST_CASE_METHOD(CardBench, "a card that is pulled out gives an error, not a wait", "[sw][mmci]") {
  REQUIRE(card.initialise());
  board.model().block.insert_card(nullptr);
  const auto to = memory(4096);
  CHECK(card.read(0, to).error() == Error::kTimeout);
}

TEST_CASE_METHOD(CardBench, "the mapping's attributes are the ones asked for", "[sw][mmci]") {
  REQUIRE(card.initialise());
  const auto to = memory(4096);
  host.set_dma_attributes(DMA_ATTR_SKIP_CPU_SYNC, 0);
  REQUIRE(card.read(0, to));
  CHECK(logged("map_area") == 0);
  CHECK(logged("unmap_area") == 1);
  host.set_dma_attributes(0, DMA_ATTR_SKIP_CPU_SYNC);
  REQUIRE(card.read(0, to));
  CHECK(logged("map_area") == 1);
  CHECK(logged("unmap_area") == 1);
}

TEST_CASE_METHOD(CardBench, "the hook is called before the first word moves", "[sw][mmci]") {
  REQUIRE(card.initialise());
  unsigned words = 99;
  struct Seen {
    MmciBoard& board;
    unsigned& words;
  } seen{board, words};
  host.set_transfer_hook(
      [](void* data) {
        const auto& s = *static_cast<Seen*>(data);
        s.words = s.board.words_by_dma();
      },
      &seen);
  const auto to = memory(4096);
  REQUIRE(card.read(0, to));
  CHECK(words == 0);
}

}  // namespace
