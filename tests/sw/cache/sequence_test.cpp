// SPDX-License-Identifier: Apache-2.0
// What is written, in the order of Linux 6.1's arch/arm/mm/cache-l2x0.c.
#include "tests/sw/cache/driver_bench.hpp"

using namespace guest;        // NOLINT: a test
using namespace guest::test;  // NOLINT: a test

namespace {

using Part = linefill::L2Part;
using Log = std::vector<std::string>;

constexpr std::uint32_t kStart = 0x6000'0410, kEnd = 0x6000'0468;  // Partial at both ends.

}  // namespace

TEST_CASE("L210, L2C-310: an invalidated range has its partial lines cleaned, too",
          "[sw][outer_cache]") {
  const Part part = GENERATE(Part::kL210, Part::kL310);
  DriverBench board{part};
  REQUIRE(board.probe());
  outer_inv_range(kStart, kEnd);
  CHECK(board.log == Log{"7f0 60000400", "7f0 60000460", "770 60000420", "770 60000440", "730 0"});
}

TEST_CASE("L210, L2C-310: clean and flush begin with the line of the first byte",
          "[sw][outer_cache]") {
  const Part part = GENERATE(Part::kL210, Part::kL310);
  DriverBench board{part};
  REQUIRE(board.probe());
  outer_clean_range(kStart, 0x6000'0440);
  CHECK(board.log == Log{"7b0 60000400", "7b0 60000420", "730 0"});
  board.log.clear();
  outer_flush_range(kStart, 0x6000'0441);
  CHECK(board.log == Log{"7f0 60000400", "7f0 60000420", "7f0 60000440", "730 0"});
}

TEST_CASE("L210, L2C-310: all is flushed by way", "[sw][outer_cache]") {
  const Part part = GENERATE(Part::kL210, Part::kL310);
  DriverBench board{part};
  REQUIRE(board.probe());
  outer_flush_all();
  CHECK(board.log == Log{"7fc ff", "730 0"});
  CHECK(board.l2.get(0x7FC) == 0);
}

TEST_CASE("L220: each operation is waited for, the sync too", "[sw][outer_cache]") {
  DriverBench board{Part::kL220};
  REQUIRE(board.probe());
  board.reads = 0;
  outer_inv_range(kStart, kEnd);
  CHECK(board.log == Log{"7f0 60000400", "7f0 60000460", "770 60000420", "770 60000440", "730 0"});
  CHECK(board.reads >= 5);
  CHECK(board.refused == 0);
}

TEST_CASE("L220: a range as large as the cache is done by way", "[sw][outer_cache]") {
  DriverBench board{Part::kL220};
  REQUIRE(board.probe());
  constexpr std::uint32_t kSize = 8 * 16 * 1024;
  outer_clean_range(0x6000'0000, 0x6000'0000 + kSize);
  CHECK(board.log == Log{"7bc ff", "730 0"});
  board.log.clear();
  outer_flush_range(0x6000'0010, 0x6000'0000 + kSize);
  CHECK(board.log == Log{"7fc ff", "730 0"});
  board.log.clear();
  outer_clean_range(0x6000'0000, 0x6000'0000 + kSize - 32);
  CHECK(board.log.size() == kSize / 32);
}

TEST_CASE("an empty range is a sync and nothing else", "[sw][outer_cache]") {
  const Part part = GENERATE(Part::kL210, Part::kL220, Part::kL310);
  DriverBench board{part};
  REQUIRE(board.probe());
  outer_clean_range(0x6000'0400, 0x6000'0400);
  outer_flush_range(0x6000'0400, 0x6000'0400);
  outer_inv_range(0x6000'0400, 0x6000'0400);
  CHECK(board.log == Log{"730 0", "730 0", "730 0"});
}

TEST_CASE("588369: before r2p0 a line is cleaned, then invalidated, with write-back off",
          "[sw][outer_cache][errata]") {
  DriverBench board{Part::kL310, 0x02};
  REQUIRE(board.probe());
  outer_flush_range(0x6000'0410, 0x6000'0440);
  CHECK(board.log == Log{"f40 3", "7b0 60000400", "770 60000400", "7b0 60000420", "770 60000420",
                         "f40 0", "730 0"});
  board.log.clear();
  outer_inv_range(kStart, kEnd);
  CHECK(board.log == Log{"f40 3", "7b0 60000400", "770 60000400", "7b0 60000460", "770 60000460",
                         "f40 0", "770 60000420", "770 60000440", "730 0"});
  board.log.clear();
  outer_inv_range(0x6000'0400, 0x6000'0420);
  CHECK(board.log == Log{"770 60000400", "730 0"});
}

TEST_CASE("588369: DEBUG_CTRL is given back every 4096 bytes", "[sw][outer_cache][errata]") {
  DriverBench board{Part::kL310, 0x00};
  REQUIRE(board.probe());
  outer_flush_range(0x6000'0000, 0x6000'2000);
  CHECK(std::count(board.log.begin(), board.log.end(), "f40 3") == 2);
  CHECK(board.log.size() == 2 * 256 + 2 * 2 + 1);
}

TEST_CASE("727915: from r2p0 to r3p0 all is flushed with write-back off",
          "[sw][outer_cache][errata]") {
  const auto [release, affected] =
      GENERATE(table<std::uint32_t, bool>({{2, false}, {4, true}, {5, true}, {6, false}}));
  CAPTURE(release);
  DriverBench board{Part::kL310, release};
  REQUIRE(board.probe());
  outer_flush_all();
  const std::string sync = release == 5 ? "740 0" : "730 0";
  CHECK(board.log == (affected ? Log{"f40 3", "7fc ff", "f40 0", sync} : Log{"7fc ff", sync}));
}

TEST_CASE("752271: from r3p0 to before r3p2 there is no double linefill",
          "[sw][outer_cache][errata]") {
  const auto [release, affected] =
      GENERATE(table<std::uint32_t, bool>({{4, false}, {5, true}, {6, true}, {8, false}}));
  CAPTURE(release);
  DriverBench board{Part::kL310, release};
  REQUIRE(board.probe({{"arm,double-linefill", {1}}}));
  CHECK(((board.l2.get(0xF60) >> 30 & 1) == 0) == affected);
}

TEST_CASE("753970: on r3p0 the sync is a write of the dummy register",
          "[sw][outer_cache][errata]") {
  const auto [release, offset] = GENERATE(
      table<std::uint32_t, const char*>({{4, "730 0"}, {5, "740 0"}, {6, "730 0"}, {8, "730 0"}}));
  DriverBench board{Part::kL310, release};
  REQUIRE(board.probe());
  outer_sync();
  CHECK(board.log == Log{offset});
}

TEST_CASE("769419: before r3p2 the store buffer is drained before the CPU sleeps",
          "[sw][outer_cache][errata]") {
  const auto [release, affected] =
      GENERATE(table<std::uint32_t, bool>({{0, true}, {6, true}, {7, true}, {8, false}}));
  DriverBench board{Part::kL310, release};
  REQUIRE(board.probe());
  board.l2.store(0x6000'0000, 5, linefill::test::kPrivateNonCacheable);
  arch_cpu_idle();
  CHECK(board.l2.memory.word(0x6000'0000) == (affected ? 5 : 0));
}
