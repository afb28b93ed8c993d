// SPDX-License-Identifier: Apache-2.0
// Numbers and encodings are those of Linux 6.1: mach-mmp/cputype.h, mm/proc-mohawk.S,
// mm/cache-tauros2.c.
#include "models/cpu/cp15/system_control_register.hpp"
#include "tests/models/cpu_cp15/system_control_bench.hpp"

namespace linefill {
namespace {

using namespace test;
using Strings = std::vector<std::string>;

struct MarvellBench {
  explicit MarvellBench(const SystemControlTable& table)
      : control{{{4, 256}, {4, 256}, 0, 0, &table}, mmu, operations, clock, log} {
    operations.outer = {8, 1024};
  }

  static CoprocessorRegister c(unsigned crn, unsigned opc1, unsigned crm, unsigned opc2) {
    return {15, opc1, crn, crm, opc2};
  }
  bool readable(const CoprocessorRegister& which, std::uint32_t& value) {
    return control.read_coprocessor(which, true, value);
  }
  std::uint32_t read(const CoprocessorRegister& which) {
    std::uint32_t value = 0;
    REQUIRE(readable(which, value));
    return value;
  }
  bool write(const CoprocessorRegister& which, std::uint32_t value) {
    operations.log.clear();
    return control.write_coprocessor(which, true, value);
  }
  /// What one write asks for.
  Strings asked(const CoprocessorRegister& which, std::uint32_t value) {
    REQUIRE(write(which, value));
    return operations.log;
  }

  PageTables tables;
  Statistics statistics;
  Mmu mmu{tables, statistics};
  RecordedOperations operations;
  CoreClock clock;
  Log log{"cpu"};
  SystemControl control;
};

struct Mohawk : MarvellBench {
  Mohawk() : MarvellBench{SystemControlTable::mohawk()} {}
};
struct Pj4 : MarvellBench {
  Pj4() : MarvellBench{SystemControlTable::pj4()} {}
};

TEST_CASE_METHOD(Mohawk, "Mohawk: Linux knows it by its main ID, and that its L2 is a Tauros2",
                 "[cp15][mohawk]") {
  const std::uint32_t id = read(c(0, 0, 0, 0));
  CHECK((id & 0xFFFF'F000) == 0x5615'8000);
  CHECK((id & 0xFF0F'0000) == 0x5605'0000);
  CHECK((id >> 8 & 0xFF) == 0x84);
}

TEST_CASE_METHOD(Mohawk, "Mohawk: its cache type says 32 KiB of four ways and 32-byte lines twice",
                 "[cp15][mohawk]") {
  CHECK(read(c(0, 0, 0, 1)) == 0x1D19'2192);  // ARM DDI 0100I, B4.6.2: as an ARM926EJ-S of 32 KiB.
}

TEST_CASE_METHOD(Mohawk, "Mohawk: each operation on the L1 caches reaches the memory system",
                 "[cp15][mohawk]") {
  CHECK(asked(c(7, 0, 6, 1), 0x1020) == Strings{"invalidate 0x00001020"});
  CHECK(asked(c(7, 0, 10, 1), 0x1020) == Strings{"clean 0x00001020"});
  CHECK(asked(c(7, 0, 14, 1), 0x1020) == Strings{"clean+invalidate 0x00001020"});
  CHECK(asked(c(7, 0, 5, 0), 0) == Strings{"instructions"});
  CHECK(asked(c(7, 0, 5, 1), 0x1020) == Strings{"instructions 0x00001020"});
  CHECK(asked(c(7, 0, 10, 4), 0) == Strings{"dsb"});
  CHECK(asked(c(7, 0, 5, 4), 0) == Strings{"isb"});
}

TEST_CASE_METHOD(Mohawk, "Mohawk: operations on whole L1 caches do every line", "[cp15][mohawk]") {
  const Strings dropped = asked(c(7, 0, 6, 0), 0);
  CHECK(dropped.size() == 1024);
  CHECK(dropped.front() == "invalidate set 0 way 0");
  CHECK(dropped.back() == "invalidate set 255 way 3");
  CHECK(asked(c(7, 0, 14, 0), 0).front() == "clean+invalidate set 0 way 0");
  const Strings both = asked(c(7, 0, 7, 0), 0);
  CHECK(both.size() == 1025);
  CHECK(both.front() == "instructions");
}

TEST_CASE_METHOD(Mohawk, "Mohawk: the L2's operations are by physical address, or on all",
                 "[cp15][mohawk][tauros2]") {
  CHECK(asked(c(7, 1, 11, 3), 0x1020) == Strings{"L2 clean 0x00001020"});
  CHECK(asked(c(7, 1, 15, 3), 0x1020) == Strings{"L2 clean+invalidate 0x00001020"});
  CHECK(asked(c(7, 1, 7, 3), 0x1020) == Strings{"L2 invalidate 0x00001020"});
  CHECK(asked(c(7, 1, 11, 0), 0) == Strings{"L2 clean all"});
  CHECK(asked(c(7, 1, 7, 0), 0) == Strings{"L2 invalidate all"});
}

TEST_CASE_METHOD(Mohawk, "Mohawk: bit 22 of the features and bit 26 of control switch the L2",
                 "[cp15][mohawk][tauros2]") {
  CHECK(asked(c(15, 1, 1, 0), 0x0140'0000) == Strings{"L2 on 0x01400000"});
  CHECK(read(c(15, 1, 1, 0)) == 0x0140'0000);
  const std::uint32_t control_register = read(c(1, 0, 0, 0));
  CHECK(asked(c(1, 0, 0, 0), control_register & ~(1U << 26)).back() == "L2 off 0x01400000");
  CHECK(asked(c(1, 0, 0, 0), control_register).back() == "L2 on 0x01400000");
  CHECK(asked(c(15, 1, 1, 0), 0x0100'0000) == Strings{"L2 off 0x01000000"});
}

TEST_CASE_METHOD(Mohawk, "Mohawk: what ARMv7 has in CP15 is undefined", "[cp15][mohawk]") {
  std::uint32_t value = 0;
  CHECK_FALSE(readable(c(0, 1, 0, 0), value));   // CCSIDR
  CHECK_FALSE(readable(c(0, 1, 0, 1), value));   // CLIDR
  CHECK_FALSE(readable(c(2, 0, 0, 2), value));   // TTBCR
  CHECK_FALSE(readable(c(10, 0, 2, 0), value));  // PRRR
  CHECK_FALSE(readable(c(12, 0, 0, 0), value));  // VBAR
  CHECK_FALSE(readable(c(13, 0, 0, 1), value));  // CONTEXTIDR
  CHECK_FALSE(readable(c(9, 0, 12, 0), value));  // PMCR
  CHECK_FALSE(write(c(7, 0, 14, 2), 0));         // DCCISW
  CHECK_FALSE(write(c(7, 0, 11, 1), 0));         // DCCMVAU
  CHECK_FALSE(write(c(7, 0, 10, 5), 0));         // CP15DMB
  CHECK_FALSE(write(c(7, 0, 8, 0), 0));          // ATS1CPR
}

TEST_CASE_METHOD(Mohawk, "Mohawk: its control register keeps no bit of ARMv7's", "[cp15][mohawk]") {
  write(c(1, 0, 0, 0), 0xFFFF'FFFF);
  CHECK(read(c(1, 0, 0, 0)) == 0x0400'7B7F);
}

TEST_CASE_METHOD(Mohawk, "Mohawk: the fault status has domain and status, and no more",
                 "[cp15][mohawk]") {
  control.set_data_fault({FaultStatus::kPermissionPage, 5, true}, VirtualAddress{0x1234}, true);
  CHECK(read(c(5, 0, 0, 0)) == 0x5F);
  CHECK(read(c(6, 0, 0, 0)) == 0x1234);
}

TEST_CASE_METHOD(Mohawk, "Mohawk: it waits for an interrupt by c7, c0, 4", "[cp15][mohawk]") {
  unsigned waited = 0;
  control.set_wait_for_interrupt([&] { ++waited; });
  CHECK(write(c(7, 0, 0, 4), 0));
  CHECK(waited == 1);
}

TEST_CASE_METHOD(Mohawk, "Mohawk: User mode reaches none of it", "[cp15][mohawk]") {
  std::uint32_t value = 0;
  CHECK_FALSE(control.read_coprocessor(c(0, 0, 0, 0), false, value));
  CHECK_FALSE(control.write_coprocessor(c(7, 1, 7, 3), false, 0));
  CHECK_FALSE(control.write_coprocessor(c(7, 0, 10, 4), false, 0));
}

TEST_CASE_METHOD(Pj4, "PJ4: Linux takes it for ARMv7 with hierarchical cache operations",
                 "[cp15][pj4]") {
  const std::uint32_t id = read(c(0, 0, 0, 0));
  CHECK(id == 0x560F'5811);
  CHECK((id & 0xFF0F'0000) != 0x5605'0000);
  CHECK((read(c(0, 0, 1, 7)) & 0xF) == 1);  // ID_MMFR3
}

TEST_CASE_METHOD(Pj4, "PJ4: operations to the point of coherency go on to the L2",
                 "[cp15][pj4][tauros2]") {
  CHECK(asked(c(7, 0, 6, 1), 0x1020) ==
        Strings{"invalidate 0x00001020", "L2 invalidate 0x00001020"});
  CHECK(asked(c(7, 0, 10, 1), 0x1020) == Strings{"clean 0x00001020", "L2 clean 0x00001020"});
  CHECK(asked(c(7, 0, 14, 1), 0x1020) ==
        Strings{"clean+invalidate 0x00001020", "L2 clean+invalidate 0x00001020"});
}

TEST_CASE_METHOD(Pj4, "PJ4: operations to the point of unification do not", "[cp15][pj4]") {
  CHECK(asked(c(7, 0, 11, 1), 0x1020) == Strings{"clean 0x00001020"});
}

TEST_CASE_METHOD(Pj4, "PJ4: what does not translate does not reach the L2", "[cp15][pj4]") {
  operations.fail = true;
  CHECK(asked(c(7, 0, 14, 1), 0x1020) == Strings{"clean+invalidate 0x00001020"});
  CHECK(control.take_coprocessor_abort());
}

TEST_CASE_METHOD(Pj4, "PJ4: CLIDR and CCSIDR tell of the L2, and it is operated by set and way",
                 "[cp15][pj4]") {
  const std::uint32_t levels = read(c(0, 1, 0, 1));
  CHECK((levels >> 24 & 7) == 2);  // Coherency
  CHECK((levels >> 3 & 7) == 4);   // Unified
  write(c(0, 2, 0, 0), 2);
  const std::uint32_t size = read(c(0, 1, 0, 0));
  CHECK((size >> 13 & 0x7FFF) == 1023);
  CHECK((size >> 3 & 0x3FF) == 7);
  CHECK(asked(c(7, 0, 14, 2), 5U << 29 | 7U << 5 | 1U << 1) ==
        Strings{"L2 clean+invalidate set 7 way 5"});
}

TEST_CASE_METHOD(Pj4, "PJ4: ACTLR bit 1 switches the L2", "[cp15][pj4][tauros2]") {
  CHECK(asked(c(1, 0, 0, 1), 2).back() == "L2 on 0x00000000");
  CHECK(asked(c(15, 1, 1, 0), 0x0100'0000) == Strings{"L2 on 0x01000000"});
  CHECK(asked(c(1, 0, 0, 1), 0).back() == "L2 off 0x01000000");
}

}  // namespace
}  // namespace linefill
