// SPDX-License-Identifier: Apache-2.0
#include "models/translation/mmu.hpp"

#include "tests/models/translation/page_tables.hpp"
#include "tests/support/catch.hpp"

namespace linefill {
namespace {

using enum AccessType;

constexpr std::uint32_t kTtb = 0x6000'4000;
constexpr std::uint32_t kTable = 0x6002'0400;
constexpr std::uint32_t kSectionVa = 0x4000'0000;
constexpr std::uint32_t kPageVa = 0x0001'0000;

/// An MMU that is on, with caches, over tables that the test writes.
struct MmuBench {
  test::PageTables tables;
  Statistics statistics;
  Mmu mmu{tables, statistics};
  Translation translation;
  Fault fault;

  MmuBench() {
    mmu.registers().sctlr = 0x1005;
    mmu.registers().ttbr0 = kTtb;
    mmu.registers().dacr = 0x5555'5555;
  }
  bool translate(std::uint32_t va, AccessType type, bool privileged = true) {
    return mmu.translate(VirtualAddress{va}, type, privileged, translation, fault);
  }
  void map_section(std::uint32_t bits) {
    tables.words[kTtb + (kSectionVa >> 20) * 4] = 0x6300'0002 | bits;
  }
  void map_page(std::uint32_t bits, unsigned domain = 0) {
    tables.words[kTtb + (kPageVa >> 20) * 4] = kTable | domain << 5 | 1;
    tables.words[kTable + (kPageVa >> 12) * 4] = 0x6400'0002 | bits;
  }
  std::uint64_t count(std::string_view name) const {
    for (const Counter* c : statistics.counters()) {
      if (c->name() == name) return c->value();
    }
    FAIL("no such counter");
    return 0;
  }
};

// ARM ARM, table B3-8: AP[2:0], then privileged read, write, user read, write.
struct PermissionRow {
  unsigned ap;
  bool privileged_read, privileged_write, user_read, user_write;
};
constexpr PermissionRow kPermissions[]{
    {0b000, false, false, false, false}, {0b001, true, true, false, false},
    {0b010, true, true, true, false},    {0b011, true, true, true, true},
    {0b100, false, false, false, false}, {0b101, true, false, false, false},
    {0b110, true, false, true, false},   {0b111, true, false, true, false},
};

TEST_CASE("mmu: AP decides what a client may do", "[translation][mmu]") {
  for (const PermissionRow& row : kPermissions) {
    CAPTURE(row.ap);
    MmuBench bench;
    bench.map_section((row.ap >> 2) << 15 | (row.ap & 3) << 10);
    bench.map_page((row.ap >> 2) << 9 | (row.ap & 3) << 4);
    for (const std::uint32_t va : {kSectionVa, kPageVa}) {
      CHECK(bench.translate(va, kRead, true) == row.privileged_read);
      CHECK(bench.translate(va, kWrite, true) == row.privileged_write);
      CHECK(bench.translate(va, kRead, false) == row.user_read);
      CHECK(bench.translate(va, kWrite, false) == row.user_write);
      CHECK(bench.translate(va, kFetch, true) == row.privileged_read);
      CHECK(bench.translate(va, kFetch, false) == row.user_read);
    }
  }
}

TEST_CASE("mmu: with SCTLR.AFE, the upper two AP bits decide alone", "[translation][mmu]") {
  constexpr PermissionRow kSimplified[]{{0b001, true, true, false, false},
                                        {0b011, true, true, true, true},
                                        {0b101, true, false, false, false},
                                        {0b111, true, false, true, false}};
  for (const PermissionRow& row : kSimplified) {
    CAPTURE(row.ap);
    MmuBench bench;
    bench.mmu.registers().sctlr |= 1U << 29;
    bench.map_section((row.ap >> 2) << 15 | (row.ap & 3) << 10);
    CHECK(bench.translate(kSectionVa, kRead, true) == row.privileged_read);
    CHECK(bench.translate(kSectionVa, kWrite, true) == row.privileged_write);
    CHECK(bench.translate(kSectionVa, kRead, false) == row.user_read);
    CHECK(bench.translate(kSectionVa, kWrite, false) == row.user_write);
  }
}

TEST_CASE_METHOD(MmuBench, "mmu: a permission fault tells level and domain", "[translation][mmu]") {
  map_section(0x5U << 5);
  CHECK_FALSE(translate(kSectionVa, kRead));
  CHECK(fault == Fault{FaultStatus::kPermissionSection, 5});
  map_page(0, 9);
  CHECK_FALSE(translate(kPageVa, kRead));
  CHECK(fault == Fault{FaultStatus::kPermissionPage, 9});
}

TEST_CASE("mmu: a domain without access faults, one reserved too, a manager's is not checked",
          "[translation][mmu]") {
  const unsigned access = GENERATE(0U, 2U, 3U);
  MmuBench bench;
  bench.map_section(0x3U << 5 | 1U << 4);  // AP 0, XN: nothing allowed to a client.
  bench.map_page(1, 3);
  bench.mmu.registers().dacr = access << 6;
  CHECK(bench.translate(kSectionVa, kFetch, false) == (access == 3));
  if (access != 3) CHECK(bench.fault == Fault{FaultStatus::kDomainSection, 3});
  CHECK(bench.translate(kPageVa, kWrite, false) == (access == 3));
  if (access != 3) CHECK(bench.fault == Fault{FaultStatus::kDomainPage, 3});
}

TEST_CASE_METHOD(MmuBench, "mmu: XN forbids fetches only", "[translation][mmu]") {
  map_section(3U << 10 | 1U << 4);
  CHECK(translate(kSectionVa, kRead));
  CHECK_FALSE(translate(kSectionVa, kFetch));
  CHECK(fault == Fault{FaultStatus::kPermissionSection, 0});
}

TEST_CASE_METHOD(MmuBench, "mmu: a changed table is not seen before the TLB entry is invalidated",
                 "[translation][mmu]") {
  map_page(3U << 4);
  REQUIRE(translate(kPageVa, kRead));
  tables.words[kTable + (kPageVa >> 12) * 4] = 0x6500'0032;
  REQUIRE(translate(kPageVa + 4, kRead));
  CHECK(raw(translation.pa) == 0x6400'0004);
  mmu.tlb().invalidate_address(VirtualAddress{kPageVa}, 0);
  REQUIRE(translate(kPageVa + 4, kRead));
  CHECK(raw(translation.pa) == 0x6500'0004);
}

TEST_CASE_METHOD(MmuBench, "mmu: a fault is not kept in the TLB", "[translation][mmu]") {
  CHECK_FALSE(translate(kSectionVa, kRead));
  map_section(3U << 10);
  CHECK(translate(kSectionVa, kRead));
}

TEST_CASE_METHOD(MmuBench, "mmu: a new DACR acts on entries already in the TLB",
                 "[translation][mmu]") {
  map_section(3U << 10);
  REQUIRE(translate(kSectionVa, kRead));
  mmu.registers().dacr = 0;
  CHECK_FALSE(translate(kSectionVa, kRead));
  CHECK(count("table_walks") == 1);
}

TEST_CASE_METHOD(MmuBench, "mmu: a new ASID hides pages that are not global",
                 "[translation][mmu]") {
  map_page(1U << 11 | 3U << 4);
  map_section(3U << 10);
  mmu.registers().contextidr = 0x1201;
  REQUIRE(translate(kPageVa, kRead));
  REQUIRE(translate(kSectionVa, kRead));
  mmu.registers().contextidr = 0x1202;
  tables.words.clear();
  CHECK_FALSE(translate(kPageVa, kRead));
  CHECK(translate(kSectionVa, kRead));
  mmu.registers().contextidr = 0x3401;  // Only the low eight bits are the ASID.
  CHECK(translate(kPageVa, kRead));
}

TEST_CASE_METHOD(MmuBench, "mmu: look-ups, walks and misses are counted", "[translation][mmu]") {
  map_page(3U << 4);
  translate(kPageVa, kRead);
  translate(kPageVa, kWrite);
  translate(kPageVa, kFetch);
  CHECK(count("tlb_misses") == 1);
  CHECK(count("tlb_hits") == 2);
  CHECK(count("table_walks") == 1);
}

TEST_CASE("mmu: off, memory is flat and its type depends on the access and SCTLR.I",
          "[translation][mmu]") {
  MmuBench bench;
  bench.mmu.registers().sctlr = 0x4;
  REQUIRE(bench.translate(0x1234'5678, kWrite, false));
  CHECK(raw(bench.translation.pa) == 0x1234'5678);
  CHECK(bench.translation.attributes.type == MemoryType::kStronglyOrdered);
  REQUIRE(bench.translate(0x1234'5678, kFetch));
  CHECK(bench.translation.attributes == kNormalNonCacheable);
  bench.mmu.registers().sctlr = 0x1000;
  REQUIRE(bench.translate(0x1234'5678, kFetch));
  CHECK(bench.translation.attributes == MemoryAttributes{MemoryType::kNormal,
                                                         CachePolicy::kWriteThrough,
                                                         CachePolicy::kWriteThrough, false});
  REQUIRE(bench.translate(0x1234'5678, kRead));
  CHECK(bench.translation.attributes.type == MemoryType::kStronglyOrdered);
  CHECK(bench.tables.reads.empty());
}

TEST_CASE_METHOD(MmuBench, "mmu: Normal memory is Non-cacheable where its cache is off",
                 "[translation][mmu]") {
  map_section(3U << 10 | 1U << 12 | 0xC);
  REQUIRE(translate(kSectionVa, kRead));
  CHECK(translation.attributes.inner == CachePolicy::kWriteBackWriteAllocate);
  mmu.registers().sctlr = 0x1001;
  REQUIRE(translate(kSectionVa, kRead));
  CHECK(translation.attributes.normal());
  CHECK(translation.attributes.inner == CachePolicy::kNonCacheable);
  CHECK(translation.attributes.outer == CachePolicy::kNonCacheable);
  REQUIRE(translate(kSectionVa, kFetch));
  CHECK(translation.attributes.inner == CachePolicy::kWriteBackWriteAllocate);
  mmu.registers().sctlr = 0x0005;
  REQUIRE(translate(kSectionVa, kFetch));
  CHECK(translation.attributes.inner == CachePolicy::kNonCacheable);
}

}  // namespace
}  // namespace linefill
