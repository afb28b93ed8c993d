// SPDX-License-Identifier: Apache-2.0
#include "tests/models/storage/mmci_host.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;
using namespace linefill::mci_status;
using namespace linefill::test;

namespace {

void fill(MmciHost& h, unsigned words, std::uint32_t first) {
  for (unsigned i = 0; i < words; ++i) {
    REQUIRE(h.wait(kTxFifoHalfEmpty | kTxUnderrun | kDataCrcFail | kDataTimeOut));
    h.write(kMciFifo, first + i);
  }
}

}  // namespace

TEST_CASE("MMCI: written blocks read back", "[mmci][write]") {
  for (const auto& configuration : {MmciHost::plain(), MmciHost::extended()}) {
    MmciHost h{configuration};
    h.bring_up(0x900);
    CHECK(h.command(25, 40) == kCmdRespEnd);
    h.offer_data(1024);
    fill(h, 256, 0x1000);
    REQUIRE(h.wait(kDataEnd));
    h.write(kMciClear, 0x7FF);
    CHECK(h.command(12) == kCmdRespEnd);
    h.run(1ms);
    h.expect_data(512);
    h.command(17, 41);
    const auto back = h.drain(128);
    REQUIRE(back.size() == 128);
    for (unsigned i = 0; i < 128; ++i) REQUIRE(back[i] == 0x1000 + 128 + i);
    CHECK(h.counters.blocks_written.value() == 2);
  }
}

TEST_CASE("MMCI: a written block ends when the card is no longer busy", "[mmci][write][time]") {
  MmciHost h;
  h.bring_up();
  h.command(24, 1);
  h.offer_data(512);
  const Time start = h.now;
  for (unsigned i = 0; i < 128; ++i) h.write(kMciFifo, i);
  REQUIRE(h.wait(kDataEnd));
  // NWR, start bit, data, CRC and end bit, NCRC and token; then 250 us of programming.
  CHECK(h.now == start + MmciHost::kBit * (2 + 1 + 1024 + 17 + 7) + 250us);
}

TEST_CASE("MMCI: nothing is sent before there is something in the FIFO", "[mmci][write]") {
  MmciHost h;
  h.bring_up();
  h.command(24, 1);
  h.offer_data(512);
  h.run(100ms);
  CHECK(h.status() == (kCmdRespEnd | kTxActive | kTxFifoEmpty | kTxFifoHalfEmpty));
  CHECK(h.block.next_event() == kNever);
}

TEST_CASE("MMCI: a FIFO that runs empty is TxUnderrun", "[mmci][write][error]") {
  MmciHost h{MmciHost::plain()};
  h.bring_up(0x900);
  h.command(24, 1);
  h.offer_data(512);
  const Time start = h.now;
  for (unsigned i = 0; i < 4; ++i) h.write(kMciFifo, i);
  REQUIRE(h.wait(kTxUnderrun));
  CHECK(h.now == start + MmciHost::kBit * (2 + 1 + 4 * 8));
  CHECK((h.status() & kTxActive) == 0);
}

TEST_CASE("MMCI: flow control stops the clock while the FIFO is empty", "[mmci][write]") {
  MmciHost h;
  h.bring_up();
  h.command(24, 1);
  h.offer_data(512);
  for (unsigned i = 0; i < 4; ++i) h.write(kMciFifo, i);
  h.run(10ms);
  CHECK((h.status() & kTxUnderrun) == 0);
  for (unsigned i = 4; i < 128; ++i) h.write(kMciFifo, i);
  CHECK(h.wait(kDataEnd));
}

TEST_CASE("MMCI: a block the card refuses is DataCrcFail", "[mmci][write][error]") {
  MmciHost h;
  h.bring_up();
  h.command(24, 1);
  h.block.card()->inject(SdFault::kWriteCrc);
  h.offer_data(512);
  fill(h, 128, 0);
  CHECK(h.wait(kDataCrcFail));
}

TEST_CASE("MMCI: data that the card does not expect get no token: DataTimeOut",
          "[mmci][write][error]") {
  MmciHost h;
  h.bring_up();
  h.offer_data(512);
  fill(h, 128, 0);
  CHECK(h.wait(kDataTimeOut));
}

TEST_CASE("MMCI: a card that is busy for longer than MCIDataTimer is DataTimeOut",
          "[mmci][write][error]") {
  MmciHost h;
  h.bring_up();
  h.command(24, 1);
  h.write(kMciDataTimer, 100);
  h.write(kMciDataLength, 512);
  h.write(kMciDataCtrl, 0x91);
  fill(h, 128, 0);
  CHECK(h.wait(kDataTimeOut));
}

TEST_CASE("MMCI: a word too many is a guest error and lost", "[mmci][write][error]") {
  MmciHost h;
  h.bring_up();
  h.command(24, 1);
  h.offer_data(512);
  for (unsigned i = 0; i < 129; ++i) h.write(kMciFifo, i);
  CHECK(h.log.guest_errors() == 1);
}
