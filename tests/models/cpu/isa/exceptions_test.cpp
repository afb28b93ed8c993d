// SPDX-License-Identifier: Apache-2.0
// ARM DDI 0406C, B1.8 and B1.9: modes, offsets, return addresses and masks, typed from there.
#include "tests/models/cpu/isa/core_bench.hpp"
#include "tests/support/catch.hpp"

namespace linefill::test {
namespace {

constexpr std::uint32_t kUser = 0x10;
constexpr std::uint32_t kUserT32 = 0x30;
constexpr std::uint32_t kNopA32 = 0xE1A0'0000;

}  // namespace

TEST_CASE("reset enters Supervisor mode with A, I and F masked", "[isa][exceptions]") {
  CoreBench b;
  b.a32({CoreBench::kStopA32});
  CHECK(b.core.cpsr() == 0x0000'01D3);
  CHECK(b.core.pc() == CoreBench::kCode);
}

TEST_CASE("an undefined A32 instruction goes to 0x04 with LR at the next one",
          "[isa][exceptions]") {
  CoreBench b;
  b.a32({kNopA32, 0xE7F0'00F0});  // udf #0
  b.core.set_cpsr(kUser | 0x8000'0000);
  b.block();
  CHECK(b.core.pc() == 0x04);
  CHECK(b.mode() == 0x1B);
  CHECK(b.core.reg(14) == CoreBench::kCode + 8);
  CHECK(b.core.state().spsr() == (kUser | 0x8000'0000));
  CHECK((b.core.cpsr() & 0x1C0) == 0x80);  // I, not A, not F
}

TEST_CASE("an undefined T32 instruction has LR two bytes after it, and is entered in A32",
          "[isa][exceptions]") {
  CoreBench b;
  b.t32({0xBF00, 0xDE00});  // nop; udf #0
  b.core.set_cpsr(kUserT32);
  b.block();
  CHECK(b.core.pc() == 0x04);
  CHECK(b.core.reg(14) == CoreBench::kCode + 4);
  CHECK(b.core.state().spsr() == kUserT32);
  CHECK((b.core.cpsr() & 0x20) == 0);
}

TEST_CASE("SVC goes to 0x08 in Supervisor mode with LR at the next instruction",
          "[isa][exceptions]") {
  const bool thumb = GENERATE(false, true);
  CoreBench b;
  if (thumb) {
    b.t32({0xDF01});
  } else {
    b.a32({0xEF00'0001});
  }
  b.core.set_cpsr(thumb ? kUserT32 : kUser);
  b.block();
  CHECK(b.core.pc() == 0x08);
  CHECK(b.mode() == 0x13);
  CHECK(b.core.reg(14) == CoreBench::kCode + (thumb ? 2 : 4));
}

TEST_CASE("SMC goes to MVBAR + 8 in Monitor mode with A, I and F masked", "[isa][exceptions]") {
  const bool thumb = GENERATE(false, true);
  CoreBench b;
  if (thumb) {
    b.t32({0xF7F0, 0x8000});
  } else {
    b.a32({0xE160'0070});
  }
  b.core.set_cpsr(thumb ? 0x3F : 0x1F);
  b.system.vectors = 0x8000;
  b.system.scr_value = 1;
  b.block();
  CHECK(b.core.pc() == 0x408);
  CHECK((b.core.cpsr() & 0x1FF) == 0x1D6);
  CHECK(b.core.reg(14) == CoreBench::kCode + 4);
  CHECK(b.core.state().spsr() == (thumb ? 0x3FU : 0x1FU));
  CHECK(b.system.scr_value == 1);
}

TEST_CASE("SMC in User mode is undefined", "[isa][exceptions]") {
  CoreBench b;
  b.a32({0xE160'0070});
  b.core.set_cpsr(kUser);
  b.block();
  CHECK(b.core.pc() == 0x04);
  CHECK(b.mode() == 0x1B);
}

TEST_CASE("an exception taken from Monitor mode clears SCR.NS", "[isa][exceptions]") {
  CoreBench b;
  b.a32({0xEF00'0001});
  b.core.set_cpsr(0x16);
  b.system.scr_value = 7;
  b.block();
  CHECK(b.core.pc() == 0x08);
  CHECK(b.system.scr_value == 6);
}

TEST_CASE("with SCR.IRQ, an IRQ is taken to Monitor mode at MVBAR + 0x18", "[isa][exceptions]") {
  CoreBench b;
  b.a32({kNopA32});
  b.core.set_cpsr(0x1F);
  b.system.scr_value = 2;
  b.core.set_irq(true);
  b.core.step();
  CHECK(b.mode() == 0x16);
  CHECK(b.core.reg(14) == CoreBench::kCode + 4);
}

TEST_CASE("a cache operation whose address does not translate is a Data Abort",
          "[isa][exceptions]") {
  CoreBench b;
  b.a32({0xEE07'0F3A});  // mcr p15, 0, r0, c7, c10, 1
  b.core.set_cpsr(0x1F);
  b.system.coprocessor_aborts = true;
  b.block();
  CHECK(b.core.pc() == 0x10);
  CHECK(b.mode() == 0x17);
  CHECK(b.core.reg(14) == CoreBench::kCode + 8);
}

TEST_CASE("a fetch from nowhere goes to 0x0C with LR 4 after it", "[isa][exceptions]") {
  CoreBench b;
  b.a32({kNopA32});
  b.core.set_cpsr(kUser);
  b.core.set_pc(0x00F0'0000);
  b.block();
  CHECK(b.core.pc() == 0x0C);
  CHECK(b.mode() == 0x17);
  CHECK(b.core.reg(14) == 0x00F0'0004);
  CHECK((b.core.cpsr() & 0x1C0) == 0x180);  // A and I
}

TEST_CASE("a loop of prefetch aborts returns at the limit", "[isa][exceptions]") {
  CoreBench b;
  b.a32({kNopA32});
  b.system.vectors = 0xFFFF'0000;
  b.core.set_pc(0x00F0'0000);
  b.run(100'000);
  CHECK(b.clock.now >= 100'000);
  CHECK(b.core.exceptions() > 1000);
}

TEST_CASE("a load from nowhere goes to 0x10 with LR 8 after it, in both instruction sets",
          "[isa][exceptions]") {
  const bool thumb = GENERATE(false, true);
  CoreBench b;
  if (thumb) {
    b.t32({0xBF00, 0x6808});  // ldr r0, [r1]
  } else {
    b.a32({kNopA32, 0xE591'0000});
  }
  b.core.set_cpsr(thumb ? kUserT32 : kUser);
  b.core.set_reg(0, 0x1234);
  b.core.set_reg(1, 0x00F0'0000);
  b.block();
  CHECK(b.core.pc() == 0x10);
  CHECK(b.mode() == 0x17);
  CHECK(b.core.reg(14) == CoreBench::kCode + (thumb ? 2 : 4) + 8);
  CHECK(b.core.reg(0) == 0x1234);
  CHECK(b.memory.pc == CoreBench::kCode + (thumb ? 2 : 4));
}

TEST_CASE("IRQ is taken between blocks with LR 4 after the next instruction", "[isa][exceptions]") {
  CoreBench b;
  b.a32({0xEAFF'FFFE});  // b .
  b.core.set_cpsr(kUser);
  b.block();
  b.core.set_irq(true);
  b.run();
  CHECK(b.core.reg(15) == 0x1C);  // after the handler's semihosting call
  CHECK(b.mode() == 0x12);
  CHECK(b.core.reg(14) == CoreBench::kCode + 4);
  CHECK((b.core.cpsr() & 0x1C0) == 0x180);
}

TEST_CASE("FIQ comes before IRQ, masks both, and has its own r8 to r14", "[isa][exceptions]") {
  CoreBench b;
  b.a32({0xEAFF'FFFE});
  b.core.set_cpsr(kUser);
  b.core.set_reg(8, 0x88);
  b.core.set_irq(true);
  b.core.set_fiq(true);
  b.run();
  CHECK(b.mode() == 0x11);
  CHECK((b.core.cpsr() & 0x1C0) == 0x1C0);
  CHECK(b.core.reg(14) == CoreBench::kCode + 4);
  CHECK(b.core.reg(8) == 0);
  CHECK(b.core.state().banked(Mode::kUser, 8) == 0x88);
}

TEST_CASE("masked interrupts wait, and are taken when CPS unmasks them", "[isa][exceptions]") {
  CoreBench b;
  b.a32({0xEAFF'FFFF, 0xF108'0080, kNopA32});  // b +4; cpsie i; nop
  b.core.set_irq(true);
  b.block();
  CHECK(b.mode() == 0x13);
  b.run();
  CHECK(b.mode() == 0x12);
  CHECK(b.core.reg(14) == CoreBench::kCode + 8 + 4);
}

TEST_CASE("SCTLR.TE and SCTLR.EE choose how exceptions are entered", "[isa][exceptions]") {
  CoreBench b;
  b.a32({0xEF00'0001});
  b.system.sctlr_value |= 1U << 30 | 1U << 25;
  b.block();
  CHECK((b.core.cpsr() & 0x220) == 0x220);
  CHECK(b.memory.big_endian);
}

TEST_CASE("SUBS PC, LR returns to the mode, flags and instruction set of SPSR",
          "[isa][exceptions]") {
  CoreBench b;
  b.t32({0xBF00, 0xDF01, CoreBench::kStopT32});
  b.memory.write_word(0x08, 0xE1B0'F00E);  // movs pc, lr
  b.memory.invalidate_code();
  b.core.set_cpsr(0x6000'0030);
  b.run();
  CHECK(b.core.pc() == CoreBench::kCode + 6);
  CHECK(b.core.cpsr() == 0x6000'0030);
}

TEST_CASE("an exception inside an IT block keeps ITSTATE, and the return goes on with it",
          "[isa][exceptions][it]") {
  CoreBench b;
  // cmp r0, r0; itte eq; moveq r1, #1; svceq 1; movne r2, #2; stop
  b.t32({0x4280, 0xBF06, 0x2101, 0xDF01, 0x2202, CoreBench::kStopT32});
  b.memory.write_word(0x08, 0xE1B0'F00E);
  b.memory.invalidate_code();
  b.core.set_cpsr(kUserT32);
  b.run();
  CHECK(b.core.reg(1) == 1);
  CHECK(b.core.reg(2) == 0);
  CHECK(b.core.pc() == CoreBench::kCode + 12);
}

TEST_CASE("SRS and RFE save and restore the return state on another mode's stack",
          "[isa][exceptions]") {
  CoreBench b;
  // srsdb sp!, #0x1f; cps #0x1f; rfeia sp!
  b.a32({0xF96D'051F, 0xF102'001F, 0xF8BD'0A00});
  b.core.state().set_banked(Mode::kSystem, 13, CoreBench::kData + 0x100);
  b.core.set_reg(14, CoreBench::kCode + 0x40);
  b.core.state().set_spsr(0x8000'0010);
  b.memory.write_word(CoreBench::kCode + 0x40, CoreBench::kStopA32);
  b.memory.invalidate_code();
  b.block();
  CHECK(b.memory.read_word(CoreBench::kData + 0xF8) == CoreBench::kCode + 0x40);
  CHECK(b.memory.read_word(CoreBench::kData + 0xFC) == 0x8000'0010);
  b.run();
  CHECK(b.core.cpsr() == 0x8000'0010);
  CHECK(b.core.pc() == CoreBench::kCode + 0x44);
  CHECK(b.core.reg(13) == CoreBench::kData + 0x100);
}

TEST_CASE("LDM with ^ and the PC returns from an exception", "[isa][exceptions]") {
  CoreBench b;
  b.a32({0xE8FD'8003});  // ldmia sp!, {r0, r1, pc}^
  b.core.set_reg(13, CoreBench::kData);
  b.core.state().set_spsr(0x4000'0010);
  b.memory.write_word(CoreBench::kData, 10);
  b.memory.write_word(CoreBench::kData + 4, 11);
  b.memory.write_word(CoreBench::kData + 8, CoreBench::kCode + 0x80);
  b.block();
  CHECK(b.core.pc() == CoreBench::kCode + 0x80);
  CHECK(b.core.cpsr() == 0x4000'0010);
  CHECK(b.core.reg(1) == 11);
  CHECK(b.core.state().banked(Mode::kSupervisor, 13) == CoreBench::kData + 12);
}

// CPSRWriteByInstr, B1.3.3; modes: table B1-1.
TEST_CASE("a return to a reserved mode is undefined, counted and writes no register",
          "[isa][exceptions]") {
  constexpr std::uint32_t kReserved = 0x8000'0014;
  // movs pc, lr; ldmia sp!, {r0, r1, pc}^; rfeia sp!
  const auto word = GENERATE(0xE1B0'F00E, 0xE8FD'8003, 0xF8BD'0A00);
  CoreBench b;
  b.a32({static_cast<std::uint32_t>(word)});
  b.core.set_reg(13, CoreBench::kData);
  b.core.state().set_spsr(kReserved);
  b.memory.write_word(CoreBench::kData, 10);
  b.memory.write_word(CoreBench::kData + 4, kReserved);
  b.block();
  CHECK(b.core.unpredictable_instructions() == 1);
  CHECK(b.core.pc() == 0x04);
  CHECK(b.mode() == 0x1B);
  CHECK(b.core.reg(0) == 0);
  CHECK(b.core.reg(1) == 0);
  CHECK(b.core.state().banked(Mode::kSupervisor, 13) == CoreBench::kData);
}

TEST_CASE("LDM and STM with ^ transfer User mode's registers", "[isa][exceptions]") {
  CoreBench b;
  b.a32(
      {0xE8C0'6000, 0xE8D1'6000, CoreBench::kStopA32});  // stmia r0, {sp, lr}^; ldmia r1, {sp, lr}^
  b.core.state().set_banked(Mode::kUser, 13, 0x1313);
  b.core.state().set_banked(Mode::kUser, 14, 0x1414);
  b.core.set_reg(13, 0xBAD);
  b.core.set_reg(0, CoreBench::kData);
  b.core.set_reg(1, CoreBench::kData + 8);
  b.memory.write_word(CoreBench::kData + 8, 0x31);
  b.memory.write_word(CoreBench::kData + 12, 0x41);
  b.run();
  CHECK(b.memory.read_word(CoreBench::kData) == 0x1313);
  CHECK(b.memory.read_word(CoreBench::kData + 4) == 0x1414);
  CHECK(b.core.state().banked(Mode::kUser, 13) == 0x31);
  CHECK(b.core.state().banked(Mode::kUser, 14) == 0x41);
  CHECK(b.core.reg(13) == 0xBAD);
}

TEST_CASE("BKPT that is not served is a prefetch abort at itself", "[isa][exceptions]") {
  CoreBench b;
  b.a32({0xE120'0070});  // bkpt #0
  b.core.set_cpsr(kUser);
  b.block();
  CHECK(b.core.pc() == 0x0C);
  CHECK(b.core.reg(14) == CoreBench::kCode + 4);
}

TEST_CASE("an UNPREDICTABLE instruction is UNDEFINED and counted", "[isa][exceptions]") {
  CoreBench b;
  b.a32({0xE00F'0291});  // mul pc, r1, r2
  b.block();
  CHECK(b.core.pc() == 0x04);
  CHECK(b.core.unpredictable_instructions() == 1);
}

TEST_CASE("coprocessors other than 14 and 15 are UNDEFINED, as are registers that CP15 has not",
          "[isa][exceptions]") {
  CoreBench b;
  b.a32({0xEE10'0A10});  // vmrs r0, fpsid
  b.block();
  CHECK(b.core.pc() == 0x04);
  b.a32({0xEE11'0F10});  // mrc p15, 0, r0, c1, c0, 0
  b.system.coprocessor_present = false;
  b.block();
  CHECK(b.core.pc() == 0x04);
}

TEST_CASE("MCR and MRC name the register as encoded", "[isa][coprocessor]") {
  CoreBench b;
  b.a32({0xEE47'3FB6, 0xEE57'4FB6, CoreBench::kStopA32});  // mcr/mrc p15, 2, r3/r4, c7, c6, 5
  b.core.set_reg(3, 0xABCD);
  b.run();
  CHECK(b.system.last_register.coprocessor == 15);
  CHECK(b.system.last_register.opc1 == 2);
  CHECK(b.system.last_register.crn == 7);
  CHECK(b.system.last_register.crm == 6);
  CHECK(b.system.last_register.opc2 == 5);
  CHECK(b.system.last_privileged);
  CHECK(b.core.reg(4) == 0xABCD);
}

TEST_CASE("MCR and MRC of T32 are those of A32", "[isa][coprocessor]") {
  CoreBench b;
  b.t32({0xEE47, 0x3FB6, 0xEE57, 0x4FB6, CoreBench::kStopT32});
  b.core.set_reg(3, 0xABCD);
  b.run();
  CHECK(b.system.last_register.coprocessor == 15);
  CHECK(b.system.last_register.opc1 == 2);
  CHECK(b.system.last_register.crn == 7);
  CHECK(b.system.last_register.crm == 6);
  CHECK(b.system.last_register.opc2 == 5);
  CHECK(b.core.reg(4) == 0xABCD);
}

}  // namespace linefill::test
