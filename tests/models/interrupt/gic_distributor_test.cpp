// SPDX-License-Identifier: Apache-2.0
#include "tests/models/interrupt/gic_bench.hpp"

namespace linefill {
namespace {

using namespace test;

TEST_CASE("gic distributor: registers read their reset values", "[gic][reset]") {
  Log log{"gic"};
  GicDistributor distributor{96, log};
  struct Row {
    std::uint32_t offset;
    std::uint32_t value;
  };
  // Cortex-A9 MPCore TRM, table 3-2, with 64 SPIs and one processor.
  const Row rows[]{
      {kICDDCR, 0},
      {kICDICTR, 0xFC02},
      {kICDIIDR, 0x0102043B},
      {kICDISR, 0},
      {kICDISER, 0xFFFF},
      {kICDISER + 4, 0},
      {kICDICER, 0xFFFF},
      {kICDISPR, 0},
      {kICDICPR, 0},
      {kICDABR, 0},
      {kICDIPR, 0},
      {kICDIPTR, 0},
      {kICDICFR, 0xAAAAAAAA},
      {kICDICFR + 4, 0x7DC00000},
      {kICDICFR + 8, 0x55555555},
      {kICDICFR + 0x14, 0x55555555},
      {kICDICFR + 0x18, 0},
      {kICPPISR, 0},
      {kICSPISR, 0},
      {0xFD0, 0x04},
      {0xFE0, 0x90},
      {0xFE4, 0xB3},
      {0xFE8, 0x1B},
      {0xFEC, 0x00},
      {0xFF0, 0x0D},
      {0xFF4, 0xF0},
      {0xFF8, 0x05},
      {0xFFC, 0xB1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.offset);
    std::uint32_t value = 0;
    CHECK(distributor.read(row.offset, value) == RegisterResult::kDone);
    CHECK(value == row.value);
  }
}

TEST_CASE("gic distributor: TYPER follows the number of lines", "[gic]") {
  Log log{"gic"};
  GicDistributor distributor{256, log};
  std::uint32_t value = 0;
  distributor.read(kICDICTR, value);
  CHECK(value == 0xFC07);
}

TEST_CASE_METHOD(GicBench, "gic distributor: reserved offsets, wrong directions", "[gic]") {
  std::uint32_t value = 7;
  CHECK(distributor.read(0x00C, value) == RegisterResult::kReserved);
  CHECK(value == 0);
  CHECK(distributor.read(kICDSGIR, value) == RegisterResult::kReadOfWriteOnly);
  CHECK(distributor.write(kICDICTR, 1, 0xFFFF'FFFF) == RegisterResult::kWriteOfReadOnly);
  CHECK(distributor.write(0xF04, 1, 0xFFFF'FFFF) == RegisterResult::kReserved);
}

TEST_CASE_METHOD(GicBench, "gic distributor: a one sets or clears an enable, SGIs stay enabled",
                 "[gic]") {
  write(kICDISER, 0xFFFF'FFFF);
  CHECK(read(kICDISER) == 0xF800'FFFF);
  write(kICDICER, 0x0800'FFFF);
  CHECK(read(kICDISER) == 0xF000'FFFF);
  write(kICDISER + 4, 0x5);
  write(kICDICER + 4, 0x1);
  CHECK(read(kICDICER + 4) == 0x4);
  write(kICDISER + 12, 0xFFFF'FFFF);  // Beyond the last line.
  CHECK(read(kICDISER + 12) == 0);
}

TEST_CASE_METHOD(GicBench,
                 "gic distributor: priorities have five bits and can be written by the byte",
                 "[gic]") {
  write(kICDIPR + 32, 0xFFFF'FFFF);
  CHECK(read(kICDIPR + 32) == 0xF8F8'F8F8);
  write(kICDIPR + 32, 0x00A0'0000, 0x00FF'0000);
  CHECK(read(kICDIPR + 32) == 0xF8A0'F8F8);
  write(kICDIPR + 16, 0xFFFF'FFFF);  // PPIs 16 to 19 are not there.
  CHECK(read(kICDIPR + 16) == 0);
  write(kICDIPR + 24, 0xFFFF'FFFF);  // 24 to 26 are not there, 27 is.
  CHECK(read(kICDIPR + 24) == 0xF800'0000);
}

TEST_CASE_METHOD(GicBench,
                 "gic distributor: a byte write of a clear register leaves the other bytes",
                 "[gic]") {
  write(kICDISER + 4, 0xFFFF'FFFF);
  write(kICDICER + 4, 0x0000'0100, 0x0000'FF00);
  CHECK(read(kICDISER + 4) == 0xFFFF'FEFF);
}

TEST_CASE_METHOD(GicBench, "gic distributor: only an SPI's trigger can be changed", "[gic]") {
  write(kICDICFR, 0);
  write(kICDICFR + 4, 0);
  write(kICDICFR + 8, 0xA);
  CHECK(read(kICDICFR) == 0xAAAA'AAAA);
  CHECK(read(kICDICFR + 4) == 0x7DC0'0000);
  CHECK(read(kICDICFR + 8) == 0x5555'555F);
}

TEST_CASE_METHOD(GicBench, "gic distributor: status registers show the inputs", "[gic]") {
  distributor.set_line(29, true);
  distributor.set_line(31, true);
  distributor.set_line(34, true);
  distributor.set_line(95, true);
  CHECK(read(kICPPISR) == 0xA000);
  CHECK(read(kICSPISR) == 0x4);
  CHECK(read(kICSPISR + 4) == 0x8000'0000);
}

TEST_CASE_METHOD(GicBench, "gic distributor: a level is pending as long as it is asserted",
                 "[gic]") {
  distributor.set_line(40, true);
  CHECK(read(kICDISPR + 4) == 0x100);
  write(kICDICPR + 4, 0x100);
  CHECK(read(kICDISPR + 4) == 0x100);
  distributor.set_line(40, false);
  CHECK(read(kICDISPR + 4) == 0);
}

TEST_CASE_METHOD(GicBench, "gic distributor: an edge is pending until cleared", "[gic]") {
  make_edge(40);
  pulse(40);
  CHECK(read(kICDISPR + 4) == 0x100);
  write(kICDICPR + 4, 0x100);
  CHECK(read(kICDISPR + 4) == 0);
}

TEST_CASE_METHOD(GicBench, "gic distributor: software can set and clear pending, but not of an SGI",
                 "[gic]") {
  write(kICDISPR + 4, 0x1);
  CHECK(read(kICDICPR + 4) == 0x1);
  write(kICDICPR + 4, 0x1);
  CHECK(read(kICDISPR + 4) == 0);
  write(kICDISPR, 0x1);
  CHECK(read(kICDISPR) == 0);
  write(kICDSGIR, 1U << 16);
  write(kICDICPR, 0x1);
  CHECK(read(kICDISPR) == 0x1);
}

TEST_CASE_METHOD(GicBench, "gic distributor: an SGI goes to the processors that its filter says",
                 "[gic]") {
  write(kICDSGIR, 0x0000'0003);  // An empty list.
  write(kICDSGIR, 0x0002'0003);  // Another processor.
  write(kICDSGIR, 0x0100'0003);  // All but self.
  CHECK(read(kICDISPR) == 0);
  write(kICDSGIR, 0x0001'0003);
  CHECK(read(kICDISPR) == 0x8);
  write(kICDSGIR, 0x0200'0005);
  CHECK(read(kICDISPR) == 0x28);
  write(kICDSGIR, 0x0201'8006);  // For group 1, and it is of group 0.
  CHECK(read(kICDISPR) == 0x28);
}

}  // namespace
}  // namespace linefill
