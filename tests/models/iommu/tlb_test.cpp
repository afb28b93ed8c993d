// SPDX-License-Identifier: Apache-2.0
// What the TLBs keep, and what takes it away (IHI 0062, chapter 5).
#include "tests/support/catch.hpp"
// The bench uses the test library.
#include "tests/models/iommu/smmu_bench.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test
using Action = smmu::Verdict::Action;

namespace {

constexpr std::uint32_t kPage = 0x8020'3000;
constexpr std::uint32_t kOther = 0x8020'4000;
constexpr std::uint32_t kOld = 0x6ABC'D000;
constexpr std::uint32_t kNew = 0x6DEF'0000;

/// Two pages are in the TLB, and the tables say something else by now.
struct StaleBench : SmmuBench {
  StaleBench() {
    stage1_long();
    map(kPage, kOld | lpae::kDevicePage);
    map(kOther, kOld | lpae::kDevicePage);
    access(kPage);
    access(kOther);
    map(kPage, kNew | lpae::kDevicePage);
    map(kOther, kNew | lpae::kDevicePage);
  }
  bool stale(std::uint32_t address) { return access(address).address == kOld; }
  void finish(unsigned n = 0) {
    bank(n, kTlbsync, 0);
    CHECK(bank(n, kTlbstatus) == 1);
    now += 1us;
    CHECK(bank(n, kTlbstatus) == 0);
  }
};

}  // namespace

TEST_CASE_METHOD(StaleBench, "a translation holds whatever becomes of its descriptor", "[iommu]") {
  now += 1ms;
  CHECK(stale(kPage));
  bank(0, kTcr, 1U << 31 | 1U << 23);
  bank(0, kSctlr, kOn);
  CHECK(stale(kPage));
}

TEST_CASE_METHOD(StaleBench, "TLBIVA takes its page away, once synchronised", "[iommu]") {
  bank(0, kTlbiva, kPage | 7);
  CHECK(stale(kPage));  // Not yet.
  finish();
  CHECK_FALSE(stale(kPage));
  CHECK(stale(kOther));
}

TEST_CASE_METHOD(StaleBench, "an invalidation that nobody waits for is done late", "[iommu]") {
  bank(0, kTlbiva, kPage | 7);
  CHECK(bank(0, kTlbstatus) == 0);  // No sync is active.
  now += 99us;
  CHECK(stale(kPage));
  now += 2us;
  CHECK_FALSE(stale(kPage));
}

TEST_CASE_METHOD(StaleBench, "TLBIVA of another ASID or bank's VMID takes nothing", "[iommu]") {
  bank(0, kTlbiva, kPage | 8);
  cbar(2, 1U << 16 | 0x9);
  bank(2, kTlbiva, kPage | 7);
  finish();
  finish(2);
  CHECK(stale(kPage));
}

TEST_CASE_METHOD(StaleBench, "a global entry goes with any ASID, not with TLBIASID", "[iommu]") {
  map(0x8020'5000, (kOld | lpae::kDevicePage) & ~lpae::kNotGlobal);
  access(0x8020'5000);
  map(0x8020'5000, kNew | lpae::kDevicePage);
  bank(0, kTlbiasid, 7);
  finish();
  CHECK_FALSE(stale(kPage));
  CHECK(stale(0x8020'5000));
  bank(0, kTlbiva, 0x8020'5000 | 9);
  finish();
  CHECK_FALSE(stale(0x8020'5000));
}

TEST_CASE_METHOD(StaleBench, "each wide operation takes what it names", "[iommu]") {
  const auto operation = GENERATE(0, 1, 2, 3, 4, 5);
  switch (operation) {
    case 0:
      bank(0, kTlbiall, 0);
      break;
    case 1:
      bank(0, kTlbiasid, 7);
      break;
    case 2:
      global(kTlbivmid, 0);
      break;
    case 3:
      global(kTlbiallnsnh, 0);
      break;
    case 4:
      global(kTlbivmids1, 0);
      break;
    default:
      bank(0, kTlbivaa, kPage);
      bank(0, kTlbivaa, kOther);
  }
  CAPTURE(operation);
  global(kTlbgsync, 0);
  CHECK(global(kTlbgstatus) == 1);
  now += 1us;
  CHECK(global(kTlbgstatus) == 0);
  CHECK_FALSE(stale(kPage));
  CHECK_FALSE(stale(kOther));
}

TEST_CASE_METHOD(StaleBench, "operations on another ASID or VMID take nothing", "[iommu]") {
  bank(0, kTlbiasid, 6);
  global(kTlbivmid, 3);
  global(kTlbivmids1, 3);
  global(kTlbgsync, 0);
  now += 1us;
  CHECK(stale(kPage));
}

TEST_CASE_METHOD(StaleBench, "a bank's sync does not hurry another bank's operations", "[iommu]") {
  bank(0, kTlbiva, kPage | 7);
  bank(1, kTlbsync, 0);
  CHECK(bank(1, kTlbstatus) == 0);
  now += 1us;
  CHECK(stale(kPage));
}

TEST_CASE_METHOD(StaleBench, "TLBIVAL keeps the tables that walks have read", "[iommu]") {
  constexpr std::uint32_t kOtherLevel3 = 0x6000'5000;
  bus.put(kOtherLevel3 + 3 * 8, 0x6111'1000 | lpae::kDevicePage);
  bus.put(kLevel2 + 8, kOtherLevel3 | lpae::kTable);  // Another table is there now.
  bank(0, kTlbival, kPage | 7);
  finish();
  CHECK(access(kPage).address == kNew);  // Through the old one.
  bank(0, kTlbiva, kPage | 7);
  finish();
  CHECK(access(kPage).address == 0x6111'1000);
}

TEST_CASE_METHOD(StaleBench, "without S1WC2EN each walk reads all its tables", "[iommu]") {
  global(kAcr, 0);
  bank(0, kTlbival, kPage | 7);
  finish();
  bus.reads.clear();
  access(kPage);
  CHECK(bus.reads.size() == 3);
}

TEST_CASE_METHOD(SmmuBench, "AArch64's TLBIVA has the page number and 16 bits of ASID", "[iommu]") {
  stage1_long();
  cba2r(0, 1);
  bank(0, kTcr2, 5 | 1U << 4 | 7U << 15);  // 48 bits, AS.
  bank(0, kTcr, 1U << 23 | 32U);           // Level 1.
  bank(0, kTtbr0High, 0x1234U << 16);
  map(kPage, kOld | lpae::kDevicePage);
  access(kPage);
  map(kPage, kNew | lpae::kDevicePage);
  bank(0, kTlbivaHigh, 0x1235U << 16);
  bank(0, kTlbiva, kPage >> 12);
  sync_all();
  CHECK(access(kPage).address == kOld);
  bank(0, kTlbivaHigh, 0x1234U << 16);
  bank(0, kTlbiva, kPage >> 12);
  sync_all();
  CHECK(access(kPage).address == kNew);
}

TEST_CASE_METHOD(SmmuBench, "TLBIIPAS2 takes stage 2's pages, not what both stages gave",
                 "[iommu]") {
  constexpr std::uint32_t kRoot2 = 0x6010'0000;
  constexpr std::uint64_t kBlock2 = lpae::kBlock | lpae::kAf | lpae::kReadWrite2 | lpae::kNormal2;
  stage1_long();
  stage2_bank(kRoot2);
  bus.put(kRoot2 + 8, 0x4000'0000 | kBlock2);
  bus.put(kRoot2 + 16, 0x8000'0000 | kBlock2);
  group(1, 1U << 31 | 0x30, 1);  // Stream 0x30: stage 2 alone.
  cbar(0, 3U << 16 | 1U << 8 | 0x5);
  map(0x1000, 0x9000'1000 | lpae::kDevicePage);
  CHECK(access(0x1000).address == 0x9000'1000);
  CHECK(access(0x9000'1000, false, 0x30).address == 0x9000'1000);
  bus.put(kRoot2 + 16, 0xC000'0000 | kBlock2);
  bank(1, kTlbiipas2, 0x9000'1000 >> 12);
  sync_all();
  CHECK(access(0x9000'1000, false, 0x30).address == 0xD000'1000);
  CHECK(access(0x1000).address == 0x9000'1000);
  global(kTlbivmids1, 5);
  sync_all();
  CHECK(access(0x1000).address == 0xD000'1000);
}

TEST_CASE("a full TLB replaces its entries in turn", "[iommu]") {
  smmu::Config config;
  config.tlb_entries = 2;
  SmmuBench bench{config};
  bench.stage1_long();
  for (std::uint32_t page = 1; page < 4; ++page) bench.map(page << 12, kOld | lpae::kDevicePage);
  for (std::uint32_t page = 1; page < 4; ++page) bench.access(page << 12);
  for (std::uint32_t page = 1; page < 4; ++page) bench.map(page << 12, kNew | lpae::kDevicePage);
  CHECK(bench.access(0x2000).address == kOld);
  CHECK(bench.access(0x3000).address == kOld);
  CHECK(bench.access(0x1000).address == kNew);
}

TEST_CASE("invalidations without delay are done at once", "[iommu]") {
  smmu::Config config;
  config.invalidation = Time{0};
  config.lazy_invalidation = Time{0};
  SmmuBench bench{config};
  bench.stage1_long();
  bench.map(kPage, kOld | lpae::kDevicePage);
  bench.access(kPage);
  bench.map(kPage, kNew | lpae::kDevicePage);
  bench.bank(0, SmmuBench::kTlbiva, kPage | 7);
  CHECK(bench.access(kPage).address == kNew);
  bench.bank(0, SmmuBench::kTlbsync, 0);
  CHECK(bench.bank(0, SmmuBench::kTlbstatus) == 0);
}
