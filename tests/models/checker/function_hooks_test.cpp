// SPDX-License-Identifier: Apache-2.0
#include "models/checker/function_hooks.hpp"

#include "tests/models/checker/fake_program.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;

namespace {

constexpr std::uint32_t kFunction = 0x8000;
constexpr std::uint32_t kCaller = 0x9004;

struct HooksBench {
  HooksBench() {
    hooks.hook(
        kFunction, [&](const HookedCall&) { ++entries; },
        [&](const HookedCall& call, std::uint32_t r0, std::uint32_t) {
          returned.push_back(r0);
          argument = call.r[0];
        });
  }
  void execute(std::uint32_t pc, std::uint32_t sp) {
    program.r[13] = sp;
    if (program.watched.contains(pc)) hooks.at_instruction(pc);
  }
  void call(std::uint32_t r0, std::uint32_t sp) {
    program.r[0] = r0;
    program.r[14] = kCaller | 1;
    execute(kFunction, sp);
  }

  test::FakeProgram program;
  FunctionHooks hooks{program};
  int entries = 0;
  std::vector<std::uint32_t> returned;
  std::uint32_t argument = 0;
};

}  // namespace

TEST_CASE_METHOD(HooksBench, "a call returns when LR's address is reached with SP as at entry",
                 "[checker][hooks]") {
  call(7, 0x1000);
  program.r[0] = 42;
  execute(kCaller, 0x0F00);  // Another task, or a deeper frame.
  CHECK(returned.empty());
  execute(kCaller, 0x1000);
  CHECK(returned == std::vector<std::uint32_t>{42});
  CHECK(argument == 7);
  CHECK_FALSE(program.watched.contains(kCaller));
}

TEST_CASE_METHOD(HooksBench, "a function that is entered again returns once for each entry",
                 "[checker][hooks]") {
  call(1, 0x1000);
  call(2, 0x0800);
  execute(kCaller, 0x0800);
  CHECK(argument == 2);
  execute(kCaller, 0x1000);
  CHECK(argument == 1);
  CHECK(entries == 2);
  CHECK(returned.size() == 2);
}

TEST_CASE_METHOD(HooksBench, "a caller that never returns does not fill memory",
                 "[checker][hooks]") {
  for (std::uint32_t i = 0; i < 5000; ++i) call(i, 0x10000 + 8 * i);
  execute(kCaller, 0x10000);
  CHECK(returned.empty());
  execute(kCaller, 0x10000 + 8 * 4999);
  CHECK(argument == 4999);
}
