// SPDX-License-Identifier: Apache-2.0
// What a core sees of being an ARMv5TE (ARM DDI 0100I): undefined instructions, status bits, SWP.
#include "models/cpu/isa/core.hpp"
#include "tests/models/cpu/isa/flat_memory.hpp"
#include "tests/support/catch.hpp"

namespace linefill {
namespace {

using namespace test;

struct Armv5Bench {
  static constexpr std::uint32_t kCode = 0x8000;
  static constexpr std::uint32_t kData = 0x2'0000;

  Armv5Bench() {
    memory.map(0);
    memory.map(kCode);
    memory.map(kData);
    for (std::uint32_t at = 0; at < 0x20; at += 4) memory.write_word(at, 0xEF12'3456);  // Stop.
  }
  void run(std::initializer_list<std::uint32_t> words, std::uint32_t thumb = 0) {
    std::uint32_t at = kCode;
    for (const std::uint32_t word : words) {
      memory.write_word(at, word);
      at += 4;
    }
    memory.invalidate_code();
    core.reset(kCode | thumb);
    clock.limit = clock.now + 1000;
    core.run();
  }
  std::uint32_t mode() const { return core.cpsr() & 0x1F; }

  CoreClock clock;
  FlatMemory memory{clock};
  FakeSystem system{clock};
  Core core{memory, system, clock, armv5te()};
};

TEST_CASE_METHOD(Armv5Bench, "ARMv5TE: an instruction of ARMv7 enters Undefined mode",
                 "[isa][armv5te]") {
  const std::uint32_t word = GENERATE(0xE300'0001U,   // MOVW
                                      0xE190'0F9FU,   // LDREX
                                      0xF57F'F04FU,   // DSB
                                      0xF10C'0080U,   // CPSID I
                                      0xE6BF'0F31U,   // REV
                                      0xEE30'0A00U,   // VADD.F32
                                      0xF200'0D00U);  // VADD.F32 of Advanced SIMD
  CAPTURE(word);
  run({word});
  CHECK(mode() == 0x1B);
  CHECK(core.reg(14) == kCode + 4);
}

TEST_CASE_METHOD(Armv5Bench, "ARMv5TE: CPSR and SPSR have no A, E and GE bits", "[isa][armv5te]") {
  run({0xE10F'0000,    // MRS r0, CPSR
       0xE3E0'1020,    // MVN r1, #0x20
       0xE16F'F001,    // MSR SPSR_fsxc, r1
       0xE14F'2000,    // MRS r2, SPSR
       0xEF12'3456});  // Stop.
  CHECK(core.reg(0) == 0xD3);
  CHECK(core.reg(2) == 0xF800'00DF);
}

TEST_CASE_METHOD(Armv5Bench, "ARMv5TE: after an exception the A bit is not there",
                 "[isa][armv5te]") {
  run({0xE1200070});  // BKPT: a Prefetch Abort.
  CHECK(core.cpsr() == (0xD7U));
}

TEST_CASE_METHOD(Armv5Bench, "ARMv5TE: SWP asks no control bit", "[isa][armv5te]") {
  memory.write_word(kData, 7);
  run({0xE3A0'0802,    // MOV r0, #0x20000
       0xE3A0'1009,    // MOV r1, #9
       0xE100'2091,    // SWP r2, r1, [r0]
       0xEF12'3456});  // Stop.
  CHECK(core.reg(2) == 7);
  CHECK(memory.read_word(kData) == 9);
}

TEST_CASE_METHOD(Armv5Bench, "ARMv5TE: BL of two halfwords calls, and returns by BX",
                 "[isa][armv5te]") {
  // bl +8; svc 0xab; (pad); mov r0, #5; bx lr
  run({0xF802'F000, 0x0000'DFAB, 0x4770'2005}, 1);
  CHECK(core.reg(0) == 5);
  CHECK(core.reg(14) == kCode + 5);
}

}  // namespace
}  // namespace linefill
