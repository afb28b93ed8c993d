// SPDX-License-Identifier: Apache-2.0
// Every context fault with its registers, termination, stalls (IHI 0062, chapter 3 and 16).
#include "tests/support/catch.hpp"
// The bench uses the test library.
#include "tests/models/iommu/smmu_bench.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test
using Action = smmu::Verdict::Action;

namespace {
constexpr std::uint32_t kFormatLong = 1U << 9;
constexpr std::uint32_t kSs = 1U << 30;
constexpr std::uint32_t kMulti = 1U << 31;
// FSYNR0
constexpr std::uint32_t kWnr = 1U << 4;
constexpr std::uint32_t kPnu = 1U << 5;
constexpr std::uint32_t kInd = 1U << 6;
constexpr std::uint32_t kNested = 1U << 2;  // Of stage 2's format, as the next two.
constexpr std::uint32_t kS1Ptwf = 1U << 3;
constexpr std::uint32_t kAtof = 1U << 9;
constexpr std::uint32_t kPtwf = 1U << 10;
}  // namespace

TEST_CASE("each wrong descriptor of stage 1 raises its fault with its level", "[iommu]") {
  struct Row {
    const char* what;
    std::uint64_t level1, level2, level3;
    bool write;
    std::uint32_t fsr;
    std::uint32_t level;
  };
  using namespace lpae;  // NOLINT: bits
  const std::uint64_t table2 = SmmuBench::kLevel2 | kTable;
  const std::uint64_t table3 = SmmuBench::kLevel3 | kTable;
  const std::uint64_t page = 0x6ABC'D000 | kDevicePage;
  const auto row = GENERATE_COPY(values<Row>({
      {"level 1 invalid", 0, table3, page, true, kTf, 1},
      {"level 2 invalid", table2, 0, page, true, kTf, 2},
      {"level 3 invalid", table2, table3, 0, true, kTf, 3},
      {"level 3 a block", table2, table3, page & ~std::uint64_t{2}, true, kTf, 3},
      {"access flag of a page", table2, table3, page & ~kAf, false, kAff, 3},
      {"access flag of a block", table2, 0x6AA0'0000 | kBlock | kUser, page, false, kAff, 2},
      {"read-only page", table2, table3, page | kReadOnly, true, kPf, 3},
      {"privileged page", table2, table3, page & ~kUser, false, kPf, 3},
      {"privileged block", table2, 0x6AA0'0000 | kBlock | kAf, page, false, kPf, 2},
      {"table read-only", table2 | std::uint64_t{1} << 62, table3, page, true, kPf, 3},
      {"table not for users", table2, table3 | std::uint64_t{1} << 61, page, false, kPf, 3},
      {"page beyond 40 bits", table2, table3, page | std::uint64_t{1} << 40, false, kAsf, 3},
      {"table beyond 40 bits", table2 | std::uint64_t{1} << 41, table3, page, false, kAsf, 1},
  }));
  CAPTURE(row.what);
  SmmuBench bench;
  bench.stage1_long();
  bench.bus.put(SmmuBench::kLevel1 + 2 * 8, row.level1);
  bench.bus.put(SmmuBench::kLevel2 + 1 * 8, row.level2);
  bench.bus.put(SmmuBench::kLevel3 + 3 * 8, row.level3);
  CHECK(bench.access(0x8020'3450, row.write).action == Action::kAbort);
  CHECK(bench.bank(0, SmmuBench::kFsr) == (row.fsr | kFormatLong));
  CHECK(bench.bank(0, SmmuBench::kFar) == 0x8020'3450);
  CHECK(bench.bank(0, SmmuBench::kFsynr0) == (row.level | (row.write ? kWnr : 0)));
  CHECK(bench.cbfrsynra(0) == SmmuBench::kStream);
  CHECK(bench.block.context_interrupt(0));
  CHECK_FALSE(bench.block.context_interrupt(1));
}

TEST_CASE_METHOD(SmmuBench, "a table that the bus refuses is an external fault of its level",
                 "[iommu]") {
  stage1_long();
  map(0x8020'3000, 0x6ABC'D000 | lpae::kDevicePage);
  bus.errors[kLevel2 + 8] = BusResponse::kDecodeError;
  CHECK(access(0x8020'3000).action == Action::kAbort);
  CHECK(bank(0, kFsr) == (kEf | kFormatLong));
  CHECK(bank(0, kFsynr0) == (2 | kPtwf));
}

TEST_CASE_METHOD(SmmuBench, "faults of short descriptors have levels 1 and 2", "[iommu]") {
  stage1_long();
  bank(0, kTcr, 0);
  bank(0, kTtbr0, 0x6001'0000);
  bank(0, kSctlr, kM | kAfe | kCfre);
  bus.words[0x6001'0000 + 4 * 1] = 0x6002'0001;
  bus.words[0x6002'0000 + 4 * 1] = 0x9CDE'F000 | 0x022;  // Access flag clear.
  bus.words[0x6002'0000 + 4 * 2] = 0x9CDE'F000 | 0x232;  // AP 111: read-only.
  const auto [address, fsr, level] =
      GENERATE(table<std::uint32_t, std::uint32_t, std::uint32_t>({{0x0000'0000, kTf, 1},
                                                                   {0x0010'0000, kTf, 2},
                                                                   {0x0010'1000, kAff, 2},
                                                                   {0x0010'2000, kPf, 2}}));
  access(address, true);
  CHECK(bank(0, kFsr) == fsr);
  CHECK((bank(0, kFsynr0) & 3) == level);
}

TEST_CASE_METHOD(SmmuBench, "a privileged fetch is told as such and obeys XN", "[iommu]") {
  stage1_long();
  map(0x1000, 0x6ABC'D000 | lpae::kDevicePage | lpae::kXn);
  Attributes fetch = device();
  fetch.privileged = true;
  fetch.instruction = true;
  CHECK(access(0x1000, false, kStream, fetch).action == Action::kAbort);
  CHECK(bank(0, kFsr) == (kPf | kFormatLong));
  CHECK(bank(0, kFsynr0) == (3 | kPnu | kInd));
  group(0, 1U << 31 | 0xFU << 16 | 0x10, 2U << 26);  // INSTCFG: data.
  bank(0, kFsr, ~0U);
  CHECK(access(0x1000, false, kStream, fetch).action == Action::kPass);
}

TEST_CASE_METHOD(SmmuBench, "PRIVCFG makes accesses privileged or not", "[iommu]") {
  stage1_long();
  map(0x1000, (0x6ABC'D000 | lpae::kDevicePage) & ~lpae::kUser);
  group(0, 1U << 31 | 0xFU << 16 | 0x10, 3U << 24);
  CHECK(access(0x1000).action == Action::kPass);
  group(0, 1U << 31 | 0xFU << 16 | 0x10, 2U << 24);
  CHECK(access(0x1000).action == Action::kAbort);
}

TEST_CASE_METHOD(SmmuBench, "without CFRE a fault reads as zero, without CFIE it is silent",
                 "[iommu]") {
  stage1_long();
  bank(0, kSctlr, kM | kAfe | kTre);
  CHECK(access(0x1000).action == Action::kZero);
  CHECK(bank(0, kFsr) == (kTf | kFormatLong));
  CHECK_FALSE(block.context_interrupt(0));
}

TEST_CASE_METHOD(SmmuBench, "a second fault sets MULTI and keeps the first's syndrome", "[iommu]") {
  stage1_long();
  bank(0, kSctlr, kOn | kHupcf);
  access(0x1000, true);
  access(0x2000);
  CHECK(bank(0, kFsr) == (kMulti | kTf | kFormatLong));
  CHECK(bank(0, kFar) == 0x1000);
  CHECK((bank(0, kFsynr0) & kWnr) != 0);
  bank(0, kFsr, ~0U);
  CHECK(bank(0, kFsr) == kFormatLong);  // Not a fault: what the bank's tables are.
  CHECK_FALSE(block.context_interrupt(0));
}

TEST_CASE_METHOD(SmmuBench, "without HUPCF nothing passes an uncleared fault", "[iommu]") {
  stage1_long();
  map(0x2000, 0x6ABC'D000 | lpae::kDevicePage);
  access(0x1000);
  CHECK(access(0x2000).action == Action::kAbort);
  CHECK(bank(0, kFsr) == (kTf | kFormatLong));  // Not a fault of its own.
  bank(0, kFsr, ~0U);
  CHECK(access(0x2000).action == Action::kPass);
}

TEST_CASE_METHOD(SmmuBench, "a stalled access is held until RESUME retries it", "[iommu]") {
  stage1_long();
  bank(0, kSctlr, kOn | kStall);
  int released = 0;
  block.set_release_listener([&](Time) { ++released; });
  CHECK(access(0x1000).action == Action::kHold);
  CHECK(bank(0, kFsr) == (kSs | kTf | kFormatLong));
  CHECK(block.context_interrupt(0));
  CHECK(access(0x1000).action == Action::kHold);  // Nothing has changed.
  map(0x1000, 0x6ABC'D000 | lpae::kDevicePage);
  bank(0, kFsr, ~0U);
  CHECK(bank(0, kFsr) == (kSs | kFormatLong));
  CHECK(block.context_interrupt(0));
  released = 0;
  access(0x1000);
  bank(0, kResume, 0);
  CHECK(released == 1);
  CHECK(bank(0, kFsr) == kFormatLong);
  CHECK(access(0x1000).address == 0x6ABC'D000);
}

TEST_CASE_METHOD(SmmuBench, "RESUME terminates the stalled access, and only it", "[iommu]") {
  stage1_long();
  map(0x2000, 0x6ABC'D000 | lpae::kDevicePage);
  bank(0, kSctlr, kOn | kStall);
  CHECK(access(0x1000).action == Action::kHold);
  CHECK(access(0x2000).action == Action::kHold);  // Behind it: HUPCF is clear.
  bank(0, kFsr, ~0U);
  bank(0, kResume, 1);
  CHECK(access(0x1000).action == Action::kAbort);
  CHECK(access(0x2000).action == Action::kPass);
  CHECK(access(0x1000).action == Action::kHold);  // A new one stalls anew.
}

TEST_CASE_METHOD(SmmuBench, "with HUPCF others pass a stalled access", "[iommu]") {
  stage1_long();
  map(0x2000, 0x6ABC'D000 | lpae::kDevicePage);
  bank(0, kSctlr, kOn | kStall | kHupcf);
  CHECK(access(0x1000).action == Action::kHold);
  CHECK(access(0x2000).action == Action::kPass);
}

TEST_CASE_METHOD(SmmuBench, "with HUPCF a second fault waits behind a stalled one, untold",
                 "[iommu]") {
  stage1_long();
  bank(0, kSctlr, kOn | kStall | kHupcf);
  CHECK(access(0x1000).action == Action::kHold);
  CHECK(access(0x2000).action == Action::kHold);
  CHECK(bank(0, kFsr) == (kSs | kTf | kFormatLong));  // No MULTI (IHI 0062, 3.7.3).
  CHECK(bank(0, kFar) == 0x1000);
}

TEST_CASE_METHOD(SmmuBench, "a fault from before stalls were asked for refuses what follows",
                 "[iommu]") {
  stage1_long();
  map(0x2000, 0x6ABC'D000 | lpae::kDevicePage);
  access(0x1000);
  bank(0, kSctlr, kOn | kStall);
  CHECK(access(0x2000).action == Action::kAbort);
  bank(0, kSctlr, kOn | kStall | kHupcf);
  CHECK(access(0x2000).action == Action::kPass);
  CHECK(access(0x3000).action == Action::kAbort);
  CHECK(bank(0, kFsr) == (kMulti | kTf | kFormatLong));
}

TEST_CASE_METHOD(SmmuBench, "FSRRESTORE brings a fault back, but neither SS nor FORMAT",
                 "[iommu]") {
  stage1_long();
  bank(0, kFsrRestore, kSs | 3U << 9 | kTf);
  CHECK(bank(0, kFsr) == (kTf | kFormatLong));
  CHECK(block.context_interrupt(0));
}

TEST_CASE_METHOD(SmmuBench, "a stage 2 fault of a nested walk is told in the stage 2 bank",
                 "[iommu]") {
  constexpr std::uint32_t kRoot2 = 0x6010'0000;
  stage1_long();
  cbar(0, 3U << 16 | 1U << 8 | 0x5);  // Nested, stage 2 in bank 1.
  stage2_bank(kRoot2);
  map(0x8020'3000, 0x9000'0000 | lpae::kDevicePage);
  SECTION("its first descriptor has no translation") {
    CHECK(access(0x8020'3000, true).action == Action::kAbort);
    CHECK(bank(0, kFsr) == kFormatLong);
    CHECK(bank(1, kFsr) == (kTf | kFormatLong));
    CHECK(bank(1, kFar) == 0x8020'3000);
    CHECK(bank(1, kIpafar) == (kLevel1 & 0xFFFF'F000));
    CHECK(bank(1, kFsynr0) == (1 | kWnr | kNested | kS1Ptwf));
    CHECK(cbfrsynra(1) == kStream);
    CHECK(block.context_interrupt(1));
  }
  SECTION("the output has none") {
    bus.put(kRoot2 + 8,
            0x4000'0000 | lpae::kBlock | lpae::kAf | lpae::kReadWrite2 | lpae::kNormal2);
    CHECK(access(0x8020'3000).action == Action::kAbort);
    CHECK(bank(1, kFsr) == (kTf | kFormatLong));
    CHECK(bank(1, kIpafar) == 0x9000'0000);
    CHECK(bank(1, kFsynr0) == (1 | kNested));
  }
  SECTION("the output may only be read") {
    const std::uint64_t leaf = lpae::kBlock | lpae::kAf | lpae::kNormal2;
    bus.put(kRoot2 + 8, 0x4000'0000 | leaf | lpae::kReadWrite2);
    bus.put(kRoot2 + 16, 0x8000'0000 | leaf | lpae::kReadable2);
    CHECK(access(0x8020'3004).address == 0x9000'0004);
    CHECK(access(0x8020'3004, true).action == Action::kAbort);
    CHECK(bank(1, kFsr) == (kPf | kFormatLong));
    CHECK(bank(1, kIpafar) == 0x9000'0000);
  }
  SECTION("the bus refuses a descriptor of stage 1") {
    bus.put(kRoot2 + 8,
            0x4000'0000 | lpae::kBlock | lpae::kAf | lpae::kReadWrite2 | lpae::kNormal2);
    bus.errors[kLevel2 + 8] = BusResponse::kSlaveError;
    CHECK(access(0x8020'3000).action == Action::kAbort);
    CHECK(bank(0, kFsr) == kFormatLong);
    CHECK(bank(1, kFsr) == (kEf | kFormatLong));
    CHECK(bank(1, kIpafar) == (kLevel2 & 0xFFFF'F000));
    CHECK(bank(1, kFsynr0) == (2 | kNested | kPtwf));
  }
  SECTION("it was software that asked, in stage 1's bank") {
    bank(0, kAts1pr, 0x8020'3000);
    CHECK(bank(0, kPar) == (1U << 31 | 1));  // ATOT, F
    CHECK(bank(0, kParHigh) == 0);
    CHECK(bank(0, kFsr) == kFormatLong);
    CHECK(bank(1, kFsr) == (kTf | kFormatLong));
    CHECK(bank(1, kFar) == 0x8020'3000);
    CHECK(bank(1, kFsynr0) == (1 | kPnu | kNested | kS1Ptwf | kAtof));
  }
  SECTION("the index of stage 1's bank is told") {
    group(0, 1U << 31 | 0xFU << 16 | 0x10, 3);
    cbar(3, 3U << 16 | 1U << 8 | 0x5);
    bank(3, kSctlr, kOn);
    CHECK(access(0x8020'3000).action == Action::kAbort);
    CHECK(bank(1, kFsynr0) >> 16 == 3);
  }
}
