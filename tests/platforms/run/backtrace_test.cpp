// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/backtrace.hpp"

#include <map>

#include "tests/support/catch.hpp"

using namespace linefill;

namespace {

/// Memory and registers as a test wants them.
class Program final : public ProgramView {
 public:
  std::uint32_t reg(unsigned number) const override { return registers.at(number); }
  std::optional<std::uint32_t> word(std::uint32_t va) const override {
    const auto found = memory.find(va);
    return found == memory.end() ? std::nullopt : std::optional{found->second};
  }
  Time now() const override { return Time{0}; }
  void watch_instruction(std::uint32_t, bool) override {}
  void watch_line(LineNumber, bool) override {}

  void code(std::uint32_t at, std::initializer_list<std::uint32_t> instructions) {
    for (const std::uint32_t instruction : instructions) {
      memory[at] = instruction;
      at += 4;
    }
  }

  std::map<unsigned, std::uint32_t> registers;
  std::map<std::uint32_t, std::uint32_t> memory;
};

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
    program.code(0x1000, {kNop, kNop});
    // As Debian's kernel: a call for tracing that was made a POP {LR}.
    program.code(0x1100, {kPushR0ToR3, kPushR7FpLr, kSubSp12, kPushLr, kPopLr, kNop, kNop});
    program.code(0x1200, {kPushR4Lr, kPushLr, kPopLr, kNop, kNop});
  }
  std::vector<std::uint32_t> trace() const { return backtrace_of(program, symbols); }

  Program program;
  Symbols symbols;
};

}  // namespace

TEST_CASE("a backtrace follows the return addresses on the stack", "[backtrace]") {
  Board b;
  b.program.registers = {{13, 0x8000}, {14, 0x1118}, {15, 0x1004}};
  // panic: 12 bytes, {r7, fp, lr}, {r0-r3}; start_kernel: {r4, lr}.
  b.program.memory[0x8000 + 12 + 8] = 0x1210;
  b.program.memory[0x8000 + 40 + 4] = 0;
  CHECK(b.trace() == std::vector<std::uint32_t>{0x1004, 0x1118, 0x1210});
  CHECK(describe_backtrace(b.trace(), b.symbols) == "leaf < panic < start_kernel");
}

TEST_CASE("within a prologue only what has been pushed counts", "[backtrace]") {
  Board b;
  b.program.registers = {{13, 0x8000}, {14, 0x1210}, {15, 0x1104}};
  b.program.memory[0x8000 + 16 + 4] = 0;
  CHECK(b.trace() == std::vector<std::uint32_t>{0x1104, 0x1210});
}

TEST_CASE("a backtrace ends where there is no name or no memory", "[backtrace]") {
  Board b;
  b.program.registers = {{13, 0x8000}, {14, 0}, {15, 0x9000}};
  CHECK(b.trace() == std::vector<std::uint32_t>{0x9000});
  b.program.registers = {{13, 0x8000}, {14, 0x4321'0000}, {15, 0x1004}};
  CHECK(b.trace() == std::vector<std::uint32_t>{0x1004});
}
