// SPDX-License-Identifier: Apache-2.0
// How the controllers are set up, switched off and resumed, and what the operations come to.
#include "tests/sw/cache/driver_bench.hpp"

using namespace guest;        // NOLINT: a test
using namespace guest::test;  // NOLINT: a test

namespace {

using Part = linefill::L2Part;
using linefill::test::kWriteBack;

constexpr std::uint32_t kLine = 0x6000'0400;
constexpr unsigned kLines = 64;

/// Lines in the L2 that differ from memory.
void make_dirty(DriverBench& board) {
  for (std::uint32_t i = 0; i < kLines; ++i) board.l2.write_back(kLine + 32 * i, i + 1, kWriteBack);
}

/// How many of them memory has.
unsigned written(DriverBench& board) {
  unsigned count = 0;
  for (std::uint32_t i = 0; i < kLines; ++i)
    count += board.l2.memory.word(kLine + 32 * i) == i + 1 ? 1U : 0U;
  return count;
}

unsigned resident(DriverBench& board) {
  unsigned count = 0;
  for (std::uint32_t i = 0; i < kLines; ++i) count += board.l2.resident(kLine + 32 * i) ? 1U : 0U;
  return count;
}

}  // namespace

TEST_CASE("each controller is found, switched on, and does what is asked", "[sw][outer_cache]") {
  const Part part = GENERATE(Part::kL210, Part::kL220, Part::kL310);
  DriverBench board{part};
  REQUIRE(board.probe());
  CHECK(board.l2.get(0x100) == 1);
  make_dirty(board);
  outer_clean_range(kLine, kLine + 32 * kLines);
  CHECK(written(board) == kLines);
  CHECK(resident(board) == kLines);
  make_dirty(board);
  outer_flush_range(kLine, kLine + 32 * kLines);
  CHECK(resident(board) == 0);
  make_dirty(board);
  outer_inv_range(kLine + 32, kLine + 32 * kLines);
  CHECK(resident(board) == 1);
  outer_flush_all();
  CHECK(resident(board) == 0);
  CHECK(board.refused == 0);
  CHECK(board.ignored == 0);
}

TEST_CASE("L220: driven like an L210, without polling, lines are not cleaned",
          "[sw][outer_cache][broken]") {
  DriverBench board{Part::kL220};
  REQUIRE(board.probe());
  make_dirty(board);
  l2c210_clean_range(kLine, kLine + 32 * kLines);
  board.l2.now += linefill::Time{1'000'000};
  CHECK(board.refused > 0);
  CHECK(written(board) < kLines);
}

TEST_CASE("L210: what comes while an operation by way runs is ignored, and lines are not cleaned",
          "[sw][outer_cache][broken]") {
  DriverBench board{Part::kL210};
  REQUIRE(board.probe());
  make_dirty(board);
  board.l2.set(0x7BC, 0x80);  // Nobody waits for it.
  l2c210_flush_range(kLine, kLine + 32 * kLines);
  CHECK(board.ignored == kLines + 1);
  CHECK(resident(board) == kLines);
}

TEST_CASE("588369: with the plain functions a clean line outlives its flush before r2p0",
          "[sw][outer_cache][errata][broken]") {
  DriverBench board{Part::kL310, 0x02};
  REQUIRE(board.probe());
  board.l2.fill(kLine, kWriteBack);
  l2c210_flush_range(kLine, kLine + 32);
  CHECK(board.l2.resident(kLine));
  outer_flush_range(kLine, kLine + 32);
  CHECK_FALSE(board.l2.resident(kLine));
}

TEST_CASE("L2C-310: AUX_CTRL has early responses, zeros and non-secure lockdown on an A9",
          "[sw][outer_cache]") {
  DriverBench board{Part::kL310};
  REQUIRE(board.probe());
  CHECK(board.l2.get(0x104) == (0x0202'0000U | 1U << 30 | 1U << 26 | 1U << 0));
}

TEST_CASE("L2C-310: zeros are agreed upon with the CPU after the L2 is on", "[sw][outer_cache]") {
  DriverBench board{Part::kL310};
  REQUIRE(board.probe());
  CHECK(host_actlr == 0xE);  // Full line of zeros, L1 and L2 prefetch.
  for (const std::uint32_t actlr : board.actlr_at) CHECK(actlr == 0);
}

TEST_CASE("L2C-310: another CPU than an A9 has neither", "[sw][outer_cache]") {
  host_midr = 0x412F'C0F0;  // Cortex-A15.
  DriverBench board{Part::kL310};
  REQUIRE(board.probe());
  host_midr = 0x411F'C090;
  CHECK((board.l2.get(0x104) & (1U << 30 | 1U)) == 0);
  CHECK(host_actlr == 0);
}

TEST_CASE("L2C-310: the device tree can keep both off", "[sw][outer_cache]") {
  DriverBench board{Part::kL310};
  REQUIRE(board.probe({{"arm,early-bresp-disable", {}}, {"arm,full-line-zero-disable", {}}}));
  CHECK((board.l2.get(0x104) & (1U << 30 | 1U)) == 0);
  CHECK(host_actlr == 0);
}

TEST_CASE("L2C-310: zeros that firmware left on go off where the device tree says so",
          "[sw][outer_cache]") {
  DriverBench board{Part::kL310};
  board.l2.set(0x104, board.l2.get(0x104) | 1U);
  REQUIRE(board.probe({{"arm,full-line-zero-disable", {}}}));
  CHECK((board.l2.get(0x104) & 1U) == 0);
  CHECK((board.l2.get(0x104) & 1U << 30) != 0);  // Another question.
  CHECK(host_actlr == 0);
}

TEST_CASE("L2C-310: latencies, prefetch, power and filter come from the device tree",
          "[sw][outer_cache]") {
  DriverBench board{Part::kL310};
  REQUIRE(board.probe({{"arm,tag-latency", {4, 2, 3}},
                       {"arm,data-latency", {5, 6, 7}},
                       {"arm,double-linefill", {1}},
                       {"arm,double-linefill-incr", {1}},
                       {"arm,double-linefill-wrap", {0}},
                       {"arm,prefetch-drop", {1}},
                       {"arm,prefetch-offset", {7}},
                       {"prefetch-data", {1}},
                       {"prefetch-instr", {1}},
                       {"arm,dynamic-clock-gating", {0}},
                       {"arm,filter-ranges", {0x8000'0000, 0x0810'0001}},
                       {"arm,shared-override", {}},
                       {"arm,parity-enable", {}}}));
  CHECK(board.l2.get(0x108) == 0x132);
  CHECK(board.l2.get(0x10C) == 0x546);
  CHECK(board.l2.get(0xF60) == 0x7980'0007);
  CHECK(board.l2.get(0xF80) == 1);
  CHECK(board.l2.get(0xC00) == 0x8000'0001);
  CHECK(board.l2.get(0xC04) == 0x8820'0000);
  CHECK(board.l2.get(0x104) == (0x0202'0000U | 1U << 30 | 3U << 28 | 1U << 26 | 3U << 21 | 1U));
}

TEST_CASE("L2C-310: size and ways come from the device tree", "[sw][outer_cache]") {
  const auto [size, sets, aux] = GENERATE(
      table<std::uint32_t, std::uint32_t, std::uint32_t>({{0x8'0000, 2048, 3U << 17},
                                                          {0x10'0000, 2048, 3U << 17 | 1U << 16},
                                                          {0x2'0000, 512, 1U << 17}}));
  DriverBench board{Part::kL310};
  REQUIRE(board.probe({{"cache-size", {size}}, {"cache-sets", {sets}}}));
  CHECK((board.l2.get(0x104) & 0xF'0000) == aux);
}

TEST_CASE("sizes that no such cache has leave the controller as it is", "[sw][outer_cache]") {
  const auto [size, sets] = GENERATE(table<std::uint32_t, std::uint32_t>(
      {{0x8'0000, 1000}, {0x8'0000, 0x0800'0000}, {0x8'0000, 8}, {100, 2048}, {0x18'0000, 2048}}));
  CAPTURE(size, sets);
  DriverBench board{Part::kL310};
  REQUIRE(board.probe({{"cache-size", {size}}, {"cache-sets", {sets}}}));
  CHECK((board.l2.get(0x104) & 0xF'0000) == 1U << 17);
}

TEST_CASE("L220, L210: latencies and size are in AUX_CTRL", "[sw][outer_cache]") {
  const auto [part, set] =
      GENERATE(table<Part, std::uint32_t>({{Part::kL220, 1U << 26 | 1U << 25}, {Part::kL210, 0}}));
  DriverBench board{part};
  REQUIRE(board.probe({{"arm,tag-latency", {4}},
                       {"arm,data-latency", {2, 3, 0}},
                       {"arm,dirty-latency", {5}},
                       {"arm,shared-override", {}},
                       {"cache-size", {0x4'0000}},
                       {"cache-sets", {2048}}}));
  CHECK(board.l2.get(0x104) ==
        (set | 1U << 22 | 3U << 17 | 4U << 13 | 4U << 9 | 3U << 6 | 2U << 3 | 1U));
  CHECK(l2x0::controller.all_ways == 0xF);
}

TEST_CASE("arm,io-coherent leaves the sync out", "[sw][outer_cache]") {
  DriverBench board{Part::kL310};
  REQUIRE(board.probe({{"arm,io-coherent", {}}}));
  CHECK(outer_cache.sync == nullptr);
  CHECK(outer_cache.clean_range != nullptr);
  wmb();
  CHECK(board.log.empty());
}

TEST_CASE("a controller that is on already is not set up again", "[sw][outer_cache]") {
  DriverBench board{Part::kL310};
  board.l2.set(0x104, 0x0204'0000);
  board.l2.set(0x100, 1);
  make_dirty(board);
  REQUIRE(board.probe({{"cache-size", {0x8'0000}}, {"cache-sets", {2048}}}));
  CHECK(board.l2.get(0x104) == 0x0204'0000);
  CHECK(resident(board) == kLines);
  outer_flush_all();
  CHECK(written(board) == kLines);
}

TEST_CASE("what is no controller of ARM's is not touched", "[sw][outer_cache]") {
  DriverBench board{Part::kL310};
  board.l2.options.cache_id = 0;
  struct Nothing final : FakeIo {
    std::uint32_t read(const volatile void*, unsigned) override { return 0; }
    void write(volatile void*, std::uint32_t, unsigned) override { ++writes; }
    unsigned writes = 0;
  } nothing;
  fake_io = &nothing;
  CHECK_FALSE(board.probe());
  CHECK(nothing.writes == 0);
  CHECK(outer_cache.sync == nullptr);
}

TEST_CASE("switching off writes what is dirty, with zeros off in the CPU before",
          "[sw][outer_cache]") {
  DriverBench board{Part::kL310};
  REQUIRE(board.probe());
  make_dirty(board);
  board.actlr_at.clear();
  outer_disable();
  CHECK(board.l2.get(0x100) == 0);
  CHECK(written(board) == kLines);
  for (const std::uint32_t actlr : board.actlr_at) CHECK(actlr == 0);
}

TEST_CASE("a controller that lost its registers is as before when it is resumed",
          "[sw][outer_cache]") {
  const Part part = GENERATE(Part::kL210, Part::kL220, Part::kL310);
  DriverBench board{part};
  REQUIRE(board.probe({{"arm,shared-override", {}}, {"arm,tag-latency", {2, 3, 4}}}));
  const std::uint32_t aux = board.l2.get(0x104), tag = board.l2.get(0x108);
  const std::uint32_t actlr = host_actlr;
  outer_disable();
  board.l2.block.reset(board.l2.now);
  outer_resume();
  CHECK(board.l2.get(0x100) == 1);
  CHECK(board.l2.get(0x104) == aux);
  CHECK(board.l2.get(0x108) == tag);
  CHECK(host_actlr == actlr);
  board.log.clear();
  outer_resume();
  CHECK(board.log.empty());
}

TEST_CASE("the platform's write_sec writes what only firmware may", "[sw][outer_cache]") {
  static std::vector<std::string> secure;
  secure.clear();
  DriverBench board{Part::kL310};
  outer_cache.write_sec = [](unsigned long value, unsigned offset) {
    secure.push_back(DriverBench::text(offset, static_cast<std::uint32_t>(value)));
  };
  REQUIRE(board.probe());
  // AUX_CTRL without full line of zeros, power, and the enable.
  CHECK(secure == std::vector<std::string>{"104 46020000", "f80 3", "100 1"});
  CHECK(outer_cache.write_sec != nullptr);
  CHECK(host_actlr == 0);
}

TEST_CASE("the platform's configure is told the registers instead", "[sw][outer_cache]") {
  static const l2x0_regs* told;
  told = nullptr;
  DriverBench board{Part::kL310};
  outer_cache.configure = [](const l2x0_regs* registers) { told = registers; };
  REQUIRE(board.probe({{"arm,tag-latency", {4, 2, 3}}}));
  REQUIRE(told == &l2x0_saved_regs);
  CHECK(board.l2.get(0x108) == 0x777);
  CHECK(board.l2.get(0x100) == 1);
}
