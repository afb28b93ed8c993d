// SPDX-License-Identifier: Apache-2.0
// Which streams are let through, translated or refused (IHI 0062, 2.3 and chapter 10).
#include "tests/support/catch.hpp"
// The bench uses the test library.
#include "tests/models/iommu/smmu_bench.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test
using Action = smmu::Verdict::Action;

TEST_CASE_METHOD(SmmuBench, "at reset every access passes unchanged", "[iommu]") {
  const smmu::Verdict verdict = access(0x1234'5678, true);
  CHECK(verdict.action == Action::kPass);
  CHECK(verdict.address == 0x1234'5678);
  CHECK_FALSE(verdict.translated);
  CHECK(verdict.memory == kNormalNonCacheable);
}

TEST_CASE_METHOD(SmmuBench, "an unmatched stream passes while USFCFG is clear", "[iommu]") {
  global(kCr0, 0);
  CHECK(access(0x1000).action == Action::kPass);
  CHECK(global(kGfsr) == 0);
}

TEST_CASE_METHOD(SmmuBench, "an unmatched stream with USFCFG is an unidentified stream fault",
                 "[iommu]") {
  global(kCr0, kUsfcfg | kGfre | kGfie);
  CHECK(access(0x1000, true).action == Action::kAbort);
  CHECK(global(kGfsr) == 1U << 1);
  CHECK(global(kGfar) == 0x1000);
  CHECK(global(kGfsynr0) == 1U << 1);  // WNR
  CHECK(global(kGfsynr1) == kStream);
  CHECK(block.global_interrupt(0));
  global(kGfsr, 1U << 1);
  CHECK(global(kGfsr) == 0);
  CHECK_FALSE(block.global_interrupt(0));
}

TEST_CASE_METHOD(SmmuBench, "a global fault without GFRE is not told to the device", "[iommu]") {
  global(kCr0, kUsfcfg);
  CHECK(access(0x1000).action == Action::kZero);
  CHECK_FALSE(block.global_interrupt(0));
}

TEST_CASE_METHOD(SmmuBench, "a second global fault sets MULTI and keeps the first's syndrome",
                 "[iommu]") {
  global(kCr0, kUsfcfg | kGfre);
  access(0x1000, true, 0x12);
  access(0x2000, false, 0x13);
  CHECK(global(kGfsr) == (1U << 31 | 1U << 1));
  CHECK(global(kGfar) == 0x1000);
  CHECK(global(kGfsynr1) == 0x12);
}

TEST_CASE_METHOD(SmmuBench, "a masked stream match ignores the mask's bits", "[iommu]") {
  global(kCr0, kUsfcfg | kGfre);
  group(3, 1U << 31 | 0xFU << 16 | 0x10, 1U << 16);  // Bypass.
  CHECK(access(0, false, 0x10).action == Action::kPass);
  CHECK(access(0, false, 0x1F).action == Action::kPass);
  CHECK(access(0, false, 0x20).action == Action::kAbort);
  group(3, 0xFU << 16 | 0x10, 1U << 16);  // Not valid.
  CHECK(access(0, false, 0x10).action == Action::kAbort);
}

TEST_CASE_METHOD(SmmuBench, "two groups that match are a stream match conflict", "[iommu]") {
  global(kCr0, kGfre);
  group(0, 1U << 31 | 0x12, 1U << 16);
  group(5, 1U << 31 | 0xFU << 16 | 0x10, 1U << 16);
  CHECK(access(0x3000).action == Action::kAbort);
  CHECK(global(kGfsr) == 1U << 2);
}

TEST_CASE_METHOD(SmmuBench, "S2CR of type fault is an invalid context fault", "[iommu]") {
  global(kCr0, kGfre);
  group(0, 1U << 31 | 0x12, 2U << 16);
  CHECK(access(0x3000).action == Action::kAbort);
  CHECK(global(kGfsr) == 1U << 0);
}

TEST_CASE_METHOD(SmmuBench, "S2CR that names a bank beyond NUMCB is an unimplemented bank fault",
                 "[iommu]") {
  global(kCr0, kGfre);
  group(0, 1U << 31 | 0x12, 8);
  CHECK(access(0x3000).action == Action::kAbort);
  CHECK(global(kGfsr) == 1U << 3);
}

TEST_CASE_METHOD(SmmuBench, "a bank of stage 1 with stage 2 fault is an invalid context",
                 "[iommu]") {
  stage1_long();
  cbar(0, 2U << 16);
  CHECK(access(0x3000).action == Action::kAbort);
  CHECK(global(kGfsr) == 1U << 0);
}

TEST_CASE_METHOD(SmmuBench, "a bypassed stream takes the memory type that S2CR overrides",
                 "[iommu]") {
  global(kCr0, kGfre);
  group(0, 1U << 31 | 0x12, 1U << 16 | 1U << 11 | 0xFU << 12 | 2U << 8);  // MTCFG, WB, inner.
  const MemoryAttributes memory = access(0).memory;
  CHECK(memory.inner == CachePolicy::kWriteBackWriteAllocate);
  CHECK(memory.outer == CachePolicy::kWriteBackWriteAllocate);
  CHECK(memory.shareable);
}

TEST_CASE_METHOD(SmmuBench, "a bank with SCTLR.M clear passes addresses unchanged", "[iommu]") {
  stage1_long();
  bank(0, kSctlr, 0);
  const smmu::Verdict verdict = access(0x8000'1234);
  CHECK(verdict.action == Action::kPass);
  CHECK(verdict.address == 0x8000'1234);
  CHECK(bus.reads.empty());
}
