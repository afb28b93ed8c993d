// SPDX-License-Identifier: Apache-2.0
#include "tests/models/cpu/isa/core_bench.hpp"
#include "tests/support/catch.hpp"

namespace linefill::test {
namespace {

constexpr std::uint32_t kNop = 0xE1A0'0000;
using Addresses = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("with all instructions watched each is told of once, in order", "[isa][watch]") {
  CoreBench b;
  b.a32({kNop, kNop, 0xEAFF'FFFF, CoreBench::kStopA32});  // b .+4
  b.core.watch_all(true, false);
  b.run();
  const std::uint32_t at = CoreBench::kCode;
  REQUIRE(b.system.hooked.size() >= 4);
  b.system.hooked.resize(4);
  CHECK(b.system.hooked == Addresses{at, at + 4, at + 8, at + 12});
}

TEST_CASE("to be ready to watch all tells of nothing, and takes no other time", "[isa][watch]") {
  std::array<std::uint64_t, 2> cycles{};
  for (const bool ready : {false, true}) {
    CoreBench b;
    b.a32({kNop, kNop, kNop, CoreBench::kStopA32});
    b.core.watch_all(false, ready);
    b.run();
    CHECK(b.system.hooked.empty());
    cycles[ready ? 1 : 0] = b.core.instructions();
  }
  CHECK(cycles[0] == cycles[1]);
}

TEST_CASE("an instruction that two watch is told of until neither does", "[isa][watch]") {
  using enum Core::Watcher;
  CoreBench b;
  b.a32({kNop, CoreBench::kStopA32});
  const auto hooks = [&] {
    b.system.hooked.clear();
    b.core.set_pc(CoreBench::kCode);
    b.run();
    return b.system.hooked.size();
  };
  b.core.watch_instruction(CoreBench::kCode, true, kHooks);
  b.core.watch_instruction(CoreBench::kCode, true, kDebugger);
  CHECK(hooks() == 1);
  b.core.watch_instruction(CoreBench::kCode, false, kHooks);
  CHECK(hooks() == 1);
  b.core.watch_instruction(CoreBench::kCode, false, kDebugger);
  CHECK(hooks() == 0);
}

}  // namespace linefill::test
