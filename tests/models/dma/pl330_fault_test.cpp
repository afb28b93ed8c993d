// SPDX-License-Identifier: Apache-2.0
// Events, barriers, every fault, the watchdog, the debug interface, the limits of the MFIFO.
#include "tests/models/dma/pl330_bench.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

pl330::Config small_mfifo(unsigned lines) {
  pl330::Config config;
  config.mfifo_lines = lines;
  return config;
}

constexpr std::uint32_t kFaulting = 15;
/// Both directions non-secure: what a non-secure channel may program.
constexpr std::uint32_t kNonSecure = 2U << 8 | 2U << 22;

/// Runs `p` on channel 0 and expects it to abort with `fault_type`.
void check_fault(const Program& p, std::uint32_t fault_type, bool non_secure = false,
                 const pl330::Config& config = {}) {
  Pl330Bench bench{config};
  bench.run(p, non_secure);
  CHECK(bench.fault_type(0) == fault_type);
  CHECK((bench.csr(0) & 0xF) == kFaulting);
  CHECK(bench.read(0x034) == 1);
  CHECK(bench.dma.abort_interrupt());
  bench.kill(0);
  bench.run_for(1us);
  CHECK((bench.csr(0) & 0xF) == 0);
  CHECK(bench.fault_type(0) == 0);
  CHECK_FALSE(bench.dma.abort_interrupt());
}

}  // namespace

TEST_CASE("PL330: an undefined opcode aborts the channel", "[pl330][fault]") {
  check_fault(Program{}.raw({0xFF}), 1U << 0);
}
TEST_CASE("PL330: a channel may not execute DMAGO", "[pl330][fault]") {
  check_fault(Program{}.raw({0xA0, 1, 0, 0, 0, 0}), 1U << 0);
}
TEST_CASE("PL330: DMAKILL is for the debug interface", "[pl330][fault]") {
  check_fault(Program{}.raw({0x01}), 1U << 0);
}
TEST_CASE("PL330: DMALPEND with condition 2 is undefined", "[pl330][fault]") {
  check_fault(Program{}.raw({0x3A, 0}), 1U << 0);
}
TEST_CASE("PL330: DMAMOV to no register is an invalid operand", "[pl330][fault]") {
  check_fault(Program{}.mov(3, 0), 1U << 1);
}
TEST_CASE("PL330: reserved operand bits are an invalid operand", "[pl330][fault]") {
  check_fault(Program{}.raw({0x34, 0x01}), 1U << 1);
}
TEST_CASE("PL330: an event beyond the configured ones is an invalid operand", "[pl330][fault]") {
  check_fault(Program{}.sev(16), 1U << 1);
}
TEST_CASE("PL330: a peripheral beyond the configured ones is an invalid operand",
          "[pl330][fault]") {
  pl330::Config config;
  config.requests = 4;
  check_fault(Program{}.flushp(4), 1U << 1, false, config);
}
TEST_CASE("PL330: beats wider than the bus are an invalid operand", "[pl330][fault]") {
  check_fault(Program{}.mov_ccr(copy_control(16, 1)), 1U << 1);
}
TEST_CASE("PL330: a non-secure channel may not signal a secure event", "[pl330][fault]") {
  check_fault(Program{}.sev(2), 1U << 5, true);
}
TEST_CASE("PL330: a non-secure channel may not wait for a secure event", "[pl330][fault]") {
  check_fault(Program{}.wfe(2), 1U << 5, true);
}
TEST_CASE("PL330: a non-secure channel may not use a secure peripheral", "[pl330][fault]") {
  check_fault(Program{}.wfp_single(1), 1U << 6, true);
}
TEST_CASE("PL330: a non-secure channel may not program secure accesses", "[pl330][fault]") {
  check_fault(Program{}.mov_ccr(copy_control(4, 1)), 1U << 7, true);
}
TEST_CASE("PL330: a burst larger than the MFIFO aborts", "[pl330][fault]") {
  check_fault(Program{}.mov_ccr(copy_control(8, 16)).mov_sar(kSource).mov_dar(kDestination).ld(),
              1U << 12, false, small_mfifo(15));
}
TEST_CASE("PL330: a store larger than the MFIFO aborts", "[pl330][fault]") {
  check_fault(Program{}.mov_ccr(copy_control(8, 16)).mov_dar(kDestination).st(), 1U << 12, false,
              small_mfifo(15));
}
TEST_CASE("PL330: a store of data that was never loaded aborts", "[pl330][fault]") {
  check_fault(Program{}.mov_ccr(copy_control(8, 2)).mov_dar(kDestination).st(), 1U << 13);
}
TEST_CASE("PL330: an instruction fetch that fails aborts", "[pl330][fault]") {
  Pl330Bench bench;
  bench.go(0, 0x2000'0000);
  bench.run_for(1us);
  CHECK(bench.fault_type(0) == 1U << 16);
  CHECK(bench.dma.channel(0).pc == 0x2000'0000);
}
TEST_CASE("PL330: a write error aborts", "[pl330][fault]") {
  check_fault(Program{}.mov_ccr(copy_control(4, 1)).mov_dar(0xFFFF'F000).stz().end(), 1U << 17);
}
TEST_CASE("PL330: a read error aborts", "[pl330][fault]") {
  check_fault(Program{}.mov_ccr(copy_control(4, 1)).mov_sar(0xFFFF'F000).ld().wfe(0), 1U << 18);
}

TEST_CASE("PL330: a second burst that is refused while the first aborts is the same abort",
          "[pl330][fault]") {
  Pl330Bench bench;
  bench.bus.latency = 1us;
  Program p;
  p.mov_ccr(copy_control(4, 1)).mov_sar(0xFFFF'F000).ld().ld().ld().wfe(0);
  bench.run(p);
  CHECK(bench.fault_type(0) == 1U << 18);
  CHECK(bench.counter("faults") == 1);
  CHECK(bench.log.guest_errors() == 1);
}

TEST_CASE("PL330: after a fault what was queued makes no accesses", "[pl330][fault]") {
  Pl330Bench bench;
  bench.bus.latency = 1us;
  Program p;
  p.mov_ccr(copy_control(8, 16))
      .mov_sar(kSource)
      .mov_dar(kDestination)
      .ld()
      .st()
      .ld()
      .st()
      .raw({0xFF});
  bench.run(p);
  CHECK(bench.fault_type(0) == 1);
  CHECK(bench.bus.data_records(true).empty());
  CHECK(bench.dma.channel(0).pc == kProgram + 22);
}

TEST_CASE("PL330: a faulting channel keeps its data to itself and others go on", "[pl330][fault]") {
  Pl330Bench bench;
  bench.start(1, Program{}.mov_ccr(copy_control(8, 16)).mov_sar(kSource).ld().raw({0xFF}));
  bench.run_for(10us);
  Program p;
  p.mov_ccr(copy_control(8, 16)).mov_sar(kSource).mov_dar(kDestination);
  const auto loop = p.lp(0, 32);
  p.ld().st().lpend(0, loop).end();
  bench.run(p);
  CHECK(bench.copied(kSource, kDestination, 32 * 128));
  CHECK(bench.read(0x034) == 2);
}

TEST_CASE("PL330: loads that do not fit wait for stores of the channel to make room",
          "[pl330][mfifo]") {
  Pl330Bench bench{small_mfifo(24)};
  Program p;
  p.mov_ccr(copy_control(8, 8)).mov_sar(kSource).mov_dar(kDestination);
  p.ld().ld().ld().st().st().st();  // Exactly 24 lines, three times.
  const auto loop = p.lp(0, 2);
  p.ld().ld().ld().st().st().st().lpend(0, loop).end();
  bench.run(p);
  CHECK(bench.fault_type(0) == 0);
  CHECK(bench.copied(kSource, kDestination, 9 * 64));
}

TEST_CASE("PL330: an unaligned destination costs a line more", "[pl330][mfifo]") {
  Program p;
  p.mov_ccr(copy_control(8, 16) & ~(0xFU << 18)).mov_sar(kSource).mov_dar(kDestination + 4).ld();
  check_fault(p, 1U << 12, false, small_mfifo(16));
}

TEST_CASE("PL330: a program that overfills the MFIFO locks up and is aborted by the watchdog",
          "[pl330][mfifo]") {
  Pl330Bench bench{small_mfifo(16)};
  Program p;
  p.mov_ccr(copy_control(8, 16)).mov_sar(kSource).mov_dar(kDestination).ld().ld().st().st().end();
  bench.start(0, p);
  bench.run_for(8us);
  CHECK((bench.csr(0) & 0xF) == 1);
  bench.run_for(4us);  // 1024 cycles of 10 ns have passed.
  CHECK((bench.csr(0) & 0xF) == kFaulting);
  CHECK(bench.fault_type(0) == 1U << 31);
  CHECK(bench.dma.abort_interrupt());
}

TEST_CASE("PL330: with wd_irq_only a lock-up only raises the interrupt", "[pl330][mfifo]") {
  Pl330Bench bench{small_mfifo(16)};
  bench.write(0xE80, 1);
  Program p;
  p.mov_ccr(copy_control(8, 16)).mov_sar(kSource).ld().ld().end();
  bench.run(p);
  CHECK((bench.csr(0) & 0xF) == 1);
  CHECK(bench.fault_type(0) == 0);
  CHECK(bench.dma.abort_interrupt());
  CHECK(bench.dma.next_event() == kNever);
  bench.kill(0);
  bench.run_for(1us);
  CHECK_FALSE(bench.dma.abort_interrupt());
}

TEST_CASE("PL330: a full read queue is queue busy", "[pl330]") {
  pl330::Config config;
  config.read_queue = 2;
  config.read_capability = 1;
  Pl330Bench bench{config};
  bench.bus.latency = 100us;
  Program p;
  p.mov_ccr(copy_control(4, 1)).mov_sar(kSource);
  p.ld().ld().ld().ld().ld().end();
  bench.start(0, p);
  bench.run_for(150us);
  CHECK((bench.csr(0) & 0xF) == 6);
  bench.run_for(10ms);
  CHECK(bench.csr(0) == 0);
  CHECK(bench.counter("reads") == 5);
}

TEST_CASE("PL330: DMASEV with INTEN clear makes an event, no interrupt",
          "[pl330][event][deviation]") {
  Pl330Bench bench;
  bench.run(Program{}.sev(4).end());
  CHECK(bench.dma.interrupts() == 0);
  CHECK(bench.read(0x024) == 1U << 4);
  bench.write(0x02C, 1U << 4);
  CHECK(bench.read(0x024) == 1U << 4);  // INTCLR clears interrupts only.
  bench.run(Program{}.wfe(4).end());
  CHECK(bench.csr(0) == 0);
  CHECK(bench.read(0x024) == 0);
}

TEST_CASE("PL330: DMASEV with INTEN set makes an interrupt, no event",
          "[pl330][event][deviation]") {
  Pl330Bench bench;
  bench.write(0x020, 1U << 4);
  bench.start(1, Program{}.wfe(4).end());
  bench.run_for(1us);
  bench.run(Program{}.sev(4).end());
  CHECK(bench.dma.interrupts() == 1U << 4);
  CHECK(bench.read(0x028) == 1U << 4);
  CHECK(bench.csr(1) == (4U | 4U << 4));  // Still waiting, for event 4.
  bench.write(0x02C, 1U << 4);
  CHECK(bench.dma.interrupts() == 0);
}

TEST_CASE("PL330: one event releases all who wait for it", "[pl330][event]") {
  Pl330Bench bench;
  bench.start(1, Program{}.wfe(7).end());
  bench.start(2, Program{}.wfe(7).end());
  bench.run_for(5us);
  bench.run(Program{}.sev(7).end());
  CHECK(bench.csr(1) == 0);
  CHECK(bench.csr(2) == 0);
  CHECK(bench.read(0x024) == 0);
}

TEST_CASE("PL330: a kill drops what is queued and stops when the bus is done", "[pl330][debug]") {
  Pl330Bench bench;
  bench.bus.latency = 100us;
  Program p;
  p.mov_ccr(copy_control(8, 16)).mov_sar(kSource).mov_dar(kDestination);
  const auto loop = p.lp(0, 256);
  p.ld().st().lpend(0, loop).end();
  bench.start(0, p);
  bench.run_for(250us);
  bench.kill(0);
  bench.run_for(10us);
  CHECK((bench.csr(0) & 0xF) == 8);
  const auto accesses = bench.bus.records.size();
  bench.run_for(1ms);
  CHECK(bench.csr(0) == 0);
  CHECK(bench.bus.records.size() == accesses);
  CHECK(bench.dma.next_event() == kNever);
}

TEST_CASE("PL330: DMAGO leaves a channel alone that is not stopped", "[pl330][debug]") {
  Pl330Bench bench;
  bench.start(0, Program{}.wfe(0).end());
  bench.run_for(10us);
  bench.go(0, kDestination);
  bench.run_for(10us);
  CHECK((bench.csr(0) & 0xF) == 4);
  CHECK(bench.dma.channel(0).pc == kProgram);
  CHECK(bench.log.guest_errors() == 1);
}

TEST_CASE("PL330: the debug interface takes DMAGO, DMAKILL and DMASEV only", "[pl330][debug]") {
  Pl330Bench bench;
  bench.debug(0x0018'0001, 0);  // DMANOP for channel 0.
  bench.run_for(1us);
  CHECK(bench.fault_type(0) == (1U << 30 | 1U));
  bench.debug(0x0018'0000, 0);  // The same for the manager.
  bench.run_for(1us);
  CHECK(bench.read(0x030) == 1);
  CHECK(bench.read(0x038) == (1U << 30 | 1U));
  CHECK((bench.read(0x000) & 0xF) == 15);
  bench.go(1, kProgram);  // A faulting manager takes only DMAKILL.
  CHECK(bench.csr(1) == 0);
  bench.debug(0x0001'0000, 0);
  bench.run_for(1us);
  CHECK(bench.read(0x000) == 0);
}

TEST_CASE("PL330: DMAGO for a channel that does not exist is an invalid operand",
          "[pl330][debug]") {
  pl330::Config config;
  config.channels = 2;
  Pl330Bench bench{config};
  bench.go(2, kProgram);
  bench.run_for(1us);
  CHECK(bench.read(0x038) == (1U << 30 | 1U << 1));
}

TEST_CASE("PL330: a non-secure manager may not start a secure channel", "[pl330][debug]") {
  pl330::Config config;
  config.manager_non_secure = true;
  Pl330Bench bench{config};
  bench.go(0, kProgram, false);
  bench.run_for(1us);
  CHECK(bench.read(0x038) == (1U << 30 | 1U << 4));
  CHECK(bench.read(0x000) == (15U | 1U << 9));
}

TEST_CASE("PL330: a non-secure channel makes non-secure accesses", "[pl330][security]") {
  pl330::Config config;
  config.non_secure_events = 1;
  Pl330Bench bench{config};
  Program p;
  p.mov_ccr(copy_control(4, 1) | kNonSecure)
      .mov_sar(kSource)
      .mov_dar(kDestination)
      .ld()
      .st()
      .sev(0)
      .wfe(0)
      .wfe(0);
  bench.run(p, true);
  CHECK(bench.csr(0) == (4U | 1U << 21));
  for (const auto& r : bench.bus.records) CHECK_FALSE(r.attributes.secure);
}

TEST_CASE("PL330: the manager boots from memory and starts a channel", "[pl330][manager]") {
  pl330::Config config;
  config.boot_address = kProgram;
  Pl330Bench bench{config};
  const std::uint32_t channel_code = kProgram + 0x100;
  bench.load(channel_code, Program{}.sev(1).end());
  bench.load(kProgram, Program{}.raw({0xA0, 3, 0x00, 0x01, 0x08, 0x60}).wfe(2).end());
  bench.write(0x020, 2);
  CHECK(bench.read(0xE00) == (0x001F'F071 | 2U));
  CHECK(bench.read(0xE08) == kProgram);
  bench.run_for(10us);
  CHECK(bench.dma.interrupts() == 2);
  CHECK(bench.read(0x000) == (4U | 2U << 4));
  CHECK(bench.read(0x004) == kProgram + 6);
  bench.debug(0x0034'0001 | 2U << 27, 0);
  bench.run_for(10us);
  CHECK(bench.read(0x000) == 0);
}

TEST_CASE("PL330: a manager that executes a channel's instruction aborts", "[pl330][manager]") {
  pl330::Config config;
  config.boot_address = kProgram;
  Pl330Bench bench{config};
  bench.load(kProgram, Program{}.ld());
  bench.run_for(10us);
  CHECK(bench.read(0x038) == 1);
  CHECK(bench.read(0x030) == 1);
}

TEST_CASE("PL330: reset stops everything", "[pl330]") {
  Pl330Bench bench;
  Program p;
  p.mov_ccr(copy_control(8, 16)).mov_sar(kSource).mov_dar(kDestination);
  const auto loop = p.size();
  p.ld().st().lpfe_end(loop);
  bench.start(0, p);
  bench.run_for(10us);
  bench.dma.reset();
  CHECK(bench.dma.next_event() == kNever);
  CHECK(bench.csr(0) == 0);
  CHECK(bench.dma.channel(0).control == 0x0080'0200);
}
