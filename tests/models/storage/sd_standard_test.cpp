// SPDX-License-Identifier: Apache-2.0
// A card of standard capacity: addresses count bytes, blocks have a length, sectors are protected
// in groups. Numbers from the SD Physical Layer Simplified Specification.
#include "tests/models/storage/card_bench.hpp"

using namespace linefill;
using linefill::test::CardBench;
using linefill::test::field;
using linefill::test::kBit;
using linefill::test::MemoryDevice;

namespace {

constexpr std::uint32_t kOutOfRange = 1U << 31, kAddressError = 1U << 30, kBlockLenError = 1U << 29,
                        kWpViolation = 1U << 26, kIllegalCommand = 1U << 22,
                        kWpEraseSkip = 1U << 15, kCsdOverwrite = 1U << 16;

struct StandardBench : CardBench {
  explicit StandardBench(std::size_t sectors = 8192) : CardBench{sectors, SdCapacity::kStandard} {}

  std::vector<std::uint8_t> csd() {
    const auto r2 = command(9, address);
    return {r2.frame.begin() + 1, r2.frame.end()};
  }
  std::vector<std::uint8_t> read(std::uint32_t byte_address) {
    command(17, byte_address);
    return data();
  }
};

const std::vector<std::uint8_t> kBlock(512, 0xA5);

}  // namespace

TEST_CASE("a card of up to 2 GiB is of standard capacity unless told otherwise", "[storage][sd]") {
  const auto [sectors, capacity] =
      GENERATE(table<std::uint64_t, SdCapacity>({{131072, SdCapacity::kStandard},
                                                 {4194304, SdCapacity::kStandard},
                                                 {4194305, SdCapacity::kHigh},
                                                 {67108864, SdCapacity::kHigh}}));
  CHECK(SdGeometry::of(sectors).capacity == capacity);
}

TEST_CASE("CSD version 1 tells the size by C_SIZE, C_SIZE_MULT and READ_BL_LEN", "[storage][sd]") {
  // memory capacity = (C_SIZE + 1) * 2^(C_SIZE_MULT + 2) * 2^READ_BL_LEN (5.3.2).
  const std::uint64_t sectors = GENERATE(1U, 4U, 5U, 2880U, 16384U, 131072U, 1000000U, 2097152U);
  StandardBench b{static_cast<std::size_t>(sectors)};
  b.to_standby();
  const auto csd = b.csd();
  CHECK(field(csd, 127, 126) == 0);
  CHECK(field(csd, 83, 80) == 9);
  CHECK(field(csd, 25, 22) == 9);
  CHECK(field(csd, 79, 79) == 1);
  CHECK(field(csd, 95, 84) == 0x5F5);
  CHECK(crc7(std::span{csd}.first(15)) == csd[15] >> 1);
  const std::uint64_t bytes = (std::uint64_t{field(csd, 73, 62)} + 1)
                              << (field(csd, 49, 47) + 2 + field(csd, 83, 80));
  CHECK(bytes == b.card.sectors() * 512);
  CHECK(b.card.sectors() >= sectors);
  CHECK(b.card.sectors() - sectors < std::max<std::uint64_t>(4, sectors / 2048));
}

TEST_CASE("a card of 2 GiB has blocks of 1024 bytes in its CSD", "[storage][sd]") {
  const SdGeometry g = SdGeometry::of(4194304);
  CHECK(g.size == 4095);
  CHECK(g.size_multiplier == 7);
  CHECK(g.block_length == 10);
  CHECK(g.sectors == 4194304);
}

TEST_CASE("ACMD41 of a standard card needs neither CMD8 nor HCS, and leaves CCS clear",
          "[storage][sd]") {
  StandardBench b;
  b.command(0);
  b.application(41, 0x00FF'8000);
  b.now += 2ms;
  CHECK(CardBench::content(b.application(41, 0x00FF'8000)) == 0x80FF'8000);
}

TEST_CASE("a standard card is addressed by bytes", "[storage][sd]") {
  StandardBench b;
  b.to_transfer();
  const auto data = b.read(5 * 512);
  REQUIRE(data.size() == 512);
  CHECK(data.at(3) == MemoryDevice::pattern(5, 3));
}

TEST_CASE("CMD16 sets the length of what CMD17 and CMD18 read", "[storage][sd]") {
  StandardBench b;
  b.to_transfer();
  CHECK((CardBench::content(b.command(16, 64)) & kBlockLenError) == 0);
  const auto data = b.read(5 * 512 + 128);
  REQUIRE(data.size() == 64);
  CHECK(data.at(0) == MemoryDevice::pattern(5, 128));
  b.command(18, 6 * 512);
  CHECK(b.data().at(0) == MemoryDevice::pattern(6, 0));
  b.now -= 1ms;
  CHECK(b.data().at(0) == MemoryDevice::pattern(6, 64));
}

TEST_CASE("CMD16 of more than 512 bytes, or none, is a block-length error", "[storage][sd]") {
  StandardBench b;
  b.to_transfer();
  for (const std::uint32_t length : {513U, 1024U, 0U})
    CHECK((CardBench::content(b.command(16, length)) & kBlockLenError) != 0);
  CHECK(b.read(0).size() == 512);
}

TEST_CASE("a block of a standard card that crosses a sector is an address error", "[storage][sd]") {
  StandardBench b;
  b.to_transfer();
  CHECK((CardBench::content(b.command(17, 256)) & kAddressError) != 0);
  CHECK(b.card.state() == SdCard::State::kTransfer);
  CHECK((CardBench::content(b.command(24, 4)) & kAddressError) != 0);
  CHECK(b.card.state() == SdCard::State::kTransfer);
}

TEST_CASE("CMD18 stops at the first block that crosses a sector", "[storage][sd]") {
  StandardBench b;
  b.to_transfer();
  b.command(16, 200);
  b.command(18, 0);
  CHECK(b.data().size() == 200);
  b.now -= 1ms;
  CHECK(b.data().size() == 200);
  b.now -= 1ms;
  CHECK(b.data().empty());
  CHECK(b.card.state() == SdCard::State::kData);
  CHECK((CardBench::content(b.command(12)) & kAddressError) != 0);
  CHECK(b.card.state() == SdCard::State::kTransfer);
}

TEST_CASE("an address at the card's end is out of range", "[storage][sd]") {
  StandardBench b;
  b.to_transfer();
  CHECK((CardBench::content(b.command(17, 8192 * 512)) & kOutOfRange) != 0);
  CHECK((CardBench::content(b.command(24, 8192 * 512)) & kOutOfRange) != 0);
  CHECK((CardBench::content(b.command(17, 8191 * 512)) & kOutOfRange) == 0);
}

TEST_CASE("a standard card takes whole sectors only", "[storage][sd][write]") {
  StandardBench b;
  b.to_transfer();
  b.command(16, 256);
  CHECK((CardBench::content(b.command(24, 0)) & kBlockLenError) != 0);
  CHECK(b.card.state() == SdCard::State::kTransfer);
}

TEST_CASE("a written sector of a standard card reads back", "[storage][sd][write]") {
  StandardBench b;
  b.to_transfer();
  b.command(24, 7 * 512);
  CHECK(b.send(kBlock) == SdWriteToken::kAccepted);
  CHECK((b.status() & 0xFFFF'0000) == 0);
  CHECK(b.read(7 * 512) == kBlock);
}

TEST_CASE("CMD28 protects a group of 2 MiB, CMD29 releases it", "[storage][sd][protect]") {
  StandardBench b{3 * 4096};
  b.to_transfer();
  CHECK(CardBench::state_of(b.command(28, 2048 * 1024)) == 4);
  CHECK(CardBench::state_of(b.command(13, b.address)) == 7);
  b.status();
  CHECK((CardBench::content(b.command(24, 4096 * 512)) & kWpViolation) != 0);
  CHECK((CardBench::content(b.command(24, 8191 * 512)) & kWpViolation) != 0);
  CHECK((CardBench::content(b.command(24, 8192 * 512)) & kWpViolation) == 0);
  b.send(kBlock);
  b.status();
  b.command(29, 8191 * 512);
  b.status();
  CHECK((CardBench::content(b.command(24, 4096 * 512)) & kWpViolation) == 0);
}

TEST_CASE("the CSD's fields give the size of a protection group", "[storage][sd][protect]") {
  StandardBench b;
  b.to_standby();
  const auto csd = b.csd();
  CHECK(field(csd, 31, 31) == 1);
  CHECK(field(csd, 46, 46) == 1);
  const std::uint32_t sector_bytes = (field(csd, 45, 39) + 1) * 512;
  CHECK((field(csd, 38, 32) + 1) * sector_bytes == 2048 * 1024);
}

TEST_CASE("CMD30 sends 32 bits, the addressed group last", "[storage][sd][protect]") {
  StandardBench b{5 * 4096};
  b.to_transfer();
  for (const std::uint32_t group : {1U, 4U}) {
    b.command(28, group * 4096 * 512);
    b.status();
  }
  b.command(30, 0);
  CHECK(b.data() == std::vector<std::uint8_t>{0, 0, 0, 0b10010});
  b.command(30, 4096 * 512);
  CHECK(b.data() == std::vector<std::uint8_t>{0, 0, 0, 0b01001});
}

TEST_CASE("a write that runs into a protected group ends there", "[storage][sd][protect]") {
  StandardBench b{2 * 4096};
  b.to_transfer();
  b.command(28, 4096 * 512);
  b.status();
  b.command(25, 4095 * 512);
  CHECK(b.send(kBlock) == SdWriteToken::kAccepted);
  b.send(kBlock);
  CHECK(b.send(kBlock) == SdWriteToken::kNone);
  CHECK((CardBench::content(b.command(12)) & kWpViolation) != 0);
  b.status();
  CHECK(b.read(4095 * 512) == kBlock);
  CHECK(b.read(4096 * 512).at(0) == MemoryDevice::pattern(4096, 0));
}

TEST_CASE("an erase leaves protected groups out and says so", "[storage][sd][protect][erase]") {
  StandardBench b{3 * 4096};
  b.to_transfer();
  b.command(28, 4096 * 512);
  b.status();
  b.command(32, 4000 * 512);
  b.command(33, 8999 * 512);
  CHECK(CardBench::state_of(b.command(38)) == 4);
  CHECK(CardBench::state_of(b.command(13, b.address)) == 7);
  CHECK(b.read(4000 * 512).empty());  // Busy.
  b.status();
  CHECK(b.read(4000 * 512) == std::vector<std::uint8_t>(512, 0));
  CHECK(b.read(4096 * 512).at(1) == MemoryDevice::pattern(4096, 1));
  CHECK(b.read(8999 * 512) == std::vector<std::uint8_t>(512, 0));
  CHECK(b.read(9000 * 512).at(1) == MemoryDevice::pattern(9000, 1));
  CHECK(b.read(3999 * 512).at(1) == MemoryDevice::pattern(3999, 1));
}

TEST_CASE("an erase that skipped something has WP_ERASE_SKIP in the next status",
          "[storage][sd][protect][erase]") {
  StandardBench b{2 * 4096};
  b.to_transfer();
  b.command(28, 0);
  b.status();
  b.command(32, 0);
  b.command(33, 512);
  b.command(38);
  CHECK((b.status() & kWpEraseSkip) != 0);
  CHECK((b.status() & kWpEraseSkip) == 0);
}

TEST_CASE("CMD27 sets temporary protection, and then nothing can be written",
          "[storage][sd][protect]") {
  StandardBench b;
  b.to_standby();
  auto csd = b.csd();
  b.command(7, b.address);
  csd[14] |= 1U << 4;  // TMP_WRITE_PROTECT, bit 12.
  csd[15] = static_cast<std::uint8_t>(crc7(std::span{csd}.first(15)) << 1 | 1);
  CHECK(CardBench::state_of(b.command(27)) == 4);
  CHECK(CardBench::state_of(b.command(13, b.address)) == 6);
  CHECK(b.send(csd) == SdWriteToken::kAccepted);
  CHECK((b.status() & kCsdOverwrite) == 0);
  CHECK((CardBench::content(b.command(24, 0)) & kWpViolation) != 0);
  b.command(7, 0);
  CHECK(b.csd() == csd);
}

TEST_CASE("CMD27 that would change the read-only part, or take PERM_WRITE_PROTECT back, fails",
          "[storage][sd][protect]") {
  StandardBench b;
  b.to_standby();
  const auto original = b.csd();
  b.command(7, b.address);
  const auto program = [&b](std::vector<std::uint8_t> csd) {
    csd[15] = static_cast<std::uint8_t>(crc7(std::span{csd}.first(15)) << 1 | 1);
    b.command(27);
    b.send(csd);
    return b.status() & kCsdOverwrite;
  };
  auto changed = original;
  changed[7] ^= 1;  // C_SIZE
  CHECK(program(changed) != 0);
  changed = original;
  changed[14] |= 1U << 5;  // PERM_WRITE_PROTECT, bit 13.
  CHECK(program(changed) == 0);
  CHECK(program(original) != 0);
}

TEST_CASE("a card of high capacity has no protection groups: class 6 is illegal",
          "[storage][sd][protect]") {
  CardBench b;
  b.to_transfer();
  for (const unsigned index : {28U, 29U, 30U}) {
    CHECK(b.command(index, 0).bits == 0);
    CHECK((b.status() & kIllegalCommand) != 0);
  }
}
