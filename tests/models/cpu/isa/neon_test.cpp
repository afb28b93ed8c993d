// SPDX-License-Identifier: Apache-2.0
// Advanced SIMD by values typed from the manual (ARM DDI 0406C). The rest, bit by bit:
// tests/conformance/neon.
#include "models/cpu/isa/neon/estimates.hpp"
#include "models/cpu/isa/neon/lanes.hpp"
#include "models/cpu/isa/neon/shifts.hpp"
#include "models/cpu/isa/neon/two_registers.hpp"
#include "tests/models/cpu/isa/core_bench.hpp"
#include "tests/support/catch.hpp"

namespace linefill::test {
namespace {

using namespace isa::neon;
using floating::FloatEnvironment;

constexpr std::uint32_t kVqaddS8 = 0xF202'0054;     // vqadd.s8 q0, q1, q2
constexpr std::uint32_t kVaddHigh = 0xF260'0801;    // vadd.i32 d16, d0, d1
constexpr std::uint32_t kVaddLow = 0xF220'2801;     // vadd.i32 d2, d0, d1
constexpr std::uint32_t kVaddFloat = 0xF200'2D01;   // vadd.f32 d2, d0, d1
constexpr std::uint32_t kVtblBeyond = 0xF3FF'0980;  // vtbl.8 d16, {d31, d32}, d0

struct NeonBench : CoreBench {
  /// Whether it executes. The registers are kept from one to the next.
  bool run_one(std::uint32_t word, std::uint32_t cpacr = 0x00F0'0000) {
    const ExtensionRegisters kept = extension();
    a32({word, kStopA32});
    extension() = kept;
    system.cpacr_value = cpacr;
    extension().set_access_control(cpacr);
    extension().set_fpexc(fpexc::kEn);
    block();
    return mode() == 0x13;
  }
  /// Of eight times the same instruction, which fill a line.
  std::uint64_t cycles_of_eight(std::uint32_t word) {
    a32({word, word, word, word, word, word, word, word});
    system.cpacr_value = 0x00F0'0000;
    extension().set_access_control(system.cpacr_value);
    extension().set_fpexc(fpexc::kEn);
    const std::uint64_t before = clock.now;
    block();
    return clock.now - before;
  }
  ExtensionRegisters& extension() { return core.state().extension; }
};

}  // namespace

TEST_CASE("QC is set by a lane that saturates, and stays", "[isa][neon]") {
  NeonBench b;
  REQUIRE(b.run_one(kVqaddS8));
  CHECK(b.extension().fpscr == 0);
  b.extension().d[2] = 0x7F00'0000'0000'0000;
  b.extension().d[4] = 0x0100'0000'0000'0000;
  b.run_one(kVqaddS8);
  CHECK(b.extension().d[0] == 0x7F00'0000'0000'0000);
  CHECK(b.extension().fpscr == fpscr::kQc);
  b.extension().d[2] = 0;
  b.run_one(kVqaddS8);
  CHECK(b.extension().fpscr == fpscr::kQc);
}

TEST_CASE("Advanced SIMD rounds to nearest and flushes, whatever FPSCR says", "[isa][neon]") {
  NeonBench b;
  b.extension().fpscr = fpscr::kRounding;      // To zero, without FZ.
  b.extension().d[0] = 0x0000'0001'3F80'0000;  // 1.0, a subnormal number
  b.extension().d[1] = 0x0000'0001'33C0'0000;  // 1.5 * 2^-24
  b.run_one(kVaddFloat);
  CHECK(b.extension().d[2] == 0x0000'0000'3F80'0001);
  CHECK(b.extension().fpscr == (fpscr::kRounding | fpscr::kIxc | fpscr::kIdc));
}

TEST_CASE("CPACR.ASEDIS and D32DIS close Advanced SIMD, and its upper registers", "[isa][neon]") {
  NeonBench b;
  CHECK(b.run_one(kVaddHigh));
  CHECK(b.run_one(kVaddLow, 0x40F0'0000));
  CHECK_FALSE(b.run_one(kVaddHigh, 0x40F0'0000));
  CHECK_FALSE(b.run_one(kVaddLow, 0xC0F0'0000));
}

TEST_CASE("what reads a vector result at once waits for it", "[isa][neon][timing]") {
  // Cortex-A9 NEON MPE TRM: sums of numbers take four cycles, of integers two; Q registers of
  // numbers are issued twice.
  NeonBench b;
  CHECK(b.cycles_of_eight(0xF200'3D01) == 8);           // vadd.f32 d3, d0, d1
  CHECK(b.cycles_of_eight(0xF202'2D01) == 8 + 7 * 3);   // vadd.f32 d2, d2, d1
  CHECK(b.cycles_of_eight(0xF228'684A) == 8);           // vadd.i32 q3, q4, q5
  CHECK(b.cycles_of_eight(0xF222'2844) == 8 + 7 * 1);   // vadd.i32 q1, q1, q2
  CHECK(b.cycles_of_eight(0xF204'6D50) == 16 + 7 * 7);  // vmla.f32 q3, q2, q0
}

TEST_CASE("odd Q registers are UNDEFINED, tables beyond D31 UNPREDICTABLE", "[isa][neon]") {
  NeonBench b;
  for (const std::uint32_t bit : {1U << 12, 1U << 16, 1U}) CHECK_FALSE(b.run_one(kVqaddS8 | bit));
  CHECK(b.core.unpredictable_instructions() == 0);
  CHECK_FALSE(b.run_one(kVtblBeyond));
  CHECK(b.core.unpredictable_instructions() == 1);
}

TEST_CASE("constants expand as the table of AdvSIMDExpandImm says", "[isa][neon]") {
  // A7.4.6, table A7-15, with the constant abcdefgh = 0xA5.
  const std::uint32_t expected[]{
      0x0000'00A5, 0x0000'00A5, 0x0000'A500, 0x0000'A500, 0x00A5'0000, 0x00A5'0000,
      0xA500'0000, 0xA500'0000, 0x00A5'00A5, 0x00A5'00A5, 0xA500'A500, 0xA500'A500,
      0x0000'A5FF, 0x00A5'FFFF, 0xA5A5'A5A5, 0xC128'0000,
  };
  for (unsigned cmode = 0; cmode < 16; ++cmode) {
    CAPTURE(cmode);
    CHECK(expand_immediate(cmode, 0xA5) == expected[cmode]);
  }
  CHECK(expand_immediate(15, 0x70) == 0x3F80'0000);  // 1.0
}

TEST_CASE("estimates have eight bits of fraction, and special cases", "[isa][neon]") {
  auto env = FloatEnvironment::standard(0);
  CHECK(reciprocal_estimate(0x3F80'0000, env) == 0x3F7F'8000);              // 1.0: 511/512
  CHECK(reciprocal_square_root_estimate(0x3F80'0000, env) == 0x3F7F'8000);  // 1.0: 511/512
  CHECK(reciprocal_estimate(0x4000'0000, env) == 0x3EFF'8000);              // 2.0
  CHECK(env.flags == 0);
  CHECK(reciprocal_estimate(0x8000'0000, env) == 0xFF80'0000);
  CHECK(env.flags == fpscr::kDzc);
  CHECK(reciprocal_estimate(0x7E80'0000, env) == 0);
  CHECK(env.flags == (fpscr::kDzc | fpscr::kUfc));
  CHECK(reciprocal_square_root_estimate(0xBF80'0000, env) == 0x7FC0'0000);
  CHECK((env.flags & fpscr::kIoc) != 0);
  CHECK(unsigned_reciprocal_estimate(0x7FFF'FFFF) == 0xFFFF'FFFF);
  CHECK(unsigned_reciprocal_estimate(0x8000'0000) == 0xFF80'0000);
  CHECK(unsigned_reciprocal_square_root_estimate(0x3FFF'FFFF) == 0xFFFF'FFFF);
  CHECK(unsigned_reciprocal_square_root_estimate(0x4000'0000) == 0xFF80'0000);
}

TEST_CASE("zero times infinity is zero in Newton-Raphson steps", "[isa][neon]") {
  auto env = FloatEnvironment::standard(0);
  CHECK(reciprocal_step(0, 0x7F80'0000, env) == 0x4000'0000);
  CHECK(reciprocal_square_root_step(0xFF80'0000, 0x8000'0000, env) == 0x3FC0'0000);
  CHECK(env.flags == 0);
}

TEST_CASE("lanes saturate at their bounds, and round halves up", "[isa][neon]") {
  Saturated q;
  CHECK(shift_right<true>(std::int8_t{-128}, 8) == 0);
  CHECK(shift_right<false>(std::int8_t{-128}, 9) == -1);
  CHECK(shift_right<true>(std::uint8_t{128}, 8) == 1);
  CHECK(shift_right<true>(std::int64_t{-3}, 1) == -1);
  CHECK(DoublingMultiplyHigh<true>{}(kHighest<std::int16_t>, kHighest<std::int16_t>, q) == 0x7FFE);
  CHECK_FALSE(q.happened);
  CHECK(DoublingMultiplyHigh<true>{}(kLowest<std::int32_t>, kLowest<std::int32_t>, q) ==
        0x7FFF'FFFF);
  CHECK(q.happened);
  q = {};
  CHECK(saturating_shift_left<std::uint8_t>(std::int8_t{-1}, 1, q) == 0);
  CHECK(q.happened);
  CHECK(PolynomialMultiply{}(std::uint16_t{0xFF}, std::uint16_t{0xFF}) == 0x5555);
}

}  // namespace linefill::test
