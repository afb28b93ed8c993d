// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/encoding.hpp"
#include "tests/models/cpu/isa/core_bench.hpp"
#include "tests/support/catch.hpp"

namespace linefill::test {
namespace {

constexpr std::uint32_t kNopA32 = 0xE1A0'0000;
constexpr std::uint16_t kNopT32 = 0xBF00;

void some_rows(const Fields&, Instruction&) {}

}  // namespace

TEST_CASE("every condition passes for the flags the manual's table gives", "[isa][condition]") {
  // A8.3, in the order of their numbers, written with N, Z, C, V.
  using Rule = bool (*)(bool n, bool z, bool c, bool v);
  constexpr Rule kRules[]{
      [](bool, bool z, bool, bool) { return z; },
      [](bool, bool z, bool, bool) { return !z; },
      [](bool, bool, bool c, bool) { return c; },
      [](bool, bool, bool c, bool) { return !c; },
      [](bool n, bool, bool, bool) { return n; },
      [](bool n, bool, bool, bool) { return !n; },
      [](bool, bool, bool, bool v) { return v; },
      [](bool, bool, bool, bool v) { return !v; },
      [](bool, bool z, bool c, bool) { return c && !z; },
      [](bool, bool z, bool c, bool) { return !c || z; },
      [](bool n, bool, bool, bool v) { return n == v; },
      [](bool n, bool, bool, bool v) { return n != v; },
      [](bool n, bool z, bool, bool v) { return !z && n == v; },
      [](bool n, bool z, bool, bool v) { return z || n != v; },
      [](bool, bool, bool, bool) { return true; },
  };
  CoreState state;
  for (std::uint32_t flags = 0; flags < 16; ++flags) {
    state.set_nzcv(flags << 28);
    CHECK(state.nzcv() == flags << 28);
    for (unsigned condition = 0; condition < 15; ++condition) {
      CAPTURE(flags, condition);
      const bool expected =
          kRules[condition]((flags & 8) != 0, (flags & 4) != 0, (flags & 2) != 0, (flags & 1) != 0);
      CHECK(state.passed(condition) == expected);
    }
  }
}

TEST_CASE("rows of which neither is a special case of the other are found ambiguous",
          "[isa][decode]") {
  constexpr Encoding kOverlap[]{{"a", "1nnnnnn0", &some_rows}, {"b", "nnnnnn10", &some_rows}};
  constexpr Encoding kSpecial[]{{"a", "1nnnnnn0", &some_rows}, {"b", "11nnnn00", &some_rows}};
  constexpr Encoding kRanked[]{{"a", "1nnnnnn0", &some_rows}, {"b", "nnnnnn10", &some_rows, 1}};
  static_assert(find_ambiguity(kOverlap) == Ambiguity{0, 1});
  static_assert(find_ambiguity(kSpecial) == Ambiguity{});
  static_assert(find_ambiguity(kRanked) == Ambiguity{});
  for (const EncodingTable* table :
       {&a32_table(), &a32_unconditional_table(), &t16_table(), &t32_table()}) {
    CHECK(find_ambiguity(table->rows()) == Ambiguity{});
    for (const Encoding& row : table->rows()) {
      CAPTURE(row.name);
      CHECK(table->find(row.pattern.value()) != nullptr);
    }
  }
}

TEST_CASE("CPSR comes out as it was put in, whatever the mode", "[isa][state]") {
  CoreState state;
  for (const std::uint32_t mode : {0x10U, 0x11U, 0x12U, 0x13U, 0x16U, 0x17U, 0x1BU, 0x1FU}) {
    state.set_cpsr(0xFE0F'FFE0U | mode);
    CHECK(state.cpsr() == (0xFE0F'FFE0U | mode));
  }
}

TEST_CASE("a load or store that aborts leaves its base as it was", "[isa][abort]") {
  // ldr r0, [r1, #4]!; ldr r0, [r1], #4; str r0, [r1, #-4]!; ldm r1!, {r0, r2}; stm r1!, {r0, r2};
  // ldrd r2, r3, [r1, #8]!; strd r2, r3, [r1], #8; ldrh r0, [r1, #2]!
  const std::uint32_t word = GENERATE(0xE5B1'0004U, 0xE491'0004U, 0xE521'0004U, 0xE8B1'0005U,
                                      0xE8A1'0005U, 0xE1E1'20D8U, 0xE0C1'20F8U, 0xE1F1'00B2U);
  CoreBench b;
  b.a32({word});
  b.core.set_reg(0, 5);
  b.core.set_reg(1, 0x00F0'0000);
  b.core.set_reg(2, 7);
  b.block();
  CAPTURE(word);
  CHECK(b.core.pc() == 0x10);
  CHECK(b.core.reg(0) == 5);
  CHECK(b.core.reg(1) == 0x00F0'0000);
  CHECK(b.core.reg(2) == 7);
}

TEST_CASE("LDM that aborts at its last word loads nothing", "[isa][abort]") {
  CoreBench b;
  b.a32({0xE8B1'001D});  // ldmia r1!, {r0, r2, r3, r4}
  b.core.set_reg(1, CoreBench::kData + 0x1000 - 12);
  b.core.set_reg(2, 22);
  b.block();
  CHECK(b.core.pc() == 0x10);
  CHECK(b.core.reg(1) == CoreBench::kData + 0x1000 - 12);
  CHECK(b.core.reg(2) == 22);
}

TEST_CASE("LDM, LDRD and LDREX demand their alignment whatever SCTLR.A is", "[isa][abort]") {
  const std::uint32_t word = GENERATE(0xE891'0005U, 0xE1C1'20D0U, 0xE191'0F9FU);
  CoreBench b;
  b.a32({word});
  b.core.set_reg(1, CoreBench::kData + 2);
  b.block();
  CHECK(b.memory.alignment_faults == 1);
  CHECK(b.memory.last_fault == CoreBench::kData + 2);
  CHECK(b.core.pc() == 0x10);
}

TEST_CASE("the second half of a T32 instruction may not be fetched: a prefetch abort at its first",
          "[isa][abort]") {
  CoreBench b;
  b.t32({0xF240}, CoreBench::kCode + 0x1FFE);  // movw ...
  b.core.set_cpsr(0x30);
  b.block();
  CHECK(b.core.pc() == 0x0C);
  CHECK(b.core.reg(14) == CoreBench::kCode + 0x1FFE + 4);
  CHECK(b.memory.last_fetch_fault == CoreBench::kCode + 0x2000);
}

TEST_CASE("code that is written runs as it was until the line is fetched again", "[isa][fetch]") {
  CoreBench b;
  b.a32({0xE3A0'0001, CoreBench::kStopA32});  // mov r0, #1
  b.run();
  b.memory.write_word(CoreBench::kCode, 0xE3A0'0002);
  b.core.set_pc(CoreBench::kCode);
  b.run();
  CHECK(b.core.reg(0) == 1);
  b.memory.invalidate_code();
  b.core.set_pc(CoreBench::kCode);
  b.run();
  CHECK(b.core.reg(0) == 2);
}

TEST_CASE("a line that is refilled with the same bytes is not decoded again", "[isa][fetch]") {
  CoreBench b;
  b.a32({0xE3A0'0001, CoreBench::kStopA32});
  b.run();
  const std::uint64_t decoded = b.core.lines_decoded();
  for (unsigned k = 0; k < 5; ++k) {
    b.memory.invalidate_code();
    b.core.set_pc(CoreBench::kCode);
    b.run();
  }
  CHECK(b.core.lines_decoded() == decoded);
}

TEST_CASE("a watched instruction is told of before it executes, also in a line decoded before",
          "[isa][watch]") {
  CoreBench b;
  b.t32({kNopT32, 0x2001, kNopT32, CoreBench::kStopT32});
  b.run();
  CHECK(b.system.hooked.empty());
  b.core.watch_instruction(CoreBench::kCode + 2, true);
  b.core.set_pc(CoreBench::kCode);
  b.run();
  CHECK(b.system.hooked == std::vector<std::uint32_t>{CoreBench::kCode + 2});
  b.core.watch_instruction(CoreBench::kCode + 2, false);
  b.core.set_pc(CoreBench::kCode);
  b.run();
  CHECK(b.system.hooked.size() == 1);
}

TEST_CASE("a watched instruction does not execute if the hook goes on elsewhere", "[isa][watch]") {
  CoreBench b;
  b.t32({kNopT32, 0x2001, kNopT32, CoreBench::kStopT32});  // movs r0, #1
  b.core.watch_instruction(CoreBench::kCode + 2, true);
  b.system.at_hook = [&] { b.core.set_pc(CoreBench::kCode + 4); };
  b.run();
  CHECK(b.system.hooked.size() == 1);
  CHECK(b.core.reg(0) == 0);
  CHECK(b.core.pc() > CoreBench::kCode + 4);
}

TEST_CASE("a step executes one instruction, also within an IT block", "[isa][step]") {
  CoreBench b;
  b.t32({0x4280, 0xBF08, 0x2101, CoreBench::kStopT32});  // cmp r0, r0; it eq; moveq r1, #1
  for (const std::uint32_t after : {2U, 4U, 6U}) {
    CHECK(b.core.reg(1) == 0);
    b.core.step();
    CHECK(b.core.pc() == CoreBench::kCode + after);
  }
  CHECK(b.core.reg(1) == 1);
}

TEST_CASE("WFI leaves the run loop with the PC after it", "[isa][hint]") {
  CoreBench b;
  b.a32({0xE320'F003, kNopA32});
  b.run(100'000);
  CHECK(b.system.waits == 1);
  CHECK(b.core.pc() == CoreBench::kCode + 4);
  CHECK(b.clock.now < 100);
}

TEST_CASE("WFE and WFI, in each encoding, tell the system and go on behind them", "[isa][hint]") {
  CoreBench b;
  const auto check = [&](unsigned bytes) {
    b.core.step();
    CHECK(b.core.pc() == CoreBench::kCode + bytes);
  };
  b.a32({0xE320'F002});
  check(4);
  b.t32({0xBF20});
  check(2);
  b.t32({0xF3AF, 0x8002});
  check(4);
  CHECK(b.system.event_waits == 3);
  b.a32({0xE320'F003});
  check(4);
  b.t32({0xBF30});
  check(2);
  b.t32({0xF3AF, 0x8003});
  check(4);
  CHECK(b.system.waits == 3);
}

TEST_CASE("arithmetic that writes the PC interworks in A32 and does not in T32", "[isa][branch]") {
  CoreBench b;
  b.a32({0xE1A0'F000});  // mov pc, r0
  b.core.set_reg(0, 0x8101);
  b.block();
  CHECK(b.core.pc() == 0x8100);
  CHECK((b.core.cpsr() & 0x20) != 0);
  b.t32({0x4687});  // mov pc, r0
  b.core.set_reg(0, 0x8100);
  b.block();
  CHECK(b.core.pc() == 0x8100);
  CHECK((b.core.cpsr() & 0x20) != 0);
}

TEST_CASE("MSR in User mode writes flags and leaves mode and masks", "[isa][status]") {
  CoreBench b;
  b.a32({0xE12F'F000, kNopA32});  // msr cpsr_fsxc, r0
  b.core.set_cpsr(0x10);
  b.core.set_reg(0, 0xF80F'01DF);
  b.block();
  CHECK(b.core.cpsr() == 0xF80F'0010);
}

TEST_CASE("LDRT is an unprivileged access, and the memory is told of the mode", "[isa][status]") {
  CoreBench b;
  b.a32({0xE4B1'0004, 0xF102'0010, kNopA32});  // ldrt r0, [r1], #4; cps #0x10
  b.core.set_reg(1, CoreBench::kData);
  b.run(1);
  CHECK(b.memory.last_kind == AccessKind::kUnprivileged);
  CHECK(b.core.reg(1) == CoreBench::kData + 4);
  CHECK_FALSE(b.memory.privileged);
}

TEST_CASE("SETEND turns loads and stores around", "[isa][status]") {
  CoreBench b;
  b.a32({0xF101'0200, 0xE591'0000, CoreBench::kStopA32});  // setend be; ldr r0, [r1]
  b.core.set_reg(1, CoreBench::kData);
  b.memory.write_word(CoreBench::kData, 0x1122'3344);
  b.run();
  CHECK(b.core.reg(0) == 0x4433'2211);
}

TEST_CASE("SWP is UNDEFINED unless SCTLR.SW is set", "[isa]") {
  CoreBench b;
  b.a32({0xE101'0092});  // swp r0, r2, [r1]
  b.system.sctlr_value &= ~(1U << 10);
  b.block();
  CHECK(b.core.pc() == 0x04);
}

TEST_CASE("semihosting calls return their result in r0 and go on", "[isa][semihosting]") {
  CoreBench b;
  // svc 0x123456; bkpt 0xab
  const std::uint32_t call = GENERATE(0xEF12'3456U, 0xE120'0A7BU);
  b.a32({call, kNopA32});
  b.core.set_reg(0, 0x18);
  b.core.set_reg(1, 0x2'0026);
  b.block();
  CHECK(b.system.calls == 1);
  CHECK(b.system.last_argument == 0x2'0026);
  CHECK(b.core.exceptions() == 0);
  CHECK(b.core.pc() == CoreBench::kCode + 4);
}

TEST_CASE("a semihosting call that is not served is the exception it is", "[isa][semihosting]") {
  CoreBench b;
  b.a32({0xEF12'3456});
  b.system.serve = false;
  b.block();
  CHECK(b.core.pc() == 0x08);
}

}  // namespace linefill::test
