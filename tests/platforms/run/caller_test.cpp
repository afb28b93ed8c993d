// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/backtrace.hpp"
#include "tests/models/checker/fake_program.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;

namespace {

constexpr std::uint32_t kFunction = 0x8000;
constexpr std::uint32_t kCall = 0x9000;
constexpr std::uint32_t kNop = 0xE1A0'0000;
constexpr std::uint32_t kStack = 0x5000;

/// memcpy at 0x8000, called by `bl 0x8000` at 0x9000.
struct CallerBench {
  CallerBench() {
    symbols.add_function("memcpy", kFunction, 0x40);
    for (std::uint32_t at = kFunction; at < kFunction + 0x40; at += 4) program.memory[at] = kNop;
    program.memory[kCall] = 0xEBFF'FBFE;
    program.r[13] = kStack;
    program.r[14] = kCall + 4;
  }
  std::uint32_t caller() const { return caller_of(kFunction + 0x20, program, symbols); }

  test::FakeProgram program;
  Symbols symbols;
};

}  // namespace

TEST_CASE_METHOD(CallerBench, "a function that kept LR was called from before it", "[run]") {
  CHECK(caller() == kCall);
}

TEST_CASE_METHOD(CallerBench, "a function that pushed LR was called from before what it pushed",
                 "[run]") {
  program.memory[kFunction] = 0xE92D'4010;  // push {r4, lr}
  program.memory[kStack + 4] = kCall + 4;
  program.r[14] = 0;
  CHECK(caller() == kCall);
}

TEST_CASE_METHOD(CallerBench, "a function that another ended with was called by who called that",
                 "[run]") {
  program.memory[kFunction - 0x100] = kNop;
  program.memory[kFunction - 0xFC] = 0x9A00'003D;  // bls 0x8000
  program.memory[kCall] = 0xEBFF'FBBE;             // bl 0x7F00
  CHECK(caller() == kCall);
}

TEST_CASE_METHOD(CallerBench, "without a call of that very function nobody is named", "[run]") {
  program.memory[kCall] = 0xEBFF'FBFF;
  CHECK(caller() == 0);
  program.memory[kCall] = kNop;
  CHECK(caller() == 0);
  program.r[14] = 0;
  CHECK(caller() == 0);
}
