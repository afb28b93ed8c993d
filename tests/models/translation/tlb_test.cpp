// SPDX-License-Identifier: Apache-2.0
#include "models/translation/tlb.hpp"

#include "tests/support/catch.hpp"

namespace linefill {
namespace {

struct TlbBench {
  Statistics statistics;
  Tlb tlb{statistics};
  Translation found;

  void insert(std::uint32_t va, std::uint32_t pa, unsigned shift = 12, bool global = true,
              unsigned asid = 0) {
    Translation t;
    t.pa = PhysicalAddress{pa};
    t.page_shift = static_cast<std::uint8_t>(shift);
    t.global = global;
    tlb.insert(VirtualAddress{va}, static_cast<std::uint8_t>(asid), t);
  }
  bool find(std::uint32_t va, unsigned asid = 0) {
    return tlb.find(VirtualAddress{va}, static_cast<std::uint8_t>(asid), found);
  }
};

TEST_CASE("tlb: an entry serves the whole of its page, and no more", "[translation][tlb]") {
  const unsigned shift = GENERATE(12U, 16U, 20U, 24U);
  TlbBench b;
  const std::uint32_t size = 1U << shift;
  b.insert(0x4200'0000 + 0x123, 0x6700'0000 + 0x123, shift);
  CHECK(b.find(0x4200'0000));
  CHECK(raw(b.found.pa) == 0x6700'0000);
  CHECK(b.find(0x4200'0000 + size - 1));
  CHECK(raw(b.found.pa) == 0x6700'0000 + size - 1);
  CHECK_FALSE(b.find(0x4200'0000 + size));
  CHECK_FALSE(b.find(0x4200'0000 - 1));
}

TEST_CASE_METHOD(TlbBench, "tlb: two ways hold two pages of a set, a third replaces",
                 "[translation][tlb]") {
  constexpr std::uint32_t kStride = Tlb::kSets * 4096;
  insert(0, 0x1000);
  insert(kStride, 0x2000);
  CHECK(find(0));
  CHECK(find(kStride));
  insert(2 * kStride, 0x3000);
  CHECK(find(2 * kStride));
  CHECK(tlb.used() == 2);
  CHECK(static_cast<int>(find(0)) + static_cast<int>(find(kStride)) == 1);
}

TEST_CASE_METHOD(TlbBench, "tlb: 128 consecutive pages fit", "[translation][tlb]") {
  for (std::uint32_t page = 0; page < 128; ++page) insert(page << 12, page << 12);
  CHECK(tlb.used() == 128);
  for (std::uint32_t page = 0; page < 128; ++page) CHECK(find(page << 12));
}

TEST_CASE_METHOD(TlbBench, "tlb: TLBIALL empties it", "[translation][tlb]") {
  insert(0x1000, 0x1000);
  insert(0x10'0000, 0x10'0000, 20, false, 3);
  tlb.invalidate_all();
  CHECK(tlb.used() == 0);
  CHECK_FALSE(find(0x1000));
}

TEST_CASE_METHOD(TlbBench, "tlb: TLBIMVA takes the page of one address space, and a global one",
                 "[translation][tlb]") {
  insert(0x1000, 0x1000, 12, false, 3);
  CHECK(tlb.invalidate_address(VirtualAddress{0x1ABC}, 4) == 0);
  CHECK(find(0x1000, 3));
  CHECK(tlb.invalidate_address(VirtualAddress{0x1ABC}, 3) == 12);
  CHECK_FALSE(find(0x1000, 3));
  insert(0x4000'0000, 0x4000'0000, 20);
  CHECK(tlb.invalidate_address(VirtualAddress{0x400F'F000}, 77) == 20);
  CHECK_FALSE(find(0x4000'0000));
}

TEST_CASE_METHOD(TlbBench, "tlb: TLBIMVAA takes the page of every address space",
                 "[translation][tlb]") {
  insert(0x1000, 0x1000, 12, false, 3);
  insert(0x1000, 0x5000, 12, false, 4);
  insert(0x2000, 0x5000, 12, false, 4);
  CHECK(tlb.invalidate_address_all(VirtualAddress{0x1000}) == 12);
  CHECK_FALSE(find(0x1000, 3));
  CHECK_FALSE(find(0x1000, 4));
  CHECK(find(0x2000, 4));
}

TEST_CASE_METHOD(TlbBench, "tlb: TLBIASID leaves global pages and other address spaces",
                 "[translation][tlb]") {
  insert(0x1000, 0x1000, 12, false, 3);
  insert(0x2000, 0x2000, 12, false, 4);
  insert(0x3000, 0x3000, 12, true, 3);
  tlb.invalidate_asid(3);
  CHECK_FALSE(find(0x1000, 3));
  CHECK(find(0x2000, 4));
  CHECK(find(0x3000, 3));
}

TEST_CASE_METHOD(TlbBench, "tlb: one page may be in it for several address spaces",
                 "[translation][tlb]") {
  insert(0x1000, 0x5000, 12, false, 3);
  insert(0x1000, 0x6000, 12, false, 4);
  REQUIRE(find(0x1000, 3));
  CHECK(raw(found.pa) == 0x5000);
  REQUIRE(find(0x1000, 4));
  CHECK(raw(found.pa) == 0x6000);
}

}  // namespace
}  // namespace linefill
