// SPDX-License-Identifier: Apache-2.0
// What revisions of the controller do wrong, and how Linux (arch/arm/mm/cache-l2x0.c) works around
// it. 769419 is in l2_store_buffer_test.cpp.
#include "tests/models/cache/l2_bench.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

constexpr std::uint32_t kLine = 0x6000'0000;
// RTL releases, TRM 3.3.1.
constexpr std::uint32_t kR1p0 = 0x02, kR2p0 = 0x04, kR3p0 = 0x05, kR3p1 = 0x06;

L2x0Options revision(std::uint32_t release) {
  L2x0Options options = L2Bench::small();
  options.cache_id = 0x4100'00C0 | release;
  return options;
}

/// A clean line whose memory a device has changed; after `maintain`, what a load gives.
template <class Maintain>
std::uint32_t loaded_after(std::uint32_t release, Maintain&& maintain) {
  L2Bench l2{revision(release)};
  l2.memory.set_word(kLine, 1);
  l2.fill(kLine, kWriteBack);
  l2.memory.set_word(kLine, 2);
  maintain(l2);
  return l2.fill(kLine, kWriteBack);
}

/// A line of set 5 is written two lines before a clean-and-invalidate of all ways comes to it; what
/// memory then holds.
std::uint32_t left_by_race(std::uint32_t release, std::uint32_t debug = 0) {
  L2Bench l2{revision(release)};
  constexpr std::uint32_t kWritten = kLine + 5 * 32;
  l2.memory.set_word(kWritten, 1);
  l2.fill(kWritten, kWriteBack);
  l2.set(kDebugControl, debug);
  REQUIRE(l2.set(kCleanInvWay, 0xFF) == BusResponse::kOkay);
  l2.now += l2.options.timing.cycle * (4 * 3);  // Four cycles a line.
  l2.write_back(kWritten, 2, kWriteBack);
  l2.now += 1ms;
  CHECK(l2.get(kCleanInvWay) == 0);
  CHECK_FALSE(l2.resident(kWritten));
  return l2.memory.word(kWritten);
}

/// Transactions that two stores to one line come to, after a sync at `offset`.
std::size_t writes_after_sync(std::uint32_t release, std::uint32_t offset) {
  L2Bench l2{revision(release)};
  l2.set(offset, 0);
  l2.store(kLine, 1, kPrivateNonCacheable);
  l2.store(kLine + 4, 2, kPrivateNonCacheable);
  const std::size_t at_once = l2.memory.count(true);
  l2.set(kDummySync, 0);
  CHECK(l2.memory.word(kLine) == 1);
  CHECK(l2.memory.word(kLine + 4) == 2);
  return at_once;
}

}  // namespace

TEST_CASE("L2 errata: before r2p0 a clean-and-invalidate leaves a line that was clean (588369)",
          "[l2][errata]") {
  const auto by_address = [](L2Bench& l2) { l2.set(kCleanInvPa, kLine); };
  const auto by_index = [](L2Bench& l2) {
    for (std::uint32_t way = 0; way < 8; ++way) l2.set(kCleanInvIndex, way << 28);
  };
  const auto by_way = [](L2Bench& l2) { l2.by_way(kCleanInvWay); };
  CHECK(loaded_after(kR1p0, by_address) == 1);
  CHECK(loaded_after(kR1p0, by_index) == 1);
  CHECK(loaded_after(kR1p0, by_way) == 1);
  CHECK(loaded_after(kR2p0, by_address) == 2);
  CHECK(loaded_after(kR2p0, by_index) == 2);
  CHECK(loaded_after(kR2p0, by_way) == 2);
}

TEST_CASE("L2 errata: a dirty line is cleaned and invalidated before r2p0, too (588369)",
          "[l2][errata]") {
  L2Bench l2{revision(kR1p0)};
  l2.write_back(kLine, 7, kWriteBack);
  l2.set(kCleanInvPa, kLine);
  CHECK(l2.memory.word(kLine) == 7);
  CHECK_FALSE(l2.resident(kLine));
}

TEST_CASE("L2 errata: a clean, then an invalidate work on every revision (588369)",
          "[l2][errata]") {
  const auto workaround = [](L2Bench& l2) {
    l2.set(kDebugControl, 3);
    l2.set(kCleanPa, kLine);
    l2.set(kInvPa, kLine);
    l2.set(kDebugControl, 0);
  };
  CHECK(loaded_after(kR1p0, workaround) == 2);
}

TEST_CASE(
    "L2 errata: r2p0 to r3p0 drop what is written just before clean-and-invalidate by way "
    "comes (727915)",
    "[l2][errata]") {
  CHECK(left_by_race(kR1p0) == 2);
  CHECK(left_by_race(kR2p0) == 1);
  CHECK(left_by_race(kR3p0) == 1);
  CHECK(left_by_race(kR3p1) == 2);
}

TEST_CASE("L2 errata: with write-back and line fills disabled nothing is lost (727915)",
          "[l2][errata]") {
  CHECK(left_by_race(kR2p0, 3) == 2);
}

TEST_CASE("L2 errata: what was dirty before the operation came is written back (727915)",
          "[l2][errata]") {
  L2Bench l2{revision(kR2p0)};
  for (std::uint32_t i = 0; i < 40; ++i) l2.write_back(kLine + 32 * i, i, kWriteBack);
  l2.by_way(kCleanInvWay);
  for (std::uint32_t i = 0; i < 40; ++i) CHECK(l2.memory.word(kLine + 32 * i) == i);
}

TEST_CASE(
    "L2 errata: from r3p0 to r3p1-50 a double linefill's second line overwrites a dirty one "
    "(752271)",
    "[l2][errata]") {
  const auto [release, kept] = GENERATE(
      table<std::uint32_t, bool>({{kR2p0, true}, {kR3p0, false}, {kR3p1, false}, {0x08, true}}));
  CAPTURE(release);
  L2Bench l2{revision(release)};
  l2.set(kPrefetchControl, 1U << 30);
  for (std::uint32_t way = 0; way < 8; ++way)
    l2.write_back(kLine + 32 + way * 16 * 1024, way + 1, kWriteBack);
  l2.fill(kLine + 0x10'0000, kWriteBack);  // Its second line is in the same set.
  unsigned written = 0;
  for (std::uint32_t way = 0; way < 8; ++way)
    written += l2.memory.word(kLine + 32 + way * 16 * 1024) == way + 1 ? 1U : 0U;
  CHECK(written == (kept ? 1 : 0));
  CHECK(l2.counter("dropped_dirty") == (kept ? 0 : 1));
}

TEST_CASE("L2 errata: on r3p0 a CACHE_SYNC ends merging, the dummy register does not (753970)",
          "[l2][errata]") {
  CHECK(writes_after_sync(kR3p0, kCacheSync) == 2);
  CHECK(writes_after_sync(kR3p0, kDummySync) == 0);
  CHECK(writes_after_sync(kR2p0, kCacheSync) == 0);
  CHECK(writes_after_sync(kR3p1, kCacheSync) == 0);
}
