// SPDX-License-Identifier: Apache-2.0
// Register values typed from the L2C-310 TRM (DDI 0246) and the Zynq-7000 register list (UG585
// appendix B).
#include "models/cache/l2x0_options.hpp"
#include "tests/models/cache/l2_bench.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test

namespace {

constexpr std::uint32_t kA = 0x6000'0400;

struct Row {
  std::uint32_t offset;
  std::uint32_t reset;
  std::uint32_t writable;
};

// 512 KiB, 8 ways: AUX_CTRL is then the Zynq's reset value.
constexpr Row kRows[] = {
    {0x000, 0x4100'00C8, 0}, {0x004, 0x1E30'0300, 0},
    {0x100, 0, 0x0000'0001}, {0x104, 0x0206'0000, 0x7FFF'3C01},
    {0x108, 0x777, 0x777},   {0x10C, 0x777, 0x777},
    {0x200, 0, 0x0000'0001}, {0x204, 0, 0x3F},
    {0x208, 0, 0x3F},        {0x20C, 0, 0xFFFF'FFFF},
    {0x210, 0, 0xFFFF'FFFF}, {0x214, 0, 0x1FF},
    {0x218, 0, 0},           {0x21C, 0, 0},
    {0x730, 0, 0},           {0x740, 0, 0},
    {0x770, 0, 0},           {0x77C, 0, 0},
    {0x7B0, 0, 0},           {0x7B8, 0, 0},
    {0x7BC, 0, 0},           {0x7F0, 0, 0},
    {0x7F8, 0, 0},           {0x7FC, 0, 0},
    {0x900, 0, 0xFF},        {0x904, 0, 0xFF},
    {0x908, 0, 0xFF},        {0x90C, 0, 0xFF},
    {0x910, 0, 0xFF},        {0x914, 0, 0xFF},
    {0x918, 0, 0xFF},        {0x91C, 0, 0xFF},
    {0x920, 0, 0xFF},        {0x924, 0, 0xFF},
    {0x928, 0, 0xFF},        {0x92C, 0, 0xFF},
    {0x930, 0, 0xFF},        {0x934, 0, 0xFF},
    {0x938, 0, 0xFF},        {0x93C, 0, 0xFF},
    {0x950, 0, 0x1},         {0x954, 0, 0},
    {0xC00, 0, 0xFFF0'0001}, {0xC04, 0, 0xFFF0'0000},
    {0xF40, 0, 0x3},         {0xF60, 0, 0x79A0'001F},
    {0xF80, 0, 0x3},
};

DeviceNode node_with(const char* property, std::uint32_t value) {
  DeviceNode node{"cache-controller@1e00a000"};
  node.set(property, value);
  return node;
}

}  // namespace

TEST_CASE("L2 registers: every register reads its reset value", "[l2][registers]") {
  L2Bench l2{{}, false};
  for (const Row& row : kRows) {
    CAPTURE(row.offset);
    CHECK(l2.get(row.offset) == row.reset);
    CHECK(l2.block.last_result() == RegisterResult::kDone);
  }
}

TEST_CASE("L2 registers: only writable bits take what is written", "[l2][registers]") {
  for (const Row& row : kRows) {
    // Operations and the identification registers are not storage; event control is 1 bit and two
    // commands.
    if (row.writable == 0) continue;
    L2Bench l2{{}, false};
    CAPTURE(row.offset);
    l2.set(row.offset, 0);
    CHECK(l2.get(row.offset) == (row.reset & ~row.writable));
    l2.set(row.offset,
           row.offset == 0x104 ? 0x7FF3'FFFF : 0xFFFF'FFFF);  // 256 KiB ways are plenty.
    const std::uint32_t expected = row.offset == 0x104 ? 0x7FF3'3C01 : (row.reset | row.writable);
    CHECK(l2.get(row.offset) == expected);
  }
}

TEST_CASE("L2 registers: the test's table has every register", "[l2][registers]") {
  std::size_t readable = 0;
  for (const auto& row : L2x0Block::registers(L2Part::kL310)) readable += row.readable() ? 1U : 0U;
  CHECK(readable == std::size(kRows));
}

TEST_CASE("L2 registers: an access that is not a word is a slave error", "[l2][registers]") {
  L2Bench l2;
  std::uint32_t value = 0;
  CHECK(l2.block.read_register(kCacheId, 1, value, {l2.now, {}}) == BusResponse::kSlaveError);
  CHECK(l2.block.write_register(kControl, 2, 0, {l2.now, {}}, l2.now) == BusResponse::kSlaveError);
  CHECK(l2.get(kControl) == 1);
}

TEST_CASE("L2 registers: an exclusive access is a slave error", "[l2][registers]") {
  L2Bench l2;
  l2.attributes.exclusive = true;
  CHECK(l2.set(kControl, 0) == BusResponse::kSlaveError);
}

TEST_CASE("L2 registers: AUX_CTRL is not written while the controller is enabled",
          "[l2][registers]") {
  L2Bench l2;
  CHECK(l2.set(kAuxControl, 0x0247'0001) == BusResponse::kSlaveError);
  CHECK(l2.get(kAuxControl) == 0x0202'0000);
}

TEST_CASE("L2 registers: a non-secure write of a secure register is a decode error",
          "[l2][registers][secure]") {
  const std::uint32_t offset =
      GENERATE(0x100U, 0x104U, 0x108U, 0x900U, 0x214U, 0xC00U, 0xF40U, 0xF80U);
  L2Bench l2{{}, false};
  const std::uint32_t before = l2.get(offset);
  l2.attributes.secure = false;
  CHECK(l2.set(offset, 1) == BusResponse::kDecodeError);
  CHECK(l2.get(offset) == before);
}

TEST_CASE("L2 registers: AUX_CTRL lets non-secure software lock down and handle interrupts",
          "[l2][registers][secure]") {
  L2Bench l2;
  l2.set_aux(3U << 26);
  l2.attributes.secure = false;
  CHECK(l2.set(kDataLockdown0, 1) == BusResponse::kOkay);
  CHECK(l2.set(kIntMask, 1) == BusResponse::kOkay);
}

TEST_CASE("L2 registers: prefetch enables are the same bits in two registers", "[l2][registers]") {
  L2Bench l2;
  l2.set_aux(1U << 28);
  CHECK(l2.get(kPrefetchControl) == 1U << 28);
  l2.set(kPrefetchControl, 1U << 29);
  CHECK((l2.get(kAuxControl) >> 28 & 3U) == 2U);
}

TEST_CASE("L2 registers: CACHE_TYPE follows AUX_CTRL", "[l2][registers]") {
  L2Bench l2;
  CHECK(l2.get(kCacheType) == 0x1E10'0100);
  l2.set_aux(2U << 17 | 1U << 16, 7U << 17);
  CHECK(l2.get(kCacheType) == 0x1E24'0240);
}

TEST_CASE("L2 events: reads, writes, hits, allocations and cast-outs are counted", "[l2][events]") {
  const auto [source, expected] = GENERATE(table<std::uint32_t, std::uint32_t>(
      {{1, 1}, {2, 2}, {3, 12}, {4, 1}, {5, 4}, {6, 1}, {7, 1}, {8, 2}, {9, 2}, {0, 0}}));
  CAPTURE(source);
  L2Bench l2;
  l2.set(kEvent0Config, source << 2);
  l2.set(kEventControl, 1);
  l2.fill(kA, kWriteBack);
  l2.fill(kA, kWriteBack);
  l2.load(kA, kSharedNonCacheable);
  l2.write_back(kA, 1, kWriteBack);
  l2.write_back(kA + 32, 1, kWriteBack);
  l2.store(kA + 64, 1, kWriteBack);
  l2.store(kA + 96, 1, kWriteThrough);
  for (std::uint32_t i = 1; i < 9; ++i) l2.fill(kA + i * 16 * 1024, kWriteBack);
  l2.fill(kA + 128, kWriteBack);
  l2.attributes.instruction = true;
  l2.fill(kA + 160, kWriteBack);
  l2.fill(kA + 160, kWriteBack);
  CHECK(l2.get(kEvent0) == expected);
}

TEST_CASE("L2 events: counters count only while enabled, and are written only while not",
          "[l2][events]") {
  L2Bench l2;
  l2.set(kEvent1Config, 3U << 2);
  l2.fill(kA, kWriteBack);
  CHECK(l2.get(kEvent1) == 0);
  l2.set(kEvent1, 10);
  l2.set(kEventControl, 1);
  l2.set(kEvent1, 20);
  l2.fill(kA, kWriteBack);
  CHECK(l2.get(kEvent1) == 11);
}

TEST_CASE("L2 events: two bits of the control register reset a counter each", "[l2][events]") {
  L2Bench l2;
  l2.set(kEvent0, 5);
  l2.set(kEvent1, 6);
  l2.set(kEventControl, 2);
  CHECK(l2.get(kEvent0) == 0);
  CHECK(l2.get(kEvent1) == 6);
  l2.set(kEventControl, 4);
  CHECK(l2.get(kEvent1) == 0);
  CHECK(l2.get(kEventControl) == 0);
}

TEST_CASE("L2 events: a counter saturates, and interrupts on overflow", "[l2][events][interrupt]") {
  L2Bench l2;
  l2.set(kEvent0, 0xFFFF'FFFE);
  l2.set(kEvent0Config, 3U << 2 | 2);
  l2.set(kEventControl, 1);
  l2.set(kIntMask, 1);
  l2.fill(kA, kWriteBack);
  CHECK(l2.get(kIntRaw) == 0);
  l2.fill(kA, kWriteBack);
  CHECK(l2.get(kEvent0) == 0xFFFF'FFFF);
  CHECK(l2.get(kIntRaw) == 1);
  CHECK(l2.block.interrupt());
}

TEST_CASE("L2 events: a counter may interrupt on each increment", "[l2][events][interrupt]") {
  L2Bench l2;
  l2.set(kEvent0Config, 3U << 2 | 1);
  l2.set(kEventControl, 1);
  l2.fill(kA, kWriteBack);
  CHECK(l2.get(kIntRaw) == 1);
}

TEST_CASE("L2 interrupts: errors from memory are raised by kind, masked and cleared",
          "[l2][interrupt]") {
  const auto [response, bit] = GENERATE(table<BusResponse, std::uint32_t>(
      {{BusResponse::kSlaveError, 0x80}, {BusResponse::kDecodeError, 0x100}}));
  L2Bench l2;
  l2.memory.response = response;
  l2.fill(kA, kWriteBack);
  CHECK(l2.response == response);
  CHECK_FALSE(l2.resident(kA));
  CHECK(l2.get(kIntRaw) == bit);
  CHECK(l2.get(kIntMaskStatus) == 0);
  CHECK_FALSE(l2.block.interrupt());
  l2.set(kIntMask, bit);
  CHECK(l2.get(kIntMaskStatus) == bit);
  CHECK(l2.block.interrupt());
  l2.set(kIntClear, bit);
  CHECK(l2.get(kIntRaw) == 0);
  CHECK_FALSE(l2.block.interrupt());
}

TEST_CASE("L2 interrupts: an error of a buffered write is an interrupt, not a response",
          "[l2][interrupt]") {
  L2Bench l2;
  l2.memory.response = BusResponse::kSlaveError;
  l2.store(kA, 1, kPrivateNonCacheable);
  CHECK(l2.response == BusResponse::kOkay);
  l2.set(kCacheSync, 0);
  CHECK(l2.get(kIntRaw) == 0x80);
}

TEST_CASE("L2 options: geometry comes from cache-size and cache-sets", "[l2][options]") {
  DeviceNode node{"cache-controller@0"};
  node.set("cache-size", 0x10'0000).set("cache-sets", 2048);
  const L2x0Options options = l2x0_options(node);
  CHECK(options.ways == 16);
  CHECK(options.way_size_field == 3);
}

TEST_CASE("L2 options: a stock tree without sizes has 512 KiB of 8 ways", "[l2][options]") {
  const L2x0Options options = l2x0_options(DeviceNode{"cache-controller@0"});
  CHECK(options.ways == 8);
  CHECK(options.way_size_field == 3);
  CHECK(options.timing.cycle == Time{2500});
}

TEST_CASE("L2 options: the clock is the processor's", "[l2][options]") {
  DeviceNode root{""};
  root.add_child("cpus").add_child("cpu@0").set("clock-frequency", 1'000'000'000);
  DeviceNode& node = root.add_child("soc").add_child("cache-controller@0");
  CHECK(l2x0_options(node).timing.cycle == Time{1000});
}

TEST_CASE("L2 options: what no L2C-310 can be is a configuration error", "[l2][options]") {
  CHECK_THROWS_AS(l2x0_options(node_with("cache-sets", 100)), ConfigurationError);
  CHECK_THROWS_AS(l2x0_options(node_with("cache-sets", 0x0800'0000)), ConfigurationError);
  CHECK_THROWS_AS(l2x0_options(node_with("cache-sets", 0)), ConfigurationError);
  CHECK_THROWS_AS(l2x0_options(node_with("cache-size", 12345)), ConfigurationError);
  CHECK_THROWS_AS(l2x0_options(node_with("linefill,ram-latency-reset", 0xFFF)), ConfigurationError);
  DeviceNode revision{"cache-controller@0"};
  revision.set("linefill,revision", std::string_view{"r9p9"});
  CHECK_THROWS_WITH(l2x0_options(revision),
                    Catch::Contains("linefill,revision") && Catch::Contains("r3p2"));
}
