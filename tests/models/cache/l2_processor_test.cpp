// SPDX-License-Identifier: Apache-2.0
// What the L2C-310 and a Cortex-A9 agree upon, and double linefills. L2C-310 TRM 2.3.3 (exclusive
// configuration), 3.3.14 (prefetch control); Cortex-A9 TRM 8.1.4 to 8.1.7.
#include "tests/models/cache/l2_bench.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test

namespace {

constexpr std::uint32_t kLine = 0x6000'0400;
constexpr std::uint32_t kWay = 16 * 1024;
constexpr WriteHints kCleanEviction{.eviction = true, .clean = true};
constexpr WriteHints kZeros{.line_of_zeros = true};

struct Exclusive : L2Bench {
  Exclusive() { set_aux(1U << 12); }
};

/// Seven lines of the set of kLine that are not given up.
void fill_other_ways(L2Bench& l2) {
  for (std::uint32_t way = 1; way < 8; ++way) l2.write_back(kLine + way * kWay, way, kWriteBack);
}

Time time_of_write(L2Bench& l2, WriteHints hints) {
  l2.now += 1us;
  const Time start = l2.now;
  l2.write_back(kLine, 0, kWriteBack, nullptr, hints);
  return l2.now - start;
}

}  // namespace

TEST_CASE("L2 exclusive: a read miss is not allocated", "[l2][exclusive]") {
  Exclusive l2;
  l2.fill(kLine, kWriteBack);
  CHECK_FALSE(l2.resident(kLine));
}

TEST_CASE("L2 exclusive: instructions, and what is not write-back, are cached as ever",
          "[l2][exclusive]") {
  Exclusive l2;
  l2.fill(kLine, kWriteThrough);
  CHECK(l2.resident(kLine));
  l2.attributes.instruction = true;
  l2.fill(kLine + 32, kWriteBack);
  CHECK(l2.resident(kLine + 32));
}

TEST_CASE("L2 exclusive: an eviction of the L1 is allocated, whatever its attributes",
          "[l2][exclusive]") {
  Exclusive l2;
  l2.write_back(kLine, 3, kNoWriteAllocate);
  CHECK(l2.dirty(kLine));
  l2.write_back(kLine + 32, 3, kNoWriteAllocate, nullptr, {});
  CHECK_FALSE(l2.resident(kLine + 32));
}

TEST_CASE("L2 exclusive: a clean eviction is allocated clean", "[l2][exclusive]") {
  Exclusive l2;
  l2.write_back(kLine, 3, kWriteBack, nullptr, kCleanEviction);
  CHECK(l2.resident(kLine));
  CHECK_FALSE(l2.dirty(kLine));
  CHECK(l2.fill(kLine, kWriteBack) == 3);
  CHECK(l2.memory.count(true) == 0);
}

TEST_CASE("L2 exclusive: a clean eviction leaves a dirty line dirty", "[l2][exclusive]") {
  Exclusive l2;
  l2.write_back(kLine, 3, kWriteBack);
  l2.fill(kLine, kWriteBack);
  l2.write_back(kLine, 3, kWriteBack, nullptr, kCleanEviction);
  CHECK(l2.dirty(kLine));
}

TEST_CASE("L2 exclusive: a line that the L1 has read still hits", "[l2][exclusive]") {
  Exclusive l2;
  l2.write_back(kLine, 3, kWriteBack);
  CHECK(l2.fill(kLine, kWriteBack) == 3);
  CHECK(l2.fill(kLine, kWriteBack) == 3);
  CHECK(l2.counter("data_read_hits") == 2);
}

TEST_CASE("L2 exclusive: a line that the L1 has read is the first to be evicted",
          "[l2][exclusive]") {
  const bool dirty = GENERATE(false, true);
  Exclusive l2;
  fill_other_ways(l2);
  l2.write_back(kLine, 9, kWriteBack, nullptr,
                dirty ? WriteHints{.eviction = true} : kCleanEviction);
  l2.fill(kLine, kWriteBack);
  l2.write_back(kLine + 8 * kWay, 8, kWriteBack);
  CHECK_FALSE(l2.resident(kLine));
  for (std::uint32_t way = 1; way <= 8; ++way) CHECK(l2.resident(kLine + way * kWay));
  CHECK(l2.memory.word(kLine) == (dirty ? 9 : 0));
}

TEST_CASE("L2 exclusive: a line written again is not given up any more", "[l2][exclusive]") {
  Exclusive l2;
  l2.write_back(kLine, 9, kWriteBack);
  l2.fill(kLine, kWriteBack);
  l2.write_back(kLine, 10, kWriteBack);
  fill_other_ways(l2);
  l2.write_back(kLine + 8 * kWay, 8, kWriteBack);
  l2.write_back(kLine + 9 * kWay, 8, kWriteBack);
  CHECK(l2.counter("write_backs") == 2);  // Round robin: not twice the same.
}

TEST_CASE("L2 exclusive: without it a clean eviction makes a line dirty", "[l2][exclusive]") {
  L2Bench l2;  // Only the processor has been told.
  l2.write_back(kLine, 3, kWriteBack, nullptr, kCleanEviction);
  CHECK(l2.dirty(kLine));
}

TEST_CASE("L2 zeros: with both sides enabled a beat stands for a line", "[l2][zeros]") {
  L2Bench l2;
  l2.set_aux(1U << 0);
  l2.write_back(kLine, 7, kWriteBack);
  l2.write_back(kLine, 0, kWriteBack, nullptr, kZeros);
  for (std::uint32_t at = kLine; at < kLine + 32; at += 4) CHECK(l2.load(at, kWriteBack) == 0);
  CHECK(l2.counter("truncated_lines") == 0);
}

TEST_CASE("L2 zeros: if only the processor sends them, a beat is written and the rest is lost",
          "[l2][zeros]") {
  const bool enabled = GENERATE(true, false);
  L2Bench l2;
  l2.write_back(kLine, 7, kWriteBack);
  if (!enabled) {
    l2.by_way(kCleanInvWay);
    l2.set_control(0);
  }
  l2.write_back(kLine, 0, kWriteBack, nullptr, kZeros);
  for (std::uint32_t at = 0; at < 32; at += 4) {
    CAPTURE(at);
    CHECK(l2.load(kLine + at, kWriteBack) == (at < 8 ? 0 : 7));
  }
  CHECK(l2.counter("truncated_lines") == 1);
}

TEST_CASE("L2 zeros: the agreement does not hold while the L2 is off", "[l2][zeros]") {
  L2Bench l2;
  l2.set_aux(1U << 0);
  l2.set_control(0);
  l2.write_back(kLine, 7, kWriteBack);
  l2.write_back(kLine, 0, kWriteBack, nullptr, kZeros);
  CHECK(l2.memory.word(kLine + 4) == 0);
  CHECK(l2.memory.word(kLine + 8) == 7);
}

TEST_CASE("L2 zeros: a line of them takes the port for one beat", "[l2][zeros][time]") {
  L2Bench l2;
  l2.set_aux(1U << 0);
  const Time plain = time_of_write(l2, {});
  CHECK(plain - time_of_write(l2, kZeros) == l2.options.timing.cycle * 3);
}

TEST_CASE("L2: early responses come with a write's first beat", "[l2][time]") {
  L2Bench l2;
  const Time late = time_of_write(l2, {});
  l2.set_aux(1U << 30);
  CHECK(late - time_of_write(l2, {}) == l2.options.timing.cycle * 3);
}

TEST_CASE("L2: what came with r2p0 and r3p0 is not there before", "[l2][registers]") {
  const auto [release, aux, prefetch, power] =
      GENERATE(table<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>(
          {{0x02, 0, 0, 0}, {0x04, 0x4000'0001, 7, 0}, {0x05, 0x4000'0001, 7, 3}}));
  CAPTURE(release);
  L2x0Options options = L2Bench::small();
  options.cache_id = 0x4100'00C0 | release;
  L2Bench l2{options, false};
  l2.set(kAuxControl, 0x4202'0001);
  l2.set(kPrefetchControl, 7);
  l2.set(kPowerControl, 3);
  CHECK((l2.get(kAuxControl) & 0x4000'0001) == aux);
  CHECK(l2.get(kPrefetchControl) == prefetch);
  CHECK(l2.get(kPowerControl) == power);
}

TEST_CASE("L2 double linefill: a miss brings the other line of the pair", "[l2][linefill]") {
  const std::uint32_t asked = GENERATE(0x6000'0400U, 0x6000'0420U);
  L2Bench l2;
  l2.set(kPrefetchControl, 1U << 30);
  l2.fill(asked, kWriteBack);
  CHECK(l2.resident(kLine));
  CHECK(l2.resident(kLine + 32));
  CHECK(l2.memory.count(false) == 2);
}

TEST_CASE("L2 double linefill: upward, an odd line brings the next", "[l2][linefill]") {
  L2Bench l2;
  l2.set(kPrefetchControl, 1U << 30 | 1U << 23);
  l2.fill(kLine + 32, kWriteBack);
  CHECK_FALSE(l2.resident(kLine));
  CHECK(l2.resident(kLine + 64));
  l2.fill(0x6000'0FE0, kWriteBack);  // Not beyond 4 KiB.
  CHECK_FALSE(l2.resident(0x6000'1000));
}

TEST_CASE("L2 double linefill: a line that is there is left alone", "[l2][linefill]") {
  L2Bench l2;
  l2.write_back(kLine + 32, 5, kWriteBack);
  l2.set(kPrefetchControl, 1U << 30);
  l2.fill(kLine, kWriteBack);
  CHECK(l2.dirty(kLine + 32));
  CHECK(l2.memory.count(false) == 1);
}

TEST_CASE("L2 double linefill: the requester does not wait for the second line",
          "[l2][linefill][time]") {
  L2Bench l2;
  Time start = l2.now;
  l2.fill(kLine, kWriteBack);
  const Time single = l2.now - start;
  l2.set(kPrefetchControl, 1U << 30);
  l2.now += 1us;
  start = l2.now;
  l2.fill(kLine + 128, kWriteBack);
  CHECK(l2.now - start == single);
}

TEST_CASE("L2: prefetch goes ahead by the offset, for what it is enabled, and is counted",
          "[l2][prefetch]") {
  L2Bench l2;
  l2.set(kPrefetchControl, 1U << 28 | 7);
  l2.set(kEvent0Config, 0xAU << 2);  // IPFALLOC
  l2.set(kEventControl, 1);
  l2.fill(kLine, kWriteBack);
  CHECK_FALSE(l2.resident(kLine + 32));
  CHECK(l2.resident(kLine + 8 * 32));
  CHECK(l2.get(kEvent0) == 1);
  l2.fill(kLine, kWriteBack);  // A hit asks, too, for a line that is there.
  CHECK(l2.get(kEvent0) == 1);
  l2.attributes.instruction = true;
  l2.fill(kLine + 0x400, kWriteBack);
  CHECK_FALSE(l2.resident(kLine + 0x400 + 8 * 32));
  l2.set(kPrefetchControl, 1U << 29 | 7);
  l2.fill(kLine + 0x400, kWriteBack);
  CHECK(l2.resident(kLine + 0x400 + 8 * 32));
  CHECK(l2.get(kEvent0) == 2);
}
