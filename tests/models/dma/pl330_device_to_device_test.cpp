// SPDX-License-Identifier: Apache-2.0
// From FIFO to FIFO: Linux's driver refuses DMA_DEV_TO_DEV, but the controller can do it.
#include <deque>
#include <vector>

#include "tests/models/dma/pl330_bench.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

constexpr unsigned kReceive = 2;
constexpr unsigned kTransmit = 3;
constexpr unsigned kBurst = 4;
constexpr unsigned kDepth = 8;

/// A device with one data register: reading takes from its receive FIFO, writing puts into its
/// transmit FIFO; each side asks for bursts of four words.
struct Loop {
  struct Side final : DmaRequestLine::Peripheral {
    Loop* loop = nullptr;
    DmaRequestLine line;
    unsigned acknowledges = 0;
    explicit Side(unsigned number) : line{number} {}
    void acknowledged(DmaRequestLine& /*line*/, DmaAcknowledge kind, Time now) override {
      acknowledges += kind == DmaAcknowledge::kBurst ? 1U : 0U;
      loop->drive(now);
    }
  };
  struct Controller final : DmaRequestLine::Controller {
    Pl330Bench* bench = nullptr;
    void request_changed(DmaRequestLine&, Time now) override { bench->dma.request_changed(now); }
  } controller;

  explicit Loop(Pl330Bench& b) : bench{b} {
    controller.bench = &b;
    for (Side* side : {&receive, &transmit}) {
      side->loop = this;
      side->line.connect(static_cast<DmaRequestLine::Controller&>(controller));
      side->line.connect(static_cast<DmaRequestLine::Peripheral&>(*side));
    }
    b.dma.attach(kReceive, receive.line);
    b.dma.attach(kTransmit, transmit.line);
    b.bus.fifo = [this](bool write, std::span<std::byte> data, Time) { access(write, data); };
  }

  void access(bool write, std::span<std::byte> data) {
    std::uint32_t word = 0;
    if (write) {
      std::memcpy(&word, data.data(), sizeof word);
      to_send.push_back(word);
      overflows += to_send.size() > kDepth ? 1U : 0U;
    } else {
      underflows += received.empty() ? 1U : 0U;
      if (!received.empty()) {
        word = received.front();
        received.pop_front();
      }
      std::memcpy(data.data(), &word, sizeof word);
    }
  }
  void drive(Time now) {
    DmaRequest level;
    level.burst = received.size() >= kBurst;
    level.single = !received.empty();
    receive.line.drive(level, now);
    level.burst = to_send.size() + kBurst <= kDepth;
    level.single = to_send.size() < kDepth;
    transmit.line.drive(level, now);
  }
  /// So many words leave.
  void send(unsigned count) {
    for (; count != 0 && !to_send.empty(); --count) {
      sent.push_back(to_send.front());
      to_send.pop_front();
    }
    drive(bench.now);
  }

  Pl330Bench& bench;
  Side receive{kReceive};
  Side transmit{kTransmit};
  std::deque<std::uint32_t> received;
  std::deque<std::uint32_t> to_send;
  std::vector<std::uint32_t> sent;
  unsigned underflows = 0;
  unsigned overflows = 0;
};

}  // namespace

TEST_CASE("PL330: words go from FIFO to FIFO as both ask", "[pl330][peripheral]") {
  Pl330Bench bench;
  Loop loop{bench};
  std::vector<std::uint32_t> words;
  for (std::uint32_t i = 0; i < 24; ++i) words.push_back(0x2222'0000 + i);
  loop.received.assign(words.begin(), words.end());
  loop.drive(bench.now);
  Program p;
  // Neither address counts.
  p.mov_ccr(copy_control(4, kBurst) & ~(1U | 1U << 14)).mov_sar(kFifo).mov_dar(kFifo);
  p.flushp(kReceive).flushp(kTransmit);
  const auto body = p.lp(0, 6);
  p.wfp_burst(kReceive).ldpb(kReceive).wfp_burst(kTransmit).stpb(kTransmit).lpend(0, body).end();
  bench.run(p);
  // The transmit FIFO is full: the channel holds a burst, and waits.
  CHECK(bench.csr(0) == (7U | kTransmit << 4 | 1U << 14));
  CHECK(loop.to_send.size() == kDepth);
  CHECK(loop.received.size() == 24 - 3 * kBurst);
  for (unsigned i = 0; i < 8; ++i) {
    loop.send(kBurst);
    bench.run_for(10us);
  }
  CHECK(bench.csr(0) == 0);
  CHECK(loop.sent == words);
  CHECK(loop.receive.acknowledges == 6);
  CHECK(loop.transmit.acknowledges == 6);
  CHECK(loop.underflows == 0);
  CHECK(loop.overflows == 0);
}
