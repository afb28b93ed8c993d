// SPDX-License-Identifier: Apache-2.0
// Stage 2, nested translation, and translation for software (ARM ARM B3.6, IHI 0062 4.3).
#include "tests/support/catch.hpp"
// The bench uses the test library.
#include "tests/models/iommu/smmu_bench.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test
using Action = smmu::Verdict::Action;

namespace {

constexpr std::uint32_t kRoot2 = 0x6010'0000;
constexpr std::uint64_t kBlock2 = lpae::kBlock | lpae::kAf | lpae::kReadWrite2;

/// Nested: the lowest 3 GiB of IPA are themselves, the last is the second.
struct NestedBench : SmmuBench {
  NestedBench() {
    stage1_long();
    cbar(0, 3U << 16 | 1U << 8 | 0x5);
    stage2_bank(kRoot2);
    for (std::uint32_t gib = 0; gib < 3; ++gib)
      bus.put(kRoot2 + 8 * gib, std::uint64_t{gib} << 30 | kBlock2 | lpae::kNormal2);
    bus.put(kRoot2 + 24, 0x4000'0000 | kBlock2 | lpae::kUncached2);
  }
};

}  // namespace

TEST_CASE_METHOD(SmmuBench, "stage 2 alone translates and limits the device's memory type",
                 "[iommu]") {
  stage1_long();
  group(0, 1U << 31 | 0xFU << 16 | 0x10, 1);  // Bank 1.
  stage2_bank(kRoot2);
  bus.put(kRoot2 + 8, 0x8000'0000 | kBlock2 | lpae::kNormal2);
  bus.put(kRoot2 + 16, 0x8000'0000 | kBlock2 | lpae::kUncached2);
  Attributes cached = device();
  cached.memory = {MemoryType::kNormal, CachePolicy::kWriteBackWriteAllocate,
                   CachePolicy::kWriteBackWriteAllocate, true};
  const smmu::Verdict kept = access(0x4000'1234, false, kStream, cached);
  CHECK(kept.address == 0x8000'1234);
  CHECK(kept.memory == cached.memory);
  CHECK(access(0x4000'1234).memory.inner == CachePolicy::kNonCacheable);
  CHECK(access(0x8000'1234, false, kStream, cached).memory.inner == CachePolicy::kNonCacheable);
}

TEST_CASE_METHOD(SmmuBench, "stage 2 starts at the level that SL0 says, with joined tables",
                 "[iommu]") {
  stage1_long();
  group(0, 1U << 31 | 0xFU << 16 | 0x10, 1);
  stage2_bank(kRoot2);
  bank(1, kTcr, 1U << 31);  // SL0 0: level 2, four tables of 512 entries each.
  bus.put(kRoot2 + 8 * 0x403, 0x6AA0'0000 | kBlock2 | lpae::kNormal2);
  CHECK(access(0x8060'1234).address == 0x6AA0'1234);
  CHECK(bus.reads.size() == 1);
}

TEST_CASE_METHOD(NestedBench, "both stages translate, and stage 1's tables too", "[iommu]") {
  bank(0, kTtbr0, 0xC000'0000);  // IPA of a table at 0x40000000.
  bus.put(0x4000'0000 + 8 * 2, 0xC000'1000 | lpae::kTable);
  bus.put(0x4000'1000 + 8 * 1, 0xC000'2000 | lpae::kTable);
  bus.put(0x4000'2000 + 8 * 3, 0xC123'4000 | lpae::kDevicePage | lpae::index(1));
  const smmu::Verdict verdict = access(0x8020'3456, true);
  CHECK(verdict.address == 0x4123'4456);
  // Stage 1 says write-back, stage 2 non-cacheable.
  CHECK(verdict.memory.type == MemoryType::kNormal);
  CHECK(verdict.memory.inner == CachePolicy::kNonCacheable);
}

TEST_CASE_METHOD(NestedBench, "a page of both stages is as large as the smaller of them",
                 "[iommu]") {
  bus.put(kLevel1, 0x8000'0000 | lpae::kBlock | lpae::kUser | lpae::kAf);  // 1 GiB at IPA 2 GiB.
  bus.put(kRoot2 + 16, 0x6011'0000 | lpae::kTable);
  bus.put(0x6011'0000, 0x6AA0'0000 | kBlock2 | lpae::kNormal2);
  bus.put(0x6011'0008, 0x6BC0'0000 | kBlock2 | lpae::kNormal2);
  CHECK(access(0x0000'1000).address == 0x6AA0'1000);
  CHECK(access(0x0020'1000).address == 0x6BC0'1000);
}

TEST_CASE_METHOD(NestedBench, "a stage that is off leaves the other", "[iommu]") {
  bank(0, kSctlr, 0);
  CHECK(access(0xC000'1234).address == 0x4000'1234);
  map(0x1000, 0xC000'5000 | lpae::kDevicePage);
  bank(0, kSctlr, kOn);
  bank(1, kSctlr, 0);
  CHECK(access(0x1234).address == 0xC000'5234);
}

TEST_CASE_METHOD(NestedBench, "a nested bank needs a stage 2 bank behind it", "[iommu]") {
  cbar(0, 3U << 16 | 2U << 8);  // Bank 2 is no stage 2.
  CHECK(access(0x1000).action == Action::kAbort);
  CHECK(global(kGfsr) == 1);
  CHECK((global(kGfsynr0) & 1) == 1);  // Nested: CBAR's fault, not S2CR's.
  global(kGfsr, ~0U);
  cbar(0, 3U << 16 | 8U << 8);  // There is no bank 8.
  CHECK(access(0x1000).action == Action::kAbort);
  CHECK(global(kGfsr) == 1U << 3);
  CHECK((global(kGfsynr0) & 1) == 1);
}

TEST_CASE_METHOD(NestedBench, "stage 2 in AArch32 does not take what an AArch64 stage 1 gives",
                 "[iommu]") {
  cba2r(0, 1);
  CHECK(access(0x1000).action == Action::kAbort);
  CHECK(global(kGfsr) == 1);
}

TEST_CASE_METHOD(SmmuBench, "ATS1 tells where an address goes", "[iommu]") {
  stage1_long();
  map(0x8020'3000, 0x6ABC'D000 | lpae::kDevicePage | lpae::kReadOnly | lpae::index(1));
  bank(0, kAts1pr, 0x8020'3000);
  CHECK((bank(0, kPar) & 1) == 0);
  CHECK((bank(0, kPar) & 0xFFFF'F000) == 0x6ABC'D000);
  CHECK(bank(0, kParHigh) == 0xFF00'0000);  // ATTR: the byte of MAIR.
  bank(0, kAts1uw, 0x8020'3000);
  CHECK((bank(0, kPar) & 0xFF) == (1U << 3 | 1));  // PF, F
  CHECK((bank(0, kFsr) & ~(3U << 9)) == 0);
  CHECK(bank(0, kParHigh) == 3);  // PLVL
  bank(0, kAts1pr, 0x9020'3000);
  CHECK(bank(0, kPar) == (1U << 8 | 1U << 1 | 1));  // Format, TF, F
  CHECK(bank(0, kParHigh) == 2);
}

TEST_CASE_METHOD(SmmuBench, "ATS1 of short descriptors has PAR in their format", "[iommu]") {
  stage1_long();
  bank(0, kTcr, 0);
  bank(0, kTtbr0, 0x6001'0000);
  bank(0, kSctlr, kM | kCfre | kCfie);
  const auto [descriptor, par] = GENERATE(table<std::uint32_t, std::uint32_t>({
      {0x8AB0'0C02, 0x8AB4'5090},          // Strongly-ordered: always shareable.
      {0x8AB0'0C0A, 0x8AB4'5068},          // Write-through, both.
      {0x8AB1'0C0E, 0x8AB4'50FC},          // Write-back, shareable.
      {0x8A04'0C02 | 0x400, 0x8A00'0092},  // A supersection.
      {0x8AB0'1C0E, 0x8AB4'5054},          // Write-back, write-allocate.
  }));
  CAPTURE(descriptor);
  bus.words[0x6001'0000 + 4 * 0x123] = descriptor;
  bank(0, kAts1pr, 0x1234'5678);
  CHECK(bank(0, kPar) == par);
  CHECK(bank(0, kParHigh) == 0);
}

TEST_CASE_METHOD(NestedBench, "GATS12 goes through both stages, GATS1 through the first",
                 "[iommu]") {
  map(0x1000, 0xC000'5000 | lpae::kDevicePage);
  global(kGats1pr, 0x1000 | 0);
  CHECK((global(kGpar) & 0xFFFF'F001) == 0xC000'5000);
  global(kGats12pw, 0x1000 | 0);
  CHECK((global(kGpar) & 0xFFFF'F001) == 0x4000'5000);
  // No bank, and one of stage 2.
  for (const std::uint32_t none : {9U, 1U}) {
    global(kGfsr, ~0U);
    global(kGats1pr, 0x1000 | none);
    CHECK(global(kGpar) == (1U << 30 | 1));  // UCBF
    CHECK(global(kGfsr) == 1U << 3);
  }
}

TEST_CASE_METHOD(NestedBench, "a fault of GATS12 is told in GPAR only, with its stage", "[iommu]") {
  map(0x1000, 0xC000'5000 | lpae::kDevicePage);
  bus.put(kRoot2 + 24, 0);
  global(kGats12pw, 0x1000);
  CHECK(global(kGpar) == (1U << 8 | 1U << 1 | 1));  // Format, TF, F
  CHECK(global(kGparHigh) == (1U << 3 | 1));        // STAGE, PLVL
  CHECK(bank(1, kFsr) == 1U << 9);
  global(kGats1pr, 0x1000);  // The output is not stage 2's yet.
  CHECK((global(kGpar) & 0xFFFF'F001) == 0xC000'5000);
}

TEST_CASE_METHOD(NestedBench, "GATS1 reads stage 1's tables through stage 2", "[iommu]") {
  bank(0, kTtbr0, 0xC000'0000);  // IPA of a table at 0x40000000.
  bus.put(0x4000'0000 + 8 * 2, 0xC000'1000 | lpae::kTable);
  bus.put(0x4000'1000 + 8 * 1, 0xC000'2000 | lpae::kTable);
  bus.put(0x4000'2000 + 8 * 3, 0xC123'4000 | lpae::kDevicePage);
  global(kGats1pr, 0x8020'3000);
  CHECK((global(kGpar) & 0xFFFF'F001) == 0xC123'4000);
}
