// SPDX-License-Identifier: Apache-2.0
// Where the L220 (DDI 0329) differs from the L2C-310, as Linux's driver (arch/arm/mm/cache-l2x0.c)
// and its register definitions tell it.
#include "tests/models/cache/l2_bench.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test

namespace {

constexpr std::uint32_t kLine = 0x6000'0400;
constexpr std::uint32_t kNext = kLine + 32;

struct L220Bench : L2Bench {
  L220Bench() : L2Bench{small(L2Part::kL220)} {}
};

}  // namespace

TEST_CASE("L220: an operation by address runs in the background until its C flag reads 0",
          "[l220][background]") {
  const auto [offset, written, kept] = GENERATE(table<std::uint32_t, bool, bool>(
      {{kInvPa, false, false}, {kCleanPa, true, true}, {kCleanInvPa, true, false}}));
  CAPTURE(offset);
  L220Bench l2;
  l2.write_back(kLine, 7, kWriteBack);
  REQUIRE(l2.set(offset, kLine) == BusResponse::kOkay);
  CHECK(l2.get(offset) == 1);
  CHECK(l2.resident(kLine));
  CHECK(l2.memory.word(kLine) == 0);
  l2.now += 1us;
  CHECK(l2.get(offset) == 0);
  CHECK(l2.memory.word(kLine) == (written ? 7 : 0));
  CHECK(l2.resident(kLine) == kept);
}

TEST_CASE("L220: an operation by index runs in the background", "[l220][background]") {
  const auto [offset, kept] =
      GENERATE(table<std::uint32_t, bool>({{kCleanIndex, true}, {kCleanInvIndex, false}}));
  L220Bench l2;
  l2.write_back(kLine, 7, kWriteBack);
  const CacheLine* const line = l2.block.cache().resident(line_of(PhysicalAddress{kLine}));
  std::uint32_t way = 0;
  while (&l2.block.cache().at(kLine / 32 % 512, way) != line) ++way;
  REQUIRE(l2.set(offset, way << 28 | (kLine & 0x3FE0)) == BusResponse::kOkay);
  CHECK(l2.get(offset) == 1);
  CHECK(l2.memory.word(kLine) == 0);
  l2.now += 1us;
  CHECK(l2.get(offset) == 0);
  CHECK(l2.memory.word(kLine) == 7);
  CHECK(l2.resident(kLine) == kept);
}

TEST_CASE("L220: a write-back holds the operation until memory has the line",
          "[l220][background]") {
  L220Bench l2;
  l2.write_back(kLine, 7, kWriteBack);
  l2.set(kCleanPa, kLine);
  l2.now += FakeMemory::kLatency;  // And the look-up.
  CHECK(l2.get(kCleanPa) == 1);
  l2.now += 50ns;
  CHECK(l2.get(kCleanPa) == 0);
}

TEST_CASE("L220: a second operation while one runs is a slave error and is not done",
          "[l220][background]") {
  const std::uint32_t first = GENERATE(kCleanPa, kCleanWay);
  L220Bench l2;
  l2.write_back(kLine, 7, kWriteBack);
  l2.write_back(kNext, 8, kWriteBack);
  l2.set(first, first == kCleanPa ? kLine : 1);
  CHECK(l2.set(kInvPa, kNext) == BusResponse::kSlaveError);
  CHECK(l2.set(kCacheSync, 0) == BusResponse::kSlaveError);
  l2.now += 1ms;
  CHECK(l2.get(first) == 0);
  CHECK(l2.resident(kNext));
  CHECK(l2.set(kCacheSync, 0) == BusResponse::kOkay);
}

TEST_CASE("L220: a range cleaned without polling loses lines, with polling none",
          "[l220][background]") {
  const bool polls = GENERATE(false, true);
  L220Bench l2;
  constexpr unsigned kLines = 8;
  for (std::uint32_t i = 0; i < kLines; ++i) l2.write_back(kLine + 32 * i, 7, kWriteBack);
  for (std::uint32_t i = 0; i < kLines; ++i) {
    if (polls) {
      l2.do_and_poll(kCleanPa, kLine + 32 * i);
    } else {
      l2.set(kCleanPa, kLine + 32 * i);
      l2.now += 40ns;  // A store, and the loop around it.
    }
  }
  l2.now += 1us;
  unsigned cleaned = 0;
  for (std::uint32_t i = 0; i < kLines; ++i) cleaned += l2.memory.word(kLine + 32 * i) / 7;
  CHECK((cleaned == kLines) == polls);
  CHECK(cleaned > 0);
}

TEST_CASE("L220: the sync runs until memory has what was buffered", "[l220][background]") {
  L220Bench l2;
  l2.store(kLine, 5, kPrivateNonCacheable);
  REQUIRE(l2.set(kCacheSync, 0) == BusResponse::kOkay);
  CHECK(l2.get(kCacheSync) == 1);
  CHECK(l2.set(kCleanPa, kNext) == BusResponse::kSlaveError);
  l2.now += FakeMemory::kLatency;
  CHECK(l2.get(kCacheSync) == 0);
  CHECK(l2.memory.word(kLine) == 5);
}

TEST_CASE("L220: the C flag is in every line register while an operation runs",
          "[l220][background]") {
  // Linux's l2c220_clean_range polls CLEAN_INV_PA after its last CLEAN_PA.
  L220Bench l2;
  l2.write_back(kLine, 7, kWriteBack);
  l2.set(kCleanPa, kLine);
  for (const std::uint32_t offset : {kInvPa, kCleanInvPa, kCacheSync, kCleanIndex}) {
    CAPTURE(offset);
    CHECK(l2.get(offset) == 1);
  }
}

TEST_CASE("L220: an operation by way reads the ways that are left", "[l220][background]") {
  L220Bench l2;
  l2.write_back(kLine, 7, kWriteBack);
  l2.set(kCleanInvWay, 0xFF);
  CHECK(l2.get(kCleanInvWay) == 0xFF);
  l2.now += 1ms;
  CHECK(l2.get(kCleanInvWay) == 0);
  CHECK(l2.memory.word(kLine) == 7);
}

TEST_CASE("L220: AUX_CTRL has 1 to 8 ways of 16 to 256 KiB", "[l220][geometry]") {
  const auto [aux, ways, way_bytes] =
      GENERATE(table<std::uint32_t, unsigned, unsigned>({{0x0003'0000, 8, 16U << 10},
                                                         {0x0000'2000, 1, 16U << 10},
                                                         {0x0000'8000 | 3 << 17, 4, 64U << 10},
                                                         {0x0001'0000 | 5 << 17, 8, 256U << 10},
                                                         {0x0001'0000 | 7 << 17, 8, 256U << 10}}));
  CAPTURE(aux);
  L2Bench l2{L2Bench::small(L2Part::kL220), false};
  CHECK(l2.set(kAuxControl, aux) == BusResponse::kOkay);
  CHECK(l2.block.cache().geometry().ways == ways);
  CHECK(l2.block.cache().geometry().sets * 32 == way_bytes);
}

TEST_CASE("L220: RAM latencies are in AUX_CTRL", "[l220][time]") {
  L220Bench l2;
  l2.set_aux(0, 0xFFF);
  l2.fill(kLine, kWriteBack);
  l2.now += 1us;
  const Time start = l2.now;
  l2.fill(kLine, kWriteBack);
  const Time fast = l2.now - start;
  l2.set_aux(2 << 6 | 4);  // Two more cycles of the tags, four of the data.
  l2.now += 1us;
  const Time again = l2.now;
  l2.fill(kLine, kWriteBack);
  CHECK(l2.now - again == fast + l2.options.timing.cycle * 6);
}

TEST_CASE("L220: in exclusive configuration a read miss is not allocated", "[l220]") {
  L220Bench l2;
  l2.set_aux(1U << 12);
  l2.fill(kLine, kWriteBack);
  CHECK_FALSE(l2.resident(kLine));
}

TEST_CASE("L220: write allocation is forced or forbidden", "[l220]") {
  L220Bench l2;
  l2.set_aux(2U << 23);
  l2.write_back(kLine, 1, kNoWriteAllocate);
  CHECK(l2.resident(kLine));
  l2.set_aux(1U << 23, 2U << 23);
  l2.write_back(kNext, 1, kWriteBack);
  CHECK_FALSE(l2.resident(kNext));
}

TEST_CASE("L220: its one pair of lockdown registers is for all masters", "[l220][lockdown]") {
  L220Bench l2;
  l2.set(kDataLockdown0, 0xFE);
  l2.attributes.origin.master = MasterId{3};
  l2.fill(kLine, kWriteBack);
  l2.fill(kLine + 16 * 1024, kWriteBack);
  CHECK_FALSE(l2.resident(kLine));
  CHECK(l2.resident(kLine + 16 * 1024));
}

TEST_CASE("L220: there is no prefetch, and no lockdown by line", "[l220]") {
  L220Bench l2;
  l2.set(kPrefetchControl, 3U << 28);
  l2.set(kLockLineEnable, 1);
  CHECK(l2.get(kPrefetchControl) == 0);
  CHECK(l2.get(kLockLineEnable) == 0);
  l2.fill(kLine, kWriteBack);
  CHECK_FALSE(l2.resident(kNext));
}
