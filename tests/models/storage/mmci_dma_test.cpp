// SPDX-License-Identifier: Apache-2.0
#include "tests/models/storage/mmci_host.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;
using namespace linefill::mci_status;
using namespace linefill::test;

namespace {

constexpr std::uint32_t kDma = 0x8;
constexpr auto kRx = MmciBlock::kRx;
constexpr auto kTx = MmciBlock::kTx;

struct Level {
  bool burst, single, last;
  friend bool operator==(const Level&, const Level&) = default;
};
constexpr Level kQuiet{false, false, false}, kBurst{true, false, false},
    kLastBurst{true, false, true}, kSingle{false, true, false}, kLastSingle{false, true, true};

Level level(const MmciHost& h, MmciBlock::Line line) {
  const DmaRequest r = h.block.dma_request(line);
  return {r.burst, r.single, r.last};
}

}  // namespace

TEST_CASE("MMCI: a burst is requested with its last word's last bit", "[mmci][dma]") {
  for (const auto& configuration : {MmciHost::plain(), MmciHost::extended()}) {
    MmciHost h{configuration};
    h.bring_up(0x900);
    h.expect_data(512, 9, kDma);
    h.command(17, 3);
    h.run(*h.block.card()->next_block(h.now, MmciHost::kBit) - h.now);
    h.run(MmciHost::kBit * (1 + 8 * configuration.burst_words) - Time{1});
    CHECK(level(h, kRx) == kQuiet);
    h.run(Time{1});
    CHECK(level(h, kRx) == kBurst);
    CHECK(level(h, kTx) == kQuiet);
  }
}

TEST_CASE("MMCI: the last burst says so", "[mmci][dma]") {
  MmciHost h;
  h.bring_up();
  h.expect_data(512, 9, kDma);
  h.command(17, 3);
  h.wait(kDataEnd);
  for (int burst = 0; burst < 7; ++burst) {
    CHECK(level(h, kRx) == kBurst);
    for (int i = 0; i < 16; ++i) h.read(kMciFifo);
  }
  CHECK(level(h, kRx) == kLastBurst);
  for (int i = 0; i < 16; ++i) h.read(kMciFifo);
  CHECK(level(h, kRx) == kQuiet);
}

TEST_CASE("MMCI: what is less than a burst is requested word by word, the last one marked",
          "[mmci][dma]") {
  MmciHost h;
  h.bring_up();
  h.command(55, h.address);
  h.expect_data(8, 3, kDma);
  h.command(51);
  h.wait(kDataEnd);
  CHECK(level(h, kRx) == kSingle);
  h.read(kMciFifo);
  CHECK(level(h, kRx) == kLastSingle);
  h.read(kMciFifo);
  CHECK(level(h, kRx) == kQuiet);
}

TEST_CASE("MMCI: half of a small FIFO can end a transfer of longer bursts", "[mmci][dma]") {
  auto configuration = MmciHost::extended();
  configuration.burst_words = 64;
  MmciHost h{configuration};
  h.bring_up();
  h.command(55, h.address);
  h.expect_data(64, 6, kDma);
  h.command(13);
  h.wait(kDataEnd);
  CHECK(level(h, kRx) == kLastBurst);
}

TEST_CASE("MMCI: to the card, a burst is requested while there is room for one", "[mmci][dma]") {
  MmciHost h;
  h.bring_up();
  h.command(24, 1);
  h.write(kMciClock, 0);  // Nothing leaves.
  h.offer_data(512, kDma);
  for (int burst = 0; burst < 8; ++burst) {
    CHECK(level(h, kTx) == (burst == 7 ? kLastBurst : kBurst));
    for (int i = 0; i < 16; ++i) h.write(kMciFifo, 1);
  }
  CHECK(level(h, kTx) == kQuiet);
}

TEST_CASE("MMCI: without DMAEnable, or once disabled, nothing is requested", "[mmci][dma]") {
  MmciHost h;
  h.bring_up();
  h.expect_data(512);
  h.command(17, 3);
  h.wait(kDataEnd);
  CHECK(level(h, kRx) == kQuiet);
  h.write(kMciDataCtrl, 0x93 | kDma);
  CHECK(level(h, kRx) == kBurst);
  h.write(kMciDataCtrl, 0x92 | kDma);
  CHECK(level(h, kRx) == kQuiet);
}

TEST_CASE("MMCI: after an error nothing is requested", "[mmci][dma]") {
  MmciHost h;
  h.bring_up();
  h.expect_data(512, 9, kDma);
  h.block.card()->inject(SdFault::kDataCrc);
  h.command(17, 3);
  REQUIRE(h.wait(kDataCrcFail));
  CHECK(level(h, kRx) == kQuiet);
  CHECK_FALSE(h.block.dma_enabled(kRx));
}

TEST_CASE("MMCI: a request carries the later of the writes that started it", "[mmci][dma]") {
  MmciHost h;
  h.bring_up();
  h.expect_data(512, 9, kDma, {MasterId::kProcessor, 0x1000, 7});
  h.write(kMciArgument, 3);
  h.write(kMciCommand, 0x400 | 0x40 | 17, {MasterId::kProcessor, 0x2000, 8});
  h.wait(kDataEnd);
  const DmaRequest request = h.block.dma_request(kRx);
  CHECK(request.origin.epoch == 8);
  CHECK(request.origin.pc == 0x2000);
}

TEST_CASE("MMCI: a transmit burst that comes too late is TxUnderrun, and takes the request away",
          "[mmci][dma][error]") {
  MmciHost h{MmciHost::plain()};
  h.bring_up(0x900);
  h.command(24, 1);
  h.offer_data(512, 0x8);
  for (unsigned i = 0; i < 8; ++i) h.write(kMciFifo, i);
  // Eight words on four lines: NWR, the start bit, and 64 clocks.
  const Time end = h.now + MmciHost::kBit * (2 + 1 + 8 * 8);
  CHECK(level(h, kTx) == kBurst);
  h.run(end - h.now - Time{1});
  CHECK((h.status() & mci_status::kTxUnderrun) == 0);
  h.run(Time{1});
  CHECK((h.status() & mci_status::kTxUnderrun) != 0);
  CHECK(level(h, kTx) == kQuiet);
}

TEST_CASE("MMCI: the card that was sent half a block keeps what it had, after CMD12",
          "[mmci][dma][error]") {
  MmciHost h{MmciHost::plain()};
  h.bring_up(0x900);
  h.command(24, 1);
  h.offer_data(512, 0x8);
  for (unsigned i = 0; i < 8; ++i) h.write(kMciFifo, i);
  REQUIRE(h.wait(mci_status::kTxUnderrun));
  h.write(kMciDataCtrl, 0);
  h.write(kMciClear, 0x7FF);
  CHECK(h.command(12) == mci_status::kCmdRespEnd);
  h.expect_data(512);
  h.command(17, 1);
  CHECK(h.drain(128) == sector_words(1));
}
