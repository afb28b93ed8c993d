// SPDX-License-Identifier: Apache-2.0
#include "tests/models/cpu_cp15/system_control_bench.hpp"

namespace linefill {
namespace {

using namespace test;
using B = SystemControlBench;
using Strings = std::vector<std::string>;

TEST_CASE_METHOD(B, "cp15: each cache operation reaches the memory system", "[cp15]") {
  struct Row {
    const char* name;
    CoprocessorRegister which;
    std::uint32_t operand;
    const char* asked;
  };
  const Row rows[]{
      {"ICIALLU", c(7, 0, 5, 0), 0, "instructions"},
      {"ICIALLUIS", c(7, 0, 1, 0), 0, "instructions"},
      {"ICIMVAU", c(7, 0, 5, 1), 0x8000'1234, "instructions 0x80001234"},
      {"DCIMVAC", c(7, 0, 6, 1), 0x8000'1220, "invalidate 0x80001220"},
      {"DCCMVAC", c(7, 0, 10, 1), 0x8000'1220, "clean 0x80001220"},
      {"DCCMVAU", c(7, 0, 11, 1), 0x8000'1220, "clean 0x80001220"},
      {"DCCIMVAC", c(7, 0, 14, 1), 0x8000'1220, "clean+invalidate 0x80001220"},
      {"DCISW", c(7, 0, 6, 2), 0x4000'0020, "invalidate set 1 way 1"},
      {"DCCSW", c(7, 0, 10, 2), 0xC000'1FE0, "clean set 255 way 3"},
      {"DCCISW", c(7, 0, 14, 2), 0x8000'2000, "clean+invalidate set 0 way 2"},
      {"CP15ISB", c(7, 0, 5, 4), 0, "isb"},
      {"CP15DSB", c(7, 0, 10, 4), 0, "dsb"},
      {"CP15DMB", c(7, 0, 10, 5), 0, "dmb"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    operations.log.clear();
    write(row.which, row.operand);
    CHECK(operations.log == Strings{row.asked});
    CHECK_FALSE(control.take_coprocessor_abort());
  }
}

TEST_CASE_METHOD(B, "cp15: branch predictor operations and the old WFI do nothing", "[cp15]") {
  for (const auto& which :
       {c(7, 0, 5, 6), c(7, 0, 5, 7), c(7, 0, 1, 6), c(7, 0, 0, 4), c(7, 0, 13, 1)})
    write(which, 0);
  CHECK(operations.log.empty());
}

TEST_CASE_METHOD(B, "cp15: a set/way operation on a level that is not there does nothing",
                 "[cp15]") {
  write(c(7, 0, 14, 2), 0x2);
  CHECK(operations.log.empty());
  CHECK(log.guest_errors() == 1);
}

TEST_CASE_METHOD(B, "cp15: a cache operation that does not translate is a Data Abort of a write",
                 "[cp15]") {
  operations.fail = true;
  write(c(7, 0, 6, 1), 0xDEAD'0020);
  CHECK(control.take_coprocessor_abort());
  CHECK_FALSE(control.take_coprocessor_abort());
  CHECK(read(kDfsr) == 0x847);
  CHECK(read(kDfar) == 0xDEAD'0020);
}

TEST_CASE_METHOD(B, "cp15: TLB operations drop entries and say how far they reach", "[cp15]") {
  write(kTtbr0, 0x4000);
  write(kDacr, 1);
  tables.words[0x4000 + 0x600 * 4] = 0x6000'0C02;
  write(kSctlr, 0x1);
  Translation translation;
  Fault fault;
  const auto fill = [&] {
    REQUIRE(
        mmu.translate(VirtualAddress{0x6000'0000}, AccessType::kRead, true, translation, fault));
    CHECK(mmu.tlb().used() == 1);
    operations.log.clear();
  };
  for (const unsigned crm : {3U, 5U, 6U, 7U}) {
    CAPTURE(crm);
    fill();
    write(c(8, 0, crm, 0), 0);
    CHECK(mmu.tlb().used() == 0);
    CHECK(operations.log == Strings{"tlb all"});
    fill();
    write(c(8, 0, crm, 1), 0x600F'F0AB);
    CHECK(mmu.tlb().used() == 0);
    CHECK(operations.log == Strings{"tlb 0x600ff000 shift 20"});
    fill();
    write(c(8, 0, crm, 2), 0xAB);
    CHECK(mmu.tlb().used() == 1);  // It is global.
    CHECK(operations.log == Strings{"tlb asid 171"});
  }
  for (const unsigned crm : {3U, 7U}) {
    fill();
    write(c(8, 0, crm, 3), 0x600F'F000);
    CHECK(mmu.tlb().used() == 0);
  }
  operations.log.clear();
  write(c(8, 0, 7, 1), 0x1000);
  CHECK(operations.log == Strings{"tlb 0x00001000 shift 0"});
}

TEST_CASE_METHOD(B, "cp15: faults are recorded as DFSR and IFSR have them", "[cp15]") {
  control.set_data_fault({FaultStatus::kPermissionPage, 0xA}, VirtualAddress{0x1234'5678}, true);
  CHECK(read(kDfsr) == 0x8AF);
  CHECK(read(kDfar) == 0x1234'5678);
  control.set_data_fault({FaultStatus::kExternal, 0, true}, VirtualAddress{0x10}, false);
  CHECK(read(kDfsr) == 0x1008);
  control.set_asynchronous_fault(false);
  CHECK(read(kDfsr) == 0xC06);
  CHECK(read(kDfar) == 0x10);
  control.set_prefetch_fault({FaultStatus::kDomainSection, 3}, VirtualAddress{0xFFFF'0000});
  CHECK(read(kIfsr) == 0x9);
  CHECK(read(kIfar) == 0xFFFF'0000);
}

/// CP15 with the MMU on: a page at 0x1000, a supersection at 0x81000000.
struct TranslatedBench : B {
  TranslatedBench() {
    write(kTtbr0, 0x4000);
    write(kDacr, 1);
    tables.words[0x4000] = 0x8000 | 1;
    tables.words[0x8000 + 4] = 0x6543'2000 | 1U << 10 | 1U << 4 | 0xE;  // S, AP 1, WB no WA
    tables.words[0x4000 + 0x810 * 4] = 0x4500'0000 | 1U << 18 | 1U << 12 | 3U << 10 | 0xE;
    write(kSctlr, 0x5);
  }
};

TEST_CASE_METHOD(TranslatedBench,
                 "cp15: an address translation leaves address and attributes in PAR", "[cp15]") {
  write(c(7, 0, 8, 0), 0x1ABC);
  CHECK(read(kPar) == (0x6543'2000 | 1U << 7 | 7U << 4 | 3U << 2));
  write(c(7, 0, 8, 1), 0x1ABC);
  CHECK((read(kPar) & 1) == 0);
  write(c(7, 0, 8, 0), 0x8100'0ABC);
  CHECK(read(kPar) == (0x4500'0000 | 5U << 4 | 1U << 2 | 2U));
}

TEST_CASE_METHOD(TranslatedBench,
                 "cp15: an address translation that fails leaves the status in PAR", "[cp15]") {
  write(c(7, 0, 8, 2), 0x1ABC);  // User read of a privileged page.
  CHECK(read(kPar) == (0xFU << 1 | 1U));
  write(c(7, 0, 8, 3), 0x9000);
  CHECK(read(kPar) == (0x7U << 1 | 1U));
  CHECK_FALSE(control.take_coprocessor_abort());
}

// ARM ARM DDI 0406C, B3.10.1, B5.1.
TEST_CASE_METHOD(TranslatedBench,
                 "cp15: where effects are late, TLB operations wait for DSB and ISB",
                 "[cp15][late]") {
  const auto [crm, opc2] = GENERATE(table<unsigned, unsigned>({{7, 0}, {7, 1}, {7, 3}, {3, 2}}));
  Translation translation;
  Fault fault;
  tables.words[0x8000 + 4] |= 1U << 11;  // nG: of ASID 0.
  REQUIRE(mmu.translate(VirtualAddress{0x1000}, AccessType::kRead, true, translation, fault));
  operations.late = true;
  write(c(8, 0, crm, opc2), opc2 == 2 ? 0 : 0x1000);
  CHECK(mmu.tlb().used() == 1);
  REQUIRE(operations.effects.size() == 1);
  CHECK(operations.effects[0].first);
  operations.effects[0].second();
  CHECK(mmu.tlb().used() == 0);
}

TEST_CASE_METHOD(TranslatedBench, "cp15: where effects are late, PAR and ACTLR wait for an ISB",
                 "[cp15][late]") {
  operations.late = true;
  operations.log.clear();
  write(c(7, 0, 8, 0), 0x1ABC);
  CHECK(read(kPar) == 0);
  write(kActlr, 1U << 3);
  CHECK(read(kActlr) == 1U << 3);
  CHECK(operations.log.empty());
  REQUIRE(operations.effects.size() == 2);
  for (const auto& [needs_dsb, effect] : operations.effects) {
    CHECK_FALSE(needs_dsb);
    effect();
  }
  CHECK(read(kPar) == (0x6543'2000 | 1U << 7 | 7U << 4 | 3U << 2));
  CHECK(operations.log == Strings{"changed 1"});
}

TEST_CASE_METHOD(TranslatedBench, "cp15: a bus error of a translation's walk is a Data Abort",
                 "[cp15]") {
  tables.errors[0x4000] = BusResponse::kDecodeError;
  write(c(7, 0, 8, 0), 0x1ABC);
  CHECK(control.take_coprocessor_abort());
  CHECK((read(kDfsr) & 0x40F) == 0xC);
}

TEST_CASE_METHOD(B, "cp15: PMCCNTR counts core cycles while enabled", "[cp15][pmu]") {
  const auto pmcr = c(9, 0, 12, 0);
  const auto pmccntr = c(9, 0, 13, 0);
  clock.now = 1000;
  write(pmcr, 1 | 4);
  clock.now = 1100;
  CHECK(read(pmccntr) == 0);
  write(c(9, 0, 12, 1), 1U << 31);
  clock.now = 1500;
  CHECK(read(pmccntr) == 400);
  write(c(9, 0, 12, 2), 1U << 31);
  clock.now = 2000;
  CHECK(read(pmccntr) == 400);
  write(c(9, 0, 12, 1), 1U << 31);
  write(pmcr, 1 | 4 | 8);
  clock.now = 2640;
  CHECK(read(pmccntr) == 10);
}

TEST_CASE_METHOD(B, "cp15: the monitors are open to User mode with PMUSERENR.EN", "[cp15][pmu]") {
  CHECK_FALSE(readable(c(9, 0, 13, 0), false));
  write(c(9, 0, 14, 0), 1);
  CHECK(readable(c(9, 0, 13, 0), false));
  CHECK_FALSE(control.write_coprocessor(c(9, 0, 14, 0), false, 0));
  CHECK_FALSE(readable(c(9, 0, 14, 1), false));
}

TEST_CASE_METHOD(B, "cp15: a software increment counts in an enabled counter of event 0",
                 "[cp15][pmu]") {
  write(c(9, 0, 12, 0), 1);
  write(c(9, 0, 12, 1), 0x3);
  write(c(9, 0, 12, 5), 1);
  write(c(9, 0, 13, 1), 0x11);  // Counter 1 counts something else.
  write(c(9, 0, 12, 4), 0x7);
  CHECK(read(c(9, 0, 13, 2)) == 0);
  write(c(9, 0, 12, 5), 0);
  CHECK(read(c(9, 0, 13, 2)) == 1);
  write(c(9, 0, 13, 2), 0xFFFF'FFFF);
  write(c(9, 0, 12, 4), 0x1);
  CHECK(read(c(9, 0, 12, 3)) == 1);
}

}  // namespace
}  // namespace linefill
