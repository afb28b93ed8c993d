// SPDX-License-Identifier: Apache-2.0
#include "tests/models/storage/mmci_host.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;
using namespace linefill::mci_status;
using namespace linefill::test;

TEST_CASE("MMCI: a command without response takes its 48 clocks", "[mmci][command]") {
  MmciHost h;
  h.power_on();
  h.write(kMciCommand, 0x400);
  CHECK(h.status() == kCmdActive);
  h.run(MmciHost::kBit * 48 - Time{1});
  CHECK(h.status() == kCmdActive);
  h.run(Time{1});
  CHECK(h.status() == kCmdSent);
}

TEST_CASE("MMCI: a response comes after command, NCR and its own 48 clocks", "[mmci][command]") {
  MmciHost h;
  h.power_on();
  h.write(kMciArgument, 0x1AA);
  h.write(kMciCommand, 0x448);
  h.run(MmciHost::kBit * (48 + 8 + 48) - Time{1});
  CHECK(h.status() == kCmdActive);
  h.run(Time{1});
  CHECK(h.status() == kCmdRespEnd);
  CHECK(h.read(kMciRespCmd) == 8);
  CHECK(h.read(kMciResponse0) == 0x1AA);
}

TEST_CASE("MMCI: the divider slows the command down", "[mmci][command]") {
  MmciHost h;
  h.power_on(0x100 | 61);  // 50 MHz / 124
  h.write(kMciCommand, 0x400);
  h.run(MmciHost::kMclk * 124 * 48 - Time{1});
  CHECK(h.status() == kCmdActive);
  h.run(Time{1});
  CHECK(h.status() == kCmdSent);
}

TEST_CASE("MMCI: Bypass gives the card MCLK itself", "[mmci][command]") {
  MmciHost h;
  h.power_on(0x500);
  h.write(kMciCommand, 0x400);
  h.run(MmciHost::kMclk * 48);
  CHECK(h.status() == kCmdSent);
}

TEST_CASE("MMCI: without clock or power nothing happens, and goes on when they come",
          "[mmci][command]") {
  MmciHost h;
  h.write(kMciClock, 0x100);
  h.write(kMciCommand, 0x400);
  h.run(10ms);
  CHECK(h.status() == kCmdActive);
  CHECK(h.block.next_event() == kNever);
  h.write(kMciPower, 3);
  h.run(MmciHost::kBit * 24);
  h.write(kMciClock, 0);
  h.run(10ms);
  CHECK(h.status() == kCmdActive);
  h.write(kMciClock, 0x100);
  h.run(MmciHost::kBit * 24 - Time{1});
  CHECK(h.status() == kCmdActive);
  h.run(Time{1});
  CHECK(h.status() == kCmdSent);
}

TEST_CASE("MMCI: no answer is CmdTimeOut, 64 clocks after the command", "[mmci][command]") {
  MmciHost h;
  h.power_on();
  h.write(kMciCommand, 0x445);  // CMD5: for SDIO
  h.run(MmciHost::kBit * (48 + 64) - Time{1});
  CHECK(h.status() == kCmdActive);
  h.run(Time{1});
  CHECK(h.status() == kCmdTimeOut);
  CHECK(h.counters.timeouts.value() == 1);
}

TEST_CASE("MMCI: without a card every response times out", "[mmci][command]") {
  MmciHost h;
  h.block.insert_card(nullptr);
  h.power_on();
  CHECK(h.command(0, 0, 0) == kCmdSent);
  CHECK(h.command(8, 0x1AA) == kCmdTimeOut);
}

TEST_CASE("MMCI: with Interrupt set the wait for a response does not end by itself",
          "[mmci][command]") {
  MmciHost h;
  h.power_on();
  h.write(kMciCommand, 0x545);
  h.run(10ms);
  CHECK(h.status() == kCmdActive);
  h.write(kMciCommand, 0);
  CHECK(h.status() == 0);
}

TEST_CASE("MMCI: a wrong CRC in the response is CmdCrcFail", "[mmci][command]") {
  MmciHost h;
  h.power_on();
  h.block.card()->inject(SdFault::kResponseCrc);
  CHECK(h.command(8, 0x1AA) == kCmdCrcFail);
  CHECK(h.counters.crc_errors.value() == 1);
}

TEST_CASE("MMCI: R3 has no CRC and reports CmdCrcFail as the hardware does", "[mmci][command]") {
  MmciHost h;
  h.power_on();
  h.command(0, 0, 0);
  h.command(8, 0x1AA);
  CHECK(h.application(41, 0x40FF'8000) == kCmdCrcFail);
  CHECK(h.read(kMciResponse0) == 0x00FF'8000);
  CHECK(h.read(kMciRespCmd) == 0x3F);
}

TEST_CASE("MMCI: R3 without a CRC is not counted as an error", "[mmci][command]") {
  MmciHost h;
  h.power_on();
  h.command(0, 0, 0);
  h.command(8, 0x1AA);
  REQUIRE(h.application(41, 0x40FF'8000) == kCmdCrcFail);
  CHECK(h.counters.crc_errors.value() == 0);
}

TEST_CASE("MMCI: a long response fills four registers, the last bit zero", "[mmci][command]") {
  MmciHost h;
  h.bring_up();
  h.command(7, 0);  // Back to standby.
  CHECK(h.command(9, h.address, 0xC0) == kCmdRespEnd);
  CHECK(h.read(kMciRespCmd) == 0x3F);
  CHECK(h.read(kMciResponse0) == 0x400E'0032);
  CHECK(h.read(kMciResponse1) == 0x5B59'0000);
  CHECK(h.read(kMciResponse2) == 0x0003'7F80);  // C_SIZE 3: 2 MiB
  CHECK((h.read(kMciResponse3) & 0xFFFF'FF01) == 0x0A40'0000);
}

TEST_CASE("MMCI: a short response where a long one is expected fails its CRC", "[mmci][command]") {
  MmciHost h;
  h.bring_up();
  CHECK(h.command(13, h.address, 0xC0) == kCmdCrcFail);
}

TEST_CASE("MMCI: a command follows another after eight clocks at the earliest", "[mmci][command]") {
  MmciHost h;
  h.power_on();
  h.write(kMciCommand, 0x400);
  h.run(MmciHost::kBit * 48);
  REQUIRE(h.status() == kCmdSent);
  h.write(kMciClear, kCmdSent);
  h.write(kMciCommand, 0x400);
  h.run(MmciHost::kBit * (8 + 48) - Time{1});
  CHECK(h.status() == kCmdActive);
  h.run(Time{1});
  CHECK(h.status() == kCmdSent);
}

TEST_CASE("MMCI: a command written while another runs is a guest error and ignored",
          "[mmci][command]") {
  MmciHost h;
  h.power_on();
  h.write(kMciCommand, 0x400);
  h.write(kMciCommand, 0x448);
  h.run(1ms);
  CHECK(h.status() == kCmdSent);
  CHECK(h.log.guest_errors() == 1);
}

TEST_CASE("MMCI: switching power off resets the card", "[mmci][command]") {
  MmciHost h;
  h.bring_up();
  h.write(kMciPower, 0);
  CHECK(h.block.card()->state() == SdCard::State::kIdle);
  CHECK_FALSE(h.block.card()->wide());
}
