// SPDX-License-Identifier: Apache-2.0
#include "sw/dmaengine/pl330/microcode.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <random>
#include <vector>

#include "tests/support/catch.hpp"

using namespace guest::pl330;

namespace {

using Bytes = std::vector<unsigned>;

Bytes bytes_of(std::span<const std::byte> code) {
  Bytes result;
  for (const std::byte b : code) result.push_back(std::to_integer<unsigned>(b));
  return result;
}

/// Runs programs as the DMA-330 does, opcodes typed from its manual, on a memory of single bytes.
class Interpreter {
 public:
  static constexpr unsigned kPeripheral = 0x4000'0000;

  /// False if the program does not end as it should.
  bool run(std::span<const std::byte> code) {
    const auto at = [&](std::size_t i) { return std::to_integer<unsigned>(code[i]); };
    for (std::size_t pc = 0; pc < code.size() && ++steps < 10'000'000;) {
      if (watch) watch(pc);
      const unsigned op = at(pc);
      if (op == 0x00) return events == 1 && queue.empty();
      if (op == 0xBC) {
        registers[at(pc + 1)] = at(pc + 2) | at(pc + 3) << 8 | at(pc + 4) << 16 | at(pc + 5) << 24;
        pc += 6;
      } else if (op == 0x20 || op == 0x22) {
        counters[op >> 1 & 1] = at(pc + 1);
        pc += 2;
      } else if (op == 0x38 || op == 0x3C) {
        unsigned& counter = counters[op >> 2 & 1];
        pc = counter-- != 0 ? pc - at(pc + 1) : pc + 2;
      } else if (op == 0x35) {
        ++flushes;
        pc += 2;
      } else if (op == 0x30 || op == 0x32) {
        single = op == 0x30;
        pc += 2;
      } else if (op == 0x34) {
        ++events;
        pc += 2;
      } else if (op == 0x13) {
        pc += 1;
      } else if (op == 0x04 || op == 0x05 || op == 0x07 || op == 0x25 || op == 0x27) {
        load();
        if (op >= 0x20) acknowledge(op == 0x25);
        if (op == 0x05 || op == 0x07) CHECK(single == (op == 0x05));
        pc += op >= 0x20 ? 2 : 1;
      } else if (op == 0x08 || op == 0x09 || op == 0x0B || op == 0x29 || op == 0x2B) {
        store();
        if (op >= 0x20) acknowledge(op == 0x29);
        if (op == 0x09 || op == 0x0B) CHECK(single == (op == 0x09));
        pc += op >= 0x20 ? 2 : 1;
      } else {
        return false;
      }
    }
    return false;
  }

  std::uint32_t source() const { return registers[0]; }
  std::uint32_t destination() const { return registers[2]; }

  std::function<void(std::size_t)> watch;  ///< Before each instruction, with its place.
  std::uint32_t loaded = 0;                ///< Bytes.
  std::uint32_t stored = 0;
  std::map<std::uint32_t, unsigned> memory;
  std::vector<unsigned> queue;
  unsigned events = 0;
  unsigned flushes = 0;
  unsigned single_acknowledges = 0;
  unsigned burst_acknowledges = 0;
  std::vector<unsigned> peripheral;
  std::size_t peripheral_read = 0;
  unsigned longest_burst_bytes = 0;

 private:
  void acknowledge(bool is_single) {
    CHECK(is_single == single);
    ++(is_single ? single_acknowledges : burst_acknowledges);
  }
  unsigned beats(unsigned shift) const {
    const bool peripheral_single = single && waits;
    return peripheral_single ? 1 : (registers[1] >> shift & 0xF) + 1;
  }
  void load() {
    waits = flushes != 0;
    const unsigned size = 1U << (registers[1] >> 1 & 7);
    const bool increments = (registers[1] & 1) != 0;
    const unsigned total = size * beats(4);
    longest_burst_bytes = std::max(longest_burst_bytes, total);
    for (unsigned i = 0; i < total; ++i) {
      queue.push_back(increments ? memory[registers[0] + i] : peripheral.at(peripheral_read++));
    }
    if (increments) registers[0] += total;
    loaded += total;
  }
  void store() {
    const unsigned size = 1U << (registers[1] >> 15 & 7);
    const bool increments = (registers[1] >> 14 & 1) != 0;
    const unsigned total = size * beats(18);
    CHECK(queue.size() == total);
    for (unsigned i = 0; i < total; ++i) {
      if (increments) {
        memory[registers[2] + i] = queue[i];
      } else {
        peripheral.push_back(queue[i]);
      }
    }
    queue.clear();
    if (increments) registers[2] += total;
    stored += total;
  }

  std::array<std::uint32_t, 3> registers{};
  std::array<unsigned, 2> counters{};
  bool single = false;
  bool waits = false;
  unsigned steps = 0;
};

/// Runs programs one after the other until all segments are moved.
unsigned run_all(Interpreter& machine, const Shape& shape, const Segments& segments,
                 std::size_t buffer_size) {
  unsigned programs = 0;
  for (Progress progress; progress.segment < segments.size(); ++programs) {
    std::vector<std::byte> buffer(buffer_size);
    const Progress before = progress;
    progress = write_program(buffer, shape, segments, progress, segments.size(), 3);
    REQUIRE_FALSE(progress == before);
    machine.events = 0;
    REQUIRE(machine.run(buffer));
  }
  return programs;
}

}  // namespace

TEST_CASE("a memory copy is the program the manual would write", "[sw][pl330]") {
  Shape shape;
  shape.width_shift = 3;
  shape.burst_beats = 16;
  std::array<std::byte, 64> buffer{};
  const Segment segment{0x6000'1000, 0x6000'2000, 512};
  CHECK(write_program(buffer, shape, {.pattern = {&segment, 1}}, {}, 1, 5).segment == 1);
  // CCR: both increment, 8 bytes a beat, 16 beats.
  const Bytes expected{0xBC, 0x01, 0xF7, 0xC0, 0x3D, 0x00,  // DMAMOV CCR
                       0xBC, 0x00, 0x00, 0x10, 0x00, 0x60,  // DMAMOV SAR
                       0xBC, 0x02, 0x00, 0x20, 0x00, 0x60,  // DMAMOV DAR
                       0x22, 0x03, 0x04, 0x08, 0x3C, 0x02,  // DMALP lc1 4; DMALD; DMAST; DMALPEND
                       0x13, 0x34, 0x28, 0x00};             // DMAWMB; DMASEV 5; DMAEND
  CHECK(bytes_of({buffer.data(), expected.size()}) == expected);
}

TEST_CASE("a peripheral is flushed, waited for, and acknowledged in bursts", "[sw][pl330]") {
  Shape shape;
  shape.kind = Shape::Kind::kPeripheralToMemory;
  shape.request = 2;
  shape.width_shift = 2;
  shape.burst_beats = 8;
  std::array<std::byte, 64> buffer{};
  const Segment segment{0x1000'5080, 0x6000'2000, 512};
  write_program(buffer, shape, {.pattern = {&segment, 1}}, {}, 1, 0);
  // CCR: the source stands still, 4 bytes a beat, 8 beats.
  const Bytes expected{0xBC, 0x01, 0x74, 0x40, 0x1D, 0x00,  // DMAMOV CCR
                       0xBC, 0x00, 0x80, 0x50, 0x00, 0x10,  // DMAMOV SAR
                       0xBC, 0x02, 0x00, 0x20, 0x00, 0x60,  // DMAMOV DAR
                       0x35, 0x10,                          // DMAFLUSHP 2
                       0x22, 0x0F,                          // DMALP lc1 16
                       0x32, 0x10, 0x27, 0x10, 0x0B,        // DMAWFP burst; DMALDPB; DMASTB
                       0x3C, 0x05,                          // DMALPEND lc1
                       0x13, 0x34, 0x00, 0x00};             // DMAWMB; DMASEV 0; DMAEND
  CHECK(bytes_of({buffer.data(), expected.size()}) == expected);
}

TEST_CASE("memory copies move every byte, once, whatever the sizes", "[sw][pl330]") {
  constexpr unsigned kSeed = 330;
  std::mt19937 random{kSeed};
  for (unsigned round = 0; round < 200; ++round) {
    Shape shape;
    shape.width_shift = random() % 4;
    shape.burst_beats = 1 + random() % 16;
    std::vector<Segment> segments;
    Interpreter machine;
    std::uint32_t source = 0x1000;
    for (unsigned i = 0; i < 1 + random() % 20; ++i) {
      const auto size = static_cast<std::uint32_t>((1 + random() % 300) << shape.width_shift);
      segments.push_back({source, source + 0x100'0000, size});
      for (std::uint32_t k = 0; k < size; ++k) machine.memory[source + k] = random() & 0xFF;
      source += size + 64;
    }
    const auto before = machine.memory;
    run_all(machine, shape, {.pattern = segments}, 64 + random() % 193);
    CHECK(machine.memory.size() == 2 * before.size());
    for (const auto& [address, value] : before)
      REQUIRE(machine.memory.at(address + 0x100'0000) == value);
    CHECK(machine.longest_burst_bytes <= shape.burst_bytes());
  }
}

TEST_CASE("a copy too long for two loops continues in the same or the next program",
          "[sw][pl330]") {
  Shape shape;  // One byte a burst: 65536 bursts are the most two loops can do.
  const Segment segment{0, 0x100'0000, 65536 + 256 + 3};
  for (const auto& [buffer_bytes, programs] : {std::pair{64U, 1U}, std::pair{40U, 2U}}) {
    Interpreter machine;
    for (std::uint32_t i = 0; i < segment.size; ++i) machine.memory[i] = i * 7 & 0xFF;
    CHECK(run_all(machine, shape, {.pattern = {&segment, 1}}, buffer_bytes) == programs);
    for (std::uint32_t i = 0; i < segment.size; ++i)
      REQUIRE(machine.memory.at(0x100'0000 + i) == (i * 7 & 0xFF));
  }
}

TEST_CASE("peripherals get bursts, and single beats for the rest", "[sw][pl330]") {
  for (const auto kind : {Shape::Kind::kMemoryToPeripheral, Shape::Kind::kPeripheralToMemory}) {
    Shape shape;
    shape.kind = kind;
    shape.request = 1;
    shape.width_shift = 2;
    shape.burst_beats = 8;
    const bool out = kind == Shape::Kind::kMemoryToPeripheral;
    const std::uint32_t fifo = Interpreter::kPeripheral;
    const std::array<Segment, 2> segments{{{out ? 0x1000 : fifo, out ? fifo : 0x1000, 32 * 5 + 12},
                                           {out ? 0x8000 : fifo, out ? fifo : 0x8000, 64}}};
    Interpreter machine;
    std::vector<unsigned> expected;
    for (const auto& [base, size] : {std::pair{0x1000U, 172U}, std::pair{0x8000U, 64U}}) {
      for (unsigned i = 0; i < size; ++i) {
        expected.push_back((base + i * 3) & 0xFF);
        if (out) machine.memory[base + i] = expected.back();
      }
    }
    if (!out) machine.peripheral = expected;
    run_all(machine, shape, {.pattern = segments}, 256);
    CHECK(machine.burst_acknowledges == 5 + 2);
    CHECK(machine.single_acknowledges == 3);
    if (out) {
      CHECK(machine.peripheral == expected);
    } else {
      for (unsigned i = 0; i < 172; ++i) REQUIRE(machine.memory.at(0x1000 + i) == expected[i]);
      for (unsigned i = 0; i < 64; ++i) REQUIRE(machine.memory.at(0x8000 + i) == expected[172 + i]);
    }
  }
}

TEST_CASE("rows of a pattern lie a pitch apart on each side", "[sw][pl330]") {
  Interpreter machine;
  Shape shape;
  shape.width_shift = 2;
  shape.burst_beats = 4;
  const std::array<Segment, 2> pattern{{{0x1000, 0x8000, 32}, {0x1040, 0x8020, 20}}};
  const Segments segments{pattern, 40, 0x100, 0x34};
  constexpr unsigned kBytes = 40 * 52;
  for (unsigned i = 0; i < 40 * 0x100; ++i) machine.memory[0x1000 + i] = i * 7 & 0xFF;
  CHECK(segments.bytes_before(segments.size()) == kBytes);
  CHECK(segments.bytes_before(3) == 52 + 32);
  CHECK(run_all(machine, shape, segments, 256) > 1);
  bool right = true;
  for (unsigned i = 0; i < kBytes; ++i) {
    const unsigned column = i % 52;
    const unsigned from = 0x1000 + i / 52 * 0x100 + column + (column < 32 ? 0 : 0x40 - 32);
    right = right && machine.memory[0x8000 + i] == machine.memory[from];
  }
  CHECK(right);
  CHECK(machine.memory.find(0x8000 + kBytes) == machine.memory.end());
}

TEST_CASE("a program ends where it is told, though more would fit", "[sw][pl330]") {
  Interpreter machine;
  Shape shape;
  shape.width_shift = 2;
  shape.burst_beats = 4;
  const std::array<Segment, 3> periods{
      {{0x1000, 0x8000, 64}, {0x1040, 0x8040, 64}, {0x1080, 0x8080, 64}}};
  std::array<std::byte, 256> buffer{};
  const Progress reached = write_program(buffer, shape, {.pattern = periods}, {1, 0}, 2, 0);
  CHECK(reached == Progress{2, 0});
  REQUIRE(machine.run(buffer));
  CHECK(machine.memory.count(0x8040) == 1);
  CHECK(machine.memory.count(0x8080) == 0);
}

TEST_CASE("counter and address tell what was issued, whatever the order of the segments",
          "[sw][pl330]") {
  for (const auto kind : {Shape::Kind::kMemoryToMemory, Shape::Kind::kMemoryToPeripheral,
                          Shape::Kind::kPeripheralToMemory}) {
    const bool out = kind == Shape::Kind::kMemoryToPeripheral;
    Shape shape;
    shape.kind = kind;
    shape.width_shift = 2;
    shape.burst_beats = 4;
    // Backwards, one twice, one that ends where another begins, and one of less than a burst.
    std::vector<Segment> segments;
    for (const std::uint32_t at : {0x300U, 0x200U, 0x100U, 0x200U, 0x200U, 0x0U})
      segments.push_back({0x1000 + at, 0x8000 + at, at == 0x300 ? 0x108U : at == 0 ? 8U : 0x100U});
    const Segments all{.pattern = segments};
    Interpreter machine;
    machine.peripheral.assign(0x1000, 0);
    bool right = true;
    std::array<std::byte, kProgramBytes> program{};
    for (Progress from; from.segment < all.size();) {
      machine.watch = [&](std::size_t pc) {
        const Standing standing = standing_at(shape, all, from, all.size(), pc);
        const std::uint32_t issued =
            bytes_issued(shape, all, standing, out ? machine.source() : machine.destination());
        right = right && issued == (out ? machine.loaded : machine.stored);
      };
      const Progress reached = write_program(program, shape, all, from, all.size(), 3);
      machine.events = 0;
      REQUIRE(machine.run(program));
      from = reached;
    }
    CHECK(right);
    CHECK(machine.stored == all.bytes_before(all.size()));
  }
}

TEST_CASE("a program of no segments signals and ends", "[sw][pl330]") {
  Interpreter machine;
  std::array<std::byte, 64> buffer{};
  CHECK(write_program(buffer, Shape{}, {}, {}, 0, 0) == Progress{});
  CHECK(machine.run(buffer));
  CHECK(machine.memory.empty());
}
