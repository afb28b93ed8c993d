// SPDX-License-Identifier: Apache-2.0
// Programs that wait for a peripheral.
#include <deque>

#include "tests/models/dma/pl330_bench.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

constexpr unsigned kRequest = 2;
/// Fixed source of `beats` words, incrementing destination; the other way round.
constexpr std::uint32_t from_device(unsigned beats) { return copy_control(4, beats) & ~1U; }
constexpr std::uint32_t to_device(unsigned beats) { return copy_control(4, beats) & ~(1U << 14); }

/// A peripheral with a FIFO of words: it asks for a burst of 8 when 8 are there, else for singles.
struct Fifo final : DmaRequestLine::Peripheral {
  Pl330Bench& bench;
  DmaRequestLine line{kRequest};
  struct Controller final : DmaRequestLine::Controller {
    Pl330Bench* bench = nullptr;
    void request_changed(DmaRequestLine&, Time now) override { bench->dma.request_changed(now); }
  } controller;
  std::deque<std::uint32_t> words;
  std::vector<std::uint32_t> received;
  std::vector<DmaAcknowledge> acknowledges;
  unsigned underflows = 0;
  unsigned burst = 8;
  unsigned left = 0;  ///< Words until the last of the transfer.
  bool answers_at_once = true;
  Origin origin{};

  explicit Fifo(Pl330Bench& b) : bench{b} {
    controller.bench = &b;
    line.connect(controller);
    line.connect(static_cast<DmaRequestLine::Peripheral&>(*this));
    b.dma.attach(kRequest, line);
    b.bus.fifo = [this](bool write, std::span<std::byte> data, Time) {
      std::uint32_t word = 0;
      if (write) {
        std::memcpy(&word, data.data(), data.size());
        received.push_back(word);
      } else {
        if (words.empty()) {
          ++underflows;
        } else {
          word = words.front();
          words.pop_front();
          --left;
        }
        std::memcpy(data.data(), &word, data.size());
      }
    };
  }
  void drive(Time now) {
    DmaRequest level;
    level.burst = words.size() >= burst;
    level.single = !words.empty();
    level.last = left <= (level.burst ? burst : 1);
    level.origin = origin;
    line.drive(level, now);
  }
  void acknowledged(DmaRequestLine&, DmaAcknowledge kind, Time now) override {
    acknowledges.push_back(kind);
    if (answers_at_once) drive(now);
  }
  void fill(unsigned count) {
    for (unsigned i = 0; i < count; ++i) words.push_back(0x1111'0000U + i);
    left = count;
    drive(bench.now);
  }
  unsigned flushes() const {
    return static_cast<unsigned>(
        std::count(acknowledges.begin(), acknowledges.end(), DmaAcknowledge::kFlush));
  }
};

}  // namespace

TEST_CASE("PL330: bursts from a peripheral, then single tails", "[pl330][peripheral]") {
  Pl330Bench bench;
  Fifo fifo{bench};
  Program p;
  p.mov_ccr(from_device(8)).mov_sar(kFifo).mov_dar(kDestination);
  const auto bursts = p.lp(0, 4);
  p.flushp(kRequest).wfp_burst(kRequest).ldpb(kRequest).st().lpend(0, bursts);
  p.mov_ccr(from_device(1));
  const auto singles = p.lp(0, 3);
  p.flushp(kRequest).wfp_single(kRequest).ldps(kRequest).st().lpend(0, singles).end();
  bench.start(0, p);
  bench.run_for(10us);
  CHECK((bench.csr(0) & 0xF) == 7);
  fifo.fill(35);
  bench.run_for(1ms);
  CHECK(bench.csr(0) == 0);
  CHECK(fifo.underflows == 0);
  CHECK(fifo.words.empty());
  for (unsigned i = 0; i < 35; ++i) {
    std::uint32_t word = 0;
    std::memcpy(&word, &bench.bus.at(kDestination + 4 * i), 4);
    CHECK(word == 0x1111'0000U + i);
  }
  CHECK(fifo.flushes() == 7);
  CHECK(std::count(fifo.acknowledges.begin(), fifo.acknowledges.end(), DmaAcknowledge::kBurst) ==
        4);
  CHECK(std::count(fifo.acknowledges.begin(), fifo.acknowledges.end(), DmaAcknowledge::kSingle) ==
        3);
}

TEST_CASE("PL330: a request is not taken twice although its level stays", "[pl330][peripheral]") {
  Pl330Bench bench;
  bench.bus.latency = 5us;
  Fifo fifo{bench};
  Program p;
  p.mov_ccr(from_device(8)).mov_sar(kFifo).mov_dar(kDestination);
  const auto loop = p.lp(0, 3);
  p.wfp_burst(kRequest).ldpb(kRequest).st().lpend(0, loop).end();
  fifo.fill(16);
  bench.run(p);
  CHECK(fifo.underflows == 0);
  CHECK((bench.csr(0) & 0xF) == 7);  // The third burst was never there.
  fifo.fill(8);
  bench.run_for(1ms);
  CHECK(bench.csr(0) == 0);
}

TEST_CASE("PL330: a level that the peripheral has not changed since an acknowledge is no request",
          "[pl330][peripheral]") {
  Pl330Bench bench;
  Fifo fifo{bench};
  fifo.answers_at_once = false;
  Program p;
  p.mov_ccr(from_device(8)).mov_sar(kFifo).mov_dar(kDestination);
  const auto loop = p.lp(0, 2);
  p.wfp_burst(kRequest).ldpb(kRequest).st().lpend(0, loop).end();
  fifo.fill(12);
  bench.start(0, p);
  bench.now += 100us;  // A processor that is that far ahead reads a register.
  CHECK((bench.csr(0) & 0xF) == 7);
  CHECK(fifo.acknowledges == std::vector{DmaAcknowledge::kBurst});
  CHECK(fifo.underflows == 0);
  // The peripheral's own time comes to the acknowledge, and later to enough words.
  fifo.drive(bench.now - 90us);
  bench.run_for(1us);
  CHECK((bench.csr(0) & 0xF) == 7);
  fifo.fill(4);
  bench.run_for(100us);
  CHECK(fifo.underflows == 0);
  CHECK(fifo.words.empty());
  fifo.drive(bench.now);
  bench.run_for(1us);
  CHECK(bench.csr(0) == 0);
}

TEST_CASE("PL330: stores to a peripheral are acknowledged when they have ended",
          "[pl330][peripheral]") {
  Pl330Bench bench;
  Fifo fifo{bench};
  fifo.burst = 1;
  fifo.fill(1);  // The level is high throughout.
  Program p;
  p.mov_ccr(to_device(4)).mov_sar(kSource).mov_dar(kFifo);
  const auto loop = p.lp(0, 4);
  p.wfp_burst(kRequest).ld().stpb(kRequest).lpend(0, loop).end();
  bench.run(p);
  CHECK(bench.csr(0) == 0);
  REQUIRE(fifo.received.size() == 16);
  CHECK(std::memcmp(fifo.received.data(), &bench.bus.at(kSource), 64) == 0);
  CHECK(fifo.acknowledges == std::vector<DmaAcknowledge>(4, DmaAcknowledge::kBurst));
}

TEST_CASE("PL330: DMAWFP burst ignores single requests", "[pl330][peripheral]") {
  Pl330Bench bench;
  Fifo fifo{bench};
  Program p;
  p.wfp_burst(kRequest).end();
  fifo.fill(7);
  bench.run(p);
  CHECK(bench.csr(0) == (7U | kRequest << 4 | 1U << 14));
}

TEST_CASE("PL330: DMAWFP periph shows its flag in CSR", "[pl330][peripheral]") {
  Pl330Bench bench;
  Fifo fifo{bench};
  Program p;
  p.wfp_periph(kRequest).end();
  bench.run(p);
  CHECK(bench.csr(0) == (7U | kRequest << 4 | 1U << 15));
}

TEST_CASE("PL330: DMAWFP single takes a burst request as a single", "[pl330][peripheral]") {
  Pl330Bench bench;
  Fifo fifo{bench};
  Program p;
  p.mov_ccr(from_device(8))
      .mov_sar(kFifo)
      .mov_dar(kDestination)
      .wfp_single(kRequest)
      .ldpb(kRequest);
  p.ldps(kRequest).sts().end();
  fifo.fill(9);
  bench.run(p);
  CHECK(bench.counter("read") == 4);
  CHECK(bench.counter("written") == 4);
  CHECK(fifo.acknowledges == std::vector{DmaAcknowledge::kSingle});
}

TEST_CASE(
    "PL330: DMALPFE loops until the last request, bursts and singles by the peripheral's choice",
    "[pl330][peripheral]") {
  Pl330Bench bench;
  Fifo fifo{bench};
  Program p;
  p.mov_ccr(from_device(8)).mov_sar(kFifo).mov_dar(kDestination);
  const auto loop = p.size();
  p.wfp_periph(kRequest).ldpb(kRequest).ldps(kRequest).stb().sts().lpfe_end(loop).sev(0).end();
  bench.write(0x020, 1);
  fifo.fill(19);
  bench.run(p);
  CHECK(bench.csr(0) == 0);
  CHECK(bench.dma.interrupts() == 1);
  CHECK(fifo.words.empty());
  CHECK(bench.counter("written") == 19 * 4);
  CHECK(bench.counter("writes") == 5);  // 8, 8, 1, 1, 1.
}

TEST_CASE("PL330: DMALPENDS and DMALPENDB follow the request type", "[pl330][peripheral]") {
  Pl330Bench bench;
  Fifo fifo{bench};
  Program p;
  p.mov_sar(0).wfp_burst(kRequest);
  const auto first = p.lp(0, 3);
  p.addh(0, 1).lpendb(0, first);  // Burst: loops.
  const auto second = p.lp(1, 3);
  p.addh(0, 0x10).lpends(1, second).end();  // Not single: falls through.
  fifo.fill(8);
  bench.run(p);
  CHECK(bench.dma.channel(0).source == 0x13);
}

TEST_CASE("PL330: DMASTS stores one beat, not the burst length of CCR",
          "[pl330][peripheral][deviation]") {
  Pl330Bench bench;
  Program p;
  p.mov_ccr(copy_control(4, 8)).mov_sar(kSource).mov_dar(kDestination).lds().sts().end();
  bench.run(p);
  CHECK(bench.counter("read") == 4);
  CHECK(bench.counter("written") == 4);
  CHECK(bench.dma.channel(0).destination == kDestination + 4);
}

TEST_CASE("PL330: DMAFLUSHP has the peripheral present its level again",
          "[pl330][peripheral][deviation]") {
  Pl330Bench bench;
  Fifo fifo{bench};
  // Takes a request, never acknowledges it: only a flush makes it visible again.
  Program p;
  p.wfp_single(kRequest).wfe(0).flushp(kRequest).wfp_single(kRequest).end();
  fifo.fill(1);
  bench.run(p);
  CHECK(fifo.acknowledges.empty());
  bench.debug(0x0034'0000, 0);
  bench.run_for(10us);
  CHECK(fifo.acknowledges == std::vector{DmaAcknowledge::kFlush});
  CHECK(bench.csr(0) == 0);
}

TEST_CASE("PL330: what follows a request carries the later of the two causes",
          "[pl330][peripheral]") {
  Pl330Bench bench;
  Fifo fifo{bench};
  Program p;
  p.mov_ccr(from_device(8))
      .mov_sar(kFifo)
      .mov_dar(kDestination)
      .wfp_burst(kRequest)
      .ldpb(kRequest)
      .st()
      .end();
  bench.start(0, p, false, Origin{MasterId::kProcessor, 0x100, 5});
  bench.run_for(10us);
  fifo.origin = Origin{MasterId::kProcessor, 0x200, 9};
  fifo.fill(8);
  bench.run_for(1ms);
  const auto write = bench.bus.data_records(true).at(0).attributes.origin;
  CHECK(write.epoch == 9);
  CHECK(write.pc == 0x200);
}
