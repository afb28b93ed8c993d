// SPDX-License-Identifier: Apache-2.0
#include "tests/models/cpu/isa/core_bench.hpp"
#include "tests/support/catch.hpp"

namespace linefill::test {

TEST_CASE("an IT block that crosses a line executes as one that does not", "[isa][it]") {
  for (std::uint32_t offset = 0; offset < 32; offset += 2) {
    CoreBench b;
    // cmp r0, #0; ittet ne; movne r1, #1; movwne r2, #0x222; moveq r3, #3; movne r4, #4; stop
    b.t32({0x2800, 0xBF1B, 0x2101, 0xF240, 0x2222, 0x2303, 0x2404, CoreBench::kStopT32},
          CoreBench::kCode + offset);
    b.core.set_reg(0, 5);
    b.run();
    CAPTURE(offset);
    CHECK(b.core.reg(1) == 1);
    CHECK(b.core.reg(2) == 0x222);
    CHECK(b.core.reg(3) == 0);
    CHECK(b.core.reg(4) == 4);
    CHECK(b.core.pc() == CoreBench::kCode + offset + 16);
    CHECK(b.core.instructions() == 7);
  }
}

TEST_CASE("an instruction across two lines is decoded anew for another ITSTATE", "[isa][it]") {
  constexpr std::uint32_t kStraddler = CoreBench::kCode + 30;
  CoreBench b;
  // cmp r0, #0; ite eq; moveq r1, #1; movwne r2, #0x222; stop
  b.t32({0x2800, 0xBF0C, 0x2101, 0xF240, 0x2222, CoreBench::kStopT32}, kStraddler - 6);
  const auto run_from = [&](std::uint32_t at, std::uint32_t r0) {
    b.core.set_reg(0, r0);
    b.core.set_reg(2, 0);
    b.core.set_pc(at);
    b.run();
    CHECK(b.core.pc() == kStraddler + 6);
    return b.core.reg(2);
  };
  CHECK(run_from(kStraddler, 0) == 0x222);      // Outside of any IT block.
  CHECK(run_from(kStraddler - 6, 0) == 0);      // In it, failing its condition,
  CHECK(run_from(kStraddler - 6, 5) == 0x222);  // and passing.
  CHECK(run_from(kStraddler, 0) == 0x222);
}

TEST_CASE("an abort of an instruction's second half in an IT block keeps ITSTATE in SPSR",
          "[isa][it][abort]") {
  CoreBench b;
  // cmp r0, r0; itte eq; moveq r1, #1; movweq r2, ... whose second half is not mapped
  b.t32({0x4280, 0xBF06, 0x2101, 0xF240}, CoreBench::kCode + 0x1FF8);
  b.core.set_cpsr(0x30);
  b.run(4);
  CHECK(b.core.pc() == 0x0C);
  CHECK(b.core.reg(1) == 1);
  // After `itte eq` (0000 0110) and one instruction: 0000 1100; IT<7:2> are bits 15 to 10, IT<1:0>
  // bits 26 and 25 (B1.3.3).
  CHECK((b.core.state().spsr() & 0x0600'FC00) == 0x0000'0C00);
}

TEST_CASE("16-bit instructions set flags outside IT blocks only", "[isa][it]") {
  CoreBench b;
  b.t32({0x2000, 0xBF08, 0x2101, CoreBench::kStopT32});  // movs r0, #0; it eq; moveq r1, #1
  b.run();
  CHECK((b.core.cpsr() & 0x4000'0000) != 0);
  CHECK(b.core.reg(1) == 1);
}

}  // namespace linefill::test
