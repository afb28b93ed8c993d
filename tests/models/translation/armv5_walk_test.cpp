// SPDX-License-Identifier: Apache-2.0
// ARM DDI 0100I, B4.7: first- and second-level descriptors of ARMv5; B4.3.1: permissions.
#include "models/translation/translation_walker.hpp"
#include "tests/models/translation/page_tables.hpp"
#include "tests/support/catch.hpp"

namespace linefill {
namespace {

using test::PageTables;
using enum FaultStatus;

constexpr std::uint32_t kTtb = 0x0000'4000;
constexpr std::uint32_t kTable = 0x0002'0400;

struct Armv5Bench {
  PageTables tables;
  TranslationWalker walker{tables};
  TranslationRegisters registers;
  Translation translation;
  Fault fault;

  Armv5Bench() {
    registers.format = TranslationRegisters::Format::kArmv5;
    registers.sctlr = 0x5;
    registers.ttbr0 = kTtb;
  }
  bool walk(std::uint32_t va) {
    return walker.walk(VirtualAddress{va}, registers, translation, fault);
  }
  void section(std::uint32_t va, std::uint32_t descriptor) {
    tables.words[kTtb + (va >> 20) * 4] = descriptor;
  }
  void page(std::uint32_t va, std::uint32_t descriptor) {
    section(va, kTable | 3U << 5 | 0x11);
    tables.words[kTable + (va >> 12 & 0xFF) * 4] = descriptor;
  }
};

TEST_CASE_METHOD(Armv5Bench, "ARMv5 walk: a section maps 1 MiB in its domain",
                 "[translation][armv5te]") {
  section(0xC01A'BCDE, 0x6340'0C5E);  // AP 3, domain 2, C, B
  REQUIRE(walk(0xC01A'BCDE));
  CHECK(raw(translation.pa) == 0x634A'BCDE);
  CHECK(translation.page_shift == 20);
  CHECK(translation.domain == 2);
  CHECK(translation.permission == AccessPermission::kReadWrite);
  CHECK_FALSE(translation.execute_never);
  CHECK(translation.global);
}

TEST_CASE_METHOD(Armv5Bench, "ARMv5 walk: what is TEX, S, XN or a supersection later is ignored",
                 "[translation][armv5te]") {
  section(0xC01A'BCDE, 0x6340'0C1E);
  REQUIRE(walk(0xC01A'BCDE));
  const Translation plain = translation;
  section(0xC01A'BCDE, 0x634F'FC1E);
  REQUIRE(walk(0xC01A'BCDE));
  CHECK(translation.attributes == plain.attributes);
  CHECK(translation.page_shift == 20);
  CHECK_FALSE(translation.execute_never);
  CHECK(raw(translation.pa) == raw(plain.pa));
}

TEST_CASE_METHOD(Armv5Bench, "ARMv5 walk: C and B choose among four memory types",
                 "[translation][armv5te]") {
  const auto type = [&](std::uint32_t cb) {
    section(0, 0xC12 | cb << 2);
    REQUIRE(walk(0));
    return translation.attributes;
  };
  CHECK(type(0).type == MemoryType::kStronglyOrdered);
  CHECK(type(1) == MemoryAttributes{MemoryType::kNormal, CachePolicy::kNonCacheable,
                                    CachePolicy::kNonCacheable, false});
  CHECK(type(2).inner == CachePolicy::kWriteThrough);
  CHECK(type(3).inner == CachePolicy::kWriteBackNoWriteAllocate);
  CHECK(type(3).outer == CachePolicy::kWriteBackNoWriteAllocate);
}

TEST_CASE_METHOD(Armv5Bench, "ARMv5 walk: small and large pages", "[translation][armv5te]") {
  page(0x1234'5678, 0x0ABC'DFFE);  // Small, AP 3 in all subpages.
  REQUIRE(walk(0x1234'5678));
  CHECK(raw(translation.pa) == 0x0ABC'D678);
  CHECK(translation.page_shift == 12);
  CHECK(translation.domain == 3);
  CHECK(translation.page);
  page(0x1234'5678, 0x0ABC'0FFD);  // Large.
  REQUIRE(walk(0x1234'5678));
  CHECK(raw(translation.pa) == 0x0ABC'5678);
  CHECK(translation.page_shift == 16);
}

TEST_CASE_METHOD(Armv5Bench, "ARMv5 walk: AP 0 means what S and R say", "[translation][armv5te]") {
  section(0, 0x1E);
  const auto permission = [&](std::uint32_t bits) {
    registers.sctlr = 0x5 | bits;
    REQUIRE(walk(0));
    return translation.permission;
  };
  CHECK(permission(0) == AccessPermission::kNone);
  CHECK(permission(TranslationRegisters::kS) == AccessPermission::kPrivilegedReadOnly);
  CHECK(permission(TranslationRegisters::kR) == AccessPermission::kReadOnly);
}

TEST_CASE_METHOD(Armv5Bench, "ARMv5 walk: what is no descriptor is a translation fault",
                 "[translation][armv5te]") {
  CHECK_FALSE(walk(0x1234'5678));
  CHECK(fault.status == kTranslationSection);
  section(0x1234'5678, kTable | 0x13);  // A fine table: not modelled.
  CHECK_FALSE(walk(0x1234'5678));
  CHECK(fault.status == kTranslationSection);
  page(0x1234'5678, 0);
  CHECK_FALSE(walk(0x1234'5678));
  CHECK(fault == Fault{kTranslationPage, 3, false});
  page(0x1234'5678, 0x0ABC'DFFF);  // A tiny page in a coarse table.
  CHECK_FALSE(walk(0x1234'5678));
  CHECK(fault.status == kTranslationPage);
}

TEST_CASE_METHOD(Armv5Bench, "ARMv5 walk: the L1 caches hold no tables, the L2 if TTB asks for it",
                 "[translation][armv5te]") {
  section(0, 0xC1E);
  REQUIRE(walk(0));
  CHECK(tables.reads.back().attributes.outer == CachePolicy::kNonCacheable);
  registers.ttbr0 = kTtb | 0x18;  // Linux: "cache the page table in L2".
  REQUIRE(walk(0));
  CHECK(tables.reads.back().address == kTtb);
  CHECK(tables.reads.back().attributes.inner == CachePolicy::kNonCacheable);
  CHECK(tables.reads.back().attributes.outer != CachePolicy::kNonCacheable);
}

}  // namespace
}  // namespace linefill
