// SPDX-License-Identifier: Apache-2.0
#include "tests/models/interrupt/gic_bench.hpp"

namespace linefill {
namespace {

using namespace test;

constexpr std::uint32_t kSpurious = 1023;

TEST_CASE("gic cpu interface: registers read their reset values", "[gic][reset]") {
  GicBench b;
  b.cpu.reset();
  CHECK(b.read_cpu(kICCICR) == 0);
  CHECK(b.read_cpu(kICCPMR) == 0);
  CHECK(b.read_cpu(kICCBPR) == 2);
  CHECK(b.read_cpu(kICCIAR) == 0x3FF);
  CHECK(b.read_cpu(kICCRPR) == 0xFF);
  CHECK(b.read_cpu(kICCHPIR) == 0x3FF);
  CHECK(b.read_cpu(kICCABPR) == 3);
  CHECK(b.read_cpu(kICCIDR) == 0x3901243B);
}

TEST_CASE_METHOD(GicBench, "gic: an interrupt goes pending, active, inactive", "[gic]") {
  enable(40);
  make_edge(40);
  CHECK_FALSE(cpu.irq());
  pulse(40);
  CHECK(cpu.irq());
  CHECK(read_cpu(kICCHPIR) == 40);
  CHECK(read_cpu(kICCIAR) == 40);
  CHECK_FALSE(cpu.irq());
  CHECK(read(kICDISPR + 4) == 0);
  CHECK(read(kICDABR + 4) == 0x100);
  CHECK(read_cpu(kICCRPR) == 0xA0);
  write_cpu(kICCEOIR, 40);
  CHECK(read(kICDABR + 4) == 0);
  CHECK(read_cpu(kICCRPR) == 0xFF);
}

TEST_CASE_METHOD(GicBench, "gic: a level still asserted at the end of interrupt is taken again",
                 "[gic]") {
  enable(40);
  distributor.set_line(40, true);
  CHECK(read_cpu(kICCIAR) == 40);
  CHECK_FALSE(cpu.irq());  // Active and pending.
  write_cpu(kICCEOIR, 40);
  CHECK(cpu.irq());
  CHECK(read_cpu(kICCIAR) == 40);
  distributor.set_line(40, false);
  write_cpu(kICCEOIR, 40);
  CHECK_FALSE(cpu.irq());
}

TEST_CASE_METHOD(GicBench, "gic: an edge while active is taken after the end of interrupt",
                 "[gic]") {
  enable(40);
  make_edge(40);
  pulse(40);
  CHECK(read_cpu(kICCIAR) == 40);
  pulse(40);
  CHECK(read_cpu(kICCIAR) == kSpurious);
  write_cpu(kICCEOIR, 40);
  CHECK(read_cpu(kICCIAR) == 40);
}

TEST_CASE_METHOD(GicBench, "gic: the highest priority is taken first, of equals the lowest ID",
                 "[gic]") {
  enable(33, 0xA0);
  enable(50, 0xA0);
  enable(80, 0x98);
  for (const unsigned id : {33U, 50U, 80U}) distributor.set_line(id, true);
  CHECK(read_cpu(kICCIAR) == 80);
  distributor.set_line(80, false);
  write_cpu(kICCEOIR, 80);
  CHECK(read_cpu(kICCIAR) == 33);
}

TEST_CASE_METHOD(GicBench, "gic: ICCPMR holds back priorities that are not higher", "[gic]") {
  enable(40, 0xA0);
  distributor.set_line(40, true);
  write_cpu(kICCPMR, 0xA0);
  CHECK_FALSE(cpu.irq());
  CHECK(read_cpu(kICCIAR) == kSpurious);
  CHECK(read_cpu(kICCHPIR) == 40);
  write_cpu(kICCPMR, 0xA8);
  CHECK(cpu.irq());
  write_cpu(kICCPMR, 0xFF);
  CHECK(read_cpu(kICCPMR) == 0xF8);
}

TEST_CASE_METHOD(GicBench, "gic: a higher priority preempts, and the ends come in reverse",
                 "[gic]") {
  enable(40, 0xA0);
  enable(41, 0x80);
  distributor.set_line(40, true);
  REQUIRE(read_cpu(kICCIAR) == 40);
  distributor.set_line(41, true);
  CHECK(cpu.irq());
  CHECK(read_cpu(kICCIAR) == 41);
  CHECK(read_cpu(kICCRPR) == 0x80);
  distributor.set_line(41, false);
  write_cpu(kICCEOIR, 41);
  CHECK(read_cpu(kICCRPR) == 0xA0);
  CHECK_FALSE(cpu.irq());
}

TEST_CASE("gic: the binary point decides which bits preempt", "[gic]") {
  struct Row {
    std::uint32_t bpr;
    std::uint32_t running;
    std::uint32_t pending;
    bool preempts;
  };
  // BPR 2: bits 7:3 are the group; 4: bits 7:5; 7: none.
  const Row row =
      GENERATE(Row{2, 0xA0, 0x98, true}, Row{2, 0xA0, 0xA0, false}, Row{4, 0xA0, 0x98, true},
               Row{4, 0xB8, 0xA0, false}, Row{7, 0xF0, 0x00, false});
  CAPTURE(row.bpr, row.running, row.pending);
  GicBench b;
  b.write_cpu(kICCPMR, 0xF8);
  b.write_cpu(kICCBPR, row.bpr);
  b.enable(40, row.running);
  b.enable(41, row.pending);
  b.distributor.set_line(40, true);
  REQUIRE(b.read_cpu(kICCIAR) == 40);
  b.distributor.set_line(41, true);
  CHECK(b.cpu.irq() == row.preempts);
}

TEST_CASE_METHOD(GicBench, "gic: the binary points have a minimum", "[gic]") {
  write_cpu(kICCBPR, 0);
  write_cpu(kICCABPR, 0);
  CHECK(read_cpu(kICCBPR) == 2);
  CHECK(read_cpu(kICCABPR) == 3);
}

TEST_CASE_METHOD(GicBench, "gic: nothing is signalled while either part is off", "[gic]") {
  enable(40);
  distributor.set_line(40, true);
  write(kICDDCR, 0);
  CHECK_FALSE(cpu.irq());
  CHECK(read_cpu(kICCHPIR) == kSpurious);
  write(kICDDCR, 1);
  write_cpu(kICCICR, 0);
  CHECK_FALSE(cpu.irq());
  CHECK(read_cpu(kICCIAR) == kSpurious);
  write_cpu(kICCICR, 1);
  CHECK(cpu.irq());
  write(kICDICER + 4, 0x100);
  CHECK_FALSE(cpu.irq());
}

TEST_CASE_METHOD(GicBench, "gic: an SGI is acknowledged with its source and needs no enable",
                 "[gic]") {
  write(kICDSGIR, 0x0200'0007);
  CHECK(read_cpu(kICCIAR) == 7);
  write_cpu(kICCEOIR, 7);
  CHECK(read_cpu(kICCIAR) == kSpurious);
}

TEST_CASE_METHOD(GicBench, "gic: a private timer's pulse is latched", "[gic]") {
  enable(29);
  pulse(29);
  CHECK(read_cpu(kICCIAR) == 29);
}

TEST_CASE_METHOD(GicBench, "gic: with FIQEn, group 0 is an FIQ and group 1 an IRQ", "[gic]") {
  write(kICDDCR, 3);
  write_cpu(kICCICR, 0x3 | 0x8);
  enable(40);
  distributor.set_line(40, true);
  CHECK(cpu.fiq());
  CHECK_FALSE(cpu.irq());
  write(kICDISR + 4, 0x100);
  CHECK(cpu.irq());
  CHECK_FALSE(cpu.fiq());
}

TEST_CASE_METHOD(GicBench, "gic: group 1 is acknowledged by a Secure read with AckCtl only",
                 "[gic]") {
  write(kICDDCR, 3);
  write_cpu(kICCICR, 0x3);
  write(kICDISR + 4, 0x100);
  enable(40);
  distributor.set_line(40, true);
  CHECK(read_cpu(kICCHPIR) == 1022);
  CHECK(read_cpu(kICCIAR) == 1022);
  CHECK(read(kICDABR + 4) == 0);
  write_cpu(kICCICR, 0x7);
  CHECK(read_cpu(kICCHPIR) == 40);
  CHECK(read_cpu(kICCIAR) == 40);
}

TEST_CASE_METHOD(GicBench, "gic: group 1 needs its own enables", "[gic]") {
  write(kICDISR + 4, 0x100);
  enable(40);
  distributor.set_line(40, true);
  CHECK_FALSE(cpu.irq());
  write(kICDDCR, 2);
  CHECK_FALSE(cpu.irq());
  write_cpu(kICCICR, 2);
  CHECK(cpu.irq());
}

TEST_CASE_METHOD(GicBench, "gic: group 1 has the aliased binary point unless SBPR", "[gic]") {
  write(kICDDCR, 3);
  write(kICDISR + 4, 0x300);
  write_cpu(kICCICR, 0x7);
  write_cpu(kICCABPR, 5);  // Bits 7:5 are the group.
  enable(40, 0xB8);
  enable(41, 0xA0);
  distributor.set_line(40, true);
  REQUIRE(read_cpu(kICCIAR) == 40);
  distributor.set_line(41, true);
  CHECK_FALSE(cpu.irq());
  write_cpu(kICCICR, 0x17);
  CHECK(cpu.irq());
}

TEST_CASE_METHOD(GicBench,
                 "gic: the end of what is not active is a guest error, of a spurious one nothing",
                 "[gic]") {
  write_cpu(kICCEOIR, 1023);
  CHECK(log.guest_errors() == 0);
  write_cpu(kICCEOIR, 40);
  CHECK(log.guest_errors() == 1);
  write_cpu(kICCEOIR, 500);
  CHECK(log.guest_errors() == 2);
}

}  // namespace
}  // namespace linefill
