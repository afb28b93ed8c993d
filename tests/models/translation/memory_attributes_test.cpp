// SPDX-License-Identifier: Apache-2.0
#include "models/translation/translation_walker.hpp"
#include "tests/support/catch.hpp"

namespace linefill {
namespace {

using enum CachePolicy;
using enum MemoryType;

/// TEX, C, B as five binary digits; S clear and set.
struct Row {
  unsigned texcb;
  MemoryAttributes plain;
  MemoryAttributes shared;
};

constexpr MemoryAttributes normal(CachePolicy inner, CachePolicy outer, bool shareable) {
  return {kNormal, inner, outer, shareable};
}
constexpr Row normal_row(unsigned texcb, CachePolicy inner, CachePolicy outer) {
  return {texcb, normal(inner, outer, false), normal(inner, outer, true)};
}
constexpr Row fixed_row(unsigned texcb, MemoryType type, bool shareable) {
  const MemoryAttributes attributes{type, kNonCacheable, kNonCacheable, shareable};
  return {texcb, attributes, attributes};
}

void check(const Row& row, const TranslationRegisters& registers) {
  CAPTURE(row.texcb);
  const unsigned tex = row.texcb >> 2;
  const bool c = (row.texcb & 2) != 0;
  const bool b = (row.texcb & 1) != 0;
  CHECK(decode_attributes(tex, c, b, false, registers) == row.plain);
  CHECK(decode_attributes(tex, c, b, true, registers) == row.shared);
}

// ARM ARM, tables B3-10 and B3-11.
constexpr Row kWithoutRemap[]{
    fixed_row(0b00000, kStronglyOrdered, true),
    fixed_row(0b00001, kDevice, true),
    normal_row(0b00010, kWriteThrough, kWriteThrough),
    normal_row(0b00011, kWriteBackNoWriteAllocate, kWriteBackNoWriteAllocate),
    normal_row(0b00100, kNonCacheable, kNonCacheable),
    normal_row(0b00111, kWriteBackWriteAllocate, kWriteBackWriteAllocate),
    fixed_row(0b01000, kDevice, false),
    normal_row(0b10000, kNonCacheable, kNonCacheable),
    normal_row(0b10001, kWriteBackWriteAllocate, kNonCacheable),
    normal_row(0b10010, kWriteThrough, kNonCacheable),
    normal_row(0b10011, kWriteBackNoWriteAllocate, kNonCacheable),
    normal_row(0b10100, kNonCacheable, kWriteBackWriteAllocate),
    normal_row(0b10101, kWriteBackWriteAllocate, kWriteBackWriteAllocate),
    normal_row(0b10110, kWriteThrough, kWriteBackWriteAllocate),
    normal_row(0b11000, kNonCacheable, kWriteThrough),
    normal_row(0b11010, kWriteThrough, kWriteThrough),
    normal_row(0b11101, kWriteBackWriteAllocate, kWriteBackNoWriteAllocate),
    normal_row(0b11111, kWriteBackNoWriteAllocate, kWriteBackNoWriteAllocate),
};

TEST_CASE("attributes: TEX, C and B without remap", "[translation][attributes]") {
  const TranslationRegisters registers{};
  for (const Row& row : kWithoutRemap) check(row, registers);
}

// Linux's PRRR 0xFF0A81A8 and NMRR 0x40E040E0, as its proc-v7-2level.S describes them.
constexpr Row kLinux[]{
    fixed_row(0b00000, kStronglyOrdered, true),                                 // UNCACHED
    normal_row(0b00001, kNonCacheable, kNonCacheable),                          // BUFFERABLE
    normal_row(0b00010, kWriteThrough, kWriteThrough),                          // WRITETHROUGH
    normal_row(0b00011, kWriteBackNoWriteAllocate, kWriteBackNoWriteAllocate),  // WRITEBACK
    normal_row(0b00111, kWriteBackWriteAllocate, kWriteBackWriteAllocate),      // WRITEALLOC
};

TEST_CASE("attributes: TEX remap with Linux's registers", "[translation][attributes]") {
  TranslationRegisters registers{};
  registers.sctlr = 1U << 28;
  registers.prrr = 0xFF0A'81A8;
  registers.nmrr = 0x40E0'40E0;
  for (const Row& row : kLinux) {
    check(row, registers);
    Row ignored = row;  // TEX[2:1] say nothing with remap.
    ignored.texcb |= 0b11000;
    check(ignored, registers);
  }
  // DEV_SHARED: DS1 is 1, DS0 is 0, so the S bit decides for Device memory.
  CHECK(decode_attributes(1, false, false, true, registers) ==
        MemoryAttributes{kDevice, kNonCacheable, kNonCacheable, true});
  CHECK(decode_attributes(1, false, false, false, registers) ==
        MemoryAttributes{kDevice, kNonCacheable, kNonCacheable, false});
}

TEST_CASE("attributes: inner and outer policies are remapped apart", "[translation][attributes]") {
  TranslationRegisters registers{};
  registers.sctlr = 1U << 28;
  registers.prrr = 2U << 6 | 1U << 18;        // n = 3 Normal; NS0 1, NS1 0.
  registers.nmrr = 1U << 6 | 2U << (16 + 6);  // Inner WBWA, outer WT.
  check({0b00011, normal(kWriteBackWriteAllocate, kWriteThrough, true),
         normal(kWriteBackWriteAllocate, kWriteThrough, false)},
        registers);
}

TEST_CASE("attributes: the reset values of PRRR and NMRR give the types without remap",
          "[translation][attributes]") {
  TranslationRegisters registers{};
  registers.sctlr = 1U << 28;
  CHECK(decode_attributes(0, false, false, true, registers).type == kStronglyOrdered);
  CHECK(decode_attributes(0, false, true, true, registers).type == kDevice);
  CHECK(decode_attributes(0, true, false, false, registers) ==
        normal(kWriteThrough, kWriteThrough, false));
  CHECK(decode_attributes(0, true, true, false, registers) ==
        normal(kWriteBackNoWriteAllocate, kWriteBackNoWriteAllocate, false));
  CHECK(decode_attributes(1, true, true, false, registers) ==
        normal(kWriteBackWriteAllocate, kWriteBackWriteAllocate, false));
}

}  // namespace
}  // namespace linefill
