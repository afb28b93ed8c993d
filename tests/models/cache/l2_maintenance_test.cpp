// SPDX-License-Identifier: Apache-2.0
#include "tests/models/cache/l2_bench.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test

namespace {
constexpr std::uint32_t kA = 0x6000'0300;
}  // namespace

TEST_CASE("L2: INV_PA discards a dirty line", "[l2][maintenance]") {
  L2Bench l2;
  l2.memory.set_word(kA, 1);
  l2.write_back(kA, 2, kWriteBack);
  l2.set(kInvPa, kA);
  CHECK_FALSE(l2.resident(kA));
  CHECK(l2.memory.word(kA) == 1);
  CHECK(l2.fill(kA, kWriteBack) == 1);
  CHECK(l2.counter("dropped_dirty") == 1);
}

TEST_CASE("L2: CLEAN_PA writes a dirty line and keeps it, clean", "[l2][maintenance]") {
  L2Bench l2;
  l2.write_back(kA, 2, kWriteBack);
  l2.set(kCleanPa, kA + 31);  // Bits 4:0 are ignored.
  CHECK(l2.memory.word(kA) == 2);
  CHECK(l2.resident(kA));
  CHECK_FALSE(l2.dirty(kA));
  const std::size_t writes = l2.memory.count(true);
  l2.set(kCleanPa, kA);
  CHECK(l2.memory.count(true) == writes);
}

TEST_CASE("L2: CLEAN_INV_PA writes a dirty line and drops it", "[l2][maintenance]") {
  L2Bench l2;
  l2.write_back(kA, 2, kWriteBack);
  l2.set(kCleanInvPa, kA);
  CHECK(l2.memory.word(kA) == 2);
  CHECK_FALSE(l2.resident(kA));
}

TEST_CASE("L2: an operation by address leaves other lines alone", "[l2][maintenance]") {
  const std::uint32_t operation = GENERATE(0x770U, 0x7B0U, 0x7F0U);
  L2Bench l2;
  l2.write_back(kA + 32, 2, kWriteBack);
  l2.set(operation, kA);
  CHECK(l2.dirty(kA + 32));
}

TEST_CASE("L2: operations by address work while the controller is disabled", "[l2][maintenance]") {
  L2Bench l2;
  l2.write_back(kA, 2, kWriteBack);
  l2.set_control(0);
  l2.set(kCleanInvPa, kA);
  CHECK(l2.memory.word(kA) == 2);
}

TEST_CASE("L2: operations by index name set and way", "[l2][maintenance]") {
  L2Bench l2;
  l2.write_back(kA, 2, kWriteBack);  // Way 0: the first that is invalid.
  const std::uint32_t index = kA & 0x3FE0U;
  l2.set(kCleanIndex, 1U << 28 | index);
  CHECK(l2.dirty(kA));
  l2.set(kCleanIndex, index);
  CHECK(l2.memory.word(kA) == 2);
  CHECK(l2.resident(kA));
  l2.set(kCleanInvIndex, 1U << 28 | index);
  CHECK(l2.resident(kA));
  l2.set(kCleanInvIndex, index);
  CHECK_FALSE(l2.resident(kA));
}

TEST_CASE("L2: an operation by way runs in the background and is polled",
          "[l2][maintenance][background]") {
  L2Bench l2;
  l2.write_back(kA, 2, kWriteBack);
  const Time before = l2.now;
  CHECK(l2.set(kCleanInvWay, 0xFF) == BusResponse::kOkay);
  CHECK(l2.now - before < 1us);
  CHECK(l2.get(kCleanInvWay) == 0xFF);
  CHECK(l2.get(kInvWay) == 0);
  // 512 sets of 4 cycles a way: 5.12 us, and one write-back.
  l2.now += 6us;
  CHECK(l2.get(kCleanInvWay) == 0xFE);
  CHECK(l2.memory.word(kA) == 2);
  CHECK_FALSE(l2.resident(kA));
  l2.now += 36us;
  CHECK(l2.get(kCleanInvWay) == 0);
}

TEST_CASE("L2: an operation on some ways leaves the others", "[l2][maintenance][background]") {
  L2Bench l2;
  l2.write_back(kA, 1, kWriteBack);
  l2.write_back(kA + 16 * 1024, 2, kWriteBack);  // Way 1.
  l2.by_way(kInvWay, 0x02);
  CHECK(l2.dirty(kA));
  CHECK_FALSE(l2.resident(kA + 16 * 1024));
}

TEST_CASE("L2: CLEAN_WAY keeps lines, INV_WAY discards dirty ones",
          "[l2][maintenance][background]") {
  L2Bench l2;
  l2.write_back(kA, 1, kWriteBack);
  l2.by_way(kCleanWay);
  CHECK(l2.memory.word(kA) == 1);
  CHECK(l2.resident(kA));
  l2.write_back(kA, 2, kWriteBack);
  l2.by_way(kInvWay);
  CHECK(l2.memory.word(kA) == 1);
  CHECK_FALSE(l2.resident(kA));
}

TEST_CASE("L2: a register write during an operation by way is a slave error",
          "[l2][maintenance][background]") {
  const std::uint32_t offset = GENERATE(0x730U, 0x770U, 0x7FCU, 0x214U, 0x900U, 0xF40U);
  L2Bench l2;
  l2.set(kInvWay, 0xFF);
  CHECK(l2.set(offset, 0xFF) == BusResponse::kSlaveError);
  CHECK(l2.get(kInvWay) == 0xFF);
  l2.now += 1ms;
  CHECK(l2.set(offset, 0) == BusResponse::kOkay);
}

TEST_CASE("L2: lines dirtied behind an operation by way stay dirty",
          "[l2][maintenance][background]") {
  L2Bench l2;
  const std::uint32_t early = 0x6000'0020;  // Set 1.
  l2.write_back(early, 1, kWriteBack);
  l2.set(kCleanWay, 0x01);
  l2.now += 2us;
  l2.write_back(early, 2, kWriteBack);
  l2.now += 1ms;
  CHECK(l2.get(kCleanWay) == 0);
  CHECK(l2.memory.word(early) == 1);
  CHECK(l2.dirty(early));
}

TEST_CASE("L2: events of an operation by way come as it goes on", "[l2][maintenance][background]") {
  L2Bench l2;
  l2.set(kInvWay, 0x01);
  unsigned events = 0;
  while (l2.block.next_event() != kNever) {
    l2.now = l2.block.next_event();
    l2.block.advance(l2.now);
    ++events;
    REQUIRE(events < 1000);
  }
  CHECK(events == 512 / 16);
}

TEST_CASE("L2: an operation by address takes ten cycles and the write", "[l2][maintenance][time]") {
  L2Bench l2;
  l2.write_back(kA, 1, kWriteBack);
  l2.now += 1us;
  const Time before = l2.now;
  l2.set(kCleanPa, kA);
  CHECK(l2.now - before == Time{12 * 2500});
  l2.set(kCacheSync, 0);
  CHECK(l2.now - before >= FakeMemory::kLatency);
}

TEST_CASE("L2: another way size starts with an empty cache", "[l2][geometry]") {
  L2Bench l2;
  l2.write_back(kA, 1, kWriteBack);
  l2.set_aux(3U << 17, 7U << 17);
  CHECK(l2.block.cache().geometry().sets == 2048);
  CHECK(l2.block.cache().geometry().ways == 8);
  CHECK_FALSE(l2.resident(kA));
  CHECK(l2.fill(kA, kWriteBack) == 0);
  l2.set_aux(1U << 16);
  CHECK(l2.block.cache().geometry().ways == 16);
}

TEST_CASE("L2: AUX_CTRL with the same geometry keeps the lines", "[l2][geometry]") {
  L2Bench l2;
  l2.write_back(kA, 1, kWriteBack);
  l2.set_aux(1U << 22);
  CHECK(l2.dirty(kA));
}

TEST_CASE("L2: a non-secure operation by way touches non-secure lines only",
          "[l2][maintenance][secure]") {
  L2Bench l2;
  l2.write_back(kA, 1, kWriteBack);
  l2.attributes.secure = false;
  l2.write_back(kA + 64, 2, kWriteBack);
  l2.by_way(kCleanInvWay);
  CHECK(l2.dirty(kA));
  CHECK(l2.memory.word(kA + 64) == 2);
}

TEST_CASE("L2: a non-secure operation by address does not see the secure line",
          "[l2][maintenance][secure]") {
  L2Bench l2;
  l2.write_back(kA, 1, kWriteBack);
  l2.attributes.secure = false;
  l2.set(kInvPa, kA);
  CHECK(l2.dirty(kA));
}

TEST_CASE("L2: the adversary writes back and drops one dirty line", "[l2][adversary]") {
  L2Bench l2;
  CHECK_FALSE(l2.block.cache().evict_dirty(7, l2.now));
  l2.write_back(kA, 1, kWriteBack);
  l2.write_back(kA + 32, 2, kWriteBack);
  CHECK(l2.block.cache().evict_dirty(7, l2.now));
  CHECK(l2.dirty(kA) != l2.dirty(kA + 32));
  CHECK(l2.block.cache().evict_dirty(7, l2.now));
  CHECK(l2.memory.word(kA) == 1);
  CHECK(l2.memory.word(kA + 32) == 2);
}
