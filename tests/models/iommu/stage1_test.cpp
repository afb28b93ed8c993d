// SPDX-License-Identifier: Apache-2.0
// Stage 1 of long descriptors: addresses, attributes, permissions, walks (ARM ARM B3.6).
#include "tests/support/catch.hpp"
// The bench uses the test library.
#include "tests/models/iommu/smmu_bench.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test
using Action = smmu::Verdict::Action;

TEST_CASE_METHOD(SmmuBench, "stage 1 translates a page through three levels", "[iommu]") {
  stage1_long();
  map(0x8020'3000, 0x6ABC'D000 | lpae::kDevicePage | lpae::index(0));
  const smmu::Verdict verdict = access(0x8020'3456, true);
  CHECK(verdict.action == Action::kPass);
  CHECK(verdict.address == 0x6ABC'D456);
  CHECK(verdict.translated);
  REQUIRE(bus.reads.size() == 3);
  CHECK(bus.reads[0].address == kLevel1 + 2 * 8);
  CHECK(bus.reads[1].address == kLevel2 + 1 * 8);
  CHECK(bus.reads[2].address == kLevel3 + 3 * 8);
}

TEST_CASE_METHOD(SmmuBench, "stage 1 translates blocks of 2 MiB and of 1 GiB", "[iommu]") {
  stage1_long();
  const std::uint64_t leaf = lpae::kBlock | lpae::kUser | lpae::kAf;
  bus.put(kLevel1, 0xC000'0000 | leaf);
  bus.put(kLevel1 + 8, kLevel2 | lpae::kTable);
  bus.put(kLevel2 + 8, 0x6060'0000 | leaf);
  CHECK(access(0x1234'5678).address == 0xD234'5678);
  CHECK(access(0x4034'5678).address == 0x6074'5678);
}

TEST_CASE_METHOD(SmmuBench, "the page's memory type replaces the device's", "[iommu]") {
  stage1_long();
  Attributes cached = device();
  cached.memory = {MemoryType::kNormal, CachePolicy::kWriteBackWriteAllocate,
                   CachePolicy::kWriteBackWriteAllocate, true};
  map(0x1000, 0x6000'8000 | lpae::kDevicePage | lpae::index(0));
  map(0x2000, 0x6000'9000 | (lpae::kDevicePage & ~lpae::kOuter) | lpae::kInner | lpae::index(1));
  map(0x3000, 0x6000'A000 | lpae::kDevicePage | lpae::index(2));
  const MemoryAttributes uncached = access(0x1000, false, kStream, cached).memory;
  CHECK(uncached.type == MemoryType::kNormal);
  CHECK(uncached.inner == CachePolicy::kNonCacheable);
  const MemoryAttributes coherent = access(0x2000).memory;
  CHECK(coherent.inner == CachePolicy::kWriteBackWriteAllocate);
  CHECK(coherent.outer == CachePolicy::kWriteBackWriteAllocate);
  CHECK(coherent.shareable);
  CHECK(access(0x3000).memory.type == MemoryType::kDevice);
}

TEST_CASE_METHOD(SmmuBench, "CBAR's attributes limit those of a stage 1 without stage 2",
                 "[iommu]") {
  stage1_long();
  cbar(0, 1U << 16 | 0x5U << 12);  // Non-cacheable.
  map(0x2000, 0x6000'9000 | lpae::kDevicePage | lpae::index(1));
  CHECK(access(0x2000).memory.inner == CachePolicy::kNonCacheable);
}

TEST_CASE_METHOD(SmmuBench, "walks are as TCR says, and marked as such", "[iommu]") {
  stage1_long();
  bank(0, kTcr, 1U << 31 | 1U << 23 | 3U << 12 | 1U << 10 | 1U << 8);  // SH0, ORGN0, IRGN0.
  map(0x1000, 0x6000'8000 | lpae::kDevicePage);
  Attributes attributes = device();
  attributes.origin.pc = 0x1234;
  attributes.origin.epoch = 5;
  access(0x1000, false, kStream, attributes);
  REQUIRE(bus.reads.size() == 3);
  for (const auto& read : bus.reads) {
    CHECK(read.attributes.table_walk);
    CHECK(read.attributes.origin.pc == 0x1234);
    CHECK(read.attributes.origin.epoch == 5);
    CHECK(read.attributes.memory.inner == CachePolicy::kWriteBackWriteAllocate);
    CHECK(read.attributes.memory.outer == CachePolicy::kWriteBackWriteAllocate);
    CHECK(read.attributes.memory.shareable);
  }
}

TEST_CASE_METHOD(SmmuBench, "a walk takes its reads' time, a hit two clocks", "[iommu]") {
  stage1_long();
  map(0x1000, 0x6000'8000 | lpae::kDevicePage);
  Time start = now;
  access(0x1000);
  CHECK(now - start == 300ns + 10ns);
  start = now;
  access(0x1040);
  CHECK(now - start == 10ns);
}

TEST_CASE("an access during a walk of the same page waits for its end", "[iommu]") {
  SmmuBench bench;
  bench.stage1_long();
  bench.map(0x1000, 0x6000'8000 | lpae::kDevicePage);
  const Time start = bench.now;
  bench.access(0x1000);
  const Time end = bench.now;
  bench.now = start + 5ns;
  bench.access(0x1040);
  CHECK(bench.now == end);
}

TEST_CASE("a walk beyond the number of walkers waits for one", "[iommu]") {
  smmu::Config config;
  config.walkers = 2;
  config.walk_cache_entries = 0;
  SmmuBench bench{config};
  bench.stage1_long();
  for (std::uint32_t page = 1; page < 4; ++page)
    bench.map(page << 12, 0x6000'8000 | lpae::kDevicePage);
  const Time start = bench.now;
  for (std::uint32_t page = 1; page < 4; ++page) {
    bench.now = start;
    bench.access(page << 12);
  }
  CHECK(bench.now - start == 10ns + 300ns + 300ns);
}

TEST_CASE_METHOD(SmmuBench, "a second walk goes on from the tables of the first", "[iommu]") {
  stage1_long();
  map(0x1000, 0x6000'8000 | lpae::kDevicePage);
  map(0x2000, 0x6000'9000 | lpae::kDevicePage);
  access(0x1000);
  bus.reads.clear();
  CHECK(access(0x2000).address == 0x6000'9000);
  REQUIRE(bus.reads.size() == 1);
  CHECK(bus.reads[0].address == kLevel3 + 2 * 8);
}

TEST_CASE_METHOD(SmmuBench, "TTBR1 translates what T0SZ leaves to it", "[iommu]") {
  stage1_long();
  bank(0, kTcr, 1U << 31 | 2U);  // T0SZ 2: TTBR0 has the lowest GiB, from level 2.
  bank(0, kTtbr0, kLevel2);
  bank(0, kTtbr1, 0x6001'0000);
  bus.put(kLevel2, 0x6020'0000 | lpae::kBlock | lpae::kUser | lpae::kAf);
  bus.put(0x6001'0000 + 8, 0x8000'0000 | lpae::kBlock | lpae::kUser | lpae::kAf);
  CHECK(access(0x0000'1000).address == 0x6020'1000);
  CHECK(access(0x4000'1000).address == 0x8000'1000);
  bank(0, kTcr, 1U << 31 | 1U << 23 | 2U);  // EPD1
  CHECK(access(0x8000'1000).action == Action::kAbort);
}

TEST_CASE_METHOD(SmmuBench, "AArch64 contexts walk from level 0 with 4 KiB, level 1 with 64 KiB",
                 "[iommu]") {
  stage1_long();
  cba2r(0, 1);
  bank(0, kTcr2, 5 | 7U << 15);
  SECTION("48 bits of address, granule 4 KiB") {
    bank(0, kTcr, 1U << 23 | 16U);
    bank(0, kTtbr0, 0x6001'0000);
    bus.put(0x6001'0000, kLevel1 | lpae::kTable);
    map(0x8020'3000, 0x6ABC'D000 | lpae::kDevicePage);
    CHECK(access(0x8020'3456).address == 0x6ABC'D456);
    CHECK(bus.reads.size() == 4);
  }
  SECTION("32 bits of address, granule 64 KiB") {
    bank(0, kTcr, 1U << 23 | 1U << 14 | 32U);
    bank(0, kTtbr0, 0x6001'0000);
    bus.put(0x6001'0000 + 4 * 8, 0x6002'0000 | lpae::kTable);  // Level 2: 512 MiB each.
    bus.put(0x6002'0000 + 0x20 * 8, 0x6ABC'0000 | lpae::kDevicePage);
    CHECK(access(0x8020'3456).address == 0x6ABC'3456);
    CHECK(bus.reads.size() == 2);
  }
}

TEST_CASE_METHOD(SmmuBench, "short descriptors translate sections and pages", "[iommu]") {
  stage1_long();
  bank(0, kTcr, 0);
  bank(0, kTtbr0, 0x6001'0000);
  bank(0, kSctlr, kM | kCfre | kCfie);                       // Neither TRE nor AFE.
  bus.words[0x6001'0000 + 4 * 0x123] = 0x8AB0'0000 | 0xC02;  // Section, AP 011, TEX 0.
  bus.words[0x6001'0000 + 4 * 0x456] = 0x6002'0001;
  bus.words[0x6002'0000 + 4 * 0x78] = 0x9CDE'F000 | 0x032;  // Small page, AP 011.
  CHECK(access(0x1234'5678).address == 0x8AB4'5678);
  CHECK(access(0x4567'8ABC).address == 0x9CDE'FABC);
}
