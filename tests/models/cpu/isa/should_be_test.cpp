// SPDX-License-Identifier: Apache-2.0
// Bits that the manual prints as (0) or (1): a word that has another value there is UNPREDICTABLE.
#include <cstdint>

#include "models/cpu/isa/encoding.hpp"
#include "models/cpu/isa/instruction_set.hpp"
#include "models/cpu/isa/system_instructions.hpp"
#include "tests/models/cpu/isa/core_bench.hpp"
#include "tests/support/catch.hpp"

namespace linefill::test {
namespace {

/// An instruction, and all its bits that are in parentheses in the manual (A8.8, B9.3).
struct Printed {
  const char* text;
  std::uint32_t word;
  std::uint32_t should;
};

constexpr Printed kA32[]{
    {"tst r1, #1", 0xE311'0001, 0xF000},
    {"teq r1, r2, lsl r3", 0xE131'0312, 0xF000},
    {"cmp r1, r2", 0xE151'0002, 0xF000},
    {"cmn r1, r2", 0xE171'0002, 0xF000},
    {"mov r1, r2", 0xE1A0'1002, 0xF'0000},
    {"mvn r1, #1", 0xE3E0'1001, 0xF'0000},
    {"mul r1, r2, r3", 0xE001'0392, 0xF000},
    {"smulbb r1, r2, r3", 0xE161'0382, 0xF000},
    {"smulwb r1, r2, r3", 0xE121'03A2, 0xF000},
    {"qadd r1, r2, r3", 0xE103'1052, 0xF00},
    {"sadd16 r1, r2, r3", 0xE612'1F13, 0xF00},
    {"sel r1, r2, r3", 0xE682'1FB3, 0xF00},
    {"ssat16 r1, #1, r2", 0xE6A0'1F32, 0xF00},
    {"sxtab r1, r2, r3", 0xE6A2'1073, 0x300},
    {"uxth r1, r2", 0xE6FF'1072, 0x300},
    {"rev r1, r2", 0xE6BF'1F32, 0xF'0F00},
    {"rbit r1, r2", 0xE6FF'1F32, 0xF'0F00},
    {"clz r1, r2", 0xE16F'1F12, 0xF'0F00},
    {"strh r1, [r2, r3]", 0xE182'10B3, 0xF00},
    {"ldrsht r1, [r2], r3", 0xE0B2'10F3, 0xF00},
    {"ldrd r2, r3, [r4, r5]", 0xE184'20D5, 0xF00},
    {"ldrex r1, [r2]", 0xE192'1F9F, 0xF0F},
    {"strexd r1, r2, r3, [r4]", 0xE1A4'1F92, 0xF00},
    {"swp r1, r2, [r3]", 0xE103'1092, 0xF00},
    {"bx r1", 0xE12F'FF11, 0xF'FF00},
    {"bxj r1", 0xE12F'FF21, 0xF'FF00},
    {"blx r1", 0xE12F'FF31, 0xF'FF00},
    {"smc #0", 0xE160'0070, 0xF'FF00},
    {"mrs r1, cpsr", 0xE10F'1000, 0xF'0D0F},
    {"msr cpsr_f, r1", 0xE128'F001, 0xFD00},
    {"msr cpsr_f, #1", 0xE328'F001, 0xF000},
    {"nop", 0xE320'F000, 0xFF00},
    {"wfi", 0xE320'F003, 0xFF00},
    {"cpsid i", 0xF10C'0080, 0xFE00},
    {"setend be", 0xF101'0200, 0xE'FD0F},
    {"pld [r1]", 0xF5D1'F000, 0xF000},
    {"pldw [r1, r2]", 0xF791'F002, 0xF000},
    {"pli [r1, r2]", 0xF6D1'F002, 0xF000},
    {"clrex", 0xF57F'F01F, 0xF'FF0F},
    {"dsb", 0xF57F'F04F, 0xF'FF00},
    {"dmb", 0xF57F'F05F, 0xF'FF00},
    {"isb", 0xF57F'F06F, 0xF'FF00},
    {"stmia r1, {r2}^", 0xE8C1'0004, 0x20'0000},
    {"rfeia r1", 0xF891'0A00, 0xFFFF},
    {"srsia sp, #19", 0xF8CD'0513, 0xF'FFE0},
    {"vmov.f32 s0, #1.0", 0xEEB7'0A00, 0xA0},
    {"vcmp.f32 s1, #0.0", 0xEEF5'0A40, 0x2F},
    {"vmov r1, s0", 0xEE10'1A10, 0x6F},
    {"vmov.32 d0[0], r1", 0xEE00'1B10, 0xF},
    {"vmov.32 r1, d0[0]", 0xEE10'1B10, 0xF},
    {"vdup.32 d0, r1", 0xEE80'1B10, 0xF},
    {"vmsr fpscr, r1", 0xEEE1'1A10, 0xEF},
    {"vmrs r1, fpscr", 0xEEF1'1A10, 0xEF},
};

constexpr Printed kT32[]{
    {"bx r1", 0x4708, 7},
    {"blx r1", 0x4788, 7},
    {"setend be", 0xB658, 0x17},
    {"cpsid i", 0xB672, 8},
    {"and.w r1, r2, r3", 0xEA02'0103, 0x8000},
    {"cmp.w r1, r2", 0xEBB1'0F02, 0x8000},
    {"mov.w r1, r2", 0xEA4F'0102, 0x8000},
    {"pkhbt r1, r2, r3", 0xEAC2'0103, 0x8000},
    {"ssat r1, #1, r2", 0xF302'0100, 0x400'0020},
    {"usat16 r1, #1, r2", 0xF3A2'0101, 0x400'0030},
    {"ubfx r1, r2, #0, #1", 0xF3C2'0100, 0x400'0020},
    {"bfi r1, r2, #0, #1", 0xF362'0100, 0x400'0020},
    {"bfc r1, #0, #1", 0xF36F'0100, 0x400'0020},
    {"sxtab r1, r2, r3", 0xFA42'F183, 0x40},
    {"uxth.w r1, r2", 0xFA1F'F182, 0x40},
    {"msr cpsr_f, r1", 0xF381'8800, 0x20DF},
    {"mrs r1, cpsr", 0xF3EF'8100, 0xF'20DF},
    {"nop.w", 0xF3AF'8000, 0xF'2800},
    {"cpsid.w i", 0xF3AF'8620, 0xF'2800},
    {"clrex", 0xF3BF'8F2F, 0xF'2F0F},
    {"dsb", 0xF3BF'8F4F, 0xF'2F00},
    {"bxj r1", 0xF3C1'8F00, 0x2FFF},
    {"subs pc, lr, #4", 0xF3DE'8F04, 0xF'2F00},
    {"smc #0", 0xF7F0'8000, 0xFFF},
    {"srsia sp, #19", 0xE98D'C013, 0xF'FFE0},
    {"rfedb r1", 0xE811'C000, 0xFFFF},
    {"ldrex r1, [r2]", 0xE852'1F00, 0xF00},
    {"strexb r1, r2, [r3]", 0xE8C3'2F41, 0xF00},
    {"ldrexh r1, [r2]", 0xE8D2'1F5F, 0xF0F},
    {"ldrexd r1, r2, [r3]", 0xE8D3'127F, 0xF},
    {"tbb [r1, r2]", 0xE8D1'F002, 0xFF00},
    {"pld [pc]", 0xF89F'F000, 0x20'0000},
    {"vmov r1, s0", 0xEE10'1A10, 0x6F},
};

bool is_unpredictable(const Instruction& i) { return i.handler == &isa::execute_unpredictable; }
bool is_defined(const Instruction& i) {
  return !is_unpredictable(i) && i.handler != &isa::execute_undefined;
}

/// The word itself is an instruction; with any one of the bits the other way round it is
/// UNPREDICTABLE.
template <class Decode>
void check(const Printed& printed, Decode&& decode) {
  CAPTURE(printed.text);
  CHECK(is_defined(decode(printed.word)));
  for (std::uint32_t bit = 1; bit != 0; bit <<= 1) {
    if ((printed.should & bit) == 0) continue;
    CAPTURE(bit);
    CHECK(is_unpredictable(decode(printed.word ^ bit)));
  }
}

}  // namespace

TEST_CASE("A32: a bit that should be zero or one and is not is UNPREDICTABLE", "[isa][decode]") {
  for (const Printed& printed : kA32)
    check(printed, [](std::uint32_t word) { return decode_a32(word); });
}

TEST_CASE("T32: a bit that should be zero or one and is not is UNPREDICTABLE", "[isa][decode]") {
  for (const Printed& printed : kT32)
    check(printed, [](std::uint32_t word) { return decode_t32(word, 0); });
}

TEST_CASE("No word of one row is also that of another with wrong should-be bits", "[isa][decode]") {
  for (const EncodingTable* table : {&a32_table(), &a32_unconditional_table(), &t16_table(),
                                     &t32_table(), &vfp_table(), &neon_table()}) {
    for (const Encoding& row : table->rows()) {
      const BitPattern& a = row.pattern;
      for (const Encoding& other : table->rows()) {
        const BitPattern& b = other.pattern;
        const std::uint32_t firm = b.mask() & ~b.should();
        const bool meet = ((a.value() ^ b.value()) & a.mask() & firm) == 0;
        const bool apart = ((a.value() ^ b.value()) & a.mask() & b.should()) != 0;
        if (!meet || !apart || row.decode == &isa::undefined) continue;
        FAIL_CHECK(row.name << " / " << other.name);
      }
    }
  }
}

TEST_CASE("What has no row though all its should-be bits were right is UNDEFINED",
          "[isa][decode]") {
  // udf, hvc, sdiv, mrs and msr of a banked register, and what A5.2.5 leaves free.
  for (const std::uint32_t word : {0xE7F0'00F0U, 0xE140'0070U, 0xE711'F112U, 0xE100'1200U,
                                   0xE120'F201U, 0xE050'0090U, 0xE070'0190U}) {
    CAPTURE(word);
    CHECK(decode_a32(word).handler == &isa::execute_undefined);
  }
  // udf, hvc, sdiv, mrs and msr of a banked register, strt and strbt to [pc] (A8.8.219, 209).
  for (const std::uint32_t word : {0xF84F'0E00U, 0xF80F'FE00U, 0xF7F0'A000U, 0xF7E0'8000U,
                                   0xFB91'F1F2U, 0xF3E0'8120U, 0xF381'8020U}) {
    CAPTURE(word);
    CHECK(decode_t32(word, 0).handler == &isa::execute_undefined);
  }
}

TEST_CASE("What A5.7.1 has between hints and barriers is UNPREDICTABLE", "[isa][decode]") {
  for (const std::uint32_t word :
       {0xF437'F000U, 0xF4F1'F000U, 0xF537'F000U, 0xF57F'F00FU, 0xF57F'F02FU, 0xF57F'F07FU,
        0xF57F'F08FU, 0xF5FF'F04FU, 0xF5B1'F000U, 0xF631'0000U, 0xF6F1'0002U, 0xF7B1'F002U}) {
    CAPTURE(word);
    CHECK(is_unpredictable(decode_a32(word)));
  }
  // Of T32 (A6.3.9): PLD (literal) with bit 21.
  for (const std::uint32_t word : {0xF83F'F000U, 0xF8BF'F123U})
    CHECK(is_unpredictable(decode_t32(word, 0)));
  for (const std::uint32_t word : {0xF631'0010U, 0xF7B1'F012U, 0xF6D1'F012U}) {
    CAPTURE(word);
    CHECK(decode_a32(word).handler == &isa::execute_undefined);
  }
}

TEST_CASE("A wrong should-be bit is counted each time it is executed, and UNDEFINED", "[isa]") {
  CoreBench b;
  b.a32({0x0151'1002, 0xE151'1002});  // cmpeq, cmp r1, r2 with 1 where Rd would be
  b.run();
  CHECK(b.mode() == 0x1B);
  CHECK(b.core.unpredictable_instructions() == 1);
  b.core.reset(CoreBench::kCode);
  b.run();
  CHECK(b.core.unpredictable_instructions() == 2);
}

TEST_CASE("A wrong should-be bit in T32 is counted, and UNDEFINED", "[isa]") {
  CoreBench b;
  b.t32({0xEBB1, 0x8F02});  // cmp.w r1, r2 with a 1 before imm3
  b.run();
  CHECK(b.mode() == 0x1B);
  CHECK(b.core.unpredictable_instructions() == 1);
}

}  // namespace linefill::test
