// SPDX-License-Identifier: Apache-2.0
#include "tests/models/storage/mmci_host.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;
using namespace linefill::mci_status;
using namespace linefill::test;

namespace {

constexpr std::uint32_t kFourLines = 0x900, kFourLinesAndFlowControl = 0x1900;

/// Runs to the start bit of the data and stays there.
Time start_of_data(MmciHost& h) {
  const auto start = h.block.card()->next_block(h.now, MmciHost::kBit);
  REQUIRE(start);
  h.run(*start - h.now);
  return *start;
}

}  // namespace

TEST_CASE("MMCI: a block comes byte for byte", "[mmci][read]") {
  for (const auto& configuration : {MmciHost::plain(), MmciHost::extended()}) {
    MmciHost h{configuration};
    h.bring_up(kFourLines);
    h.expect_data(512);
    CHECK(h.command(17, 3) == kCmdRespEnd);
    CHECK(h.drain(128) == sector_words(3));
    CHECK(h.wait(kDataEnd));
    CHECK((h.status() & (kDataEnd | kDataBlockEnd | kRxActive)) == (kDataEnd | kDataBlockEnd));
    CHECK(h.counters.bytes_read.value() == 512);
    // 1024 clocks of 40 ns for the data, 16 of CRC, and what the card took to find them.
    CHECK(h.counters.data_active.value() >= (1024 + 16) * 40);
    CHECK(h.counters.data_active.value() < 10'000'000);
  }
}

TEST_CASE("MMCI: a block comes byte for byte on one line too", "[mmci][read]") {
  MmciHost h;
  h.bring_up(0x100);
  h.expect_data(512);
  h.command(17, 3);
  CHECK(h.drain(128) == sector_words(3));
  CHECK(h.wait(kDataEnd));
}

// 1 start bit, 1024 clocks of data, 16 of CRC, 1 end bit at 40 ns each.
TEST_CASE("MMCI: a block at 25 MHz on four lines takes 41.68 us", "[mmci][read][time]") {
  MmciHost h;
  h.bring_up();
  h.expect_data(512);
  h.command(17, 3);
  const Time start = start_of_data(h);
  h.run(Time{41'680'000} - Time{1});
  CHECK((h.status() & kDataEnd) == 0);
  h.run(Time{1});
  CHECK((h.status() & kDataEnd) != 0);
  CHECK(h.now == start + MmciHost::kBit * (1 + 1024 + 16 + 1));
}

TEST_CASE("MMCI: the first block comes 100 us after the response", "[mmci][read][time]") {
  MmciHost h;
  h.bring_up();
  h.expect_data(512);
  h.command(17, 3);
  const Time response = h.now;
  CHECK(start_of_data(h) == response + 100us);
}

TEST_CASE("MMCI: the blocks of CMD18 follow each other after eight clocks", "[mmci][read][time]") {
  MmciHost h;
  h.bring_up();
  h.expect_data(16 * 512);
  h.command(18, 0);
  const Time start = start_of_data(h);
  CHECK(h.drain(16 * 128) == sector_words(0, 16));
  REQUIRE(h.wait(kDataEnd));
  CHECK(h.now == start + MmciHost::kBit * (16 * 1042 + 15 * 8));
  CHECK(h.command(12) == kCmdRespEnd);
  CHECK(h.block.card()->state() == SdCard::State::kTransfer);
}

TEST_CASE("MMCI: a word is there from its last bit on, not earlier", "[mmci][read][time]") {
  MmciHost h;
  h.bring_up();
  h.expect_data(512);
  h.command(17, 3);
  start_of_data(h);
  h.run(MmciHost::kBit * (1 + 8 * 5) - Time{1});
  for (int i = 0; i < 4; ++i) h.read(kMciFifo);
  CHECK((h.status() & kRxDataAvlbl) == 0);
  h.run(Time{1});
  CHECK((h.status() & kRxDataAvlbl) != 0);
}

TEST_CASE("MMCI: RxFifoHalfFull rises with the 64th word of 128, the 8th of 16", "[mmci][read]") {
  for (const auto& configuration : {MmciHost::plain(), MmciHost::extended()}) {
    MmciHost h{configuration};
    h.bring_up(kFourLines);
    h.expect_data(512);
    h.command(17, 3);
    start_of_data(h);
    h.run(MmciHost::kBit * (1 + 8 * configuration.fifo_words / 2) - Time{1});
    CHECK((h.status() & kRxFifoHalfFull) == 0);
    h.run(Time{1});
    CHECK((h.status() & kRxFifoHalfFull) != 0);
  }
}

TEST_CASE("MMCI: MCIFifoCnt counts words that are to come into the FIFO, MCIDataCnt bytes",
          "[mmci][read]") {
  MmciHost h;
  h.bring_up();
  h.expect_data(512);
  CHECK(h.read(kMciFifoCnt) == 128);
  CHECK(h.read(kMciDataCnt) == 512);
  h.command(17, 3);
  h.wait(kDataEnd);
  CHECK(h.read(kMciDataCnt) == 0);
  CHECK(h.read(kMciFifoCnt) == 0);
  h.read(kMciFifo);
  CHECK(h.read(kMciFifoCnt) == 0);
}

TEST_CASE("MMCI: the receiver stays active until the FIFO is read", "[mmci][read]") {
  MmciHost h;
  h.bring_up();
  h.expect_data(512);
  h.command(17, 3);
  h.wait(kDataEnd);
  for (int i = 0; i < 127; ++i) h.read(kMciFifo);
  CHECK((h.status() & kRxActive) != 0);
  h.read(kMciFifo);
  CHECK((h.status() & kRxActive) == 0);
}

TEST_CASE("MMCI: the 8 bytes of the SCR come as two words", "[mmci][read]") {
  MmciHost h;
  h.bring_up();
  h.command(55, h.address);
  h.expect_data(8, 3);
  h.command(51);
  CHECK(h.drain(2) == std::vector<std::uint32_t>{0x0280'0502, 0});
  CHECK(h.wait(kDataEnd));
}

TEST_CASE("MMCI: a full FIFO without flow control is RxOverrun", "[mmci][read][error]") {
  MmciHost h{MmciHost::plain()};
  h.bring_up(kFourLines);
  h.expect_data(512);
  h.command(17, 3);
  start_of_data(h);
  h.run(MmciHost::kBit * (1 + 8 * 17) - Time{1});
  CHECK((h.status() & (kRxFifoFull | kRxOverrun)) == kRxFifoFull);
  h.run(Time{1});
  CHECK((h.status() & (kRxActive | kRxOverrun)) == kRxOverrun);
  CHECK(h.counters.overruns.value() == 1);
}

TEST_CASE("MMCI: flow control stops the clock while the FIFO is full", "[mmci][read]") {
  MmciHost h;
  h.bring_up(kFourLinesAndFlowControl);
  h.expect_data(1024);
  h.command(18, 3);
  h.run(10ms);
  CHECK((h.status() & (kRxFifoFull | kRxActive | kRxOverrun)) == (kRxFifoFull | kRxActive));
  CHECK(h.block.next_event() == kNever);
  CHECK(h.drain(256) == sector_words(3, 2));
  CHECK(h.wait(kDataEnd));
  CHECK(h.counters.clock_stops.value() == 1);
}

TEST_CASE("MMCI: a CRC error ends the transfer with DataCrcFail", "[mmci][read][error]") {
  MmciHost h;
  h.bring_up();
  h.expect_data(1024);
  h.command(18, 3);
  h.block.card()->inject(SdFault::kDataCrc);
  CHECK(h.wait(kDataCrcFail));
  CHECK((h.status() & (kDataBlockEnd | kDataEnd | kRxActive)) == 0);
}

TEST_CASE("MMCI: no data before MCIDataTimer has counted down is DataTimeOut",
          "[mmci][read][error]") {
  MmciHost h;
  h.bring_up();
  h.write(kMciDataTimer, 1000);
  h.write(kMciDataLength, 512);
  h.write(kMciDataCtrl, 0x93);
  h.run(MmciHost::kBit * 1000 - Time{1});
  CHECK((h.status() & kDataTimeOut) == 0);
  h.run(Time{1});
  CHECK((h.status() & (kDataTimeOut | kRxActive)) == kDataTimeOut);
}

TEST_CASE("MMCI: start bits that come apart are StartBitErr", "[mmci][read][error]") {
  MmciHost h;
  h.bring_up();
  h.expect_data(512);
  h.block.card()->inject(SdFault::kSkewedStart);
  h.command(17, 3);
  CHECK(h.wait(kStartBitErr));
  CHECK(h.counters.start_bit_errors.value() == 1);
  CHECK(h.counters.crc_errors.value() == 0);
}

TEST_CASE("MMCI: four lines here and one at the card are StartBitErr", "[mmci][read][error]") {
  MmciHost h;
  h.bring_up(0x100);
  h.write(kMciClock, kFourLines);
  h.expect_data(512);
  h.command(17, 3);
  CHECK(h.wait(kStartBitErr));
}

TEST_CASE("MMCI: one line here and four at the card are DataCrcFail", "[mmci][read][error]") {
  MmciHost h;
  h.bring_up();
  h.write(kMciClock, 0x1100);
  h.expect_data(512);
  h.command(17, 3);
  h.drain(128);
  CHECK(h.wait(kDataCrcFail));
}

TEST_CASE("MMCI: blocks of another size than the card's are DataCrcFail", "[mmci][read][error]") {
  MmciHost h;
  h.bring_up();
  h.expect_data(256, 8);
  h.command(17, 3);
  CHECK(h.wait(kDataCrcFail));
}

TEST_CASE("MMCI: a card that is too late for its block is a time-out, not stale data",
          "[mmci][read][error]") {
  MmciHost h;
  h.bring_up();
  h.command(17, 3);
  h.run(1ms);
  h.expect_data(512);
  CHECK(h.wait(kDataTimeOut));
  CHECK((h.status() & kRxDataAvlbl) == 0);
}

TEST_CASE("MMCI: reading an empty FIFO is a guest error that reads zero", "[mmci][read][error]") {
  MmciHost h;
  h.bring_up();
  CHECK(h.read(kMciFifo) == 0);
  CHECK(h.log.guest_errors() == 1);
}

TEST_CASE("MMCI: after a transfer was stopped in the middle the next one is whole",
          "[mmci][read]") {
  MmciHost h;
  h.bring_up();
  h.expect_data(1024);
  h.command(18, 3);
  start_of_data(h);
  h.run(20us);
  h.write(kMciDataCtrl, 0);
  CHECK(h.command(12) == kCmdRespEnd);
  h.expect_data(512);
  h.command(17, 9);
  CHECK(h.drain(128) == sector_words(9));
}
