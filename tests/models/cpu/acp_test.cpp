// SPDX-License-Identifier: Apache-2.0
// Cortex-A9 MPCore TRM (DDI 0407), 2.4: what the Accelerator Coherency Port does with L1.
#include "models/cpu/acp_block.hpp"
#include "tests/models/cpu/core_bench.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

constexpr std::uint32_t kAt = 0x4000;
constexpr MemoryAttributes kWriteBack{MemoryType::kNormal, CachePolicy::kWriteBackWriteAllocate,
                                      CachePolicy::kWriteBackWriteAllocate};

struct PortBench : CoreBench {
  BusResponse read(std::uint32_t at, std::span<std::byte> data,
                   const MemoryAttributes& attributes = kWriteBack) {
    return acp.read(PhysicalAddress{at}, data, {attributes, {MasterId{1}}}, now);
  }
  std::uint32_t read(std::uint32_t at, const MemoryAttributes& attributes = kWriteBack) {
    std::uint32_t value = 0;
    CHECK(read(at, std::as_writable_bytes(std::span{&value, 1}), attributes) == BusResponse::kOkay);
    return value;
  }
  void write(std::uint32_t at, std::uint32_t value,
             const MemoryAttributes& attributes = kWriteBack) {
    CHECK(acp.write(PhysicalAddress{at}, std::as_bytes(std::span{&value, 1}),
                    {attributes, {MasterId{1}}}, now) == BusResponse::kOkay);
  }
  Time now{0};
  AcpBlock acp{bus, memory, period_of(400'000'000), statistics};
};

}  // namespace

TEST_CASE("ACP: a coherent read is served from L1, where the line stays dirty", "[cpu][acp]") {
  PortBench core;
  core.store(kCached + kAt, 7);
  core.bus.log.clear();
  CHECK(core.read(kMemory + kAt) == 7);
  CHECK(core.bus.log.empty());
  CHECK(core.bus.word(kMemory + kAt) == 0);
  core.clean(kCached + kAt);
  CHECK(core.bus.word(kMemory + kAt) == 7);
}

TEST_CASE("ACP: a coherent read that misses L1 goes down as it is", "[cpu][acp]") {
  PortBench core;
  core.bus.set_word(kMemory + kAt, 5);
  MemoryAttributes seen{};
  core.bus.before = [&](const CoreTransaction& t) { seen = t.attributes.memory; };
  CHECK(core.read(kMemory + kAt) == 5);
  CHECK(seen == kWriteBack);
  CHECK(core.bus.log.back().size == 4);
}

TEST_CASE("ACP: AxCACHE[1] and AxUSER[0] decide, not the allocate bits", "[cpu][acp]") {
  PortBench core;
  core.store(kCached + kAt, 7);
  MemoryAttributes not_shareable = kWriteBack;
  not_shareable.shareable = false;
  CHECK(core.read(kMemory + kAt, kNormalNonCacheable) == 7);
  CHECK(core.read(kMemory + kAt, not_shareable) == 0);
  CHECK(core.read(kMemory + kAt, {MemoryType::kDevice}) == 0);
  CHECK(core.read(kMemory + kAt, {MemoryType::kStronglyOrdered}) == 0);
}

TEST_CASE("ACP: a coherent write to a dirty line has it cleaned and dropped first", "[cpu][acp]") {
  PortBench core;
  core.store(kCached + kAt, 7);
  core.store(kCached + kAt + 4, 8);
  core.bus.log.clear();
  core.write(kMemory + kAt, 9);
  const auto writes = core.bus.writes();
  REQUIRE(writes.size() == 2);
  CHECK(writes[0] == FakeBus::Arrived{true, kMemory + kAt, 32, 7});
  CHECK(writes[1] == FakeBus::Arrived{true, kMemory + kAt, 4, 9});
  CHECK(core.l1d().find(line_of(PhysicalAddress{kMemory + kAt})).valid == 0);
  CHECK(core.load(kCached + kAt) == 9);
  CHECK(core.load(kCached + kAt + 4) == 8);
}

TEST_CASE("ACP: a coherent write drops a clean line without writing it", "[cpu][acp]") {
  PortBench core;
  core.load(kCached + kAt);
  core.write(kMemory + kAt, 9);
  CHECK(core.bus.writes().size() == 1);
  CHECK(core.load(kCached + kAt) == 9);
}

TEST_CASE("ACP: a write that is not coherent leaves L1's copy", "[cpu][acp]") {
  PortBench core;
  core.load(kCached + kAt);
  core.write(kMemory + kAt, 9, {MemoryType::kStronglyOrdered});
  CHECK(core.bus.word(kMemory + kAt) == 9);
  CHECK(core.load(kCached + kAt) == 0);
}

TEST_CASE("ACP: a coherent write ends the exclusive state of its line, others do not",
          "[cpu][acp]") {
  PortBench core;
  std::uint64_t value = 0;
  std::uint32_t failed = 0;
  REQUIRE(core.memory.load_exclusive(kCached + kAt, 4, value));
  core.write(kMemory + kAt + 32, 1);
  core.write(kMemory + kAt, 1, {MemoryType::kStronglyOrdered});
  REQUIRE(core.memory.store_exclusive(kCached + kAt, 4, 5, failed));
  CHECK(failed == 0);
  REQUIRE(core.memory.load_exclusive(kCached + kAt, 4, value));
  core.write(kMemory + kAt + 8, 1);
  REQUIRE(core.memory.store_exclusive(kCached + kAt, 4, 5, failed));
  CHECK(failed == 1);
}

TEST_CASE("ACP: a burst is looked up line by line", "[cpu][acp]") {
  PortBench core;
  for (std::uint32_t i = 0; i < 32; ++i) core.bus.set_word(kMemory + kAt + 4 * i, 100 + i);
  core.store(kCached + kAt + 36, 7);
  std::array<std::uint32_t, 24> burst{};
  CHECK(core.read(kMemory + kAt + 20, std::as_writable_bytes(std::span{burst})) ==
        BusResponse::kOkay);
  for (std::uint32_t i = 0; i < burst.size(); ++i) CHECK(burst[i] == (i == 4 ? 7 : 105 + i));
}

TEST_CASE(
    "ACP: a debugger sees what a transaction of the same attributes would see, and changes "
    "nothing",
    "[cpu][acp]") {
  PortBench core;
  core.store(kCached + kAt + 28, 7);
  core.store(kCached + kAt + 32, 8);
  core.bus.log.clear();
  const auto debug = [&](const MemoryAttributes& attributes) {
    std::array<std::uint32_t, 3> words{1, 2, 3};  // What is below.
    core.acp.overlay(PhysicalAddress{kMemory + kAt + 28}, std::as_writable_bytes(std::span{words}),
                     attributes);
    return words;
  };
  CHECK(debug(kWriteBack) == std::array<std::uint32_t, 3>{7, 8, 0});
  CHECK(debug({MemoryType::kStronglyOrdered}) == std::array<std::uint32_t, 3>{1, 2, 3});
  CHECK(core.bus.log.empty());
}

TEST_CASE("ACP: a device's registers get the burst whole, and are not looked up", "[cpu][acp]") {
  PortBench core;
  std::array<std::byte, 64> burst{};
  CHECK(core.read(kDevice + 16, burst) == BusResponse::kOkay);
  REQUIRE(core.bus.log.size() == 1);
  CHECK(core.bus.log[0].size == 64);
  CHECK(core.read(kNothing, burst) == BusResponse::kDecodeError);
}

TEST_CASE("ACP: a store that a DMB puts first has left the core when a later one is read",
          "[cpu][acp]") {
  PortBench core;
  core.load(kCached + kAt);
  core.store(kUncached + kAt + 0x100, 1);
  core.memory.data_memory_barrier();
  core.store(kCached + kAt, 2);
  CHECK(core.bus.word(kMemory + kAt + 0x100) == 0);
  CHECK(core.read(kMemory + kAt) == 2);
  CHECK(core.bus.word(kMemory + kAt + 0x100) == 1);
}

TEST_CASE("ACP: the lines of a burst overlap, and bursts follow each other", "[cpu][acp]") {
  PortBench core;
  core.bus.latency = 100ns;
  std::array<std::byte, 128> burst{};
  core.read(kMemory + kAt, burst);
  const Time first = core.now;
  CHECK(first >= 100ns + Time{2500} * 12);
  CHECK(first < 200ns);
  core.now = Time{0};
  core.read(kMemory + kAt, burst);
  CHECK(core.now == first + Time{2500} * 16);
}
