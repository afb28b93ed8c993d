// SPDX-License-Identifier: Apache-2.0
// Programs between memories, as Linux's driver generates them and as nobody would.
#include <algorithm>
#include <array>

#include "tests/models/dma/pl330_bench.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

/// Starts channels 0 to `channels` - 1, one behind the other: each copies `bursts` of so many
/// beats.
void start_copies(Pl330Bench& bench, unsigned channels, unsigned bursts, std::uint32_t apart,
                  unsigned (*beats)(unsigned channel)) {
  for (unsigned c = 0; c < channels; ++c) {
    Program p;
    p.mov_ccr(copy_control(8, beats(c)))
        .mov_sar(kSource + c * apart)
        .mov_dar(kDestination + c * apart);
    const auto loop = p.lp(0, bursts);
    p.ld().st().lpend(0, loop).end();
    bench.load(kProgram + c * 0x400, p);
  }
  for (unsigned c = 0; c < channels; ++c) {
    bench.write(0xD08, 0x00A0'0000U | c << 24);
    bench.write(0xD0C, kProgram + c * 0x400);
    bench.write(0xD04, 0);
    bench.run_for(50ns);
  }
}

}  // namespace

TEST_CASE("PL330: a program with loops and dregs copies memory to memory", "[pl330]") {
  Pl330Bench bench;
  // 3 x 256 x 128 bytes would be too much for the test's memory: 2 x 40 bursts, then 5 dregs of 8
  // bytes.
  Program p;
  p.mov_ccr(copy_control(8, 16)).mov_sar(kSource).mov_dar(kDestination);
  const auto outer = p.lp(1, 2);
  const auto inner = p.lp(0, 40);
  p.ld().st().lpend(0, inner).lpend(1, outer);
  p.mov_ccr(copy_control(8, 5)).ld().st().sev(3).end();
  bench.write(0x020, 1U << 3);
  bench.run(p);
  const std::uint32_t size = 2 * 40 * 128 + 40;
  CHECK(bench.copied(kSource, kDestination, size));
  CHECK(bench.bus.at(kDestination + size) == std::byte{0});
  CHECK(bench.csr(0) == 0);
  CHECK(bench.dma.interrupts() == 1U << 3);
  CHECK(bench.dma.channel(0).source == kSource + size);
  CHECK(bench.dma.channel(0).destination == kDestination + size);
  CHECK(bench.counter("read") == size);
  CHECK(bench.counter("written") == size);
  CHECK(bench.counter("reads") == 81);
  CHECK(bench.counter("channel_0") == 1);
  CHECK(bench.counter("memory_to_memory") == size);
  CHECK(bench.counter("memory_active") > 0);
}

TEST_CASE("PL330: long bursts use half the data path of one direction", "[pl330][time]") {
  pl330::Config config;
  config.period = period_of(150'000'000);
  Pl330Bench bench{config};
  Program p;
  p.mov_ccr(copy_control(8, 16)).mov_sar(kSource).mov_dar(kDestination);
  const auto loop = p.lp(0, 256);
  p.ld().st().lpend(0, loop).end();
  const Time before = bench.now + 1us;
  bench.start(0, p);
  while (bench.dma.next_event() != kNever) bench.run_until(bench.dma.next_event());
  const double seconds = static_cast<double>((bench.now - before).count()) * 1e-12;
  const double rate = 256 * 128 / seconds;
  CHECK(rate > 560e6);  // Zynq-7000: 600 MB/s estimated (UG585 table 22-8), at 150 MHz.
  CHECK(rate < 601e6);
}

TEST_CASE("PL330: reads overlap with writes", "[pl330][time]") {
  Pl330Bench bench;
  bench.bus.latency = 300ns;
  Program p;
  p.mov_ccr(copy_control(8, 16)).mov_sar(kSource).mov_dar(kDestination);
  const auto loop = p.lp(0, 8);
  p.ld().st().lpend(0, loop).end();
  bench.run(p);
  const auto reads = bench.bus.data_records(false);
  const auto writes = bench.bus.data_records(true);
  REQUIRE(reads.size() == 8);
  CHECK(reads[1].start < reads[0].end);
  CHECK(writes[0].start >= reads[0].end);
  CHECK(writes[0].start < reads.back().end);
}

TEST_CASE("PL330: an unaligned first beat moves fewer bytes", "[pl330]") {
  Pl330Bench bench;
  Program p;
  p.mov_ccr(copy_control(4, 4)).mov_sar(kSource + 1).mov_dar(kDestination + 1).ld().st().end();
  bench.run(p);
  CHECK(bench.dma.channel(0).source == kSource + 16);
  CHECK(bench.copied(kSource + 1, kDestination + 1, 15));
  CHECK(bench.bus.at(kDestination) == std::byte{0});
  CHECK(bench.bus.at(kDestination + 16) == std::byte{0});
}

TEST_CASE("PL330: source and destination may be unaligned differently", "[pl330]") {
  Pl330Bench bench;
  Program p;
  p.mov_ccr(copy_control(1, 16)).mov_sar(kSource + 3).mov_dar(kDestination + 5);
  const auto loop = p.lp(0, 10);
  p.ld().st().lpend(0, loop).end();
  bench.run(p);
  CHECK(bench.copied(kSource + 3, kDestination + 5, 160));
  CHECK(bench.fault_type(0) == 0);
}

TEST_CASE("PL330: a burst is split where it crosses 4 KiB", "[pl330]") {
  Pl330Bench bench;
  Program p;
  p.mov_ccr(copy_control(8, 16)).mov_sar(kSource + 0xFC0).mov_dar(kDestination).ld().st().end();
  bench.run(p);
  const auto reads = bench.bus.data_records(false);
  REQUIRE(reads.size() == 2);
  CHECK(reads[0].size == 0x40);
  CHECK(reads[1].address == kSource + 0x1000);
  CHECK(bench.copied(kSource + 0xFC0, kDestination, 128));
}

TEST_CASE("PL330: DMASTZ writes zeroes without the MFIFO", "[pl330]") {
  Pl330Bench bench;
  for (unsigned i = 0; i < 64; ++i) bench.bus.at(kDestination + i) = std::byte{0xEE};
  Program p;
  p.mov_ccr(copy_control(8, 4)).mov_dar(kDestination).stz().end();
  bench.run(p);
  CHECK(bench.bus.at(kDestination + 31) == std::byte{0});
  CHECK(bench.bus.at(kDestination + 32) == std::byte{0xEE});
  CHECK(bench.counter("read") == 0);
}

TEST_CASE("PL330: loads and stores may have different sizes", "[pl330]") {
  Pl330Bench bench;
  const std::uint32_t control = (copy_control(8, 4) & 0x3FFF) | (copy_control(4, 1) & ~0x3FFFU);
  Program p;
  p.mov_ccr(control).mov_sar(kSource).mov_dar(kDestination).ld();
  const auto loop = p.lp(0, 8);
  p.st().lpend(0, loop).end();
  bench.run(p);
  CHECK(bench.copied(kSource, kDestination, 32));
  CHECK(bench.counter("writes") == 8);
}

TEST_CASE("PL330: endian swap reverses the bytes of each unit", "[pl330]") {
  const unsigned code = GENERATE(1U, 2U, 3U, 4U);
  Pl330Bench bench;
  Program p;
  p.mov_ccr(copy_control(8, 4) | code << 28).mov_sar(kSource).mov_dar(kDestination).ld().st().end();
  bench.run(p);
  const unsigned unit = 1U << code;
  for (unsigned i = 0; i < 32; ++i) {
    const unsigned mirrored = i / unit * unit + (unit - 1 - i % unit);
    CHECK(bench.bus.at(kDestination + i) == bench.bus.at(kSource + mirrored));
  }
}

TEST_CASE("PL330: DMAADDH adds zero-extended, DMAADNH ones-extended", "[pl330]") {
  Pl330Bench bench;
  Program p;
  p.mov_sar(0x1000'0000)
      .mov_dar(0x2000'0000)
      .addh(0, 0x8001)
      .addh(1, 0x10)
      .adnh(0, 0xFFFF)
      .adnh(1, 0x8000)
      .end();
  bench.run(p);
  CHECK(bench.dma.channel(0).source == 0x1000'8000);
  CHECK(bench.dma.channel(0).destination == 0x1FFF'8010);
}

TEST_CASE("PL330: two channels copy at the same time and keep their data apart", "[pl330]") {
  Pl330Bench bench;
  start_copies(bench, 8, 30, 0x1000, [](unsigned c) { return 1 + c; });
  bench.run_for(1ms);
  for (unsigned c = 0; c < 8; ++c) {
    CHECK(bench.csr(c) == 0);
    CHECK(bench.copied(kSource + c * 0x1000, kDestination + c * 0x1000, 30 * 8 * (1 + c)));
  }
}

// DDI 0424, 2.1: the channels are served round-robin.
TEST_CASE("PL330: channels that have the same to do end together", "[pl330]") {
  Pl330Bench bench;
  constexpr unsigned kBursts = 200;
  start_copies(bench, 2, kBursts, 0x4000, [](unsigned) { return 8U; });
  bench.run_for(1ms);
  std::array<unsigned, 2> stored{};
  for (const auto& write : bench.bus.data_records(true)) {
    ++stored[(write.address - kDestination) / 0x4000];
    if (std::max(stored[0], stored[1]) == kBursts) break;
  }
  CHECK(std::min(stored[0], stored[1]) >= kBursts * 9 / 10);
}

TEST_CASE("PL330: DMAWMB orders a store before a later load", "[pl330]") {
  Pl330Bench bench;
  bench.bus.latency = 2us;
  Program p;
  p.mov_ccr(copy_control(4, 1)).mov_sar(kSource).mov_dar(kDestination).ld().st().wmb();
  p.mov_sar(kDestination).mov_dar(kDestination + 0x100).ld().st().end();
  bench.run(p);
  const auto reads = bench.bus.data_records(false);
  const auto writes = bench.bus.data_records(true);
  REQUIRE(reads.size() == 2);
  CHECK(reads[1].start >= writes[0].end);
  CHECK(bench.copied(kSource, kDestination + 0x100, 4));
}

TEST_CASE("PL330: DMAEND waits until the stores have ended", "[pl330]") {
  Pl330Bench bench;
  bench.bus.latency = 100us;
  Program p;
  p.mov_ccr(copy_control(4, 1)).mov_dar(kDestination).stz().end();
  bench.start(0, p);
  bench.run_for(150us);  // One line of microcode and half the store, at 100 us each.
  CHECK((bench.csr(0) & 0xF) == 9);
  bench.run_for(1ms);
  CHECK(bench.csr(0) == 0);
}

TEST_CASE("PL330: CCR protection and cache bits become attributes of the accesses", "[pl330]") {
  Pl330Bench bench;
  // Source: privileged, secure, cache 0; destination: unprivileged, non-secure, cacheable
  // write-allocate.
  Program p;
  p.mov_ccr(copy_control(8, 2) | 1U << 8 | 2U << 22 | 7U << 25)
      .mov_sar(kSource)
      .mov_dar(kDestination)
      .ld()
      .st()
      .end();
  bench.run(p);
  const auto read = bench.bus.data_records(false).at(0).attributes;
  const auto write = bench.bus.data_records(true).at(0).attributes;
  CHECK(read.privileged);
  CHECK(read.secure);
  CHECK(read.memory.type == MemoryType::kStronglyOrdered);
  CHECK_FALSE(write.privileged);
  CHECK_FALSE(write.secure);
  CHECK(write.memory.outer == CachePolicy::kWriteBackWriteAllocate);
}

TEST_CASE("PL330: accesses carry the origin of the DMAGO", "[pl330]") {
  Pl330Bench bench;
  Program p;
  p.mov_ccr(copy_control(8, 2)).mov_sar(kSource).mov_dar(kDestination).ld().st().end();
  bench.start(0, p, false, Origin{MasterId::kProcessor, 0x8000'1234, 77});
  bench.run_for(1ms);
  REQUIRE(bench.bus.records.size() >= 3);
  for (const auto& r : bench.bus.records) {
    CHECK(r.attributes.origin.pc == 0x8000'1234);
    CHECK(r.attributes.origin.epoch == 77);
  }
  CHECK(bench.bus.records.front().attributes.instruction);
}

TEST_CASE("PL330: microcode is cached until the next DMAGO", "[pl330]") {
  Pl330Bench bench;
  Program wait;
  wait.wfe(0).raw({0x18}).sev(1).end();
  bench.write(0x020, 0x6);
  bench.start(0, wait);
  bench.run_for(10us);
  bench.bus.at(kProgram + 4) =
      std::byte{2U << 3};       // DMASEV 2 instead of 1: in the line that was fetched.
  bench.debug(0x0034'0000, 0);  // DMASEV 0 by the manager.
  bench.run_for(10us);
  CHECK(bench.dma.interrupts() == 0x2);
  bench.write(0x02C, 0x2);
  bench.go(0, kProgram);
  bench.run_for(10us);
  bench.debug(0x0034'0000, 0);
  bench.run_for(10us);
  CHECK(bench.dma.interrupts() == 0x4);
}
