// SPDX-License-Identifier: Apache-2.0
#include "tests/models/cpu/isa/core_bench.hpp"
#include "tests/support/catch.hpp"

namespace linefill::test {
namespace {

constexpr std::uint32_t kNopA32 = 0xE1A0'0000;

/// An instruction among the NOPs of two lines.
void place(CoreBench& b, unsigned slot, std::uint32_t word) {
  b.memory.write_word(CoreBench::kCode + 4 * slot, word);
  b.memory.invalidate_code();
}

struct TwoLines : CoreBench {
  TwoLines() {
    for (unsigned slot = 0; slot < 16; ++slot) place(*this, slot, kNopA32);
    core.set_reg(0, kData);
    core.set_pc(kCode);
  }
};

}  // namespace

TEST_CASE("a pointer chase costs four cycles a load, independent loads one", "[isa][timing]") {
  CoreBench b;
  b.memory.write_word(CoreBench::kData, CoreBench::kData);
  const std::uint32_t chase = 0xE590'0000;        // ldr r0, [r0]
  const std::uint32_t independent = 0xE590'1000;  // ldr r1, [r0]
  std::uint64_t cycles[2]{};
  for (const std::uint32_t load : {chase, independent}) {
    // Over two lines, so that the dependence crosses their border.
    b.a32({load, load, load, load, load, load, load, load, load, load, load, load, load, load, load,
           load});
    b.core.set_reg(0, CoreBench::kData);
    b.block();
    const std::uint64_t before = b.clock.now;
    b.block();
    cycles[load == chase ? 0 : 1] = b.clock.now - before;
  }
  CHECK(cycles[0] == 8 * 4);
  CHECK(cycles[1] == 8);
}

TEST_CASE("a loaded value costs less the later it is used", "[isa][timing]") {
  CoreBench b;
  // ldr r1, [r0]; 0 to 3 nops; add r2, r1, r1
  const unsigned between = GENERATE(0U, 1U, 2U, 3U);
  b.a32({kNopA32, kNopA32, kNopA32, kNopA32, kNopA32, kNopA32, kNopA32, kNopA32});
  b.memory.write_word(CoreBench::kCode, 0xE590'1000);
  b.memory.write_word(CoreBench::kCode + 4 + 4 * between, 0xE081'2001);
  b.memory.invalidate_code();
  b.core.set_reg(0, CoreBench::kData);
  b.block();
  CHECK(b.clock.now == 8 + 3 - between);
}

TEST_CASE("a loaded value costs as much in the next line as in its own", "[isa][timing]") {
  const unsigned before = GENERATE(0U, 1U, 2U, 3U);
  const unsigned after = GENERATE(0U, 1U, 2U, 3U);
  TwoLines b;
  place(b, 7 - before, 0xE590'1000);  // ldr r1, [r0]
  place(b, 8 + after, 0xE081'2001);   // add r2, r1, r1
  b.block();
  b.block();
  const unsigned between = before + after;
  CHECK(b.clock.now == 16 + (between < 3 ? 3 - between : 0));
}

TEST_CASE("a loaded value is on its way while a branch is taken", "[isa][timing]") {
  TwoLines b;
  place(b, 0, 0xE590'1000);  // ldr r1, [r0]
  place(b, 1, 0xEA00'0005);  // b to the next line: it costs a cycle beside its own
  place(b, 8, 0xE081'2001);  // add r2, r1, r1
  b.block();
  CHECK(b.clock.now == 3);
  b.block();
  CHECK(b.clock.now == 3 + 1 + 8);
}

TEST_CASE("of two loads before a line's end the later one's value is waited for", "[isa][timing]") {
  TwoLines b;
  place(b, 6, 0xE590'1000);  // ldr r1, [r0]
  place(b, 7, 0xE590'2004);  // ldr r2, [r0, #4]
  place(b, 8, 0xE082'3002);  // add r3, r2, r2
  b.block();
  b.block();
  CHECK(b.clock.now == 16 + 3);
}

TEST_CASE("instructions are counted whether their condition passes or not", "[isa][timing]") {
  CoreBench b;
  b.a32({kNopA32, 0x01A0'0000, 0x11A0'0000, CoreBench::kStopA32});
  b.run();
  CHECK(b.core.instructions() == 4);
}

}  // namespace linefill::test
