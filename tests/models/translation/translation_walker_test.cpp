// SPDX-License-Identifier: Apache-2.0
#include "models/translation/translation_walker.hpp"

#include "tests/models/translation/page_tables.hpp"
#include "tests/support/catch.hpp"

namespace linefill {
namespace {

using test::PageTables;
using enum FaultStatus;

constexpr std::uint32_t kTtb0 = 0x6000'4000;
constexpr std::uint32_t kTtb1 = 0x6001'0000;
constexpr std::uint32_t kTable = 0x6002'0400;

/// A walker over tables at 0x60004000, MMU on, caches on.
struct Bench {
  PageTables tables;
  TranslationWalker walker{tables};
  TranslationRegisters registers;
  Translation translation;
  Fault fault;

  Bench() {
    registers.sctlr = 0x5;
    registers.ttbr0 = kTtb0;
    registers.ttbr1 = kTtb1;
  }
  bool walk(std::uint32_t va) {
    return walker.walk(VirtualAddress{va}, registers, translation, fault);
  }
  void first_level(std::uint32_t va, std::uint32_t descriptor) {
    tables.words[kTtb0 + (va >> 20) * 4] = descriptor;
  }
  void second_level(std::uint32_t va, std::uint32_t descriptor) {
    tables.words[kTable + (va >> 12 & 0xFF) * 4] = descriptor;
  }
};

TEST_CASE_METHOD(Bench, "walk: a section maps 1 MiB", "[translation]") {
  first_level(0xC01A'BCDE, 0x6340'0C02);  // AP 3
  REQUIRE(walk(0xC01A'BCDE));
  CHECK(raw(translation.pa) == 0x634A'BCDE);
  CHECK(translation.page_shift == 20);
  CHECK(translation.permission == AccessPermission::kReadWrite);
  CHECK_FALSE(translation.page);
  CHECK(translation.global);
  CHECK_FALSE(translation.execute_never);
  CHECK(tables.reads.size() == 1);
}

TEST_CASE_METHOD(Bench, "walk: every field of a section is decoded", "[translation]") {
  // PA 0x123, NS, nG, S, AP[2], TEX 001, AP[1:0] 01, domain 0xA, XN, C, B.
  const std::uint32_t descriptor = 0x1230'0000 | 1U << 19 | 1U << 17 | 1U << 16 | 1U << 15 |
                                   1U << 12 | 1U << 10 | 0xAU << 5 | 1U << 4 | 1U << 3 | 1U << 2 |
                                   2U;
  first_level(0, descriptor);
  REQUIRE(walk(0));
  CHECK(translation.non_secure);
  CHECK_FALSE(translation.global);
  CHECK(translation.permission == AccessPermission::kPrivilegedReadOnly);
  CHECK(translation.domain == 0xA);
  CHECK(translation.execute_never);
  CHECK(translation.attributes == MemoryAttributes{MemoryType::kNormal,
                                                   CachePolicy::kWriteBackWriteAllocate,
                                                   CachePolicy::kWriteBackWriteAllocate, true});
}

TEST_CASE_METHOD(Bench,
                 "walk: a supersection maps 16 MiB in domain 0, address bits above 31 ignored",
                 "[translation]") {
  const std::uint32_t descriptor =
      0x4500'0000 | 0xFU << 20 | 1U << 18 | 0x3U << 10 | 0xFU << 5 | 2U;
  first_level(0x81A0'0000, descriptor);
  REQUIRE(walk(0x81A2'3456));
  CHECK(raw(translation.pa) == 0x45A2'3456);
  CHECK(translation.page_shift == 24);
  CHECK(translation.domain == 0);
}

TEST_CASE_METHOD(Bench, "walk: a small page maps 4 KiB", "[translation]") {
  first_level(0xB6F5'1234, kTable | 0x5U << 5 | 1);
  // nG, S, AP[2], TEX 001, AP 2, C, B, small, XN.
  second_level(0xB6F5'1234,
               0x6789'A000 | 1U << 11 | 1U << 10 | 1U << 9 | 1U << 6 | 2U << 4 | 0xC | 3);
  REQUIRE(walk(0xB6F5'1234));
  CHECK(raw(translation.pa) == 0x6789'A234);
  CHECK(translation.page_shift == 12);
  CHECK(translation.page);
  CHECK(translation.domain == 5);
  CHECK(translation.permission == AccessPermission::kReadOnlyDeprecated);
  CHECK_FALSE(translation.global);
  CHECK(translation.execute_never);
  CHECK(translation.attributes.shareable);
  CHECK(translation.attributes.inner == CachePolicy::kWriteBackWriteAllocate);
  REQUIRE(tables.reads.size() == 2);
  CHECK(tables.reads[0].address == kTtb0 + 0xB6F * 4);
  CHECK(tables.reads[1].address == kTable + 0x51 * 4);
}

TEST_CASE_METHOD(Bench, "walk: a large page maps 64 KiB with TEX and XN of its own places",
                 "[translation]") {
  first_level(0x0012'3456, kTable | 1U << 3 | 1);
  second_level(0x0012'3456, 0x7FE0'0000 | 1U << 15 | 4U << 12 | 3U << 4 | 1);  // XN, TEX 100
  REQUIRE(walk(0x0012'3456));
  CHECK(raw(translation.pa) == 0x7FE0'3456);
  CHECK(translation.page_shift == 16);
  CHECK(translation.execute_never);
  CHECK(translation.non_secure);
  CHECK(translation.attributes == MemoryAttributes{MemoryType::kNormal, CachePolicy::kNonCacheable,
                                                   CachePolicy::kNonCacheable, false});
}

TEST_CASE_METHOD(Bench, "walk: descriptors of type 0, and 3 at level 1, are translation faults",
                 "[translation]") {
  CHECK_FALSE(walk(0));
  CHECK(fault == Fault{kTranslationSection});
  first_level(0, 0x1000'0C03);
  CHECK_FALSE(walk(0));
  CHECK(fault == Fault{kTranslationSection});
  first_level(0, kTable | 0x7U << 5 | 1);
  second_level(0, 0x1234'5030);
  CHECK_FALSE(walk(0));
  CHECK(fault == Fault{kTranslationPage, 7});
}

TEST_CASE_METHOD(Bench, "walk: a bus error is an external abort of its level", "[translation]") {
  tables.errors[kTtb0] = BusResponse::kDecodeError;
  CHECK_FALSE(walk(0));
  CHECK(fault == Fault{kExternalOnWalkLevel1, 0, false});
  tables.errors.clear();
  first_level(0, kTable | 0x3U << 5 | 1);
  tables.errors[kTable] = BusResponse::kSlaveError;
  CHECK_FALSE(walk(0));
  CHECK(fault == Fault{kExternalOnWalkLevel2, 3, true});
}

TEST_CASE_METHOD(Bench, "walk: with SCTLR.AFE, the lowest AP bit clear is an access flag fault",
                 "[translation]") {
  registers.sctlr |= 1U << 29;
  first_level(0, 0x0000'0802 | 0x6U << 5);  // AP 010
  CHECK_FALSE(walk(0));
  CHECK(fault == Fault{kAccessFlagSection, 6});
  first_level(0, kTable | 0x2U << 5 | 1);
  second_level(0, 0x1000'0000 | 2U << 4 | 2);
  CHECK_FALSE(walk(0));
  CHECK(fault == Fault{kAccessFlagPage, 2});
  second_level(0, 0x1000'0000 | 3U << 4 | 2);
  CHECK(walk(0));
  CHECK(translation.permission == AccessPermission::kReadWrite);
}

TEST_CASE("walk: TTBCR.N chooses between the tables", "[translation]") {
  struct Row {
    unsigned n;
    std::uint32_t va;
    std::uint32_t first_read;
  };
  // TTBR0 is 0x6000ABC0: with N its table is aligned to 16 KiB >> N.
  const Row row =
      GENERATE(Row{0, 0xFFFF'FFFF, 0x6000'8000 + 0x3FFC}, Row{1, 0x7FFF'0000, 0x6000'A000 + 0x1FFC},
               Row{1, 0x8000'0000, kTtb1 + 0x2000}, Row{2, 0x3FF0'0000, 0x6000'A000 + 0xFFC},
               Row{2, 0x4000'0000, kTtb1 + 0x1000}, Row{7, 0x01F0'0000, 0x6000'AB80 + 0x7C},
               Row{7, 0x0200'0000, kTtb1 + 0x80});
  Bench bench;
  bench.registers.ttbcr = row.n;
  bench.registers.ttbr0 = 0x6000'ABC0;
  CAPTURE(row.n, row.va);
  bench.walk(row.va);
  REQUIRE(bench.tables.reads.size() == 1);
  CHECK(bench.tables.reads[0].address == row.first_read);
}

TEST_CASE_METHOD(Bench, "walk: PD0 and PD1 forbid walks from their table", "[translation]") {
  registers.ttbcr = 1 | 1U << 4;
  CHECK_FALSE(walk(0x1000));
  CHECK(fault == Fault{kTranslationSection});
  registers.ttbcr = 1 | 1U << 5;
  CHECK_FALSE(walk(0x8000'0000));
  CHECK(fault == Fault{kTranslationSection});
  CHECK(tables.reads.empty());
}

TEST_CASE_METHOD(Bench, "walk: descriptors are big-endian with SCTLR.EE", "[translation]") {
  registers.sctlr |= 1U << 25;
  first_level(0, 0x020C'1063);  // 0x63100C02
  REQUIRE(walk(0x123));
  CHECK(raw(translation.pa) == 0x6310'0123);
}

TEST_CASE("walk: TTBR's IRGN, RGN and S are the attributes of the walk", "[translation]") {
  using enum CachePolicy;
  struct Row {
    std::uint32_t ttbr;
    MemoryAttributes expected;
  };
  const Row row = GENERATE(
      Row{0x00, {MemoryType::kNormal, kNonCacheable, kNonCacheable, false}},
      Row{0x02, {MemoryType::kNormal, kNonCacheable, kNonCacheable, true}},
      Row{0x40, {MemoryType::kNormal, kWriteBackWriteAllocate, kNonCacheable, false}},
      Row{0x01, {MemoryType::kNormal, kWriteThrough, kNonCacheable, false}},
      Row{0x41, {MemoryType::kNormal, kWriteBackNoWriteAllocate, kNonCacheable, false}},
      Row{0x08, {MemoryType::kNormal, kNonCacheable, kWriteBackWriteAllocate, false}},
      Row{0x10, {MemoryType::kNormal, kNonCacheable, kWriteThrough, false}},
      // What Linux uses on a uniprocessor and on a multiprocessor.
      Row{0x59, {MemoryType::kNormal, kWriteBackNoWriteAllocate, kWriteBackNoWriteAllocate, false}},
      Row{0x6A, {MemoryType::kNormal, kWriteBackWriteAllocate, kWriteBackWriteAllocate, true}});
  CAPTURE(row.ttbr);
  TranslationRegisters registers;
  registers.sctlr = 0x5;
  CHECK(TranslationWalker::walk_attributes(row.ttbr, registers) == row.expected);
}

TEST_CASE("walk: is not cached while SCTLR.C is clear", "[translation]") {
  TranslationRegisters registers;
  registers.sctlr = 0x1;
  const auto attributes = TranslationWalker::walk_attributes(0x6A, registers);
  CHECK(attributes.inner == CachePolicy::kNonCacheable);
  CHECK(attributes.outer == CachePolicy::kNonCacheable);
}

}  // namespace
}  // namespace linefill
