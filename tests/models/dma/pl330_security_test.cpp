// SPDX-License-Identifier: Apache-2.0
// Security states (DDI 0424, 2.11): what non-secure threads may do, and what non-secure accesses to
// the registers see.
#include "tests/models/dma/pl330_bench.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

constexpr std::uint32_t kFaulting = 15;
constexpr std::uint32_t kInten = 0x020, kRis = 0x024, kIntmis = 0x028, kIntclr = 0x02C;
constexpr std::uint32_t kNonSecureControl = 2U << 8 | 2U << 22;

pl330::Config with_events(std::uint32_t non_secure_events, bool manager_non_secure = false) {
  pl330::Config config;
  config.non_secure_events = non_secure_events;
  config.manager_non_secure = manager_non_secure;
  return config;
}

/// A bench whose registers can be written by non-secure accesses.
struct SecurityBench : Pl330Bench {
  using Pl330Bench::Pl330Bench;
  void write_non_secure(std::uint32_t offset, std::uint32_t value) {
    run_for(1us);
    RegisterContext c = context();
    c.attributes.secure = false;
    REQUIRE(pl330::Block::registers().write(dma, offset, value, c) == RegisterResult::kDone);
  }
  void debug_non_secure(std::uint32_t inst0, std::uint32_t inst1) {
    write_non_secure(0xD08, inst0);
    write_non_secure(0xD0C, inst1);
    write_non_secure(0xD04, 0);
    run_for(1us);
  }
};

}  // namespace

TEST_CASE("PL330: a secure manager starts channels in the state that DMAGO says",
          "[pl330][security]") {
  Pl330Bench bench{with_events(1)};
  bench.start(1, Program{}.wfe(0), true);
  bench.start(2, Program{}.wfe(0), false);
  bench.run_for(1us);
  CHECK(bench.read(0x000) == 0);  // DNS is 0.
  CHECK((bench.csr(1) >> 21 & 1) == 1);
  CHECK((bench.csr(2) >> 21 & 1) == 0);
}

TEST_CASE("PL330: a secure channel may use non-secure events, peripherals and accesses",
          "[pl330][security]") {
  Pl330Bench bench{with_events(1)};
  bench.run(Program{}
                .mov_ccr(copy_control(4, 1) | kNonSecureControl)
                .mov_sar(kSource)
                .mov_dar(kDestination)
                .ld()
                .st()
                .sev(0)
                .wfe(0)
                .end());
  CHECK(bench.csr(0) == 0);
  for (const auto& r : bench.bus.records) CHECK(r.attributes.secure == r.attributes.instruction);
}

TEST_CASE("PL330: a non-secure manager starts non-secure channels", "[pl330][security]") {
  Pl330Bench bench{with_events(1, true)};
  bench.start(0, Program{}.wfe(0), true);
  bench.run_for(1us);
  CHECK(bench.read(0x000) == 1U << 9);
  CHECK(bench.csr(0) == (4U | 1U << 21));
}

TEST_CASE("PL330: a non-secure manager may not signal a secure event", "[pl330][security]") {
  Pl330Bench bench{with_events(1, true)};
  bench.debug(0x0034'0000 | 0U << 27, 0);  // DMASEV 0
  bench.run_for(1us);
  CHECK(bench.read(0x030) == 0);
  bench.debug(0x0034'0000 | 1U << 27, 0);  // DMASEV 1
  bench.run_for(1us);
  CHECK(bench.read(0x038) == (1U << 30 | 1U << 5));
  CHECK((bench.read(0x000) & 0xF) == kFaulting);
}

TEST_CASE("PL330: a non-secure manager may not wait for a secure event", "[pl330][security]") {
  pl330::Config config = with_events(1, true);
  config.boot_address = kProgram;
  Pl330Bench bench{config};
  bench.load(kProgram, Program{}.wfe(3));
  bench.run_for(1us);
  CHECK(bench.read(0x038) == 1U << 5);
  CHECK_FALSE(bench.bus.records.empty());
  for (const auto& r : bench.bus.records) CHECK_FALSE(r.attributes.secure);
}

TEST_CASE("PL330: a non-secure channel may use a non-secure peripheral", "[pl330][security]") {
  pl330::Config config;
  config.non_secure_requests = 1U << 5;
  Pl330Bench bench{config};
  bench.run(Program{}.flushp(5).wfp_single(5), true);
  CHECK(bench.csr(0) == (7U | 5U << 4 | 1U << 21));
}

TEST_CASE("PL330: a non-secure channel may not go on with a secure program's CCR",
          "[pl330][security]") {
  Pl330Bench bench;
  bench.run(Program{}.mov_ccr(copy_control(4, 1)).end());
  bench.run(Program{}.mov_sar(kSource).ld().end(), true);
  CHECK(bench.fault_type(0) == 1U << 7);
  bench.kill(0);
  bench.run(Program{}.mov_dar(kDestination).stz().end(), true);
  CHECK(bench.fault_type(0) == 1U << 7);
  CHECK(bench.bus.data_records(false).empty());
  CHECK(bench.bus.data_records(true).empty());
}

TEST_CASE("PL330: non-secure accesses change the non-secure interrupts only", "[pl330][security]") {
  SecurityBench bench{with_events(0b1100)};
  bench.write(kInten, 0b0101);
  bench.write_non_secure(kInten, 0b1010);
  CHECK(bench.read(kInten) == 0b1001);
  bench.write(kInten, 0b1111);
  for (const unsigned event : {1U, 2U}) {
    bench.debug(0x0034'0000 | event << 27, 0);
    bench.run_for(1us);
  }
  CHECK(bench.read(kIntmis) == 0b0110);
  bench.write_non_secure(kIntclr, 0b1111);
  CHECK(bench.read(kRis) == 0b0010);
}

TEST_CASE("PL330: a non-secure access sees non-secure state only", "[pl330][security]") {
  Pl330Bench bench{with_events(0b0110)};
  bench.start(1, Program{}.wfe(1), true);
  bench.start(2, Program{}.wfe(1), false);
  bench.run_for(1us);
  const pl330::Block& dma = bench.dma;
  for (const std::uint32_t offset : {0x000U, 0x004U, 0x030U, 0x038U, 0xD00U, 0xD04U, 0xE80U})
    CHECK(dma.non_secure_bits(offset) == 0);  // The manager's.
  for (const std::uint32_t offset : {kInten, kRis, kIntmis, kIntclr})
    CHECK(dma.non_secure_bits(offset) == 0b0110);
  CHECK(dma.non_secure_bits(0x034) == 1U << 1);
  for (const std::uint32_t offset : {0x044U, 0x108U, 0x10CU, 0x420U, 0x430U})
    CHECK(dma.non_secure_bits(offset) == ~0U);  // Channel 1's.
  for (const std::uint32_t offset : {0x040U, 0x048U, 0x100U, 0x114U, 0x400U, 0x448U})
    CHECK(dma.non_secure_bits(offset) == 0);  // Channels 0 and 2.
  for (const std::uint32_t offset : {0xE00U, 0xE14U, 0xFE0U, 0xFFCU})
    CHECK(dma.non_secure_bits(offset) == ~0U);
  Pl330Bench non_secure{with_events(0, true)};
  CHECK(non_secure.dma.non_secure_bits(0x000) == ~0U);
  CHECK(non_secure.dma.non_secure_bits(0xD00) == ~0U);
}

TEST_CASE("PL330: a secure manager ignores non-secure debug instructions", "[pl330][security]") {
  SecurityBench bench;
  bench.load(kProgram, Program{}.wfe(0));
  bench.debug_non_secure(0x00A2'0000, kProgram);
  CHECK(bench.csr(0) == 0);
  CHECK(bench.read(0x030) == 0);
  CHECK(bench.log.guest_errors() == 1);
}

TEST_CASE("PL330: a non-secure manager takes both kinds of debug instructions",
          "[pl330][security]") {
  SecurityBench bench{with_events(1, true)};
  bench.load(kProgram, Program{}.wfe(0));
  bench.debug_non_secure(0x00A2'0000, kProgram);
  CHECK(bench.csr(0) == (4U | 1U << 21));
  bench.kill(0);
  bench.run_for(1us);
  CHECK((bench.csr(0) & 0xF) == 0);
  bench.go(0, kProgram, true);
  bench.run_for(1us);
  CHECK(bench.csr(0) == (4U | 1U << 21));
  bench.debug_non_secure(0x0001'0001, 0);  // DMAKILL of channel 0.
  CHECK((bench.csr(0) & 0xF) == 0);
}
