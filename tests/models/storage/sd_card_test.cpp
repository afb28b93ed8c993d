// SPDX-License-Identifier: Apache-2.0
#include "models/storage/sd_card.hpp"

#include "tests/models/storage/card_bench.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;
using linefill::test::CardBench;
using linefill::test::field;
using linefill::test::kBit;
using linefill::test::MemoryDevice;

TEST_CASE("CMD8 echoes its pattern if the voltage suits, else nothing answers", "[storage][sd]") {
  CardBench b;
  CHECK(CardBench::content(b.command(8, 0x1AA)) == 0x1AA);
  CHECK(b.command(8, 0x2AA).bits == 0);
}

TEST_CASE("ACMD41 is busy until the card has powered up, then tells high capacity",
          "[storage][sd]") {
  CardBench b;
  b.command(0);
  b.command(8, 0x1AA);
  const auto first = b.application(41, 0x40FF'8000);
  CHECK(CardBench::content(first) == 0x00FF'8000);
  CHECK(first.frame[0] == 0x3F);
  CHECK(first.frame[5] == 0xFF);
  b.now += 1ms;
  CHECK(CardBench::content(b.application(41, 0x40FF'8000)) == 0xC0FF'8000);
  CHECK(b.card.state() == SdCard::State::kReady);
}

TEST_CASE("an ACMD41 without voltages does not start the card", "[storage][sd]") {
  CardBench b;
  b.command(0);
  b.command(8, 0x1AA);
  b.application(41, 0);
  b.now += 5ms;
  CHECK(CardBench::content(b.application(41, 0)) == 0x00FF'8000);
}

TEST_CASE("a host that does not know high capacity never sees the card ready", "[storage][sd]") {
  CardBench b;
  b.command(0);
  for (int i = 0; i < 5; ++i, b.now += 5ms)
    CHECK(CardBench::content(b.application(41, 0x00FF'8000)) == 0x00FF'8000);
}

TEST_CASE("identification goes through ready, ident, standby, transfer", "[storage][sd]") {
  CardBench b;
  b.to_ready();
  CHECK(b.command(2).bits == 136);
  CHECK(b.card.state() == SdCard::State::kIdent);
  const auto r6 = b.command(3);
  CHECK((CardBench::content(r6) & 0x1F00) == (2U << 9 | 0x100));  // ident, ready for data
  b.address = CardBench::content(r6) & 0xFFFF'0000;
  CHECK(b.address != 0);
  CHECK(CardBench::state_of(b.command(7, b.address)) == 3);
  CHECK(CardBench::state_of(b.command(13, b.address)) == 4);
}

TEST_CASE("the CSD tells the size of the image, in units of 512 KiB", "[storage][sd]") {
  const auto [sectors, c_size] =
      GENERATE(table<std::size_t, std::uint32_t>({{1, 0}, {1024, 0}, {1025, 1}, {65536, 63}}));
  CardBench b{sectors};
  b.to_standby();
  const auto r2 = b.command(9, b.address);
  const auto csd = std::span{r2.frame}.subspan(1, 16);
  CHECK(field(csd, 127, 126) == 1);
  CHECK(field(csd, 69, 48) == c_size);
  CHECK(field(csd, 103, 96) == 0x32);
  CHECK(field(csd, 83, 80) == 9);
  CHECK(field(csd, 95, 84) == 0x5B5);
  CHECK(crc7(csd.first(15)) == csd[15] >> 1);
  CHECK(b.card.sectors() == (c_size + 1) * 1024);
}

TEST_CASE("the CID carries the names in its fields, and its CRC", "[storage][sd]") {
  CardBench b;
  b.to_standby();
  const auto r2 = b.command(10, b.address);
  const auto cid = std::span{r2.frame}.subspan(1, 16);
  CHECK(field(cid, 119, 104) == ('L' << 8 | 'F'));
  CHECK(field(cid, 19, 12) == 26);
  CHECK(crc7(cid.first(15)) == cid[15] >> 1);
}

TEST_CASE("the SCR offers four lines and CMD23", "[storage][sd]") {
  CardBench b;
  b.to_transfer();
  b.application(51);
  CHECK(b.data() == std::vector<std::uint8_t>{0x02, 0x05, 0x80, 0x02, 0, 0, 0, 0});
}

TEST_CASE("SD status has 64 bytes that tell the bus width", "[storage][sd]") {
  CardBench b;
  b.to_transfer();
  b.application(13);
  CHECK(b.data().at(0) == 0);
  b.application(6, 2);
  b.application(13);
  const auto status = b.data();
  CHECK(status.size() == 64);
  CHECK(status.at(0) == 0x80);
}

TEST_CASE("CMD6 checks and then switches to high speed", "[storage][sd]") {
  CardBench b;
  b.to_transfer();
  b.command(6, 0x00FF'FFF1);
  const auto check = b.data();
  CHECK(check.at(13) == 0x03);
  CHECK((check.at(16) & 0xF) == 1);
  CHECK_FALSE(b.card.high_speed());
  b.command(6, 0x80FF'FFF1);
  CHECK((b.data().at(16) & 0xF) == 1);
  CHECK(b.card.high_speed());
}

TEST_CASE("CMD6 answers 0xF for a function that does not exist, and does not switch",
          "[storage][sd]") {
  CardBench b;
  b.to_transfer();
  b.command(6, 0x80FF'FFF2);
  CHECK((b.data().at(16) & 0xF) == 0xF);
  CHECK_FALSE(b.card.high_speed());
}

TEST_CASE("an illegal command has no answer and is told in the next status, once",
          "[storage][sd]") {
  CardBench b;
  b.to_transfer();
  CHECK(b.command(2).bits == 0);
  CHECK((CardBench::content(b.command(13, b.address)) & 1U << 22) != 0);
  CHECK((CardBench::content(b.command(13, b.address)) & 1U << 22) == 0);
}

TEST_CASE("a command with a wrong CRC has no answer and is told in the next status",
          "[storage][sd]") {
  CardBench b;
  b.to_transfer();
  auto frame = sd_command_frame(13, b.address);
  frame[5] ^= 2;
  CHECK(b.card.command(frame, b.now, kBit).bits == 0);
  CHECK((CardBench::content(b.command(13, b.address)) & 1U << 23) != 0);
}

TEST_CASE("CMD55 is told in the status of both commands", "[storage][sd]") {
  CardBench b;
  b.to_transfer();
  CHECK((CardBench::content(b.command(55, b.address)) & 1U << 5) != 0);
  CHECK((CardBench::content(b.command(42)) & 1U << 5) != 0);
  CHECK((CardBench::content(b.command(13, b.address)) & 1U << 5) == 0);
}

TEST_CASE("a block is read by its number", "[storage][sd]") {
  CardBench b;
  b.to_transfer();
  CHECK(CardBench::state_of(b.command(17, 5)) == 4);
  const auto data = b.data();
  REQUIRE(data.size() == 512);
  for (std::size_t i = 0; i < 512; ++i) REQUIRE(data[i] == MemoryDevice::pattern(5, i));
  CHECK(b.card.state() == SdCard::State::kTransfer);
}

TEST_CASE("CMD18 goes on until CMD12", "[storage][sd]") {
  CardBench b;
  b.to_transfer();
  b.command(18, 7);
  for (unsigned s = 7; s < 12; ++s) {
    const auto start = b.card.next_block(b.now, kBit);
    REQUIRE(start);
    CHECK(b.card.send_block().data[0] == MemoryDevice::pattern(s, 0));
    b.now = *start + 50us;
    b.card.block_sent(b.now, kBit);
  }
  b.now -= 10us;
  CHECK(CardBench::state_of(b.command(12)) == 5);
  CHECK(b.card.state() == SdCard::State::kTransfer);
}

TEST_CASE("CMD23 ends CMD18 after so many blocks", "[storage][sd]") {
  CardBench b;
  b.to_transfer();
  b.command(23, 2);
  b.command(18, 0);
  CHECK(b.data().size() == 512);
  CHECK(b.card.state() == SdCard::State::kData);
  b.now -= 1ms;
  CHECK(b.data().size() == 512);
  CHECK(b.card.state() == SdCard::State::kTransfer);
}

TEST_CASE("blocks that nobody waits for go by", "[storage][sd]") {
  CardBench b;
  b.to_transfer();
  b.command(18, 0);
  const auto first = b.card.next_block(b.now, kBit);
  REQUIRE(first);
  // 1 + 512 * 8 + 17 clocks on one line, and 8 between blocks.
  CHECK(*b.card.next_block(*first + Time{1}, kBit) == *first + kBit * (1 + 4096 + 17 + 8));
  CHECK(b.card.send_block().data[0] == MemoryDevice::pattern(1, 0));
}

TEST_CASE("a block past the end is out of range, in the answer and once", "[storage][sd]") {
  CardBench b{1024};
  b.to_transfer();
  CHECK((CardBench::content(b.command(17, 1024)) & 1U << 31) != 0);
  CHECK(b.card.state() == SdCard::State::kTransfer);
  CHECK((CardBench::content(b.command(13, b.address)) & 1U << 31) == 0);
}

TEST_CASE("CMD18 stops at the card's end", "[storage][sd]") {
  CardBench b{1024};
  b.to_transfer();
  b.command(18, 1023);
  CHECK(b.data().size() == 512);
  b.now -= 1ms;
  CHECK_FALSE(b.card.next_block(b.now, kBit));
  CHECK((CardBench::content(b.command(12)) & 1U << 31) != 0);
}

TEST_CASE("sectors between image and capacity read as zeros", "[storage][sd]") {
  CardBench b{3};
  b.to_transfer();
  b.command(17, 3);
  CHECK(b.data() == std::vector<std::uint8_t>(512, 0));
}

TEST_CASE("a written block is busy for a while and then reads back", "[storage][sd]") {
  CardBench b;
  b.to_transfer();
  b.command(24, 9);
  const std::vector<std::uint8_t> data(512, 0xA5);
  CHECK(b.card.receive_block(data, crc16(data), false, b.now) == SdWriteToken::kAccepted);
  CHECK(b.card.busy_until() == b.now + 250us);
  const auto busy = CardBench::content(b.command(13, b.address));
  CHECK((busy >> 9 & 0xF) == 7);
  CHECK((busy & 0x100) == 0);
  b.now += 300us;
  CHECK(CardBench::state_of(b.command(13, b.address)) == 4);
  b.command(17, 9);
  CHECK(b.data() == data);
}

TEST_CASE("a written block with a wrong CRC is refused", "[storage][sd]") {
  CardBench b;
  b.to_transfer();
  b.command(24, 9);
  const std::vector<std::uint8_t> data(512, 0xA5);
  CHECK(b.card.receive_block(data, crc16(data) ^ 1U, false, b.now) == SdWriteToken::kCrcError);
  b.command(17, 9);
  CHECK(b.data().at(0) == MemoryDevice::pattern(9, 0));
}

TEST_CASE("ACMD22 tells how many blocks were written", "[storage][sd]") {
  CardBench b;
  b.to_transfer();
  b.command(25, 1);
  const std::vector<std::uint8_t> data(512, 1);
  for (int i = 0; i < 3; ++i) b.card.receive_block(data, crc16(data), false, b.now);
  b.command(12);
  b.now += 1ms;
  b.application(22);
  CHECK(b.data() == std::vector<std::uint8_t>{0, 0, 0, 3});
}

TEST_CASE("CMD7 with another address deselects, without an answer", "[storage][sd]") {
  CardBench b;
  b.to_transfer();
  CHECK(b.command(7, 0).bits == 0);
  CHECK(b.card.state() == SdCard::State::kStandby);
}

TEST_CASE("CMD15 takes the card out until power is switched off", "[storage][sd]") {
  CardBench b;
  b.to_transfer();
  b.command(15, b.address);
  CHECK(b.command(0).bits == 0);
  CHECK(b.card.state() == SdCard::State::kInactive);
  b.card.power_cycle();
  CHECK(b.command(8, 0x1AA).bits == 48);
}
