// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/backtrace.hpp"

#include "tests/models/checker/fake_program.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;

namespace {

constexpr std::uint32_t kPushR4Lr = 0xE92D'4010, kPushLr = 0xE52D'E004, kPopLr = 0xE8BD'4000,
                        kPushR0ToR3 = 0xE92D'000F, kPushR7FpLr = 0xE92D'4880,
                        kSubSp12 = 0xE24D'D00C, kNop = 0xE320'F000;

struct Board {
  Board() {
    const std::vector<KernelSymbol> names{{0x1000, 'T', "leaf"},
                                          {0x1100, 'T', "panic"},
                                          {0x1200, 'T', "start_kernel"},
                                          {0x1300, 'T', "end"}};
    symbols.add_kernel(names);
    code(0x1000, {kNop, kNop});
    // As Debian's kernel: a call for tracing that was made a POP {LR}.
    code(0x1100, {kPushR0ToR3, kPushR7FpLr, kSubSp12, kPushLr, kPopLr, kNop, kNop});
    code(0x1200, {kPushR4Lr, kPushLr, kPopLr, kNop, kNop});
  }
  void code(std::uint32_t at, std::initializer_list<std::uint32_t> instructions) {
    for (const std::uint32_t instruction : instructions) {
      program.memory[at] = instruction;
      at += 4;
    }
  }
  void registers(std::uint32_t sp, std::uint32_t lr, std::uint32_t pc) {
    program.r[13] = sp;
    program.r[14] = lr;
    program.r[15] = pc;
  }
  std::vector<std::uint32_t> trace() const { return backtrace_of(program, symbols); }

  test::FakeProgram program;
  Symbols symbols;
};

}  // namespace

TEST_CASE("a backtrace follows the return addresses on the stack", "[backtrace]") {
  Board b;
  b.registers(0x8000, 0x1118, 0x1004);
  // panic: 12 bytes, {r7, fp, lr}, {r0-r3}; start_kernel: {r4, lr}.
  b.program.memory[0x8000 + 12 + 8] = 0x1210;
  b.program.memory[0x8000 + 40 + 4] = 0;
  CHECK(b.trace() == std::vector<std::uint32_t>{0x1004, 0x1114, 0x120C});
  CHECK(describe_backtrace(b.trace(), b.symbols) == "leaf < panic < start_kernel");
}

TEST_CASE("within a prologue only what has been pushed counts", "[backtrace]") {
  Board b;
  b.registers(0x8000, 0x1210, 0x1104);
  b.program.memory[0x8000 + 16 + 4] = 0;
  CHECK(b.trace() == std::vector<std::uint32_t>{0x1104, 0x120C});
}

TEST_CASE("a backtrace ends where there is no name or no memory", "[backtrace]") {
  Board b;
  b.registers(0x8000, 0, 0x9000);
  CHECK(b.trace() == std::vector<std::uint32_t>{0x9000});
  b.registers(0x8000, 0x4321'0000, 0x1004);
  CHECK(b.trace() == std::vector<std::uint32_t>{0x1004});
}

TEST_CASE("a call that ends a function is that function's, not the next one's", "[backtrace]") {
  Board b;
  // start_kernel ends with a call of panic, which does not return: LR is where "end" begins.
  b.registers(0x8000, 0x1118, 0x1004);
  b.program.memory[0x8000 + 12 + 8] = 0x1300;
  b.program.memory[0x8000 + 40 + 4] = 0;
  CHECK(describe_backtrace(b.trace(), b.symbols) == "leaf < panic < start_kernel");
}

TEST_CASE("a backtrace goes through functions of C++", "[backtrace]") {
  Board b;
  b.symbols.add_function("_ZN12_GLOBAL__N_13seeEi", 0x2000, 0x100);
  b.symbols.add_function("_ZN12_GLOBAL__N_13seeEPc", 0x2100, 0x100);
  // push {r4, lr}; vpush {d8-d9}; str lr, [sp, #-8]!
  b.code(0x2100, {kPushR4Lr, 0xED2D'8B04, 0xE52D'E008});
  b.registers(0x8000, 0, 0x2140);
  b.program.memory[0x8000] = 0x2010;
  b.code(0x2000, {kPushR4Lr});
  b.program.memory[0x8000 + 8 + 16 + 8 + 4] = 0x1210;
  CHECK(describe_backtrace(b.trace(), b.symbols) == "see < see < start_kernel");
}

TEST_CASE("a backtrace follows T32 code, into A32 code", "[backtrace]") {
  const auto [prologue, words] = GENERATE(table<std::vector<std::uint32_t>, std::uint32_t>({
      {{0xB083'B510, 0xBF00'BF00}, 5},              // push {r4, lr}; sub sp, #12; nop; nop
      {{0x41F0'E92D, 0xBF00'B082}, 8},              // push.w {r4-r8, lr}; sub sp, #8
      {{0xED04'F84D, 0x7D00'F5AD}, 1 + 512 / 4},    // str lr, [sp, #-4]!; sub.w sp, sp, #512
      {{0xF6AD'B500, 0xBF00'0D04}, 1 + 0x804 / 4},  // push {lr}; subw sp, sp, #0x804
      {{0xED2D'B500, 0xBF00'8B04}, 1 + 4},          // push {lr}; vpush {d8-d9}
  }));
  Board b;
  b.symbols.add_function("narrow", 0x3000, 0x20);
  b.code(0x3000, {prologue[0], prologue[1]});
  b.program.in_thumb = true;
  b.registers(0x8000, 0, 0x3010);
  b.program.memory[0x8000 + 4 * (words - 1)] = 0x1210;
  CHECK(b.trace() == std::vector<std::uint32_t>{0x3010, 0x120C});
}

TEST_CASE("a return address with bit 0 is one of T32 code", "[backtrace]") {
  Board b;
  b.symbols.add_function("caller", 0x3000, 0x20);
  b.code(0x3000, {0xBF00'B500});  // push {lr}; nop
  // A bl as the function's last word.
  b.registers(0x8000, 0x3021, 0x1004);
  b.program.memory[0x8000] = 0x1210;
  CHECK(b.trace() == std::vector<std::uint32_t>{0x1004, 0x301E, 0x120C});
}

TEST_CASE("a backtrace ends where a function takes nobody knows how much of the stack",
          "[backtrace]") {
  Board b;
  b.code(0x1000, {kPushR4Lr, 0xE04D'D003});  // sub sp, sp, r3
  b.registers(0x8000, 0x1210, 0x1040);
  b.program.memory[0x8004] = 0x1210;
  CHECK(b.trace() == std::vector<std::uint32_t>{0x1040});
  b.code(0x1000, {0x449D'B510});  // push {r4, lr}; add sp, r3
  b.program.in_thumb = true;
  CHECK(b.trace() == std::vector<std::uint32_t>{0x1040});
}
