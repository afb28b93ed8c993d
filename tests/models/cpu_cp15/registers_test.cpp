// SPDX-License-Identifier: Apache-2.0
#include "tests/models/cpu_cp15/system_control_bench.hpp"

namespace linefill {
namespace {

using namespace test;
using B = SystemControlBench;

TEST_CASE_METHOD(B, "cp15: identification and reset values are a Cortex-A9's", "[cp15][reset]") {
  struct Row {
    const char* name;
    CoprocessorRegister which;
    std::uint32_t value;
  };
  const Row rows[]{
      {"MIDR", c(0, 0, 0, 0), 0x410FC090},
      {"CTR", c(0, 0, 0, 1), 0x80038003},
      {"TCMTR", c(0, 0, 0, 2), 0},
      {"MPIDR", c(0, 0, 0, 5), 0x80000000},
      {"ID_PFR0", c(0, 0, 1, 0), 0x1031},
      {"ID_PFR1", c(0, 0, 1, 1), 0x11},
      {"ID_DFR0", c(0, 0, 1, 2), 0},
      {"ID_AFR0", c(0, 0, 1, 3), 0},
      {"ID_MMFR0", c(0, 0, 1, 4), 0x100103},
      {"ID_MMFR1", c(0, 0, 1, 5), 0x20000000},
      {"ID_MMFR2", c(0, 0, 1, 6), 0x1230000},
      {"ID_MMFR3", c(0, 0, 1, 7), 0x2111},
      {"ID_ISAR0", c(0, 0, 2, 0), 0x101111},
      {"ID_ISAR1", c(0, 0, 2, 1), 0x13112111},
      {"ID_ISAR2", c(0, 0, 2, 2), 0x21232041},
      {"ID_ISAR3", c(0, 0, 2, 3), 0x11112131},
      {"ID_ISAR4", c(0, 0, 2, 4), 0x111142},
      {"ID_ISAR5", c(0, 0, 2, 5), 0},
      {"CLIDR", c(0, 1, 0, 1), 0x9000003},
      {"CSSELR", c(0, 2, 0, 0), 0},
      {"SCTLR", c(1, 0, 0, 0), 0x00C50078},
      {"ACTLR", c(1, 0, 0, 1), 0},
      {"SCR", c(1, 0, 1, 0), 0},
      {"TTBCR", c(2, 0, 0, 2), 0},
      {"PMCR", c(9, 0, 12, 0), 0x41093000},
      {"PRRR", c(10, 0, 2, 0), 0x00098AA4},
      {"NMRR", c(10, 0, 2, 1), 0x44E048E0},
      {"VBAR", c(12, 0, 0, 0), 0},
      {"CBAR", c(15, 4, 0, 0), 0x1E000000},
      {"DBGDIDR", c(0, 0, 0, 0, 14), 0x35141000},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(read(row.which) == row.value);
  }
}

TEST_CASE_METHOD(B, "cp15: CCSIDR describes the cache that CSSELR selects", "[cp15]") {
  CHECK(read(c(0, 1, 0, 0)) == 0xE01FE019);  // 32 KiB L1D
  write(c(0, 2, 0, 0), 1);
  CHECK(read(c(0, 1, 0, 0)) == 0x201FE019);  // 32 KiB L1I
  write(c(0, 2, 0, 0), 2);
  CHECK(read(c(0, 1, 0, 0)) == 0);
  SystemControl small{{{4, 128}, {4, 128}}, mmu, operations, clock, log};
  std::uint32_t value = 0;
  REQUIRE(small.read_coprocessor(c(0, 1, 0, 0), true, value));
  CHECK(value == 0xE00FE019);  // 16 KiB, as Linux sees it on other models.
}

TEST_CASE_METHOD(B, "cp15: SCTLR keeps its fixed bits and takes Linux's value", "[cp15]") {
  write(kSctlr, 0x10C5387D);
  CHECK(read(kSctlr) == 0x10C5387D);
  CHECK(control.sctlr() == 0x10C5387D);
  CHECK(mmu.registers().mmu_enabled());
  write(kSctlr, 0);
  CHECK(read(kSctlr) == 0x00C50078);
  write(kSctlr, 0xFFFF'FFFF);
  CHECK(read(kSctlr) == (0x00C50078 | 0x72007C07));
}

TEST_CASE_METHOD(B, "cp15: registers keep the bits that are implemented", "[cp15]") {
  struct Row {
    const char* name;
    CoprocessorRegister which;
    std::uint32_t kept;
  };
  const Row rows[]{
      {"ACTLR", kActlr, 0x3CF},
      {"CPACR", c(1, 0, 0, 2), 0xC0F00000},
      {"TTBR0", kTtbr0, 0xFFFFFFFF},
      {"TTBR1", c(2, 0, 0, 1), 0xFFFFFFFF},
      {"TTBCR", c(2, 0, 0, 2), 0x37},
      {"DACR", kDacr, 0xFFFFFFFF},
      {"DFSR", kDfsr, 0x1CFF},
      {"IFSR", kIfsr, 0x140F},
      {"DFAR", kDfar, 0xFFFFFFFF},
      {"IFAR", kIfar, 0xFFFFFFFF},
      {"VBAR", c(12, 0, 0, 0), 0xFFFFFFE0},
      {"MVBAR", c(12, 0, 0, 1), 0xFFFFFFE0},
      {"FCSEIDR", c(13, 0, 0, 0), 0},
      {"CONTEXTIDR", kContextidr, 0xFFFFFFFF},
      {"TPIDRURW", c(13, 0, 0, 2), 0xFFFFFFFF},
      {"TPIDRURO", c(13, 0, 0, 3), 0xFFFFFFFF},
      {"TPIDRPRW", c(13, 0, 0, 4), 0xFFFFFFFF},
      {"Diagnostic", c(15, 0, 0, 1), 0xFFFFFFFF},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    write(row.which, 0xFFFFFFFF);
    CHECK(read(row.which) == row.kept);
  }
}

TEST_CASE_METHOD(B, "cp15: User mode reaches the thread registers and the barriers only",
                 "[cp15]") {
  const CoprocessorRegister urw = c(13, 0, 0, 2);
  const CoprocessorRegister uro = c(13, 0, 0, 3);
  CHECK(control.write_coprocessor(urw, false, 7));
  CHECK(readable(urw, false));
  CHECK(readable(uro, false));
  CHECK_FALSE(control.write_coprocessor(uro, false, 7));
  CHECK_FALSE(readable(c(13, 0, 0, 4), false));
  CHECK_FALSE(readable(kSctlr, false));
  CHECK_FALSE(control.write_coprocessor(c(7, 0, 10, 1), false, 0));
  CHECK(control.write_coprocessor(c(7, 0, 5, 4), false, 0));
  CHECK(control.write_coprocessor(c(7, 0, 10, 4), false, 0));
  CHECK(control.write_coprocessor(c(7, 0, 10, 5), false, 0));
  CHECK(operations.log == std::vector<std::string>{"isb", "dsb", "dmb"});
}

// ARM ARM, B4.1.150 and B4.1.151.
TEST_CASE_METHOD(B, "cp15: TEECR.XED keeps User mode, and nobody else, from TEEHBR", "[cp15]") {
  const auto teecr = c(0, 6, 0, 0, 14);
  const auto teehbr = c(1, 6, 0, 0, 14);
  CHECK(readable(teehbr, false));
  CHECK(control.write_coprocessor(teehbr, false, 0x1000));
  write(teecr, 1);
  CHECK_FALSE(readable(teehbr, false));
  CHECK_FALSE(control.write_coprocessor(teehbr, false, 0x2000));
  CHECK(read(teehbr) == 0x1000);
  write(teehbr, 0x3000);
  write(teecr, 0);
  CHECK(readable(teehbr, false));
}

TEST_CASE_METHOD(B, "cp15: what is not in the manual is undefined, so is the wrong direction",
                 "[cp15]") {
  CHECK_FALSE(readable(c(4, 0, 0, 0), true));
  CHECK_FALSE(readable(c(0, 0, 0, 0, 10), true));
  CHECK_FALSE(control.write_coprocessor(c(0, 0, 0, 0), true, 0));  // MIDR
  CHECK_FALSE(readable(c(7, 0, 5, 0), true));                      // ICIALLU
}

TEST_CASE_METHOD(B, "cp15: the vectors are at VBAR, or high with SCTLR.V", "[cp15]") {
  write(c(12, 0, 0, 0), 0x6010'0000);
  CHECK(control.vector_base() == 0x6010'0000);
  write(kSctlr, 1U << 13);
  CHECK(control.vector_base() == 0xFFFF'0000);
}

TEST_CASE_METHOD(B, "cp15: a changed register is told once, an unchanged one is not", "[cp15]") {
  using Changed = CacheOperations::Changed;
  const auto told = [](Changed what) {
    return "changed " + std::to_string(static_cast<int>(what));
  };
  write(kSctlr, 0x00C51078);
  write(kSctlr, 0x00C51078);
  write(kTtbr0, 0x6000'4059);
  write(kDacr, 0x51);
  write(kDacr, 0x51);
  write(c(10, 0, 2, 0), 0xFF0A81A8);
  write(kContextidr, 0x133);
  write(kActlr, 0x40);
  write(kActlr, 0x40);
  CHECK(operations.log ==
        std::vector<std::string>{told(Changed::kControl), told(Changed::kTranslationTable),
                                 told(Changed::kDomains), told(Changed::kRemap),
                                 told(Changed::kContext), told(Changed::kAuxiliary)});
  CHECK(control.coherent());
  CHECK(mmu.registers().dacr == 0x51);
}

TEST_CASE_METHOD(B, "cp15: reset undoes what was written", "[cp15][reset]") {
  write(kSctlr, 0x10C5387D);
  write(kActlr, 0x41);
  write(c(10, 0, 2, 0), 0xFF0A81A8);
  write(c(13, 0, 0, 3), 5);
  control.reset();
  CHECK(read(kSctlr) == 0x00C50078);
  CHECK(read(kActlr) == 0);
  CHECK(read(c(10, 0, 2, 0)) == 0x00098AA4);
  CHECK(read(c(13, 0, 0, 3)) == 0);
}

TEST_CASE_METHOD(B, "cp15: ISR shows the interrupt inputs", "[cp15]") {
  control.set_interrupt_lines(true, false);
  CHECK(read(c(12, 0, 1, 0)) == 0x80);
  control.set_interrupt_lines(false, true);
  CHECK(read(c(12, 0, 1, 0)) == 0x40);
}

}  // namespace
}  // namespace linefill
