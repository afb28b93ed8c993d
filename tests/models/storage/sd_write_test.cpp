// SPDX-License-Identifier: Apache-2.0
// What changes a card: writes that fail, erase, lock. Numbers from the SD Physical Layer
// Simplified Specification.
#include "tests/models/storage/card_bench.hpp"

using namespace linefill;
using linefill::test::CardBench;
using linefill::test::MemoryDevice;

namespace {

constexpr std::uint32_t kOutOfRange = 1U << 31, kEraseSeqError = 1U << 28, kEraseParam = 1U << 27,
                        kCardIsLocked = 1U << 25, kLockUnlockFailed = 1U << 24,
                        kIllegalCommand = 1U << 22, kError = 1U << 19, kEraseReset = 1U << 13;

const std::vector<std::uint8_t> kBlock(512, 0xA5);

std::uint32_t content(const SdResponse& response) { return CardBench::content(response); }

std::vector<std::uint8_t> read(CardBench& b, std::uint32_t sector) {
  b.command(17, sector);
  return b.data();
}

/// CMD42 with this block; the status after it.
std::uint32_t lock(CardBench& b, std::vector<std::uint8_t> block) {
  b.command(16, static_cast<std::uint32_t>(block.size()));
  b.command(42);
  CHECK(b.send(block) == SdWriteToken::kAccepted);
  return b.status();
}

/// Byte 0 of CMD42's block, table 4-6.
constexpr std::uint8_t kUnlock = 0, kSetPwd = 1, kClrPwd = 2, kLock = 4, kErase = 8;

}  // namespace

TEST_CASE("after a block with a wrong CRC a multiple write ignores the rest",
          "[storage][sd][write]") {
  CardBench b;
  b.to_transfer();
  b.command(25, 10);
  b.card.inject(SdFault::kWriteCrc);
  CHECK(b.send(kBlock) == SdWriteToken::kCrcError);
  CHECK(b.send(kBlock) == SdWriteToken::kNone);
  CHECK(CardBench::state_of(b.command(12)) == 6);
  CHECK(b.card.state() == SdCard::State::kTransfer);
  CHECK(read(b, 10).at(0) == MemoryDevice::pattern(10, 0));
}

TEST_CASE("CMD23 ends CMD25 after so many blocks", "[storage][sd][write]") {
  CardBench b;
  b.to_transfer();
  b.command(23, 2);
  b.command(25, 10);
  CHECK(b.send(kBlock) == SdWriteToken::kAccepted);
  CHECK(b.card.state() == SdCard::State::kReceive);
  CHECK(b.send(kBlock) == SdWriteToken::kAccepted);
  CHECK(b.card.state() == SdCard::State::kProgram);
  CHECK(b.send(kBlock) == SdWriteToken::kNone);
}

TEST_CASE("CMD12 while the last block is programmed leaves the card in prg, then in tran",
          "[storage][sd][write]") {
  CardBench b;
  b.to_transfer();
  b.command(25, 10);
  b.send(kBlock);
  CHECK(CardBench::state_of(b.command(12)) == 6);
  CHECK(CardBench::state_of(b.command(13, b.address)) == 7);
  CHECK(b.command(24, 0).bits == 0);  // Illegal in prg.
  CHECK((b.status() >> 9 & 0xF) == 4);
}

TEST_CASE("a card that is deselected while it programs goes through dis to stby",
          "[storage][sd][write]") {
  CardBench b;
  b.to_transfer();
  b.command(24, 1);
  b.send(kBlock);
  CHECK(b.command(7, 0).bits == 0);
  CHECK(CardBench::state_of(b.command(13, b.address)) == 8);
  CHECK((b.status() >> 9 & 0xF) == 3);
}

TEST_CASE("a multiple write that runs over the card's end is out of range",
          "[storage][sd][write]") {
  CardBench b{1024};
  b.to_transfer();
  b.command(25, 1023);
  CHECK(b.send(kBlock) == SdWriteToken::kAccepted);
  b.send(kBlock);
  CHECK((content(b.command(12)) & kOutOfRange) != 0);
  b.status();
  b.application(22);
  CHECK(b.data() == std::vector<std::uint8_t>{0, 0, 0, 1});
}

TEST_CASE("a medium that fails is ERROR in the next status", "[storage][sd][write]") {
  CardBench b;
  b.to_transfer();
  dynamic_cast<MemoryDevice&>(b.card.storage()).broken = true;
  b.command(24, 1);
  CHECK(b.send(kBlock) == SdWriteToken::kAccepted);
  CHECK((b.status() & kError) != 0);
}

TEST_CASE("sectors between image and capacity keep what is written to them",
          "[storage][sd][write]") {
  CardBench b{3};
  b.to_transfer();
  b.command(24, 100);
  b.send(kBlock);
  b.status();
  CHECK(read(b, 100) == kBlock);
}

TEST_CASE("CMD32, CMD33 and CMD38 erase from the first to the last block", "[storage][sd][erase]") {
  CardBench b;
  b.to_transfer();
  b.command(32, 10);
  b.command(33, 12);
  CHECK((content(b.command(38)) & 0xFFFF'0000) == 0);
  CHECK((b.status() & 0xFFFF'0000) == 0);
  CHECK(read(b, 9).at(0) == MemoryDevice::pattern(9, 0));
  for (unsigned s = 10; s <= 12; ++s) CHECK(read(b, s) == std::vector<std::uint8_t>(512, 0));
  CHECK(read(b, 13).at(0) == MemoryDevice::pattern(13, 0));
}

TEST_CASE("erase commands out of order are ERASE_SEQ_ERROR and start again",
          "[storage][sd][erase]") {
  CardBench b;
  b.to_transfer();
  CHECK((content(b.command(38)) & kEraseSeqError) != 0);
  CHECK((content(b.command(33, 1)) & kEraseSeqError) != 0);
  b.command(32, 1);
  CHECK((content(b.command(38)) & kEraseSeqError) != 0);
  b.command(32, 1);
  CHECK((content(b.command(32, 1)) & kEraseSeqError) != 0);
  CHECK((content(b.command(33, 1)) & kEraseSeqError) != 0);
  CHECK(read(b, 1).at(0) == MemoryDevice::pattern(1, 0));
}

TEST_CASE("another command ends an erase sequence with ERASE_RESET, and is executed",
          "[storage][sd][erase]") {
  CardBench b;
  b.to_transfer();
  b.command(32, 1);
  b.command(33, 1);
  CHECK((content(b.command(13, b.address)) & kEraseReset) == 0);
  const auto r1 = content(b.command(17, 1));
  CHECK((r1 & kEraseReset) != 0);
  CHECK(b.data().size() == 512);
  CHECK((content(b.command(38)) & kEraseSeqError) != 0);
}

TEST_CASE("an erase that ends before it begins is ERASE_PARAM", "[storage][sd][erase]") {
  CardBench b;
  b.to_transfer();
  b.command(32, 5);
  b.command(33, 4);
  CHECK((content(b.command(38)) & kEraseParam) != 0);
  CHECK(read(b, 5).at(0) == MemoryDevice::pattern(5, 0));
}

TEST_CASE("an erase beyond the card is out of range", "[storage][sd][erase]") {
  CardBench b;
  b.to_transfer();
  CHECK((content(b.command(32, 4096)) & kOutOfRange) != 0);
  b.command(32, 0);
  CHECK((content(b.command(33, 4096)) & kOutOfRange) != 0);
  CHECK((content(b.command(38)) & kEraseSeqError) != 0);
}

TEST_CASE("CMD42 follows the specification's table of lock and unlock", "[storage][sd][lock]") {
  // Table 4-7: mode, locked before, password before; locked after, failed.
  struct Row {
    unsigned mode;
    bool locked, password, locked_after, failed;
  };
  const Row row = GENERATE(values<Row>({
      {kErase, false, true, false, true},
      {kErase, false, false, false, true},
      {kLock, true, true, true, true},
      {kLock, false, true, true, false},
      {kLock, false, false, false, true},
      {kLock | kSetPwd, true, true, true, false},
      {kLock | kSetPwd, false, true, true, false},
      {kLock | kSetPwd, false, false, true, false},
      {kClrPwd, true, true, false, false},
      {kClrPwd, false, true, false, false},
      {kClrPwd, false, false, false, true},
      {kSetPwd, true, true, false, false},
      {kSetPwd, false, true, false, false},
      {kSetPwd, false, false, false, false},
      {kUnlock, true, true, false, false},
      {kUnlock, false, true, false, true},
      {kUnlock, false, false, false, true},
      {kLock | kClrPwd, true, true, true, true},
      {kSetPwd | kClrPwd, false, true, false, true},
  }));
  CAPTURE(row.mode, row.locked, row.password);
  CardBench b;
  b.to_transfer();
  if (row.password) lock(b, {kSetPwd, 3, 'a', 'b', 'c'});
  if (row.locked) lock(b, {kLock, 3, 'a', 'b', 'c'});
  std::vector<std::uint8_t> block{static_cast<std::uint8_t>(row.mode), 3, 'a', 'b', 'c'};
  if ((row.mode & kSetPwd) != 0 && row.password) {
    block[1] = 5;
    block.insert(block.end(), {'x', 'y'});
  }
  const std::uint32_t status = lock(b, block);
  CHECK(((status & kCardIsLocked) != 0) == row.locked_after);
  CHECK(((status & kLockUnlockFailed) != 0) == row.failed);
}

TEST_CASE("a wrong password, or one of no or more than 16 bytes, fails", "[storage][sd][lock]") {
  CardBench b;
  b.to_transfer();
  CHECK((lock(b, {kSetPwd, 0}) & kLockUnlockFailed) != 0);
  std::vector<std::uint8_t> longest(2 + 17, 'p');
  longest[0] = kSetPwd;
  longest[1] = 17;
  CHECK((lock(b, longest) & kLockUnlockFailed) != 0);
  longest.pop_back();
  longest[1] = 16;
  CHECK((lock(b, longest) & kLockUnlockFailed) == 0);
  CHECK((lock(b, {kLock, 3, 'p', 'p', 'p'}) & kLockUnlockFailed) != 0);
  longest[0] = kLock;
  CHECK((lock(b, longest) & kLockUnlockFailed) == 0);
  CHECK(b.card.locked());
}

TEST_CASE("a locked card answers the basic class, CMD16 and CMD42 only", "[storage][sd][lock]") {
  CardBench b;
  b.to_transfer();
  lock(b, {kSetPwd | kLock, 1, 'a'});
  for (const unsigned index : {6U, 17U, 18U, 23U, 24U, 25U, 32U}) {
    CAPTURE(index);
    CHECK(b.command(index, 0).bits == 0);
    CHECK((b.status() & (kIllegalCommand | kCardIsLocked)) == (kIllegalCommand | kCardIsLocked));
  }
  CHECK(b.application(6, 2).bits == 0);
  CHECK_FALSE(b.card.wide());
  CHECK(b.command(16, 512).bits == 48);
}

TEST_CASE("a card with a password is locked when it gets power", "[storage][sd][lock]") {
  CardBench b;
  b.to_transfer();
  lock(b, {kSetPwd, 1, 'a'});
  CHECK_FALSE(b.card.locked());
  b.card.power_cycle();
  b.address = 0;
  b.to_transfer();
  CHECK(b.card.locked());
  lock(b, {kUnlock, 1, 'a'});
  b.command(16, 512);
  CHECK(read(b, 1).size() == 512);
}

TEST_CASE("a locked card is erased by force, and then has no password", "[storage][sd][lock]") {
  CardBench b;
  b.to_transfer();
  lock(b, {kSetPwd | kLock, 1, 'a'});
  CHECK((lock(b, {kErase}) & (kCardIsLocked | kLockUnlockFailed)) == 0);
  CHECK(read(b, 1) == std::vector<std::uint8_t>(512, 0));
  CHECK((lock(b, {kClrPwd, 1, 'a'}) & kLockUnlockFailed) != 0);
}
