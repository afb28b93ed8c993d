// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstring>

#include "models/core/model_registry.hpp"
#include "models/memory/dram.hpp"
#include "models/memory/static_memory.hpp"
#include "tests/support/bus_driver.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;  // NOLINT: a test

namespace {

using Outcome = DramTiming::RowOutcome;

/// One burst at a time, far apart unless said otherwise.
struct TimingBench {
  explicit TimingBench(DramParameters p = no_refresh()) : timing{p} {}

  static DramParameters no_refresh() {
    DramParameters p;
    p.tREFI = Time{0};
    return p;
  }
  Time latency(std::uint64_t offset, Time at, bool write = false, std::uint32_t size = 32) {
    return timing.access(MasterId::kProcessor, offset, size, write, at, [this](Outcome o) {
      outcome = o;
    }) - at;
  }

  DramTiming timing;
  Outcome outcome{};
};

constexpr std::uint64_t kRow = 4096;
constexpr std::uint64_t kSameBank = kRow * 8;

}  // namespace

TEST_CASE("DRAM: a closed row costs tRCD, tCL and the burst", "[dram][block]") {
  TimingBench bench;
  CHECK(bench.latency(0, Time{0}) == Time{38'000 + 13'130 + 13'130 + 7'504});
  CHECK(bench.outcome == Outcome::kMiss);
}

TEST_CASE("DRAM: an open row costs tCL and the burst", "[dram][block]") {
  TimingBench bench;
  bench.latency(0, Time{0});
  CHECK(bench.latency(64, 1us) == Time{38'000 + 13'130 + 7'504});
  CHECK(bench.outcome == Outcome::kHit);
}

TEST_CASE("DRAM: another row of the same bank costs tRP more", "[dram][block]") {
  TimingBench bench;
  bench.latency(0, Time{0});
  CHECK(bench.latency(kSameBank, 1us) == Time{38'000 + 3 * 13'130 + 7'504});
  CHECK(bench.outcome == Outcome::kConflict);
}

TEST_CASE("DRAM: eight banks keep eight rows open", "[dram][block]") {
  TimingBench bench;
  for (unsigned i = 0; i < 8; ++i) bench.latency(i * kRow, i * 1us);
  for (unsigned i = 0; i < 8; ++i) {
    bench.latency(i * kRow + 32, (10 + i) * 1us);
    CHECK(bench.outcome == Outcome::kHit);
  }
}

TEST_CASE("DRAM: a row is not closed before tRAS", "[dram][block]") {
  TimingBench bench;
  bench.latency(0, Time{0});  // Activated at 19 ns, column command at 32.13 ns.
  // Arrives at the bank at 40 ns; the precharge waits for 19 + 37.5 ns.
  const Time at{21'000};
  CHECK(at + bench.latency(kSameBank, at) == Time{19'000 + 37'500 + 3 * 13'130 + 7'504 + 19'000});
}

TEST_CASE("DRAM: a row that was written is not closed before tWR", "[dram][block]") {
  TimingBench bench;
  for (unsigned i = 0; i < 17; ++i)
    bench.latency(i * 32, Time{0}, true);  // The last one sends 16 out.
  const Time written{19'000 + 2 * 13'130 + 16 * 7'504};
  const Time at{141'000};
  CHECK(at + bench.latency(kSameBank, at) == written + Time{15'000 + 3 * 13'130 + 7'504 + 19'000});
}

TEST_CASE("DRAM: a write is posted, and disturbs no row until the buffer is full",
          "[dram][block]") {
  TimingBench bench;
  bench.latency(0, Time{0});
  for (unsigned i = 0; i < 16; ++i) {
    CHECK(bench.latency(kSameBank + i * 32, (1 + i) * 1us, true) == Time{38'000 + 7'504});
  }
  bench.latency(32, 20us);
  CHECK(bench.outcome == Outcome::kHit);
  bench.latency(kSameBank + 16 * 32, 21us, true);
  bench.latency(64, 22us);
  CHECK(bench.outcome == Outcome::kConflict);
}

TEST_CASE("DRAM: writes without end are as fast as the pins", "[dram][block]") {
  TimingBench bench;
  constexpr unsigned kBursts = 1000;
  Time now{0};
  for (unsigned i = 0; i < kBursts; ++i) now += bench.latency(i * 32, now, true) - Time{38'000};
  CHECK(now >= (kBursts - 16) * Time{7'504});
  CHECK(now <= kBursts * Time{7'504} * 13 / 10);
}

TEST_CASE("DRAM: two masters at once share the data pins", "[dram][block]") {
  TimingBench bench;
  const Time first = bench.latency(0, 1us);
  CHECK(bench.latency(kRow, 1us) == first + Time{7'504});
}

TEST_CASE("DRAM: a long access is a burst for each 32 bytes", "[dram][block]") {
  TimingBench bench;
  unsigned bursts = 0;
  const Time end = bench.timing.access(MasterId::kProcessor, 16, 128, false, Time{0},
                                       [&](Outcome) { ++bursts; });
  CHECK(bursts == 5);
  CHECK(end == Time{38'000 + 2 * 13'130 + 5 * 7'504});
}

TEST_CASE("DRAM: an access during a refresh waits, and finds its row closed", "[dram][block]") {
  TimingBench bench{DramParameters{}};
  bench.latency(0, 1us);
  const Time refresh{7'800'000};
  const Time at = refresh - Time{19'000} + Time{10'000};
  CHECK(bench.latency(0, at) == Time{100'000 + 38'000 + 2 * 13'130 + 7'504});
  CHECK(bench.outcome == Outcome::kMiss);
}

TEST_CASE("DRAM: a bad property names node, property and expectation", "[dram]") {
  DeviceNode node{"memory@60000000"};
  node.set("linefill,row-bytes", 100);
  CHECK_THROWS_WITH(DramParameters::from(node),
                    Catch::Contains("linefill,row-bytes") && Catch::Contains("power of two"));
}

TEST_CASE("storage: only chunks that were written are held", "[memory][block]") {
  SparseStorage storage{std::uint64_t{1} << 30};
  std::array<std::byte, 4> data{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
  storage.write(64 * 1024 - 2, data);  // Across a boundary.
  CHECK(storage.chunks() == 2);
  std::array<std::byte, 6> back{};
  storage.read(64 * 1024 - 3, back);
  CHECK(back == std::array{std::byte{0}, std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4},
                           std::byte{0}});
  CHECK(storage.chunks() == 2);
}

namespace {

/// A memory of 4 KiB, of which a model only sees its node.
struct StaticBench {
  explicit StaticBench(const char* compatible)
      : device{ModelRegistry::instance().create(
            compatible, "memory", root.add_child("memory@0").set("reg", {0, 0, 0x1000}))} {
    bus.socket.bind(device->target);
  }

  DeviceNode root{""};
  std::unique_ptr<Device> device;
  test::BusDriver bus{"bus"};
};

struct DramBench {
  DramBench() { bus.socket.bind(dram.target); }

  DeviceNode node{"memory@0"};
  Dram dram{"dram", node, 0x10'0000};
  test::BusDriver bus{"bus"};
};

std::uint64_t counter(const Device& device, std::string_view name) {
  for (const Counter* c : device.statistics().counters()) {
    if (c->name() == name) return c->value();
  }
  FAIL("no counter " << name);
  return 0;
}

}  // namespace

TEST_CASE_METHOD(DramBench, "DRAM: what was written is read, and counted", "[dram]") {
  bus.write(0x100, 0x1234'5678);
  CHECK(bus.read(0x100) == 0x1234'5678);
  CHECK(bus.read(0x102, 2) == 0x1234);
  CHECK(bus.read(0x104) == 0);
  CHECK(counter(dram, "bytes_written") == 4);
  CHECK(counter(dram, "bytes_read") == 10);
  CHECK(counter(dram, "row_misses") == 1);
  CHECK(counter(dram, "row_hits") == 2);  // The write waits in the controller.
}

TEST_CASE_METHOD(DramBench, "DRAM: only strobed bytes are written", "[dram]") {
  std::array<unsigned char, 32> data{};
  data.fill(0xAA);
  tlm::tlm_generic_payload payload;
  BusExtension extension;
  extension.strobes = 0x8000'0105;
  payload.set_extension(&extension);
  payload.set_write();
  payload.set_address(0x40);
  payload.set_data_ptr(data.data());
  payload.set_data_length(32);
  sc_core::sc_time delay;
  bus.socket->b_transport(payload, delay);
  payload.clear_extension(&extension);
  CHECK(payload.is_response_ok());
  CHECK(bus.read(0x40) == 0x00AA'00AA);
  CHECK(bus.read(0x48) == 0x0000'00AA);
  CHECK(bus.read(0x5C) == 0xAA00'0000);
  CHECK(bus.read(0x50) == 0);
}

TEST_CASE_METHOD(DramBench, "DRAM: a debugger writes and reads without time and statistics",
                 "[dram]") {
  std::uint32_t value = 0xCAFE'F00D;
  tlm::tlm_generic_payload payload;
  payload.set_write();
  payload.set_address(0xF'FFFE);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload.set_data_length(4);
  CHECK(bus.socket->transport_dbg(payload) == 2);
  CHECK(bus.peek(0xF'FFFC) == 0xF00D'0000);
  CHECK(counter(dram, "bytes_read") == 0);
  CHECK(counter(dram, "row_misses") == 0);
}

TEST_CASE_METHOD(DramBench, "DRAM: an access beyond the end is a slave error", "[dram]") {
  bus.read(0xF'FFFE);
  CHECK(bus.last_response == BusResponse::kSlaveError);
}

TEST_CASE("SRAM: every access takes the same time", "[sram]") {
  StaticBench bench{"mmio-sram"};
  auto& bus = bench.bus;
  bus.write(0x10, 7);
  CHECK(bus.last_delay == 20ns);
  CHECK(bus.read(0x10) == 7);
  CHECK(bus.last_delay == 20ns);
  CHECK(bench.device->is_memory());
}

TEST_CASE("flash: erased bytes are 0xFF, a write is a guest error and ignored", "[flash]") {
  StaticBench bench{"cfi-flash"};
  auto& bus = bench.bus;
  CHECK(bus.read(0) == 0xFFFF'FFFF);
  bus.write(0, 0x98);
  CHECK(bus.last_response == BusResponse::kOkay);
  CHECK(bus.read(0) == 0xFFFF'FFFF);
  CHECK(bench.device->log().guest_errors() == 1);
}

TEST_CASE("flash: the loader fills it", "[flash]") {
  StaticBench bench{"cfi-flash"};
  auto& bus = bench.bus;
  std::uint32_t value = 0x1234'5678;
  tlm::tlm_generic_payload payload;
  payload.set_write();
  payload.set_address(8);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload.set_data_length(4);
  CHECK(bus.socket->transport_dbg(payload) == 4);
  CHECK(bus.read(8) == 0x1234'5678);
}
