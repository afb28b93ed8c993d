// SPDX-License-Identifier: Apache-2.0
// Whatever the guest does, the host goes on.
#include <random>

#include "tests/models/dma/pl330_bench.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

/// The same numbers on every host.
class Random {
 public:
  explicit Random(unsigned seed) : engine_{seed} {}
  std::uint32_t operator()() { return static_cast<std::uint32_t>(engine_()); }

 private:
  std::mt19937 engine_;
};

/// Runs at most `steps` events or `duration`, whichever comes first.
void run_bounded(Pl330Bench& bench, Time duration, unsigned steps) {
  const Time end = bench.now + duration;
  for (unsigned i = 0; i < steps && bench.dma.next_event() <= end; ++i) {
    const Time next = bench.dma.next_event();
    bench.now = std::max(bench.now, next);
    bench.dma.advance(bench.now);
    REQUIRE(bench.dma.next_event() > next);
  }
  bench.now = std::max(bench.now, end);
}

/// Instructions with operands that are mostly good, so that threads get somewhere; now and then a
/// byte that is anything.
void fill_with_program(Pl330Bench& bench, Random& random) {
  static constexpr unsigned kOpcodes[]{0x00, 0x04, 0x04, 0x04, 0x05, 0x07, 0x08, 0x08, 0x08,
                                       0x09, 0x0B, 0x0C, 0x12, 0x13, 0x18, 0x20, 0x22, 0x25,
                                       0x27, 0x29, 0x2B, 0x2C, 0x30, 0x31, 0x32, 0x34, 0x35,
                                       0x36, 0x38, 0x3C, 0x54, 0x5C, 0xBC};
  for (unsigned i = 0; i < 0x400;) {
    const unsigned opcode = kOpcodes[random() % std::size(kOpcodes)];
    const unsigned length = pl330::decode(static_cast<std::uint8_t>(opcode)).length;
    for (unsigned k = 0; k < length && i < 0x400; ++k, ++i) {
      unsigned byte = k == 0 ? opcode : random();
      if (k == 1 && opcode >= 0x25 && opcode < 0x38) byte = random() % 4 << 3;
      if (k == 1 && opcode >= 0x38 && opcode < 0x40) byte = random() % 16;
      if (opcode == 0xBC)
        byte = k == 0 ? opcode : k == 1 ? 2 * (random() % 2) : k == 4 ? 0x04 : k == 5 ? 0x60 : byte;
      if (random() % 64 == 0) byte = random();
      bench.bus.at(kProgram + i) = static_cast<std::byte>(byte);
    }
  }
}

struct Peripherals final : DmaRequestLine::Peripheral {
  std::deque<DmaRequestLine> lines;
  Random& random;
  explicit Peripherals(Pl330Bench& bench, Random& r) : random{r} {
    for (unsigned n = 0; n < bench.dma.config().requests; ++n) {
      lines.emplace_back(n).connect(*this);
      bench.dma.attach(n, lines.back());
    }
  }
  void acknowledged(DmaRequestLine& line, DmaAcknowledge, Time now) override { drive(line, now); }
  void drive(DmaRequestLine& line, Time now) {
    const unsigned r = random();
    line.drive({(r & 1) != 0, (r & 2) != 0, (r & 12) == 0, {}}, now);
  }
};

}  // namespace

TEST_CASE("PL330: random microcode neither hangs nor breaks the host", "[pl330][fuzz]") {
  Random random{20240611};
  pl330::Config config;
  config.mfifo_lines = 24;
  config.read_queue = 3;
  config.write_queue = 2;
  config.cache_lines = 1;
  Pl330Bench bench{config};
  bench.bus.keep_records = false;
  Peripherals peripherals{bench, random};
  for (unsigned round = 0; round < 300; ++round) {
    fill_with_program(bench, random);
    for (unsigned c = 0; c < 8; ++c) {
      auto& thread = bench.dma.channel(c);
      bench.kill(c);
      run_bounded(bench, 20us, 500);
      thread.source = kSource + random() % 0x100;
      thread.destination =
          random() % 8 == 0 ? kProgram + random() % 0x400 : kDestination + random() % 0x100;
      thread.control = random() & ~(0x4U << 1 | 0x4U << 15 | 0x4U << 28);
      bench.go(c, kProgram + random() % 0x400, random() % 8 == 0);
      for (auto& line : peripherals.lines) peripherals.drive(line, bench.now);
      bench.dma.request_changed(bench.now);
    }
    run_bounded(bench, 200us, 2000);
  }
  CHECK(bench.counter("executed") > 10'000);
  CHECK(bench.counter("reads") > 1'000);
  CHECK(bench.counter("writes") > 1'000);
}

TEST_CASE("PL330: random register writes neither hang nor break the host", "[pl330][fuzz]") {
  Random random{7};
  Pl330Bench bench;
  bench.bus.keep_records = false;
  fill_with_program(bench, random);
  const std::uint32_t offsets[]{0x020, 0x02C, 0xD04, 0xD08, 0xD0C, 0xE80};
  for (unsigned i = 0; i < 20'000; ++i) {
    const unsigned r = random();
    const std::uint32_t offset =
        r % 4 == 0 ? random() % 0x1000 & ~3U : offsets[r % std::size(offsets)];
    std::uint32_t value = random();
    const unsigned choice = random() % 8;
    if (offset == 0xD08 && choice < 7)
      value = (value & 0x0700'0700U) | (choice < 5 ? 0x00A0'0000U : 0x0001'0000U | (r >> 8 & 1U));
    if (offset == 0xD0C) value = kProgram + value % 0x400;
    if (offset == 0xD04) value &= random() & random();
    bench.dma.advance(bench.now);
    pl330::Block::registers().write(bench.dma, offset, value, bench.context());
    run_bounded(bench, 1us, 200);
  }
  CHECK(bench.counter("executed") > 100);
}

TEST_CASE("PL330: every byte is an opcode that decodes to the length of the manual",
          "[pl330][decode]") {
  // DDI 0424, chapter 4, typed again.
  const std::pair<unsigned, unsigned> lengths[]{
      {0x00, 1}, {0x01, 1}, {0x04, 1}, {0x05, 1}, {0x07, 1}, {0x08, 1}, {0x09, 1},
      {0x0B, 1}, {0x0C, 1}, {0x12, 1}, {0x13, 1}, {0x18, 1}, {0x20, 2}, {0x22, 2},
      {0x25, 2}, {0x27, 2}, {0x28, 2}, {0x29, 2}, {0x2B, 2}, {0x2C, 2}, {0x2D, 2},
      {0x2F, 2}, {0x30, 2}, {0x31, 2}, {0x32, 2}, {0x34, 2}, {0x35, 2}, {0x36, 2},
      {0x38, 2}, {0x39, 2}, {0x3B, 2}, {0x3C, 2}, {0x3D, 2}, {0x3F, 2}, {0x54, 3},
      {0x56, 3}, {0x5C, 3}, {0x5E, 3}, {0xA0, 6}, {0xA2, 6}, {0xBC, 6}};
  unsigned defined = 0;
  for (unsigned opcode = 0; opcode < 256; ++opcode) {
    const auto& e = pl330::decode(static_cast<std::uint8_t>(opcode));
    if (e.name != "undefined") ++defined;
    const auto* row = std::find_if(std::begin(lengths), std::end(lengths),
                                   [&](auto& l) { return l.first == opcode; });
    CAPTURE(opcode, e.name);
    CHECK((e.name != "undefined") == (row != std::end(lengths)));
    if (row != std::end(lengths)) CHECK(e.length == row->second);
  }
  CHECK(defined == std::size(lengths));
  CHECK(pl330::decode(0x29).name == "DMASTPS");
  CHECK(pl330::decode(0x2B).name == "DMASTPB");
}
