// SPDX-License-Identifier: Apache-2.0
#include "tests/models/cpu/core_bench.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

constexpr std::uint32_t kDescriptor = 0x8000;
constexpr std::uint32_t kDoorbell = kDevice + 0x10;

using Arrived = FakeBus::Arrived;

}  // namespace

TEST_CASE("a non-cacheable store waits in the buffer for a DSB", "[cpu][store_buffer]") {
  CoreBench core;
  core.store(kUncached + kDescriptor, 7);
  CHECK(core.bus.word(kMemory + kDescriptor) == 0);
  core.memory.data_synchronization_barrier();
  CHECK(core.bus.word(kMemory + kDescriptor) == 7);
}

TEST_CASE("a doorbell overtakes a descriptor", "[cpu][store_buffer]") {
  CoreBench core;
  core.store(kUncached + kDescriptor, 7);
  core.store(kDoorbell, 1);
  core.memory.data_synchronization_barrier();
  CHECK(core.bus.writes() ==
        std::vector<Arrived>{{true, kDoorbell, 4, 1}, {true, kMemory + kDescriptor, 4, 7}});
}

TEST_CASE("a DMB puts the descriptor before the doorbell", "[cpu][store_buffer]") {
  CoreBench core;
  core.store(kUncached + kDescriptor, 7);
  core.memory.data_memory_barrier();
  CHECK(core.bus.writes().empty());
  core.store(kUncached + kDescriptor + 8, 8);
  core.store(kDoorbell, 1);
  // The store after the DMB stays: it may be overtaken.
  CHECK(core.bus.writes() ==
        std::vector<Arrived>{{true, kMemory + kDescriptor, 4, 7}, {true, kDoorbell, 4, 1}});
}

TEST_CASE("a DMB keeps later stores out of earlier slots, and behind them", "[cpu][store_buffer]") {
  CoreBench core;
  core.store(kUncached + kDescriptor + 8, 1);
  core.store(kUncached + kDescriptor, 2);
  core.memory.data_memory_barrier();
  core.store(kUncached + kDescriptor, 3);
  core.memory.data_synchronization_barrier();
  CHECK(core.bus.writes() == std::vector<Arrived>{{true, kMemory + kDescriptor + 8, 4, 1},
                                                  {true, kMemory + kDescriptor, 4, 2},
                                                  {true, kMemory + kDescriptor, 4, 3}});
}

TEST_CASE("a DMB puts the descriptor before a cached line's write-back", "[cpu][store_buffer]") {
  CoreBench core;
  core.store(kUncached + kDescriptor, 7);
  core.memory.data_memory_barrier();
  core.store(kCached + 0x100, 1);
  core.clean(kCached + 0x100);
  const auto writes = core.bus.writes();
  REQUIRE(writes.size() == 2);
  CHECK(writes[0].address == kMemory + kDescriptor);
  CHECK(writes[1].address == kMemory + 0x100);
}

TEST_CASE("a Strongly-ordered access waits for the buffer, a Device access does not",
          "[cpu][store_buffer]") {
  CoreBench core;
  core.store(kUncached + kDescriptor, 7);
  core.load(kDoorbell);
  CHECK(core.bus.word(kMemory + kDescriptor) == 0);
  core.load(kOrdered + 0x100);
  CHECK(core.bus.word(kMemory + kDescriptor) == 7);
}

TEST_CASE("stores to one doubleword merge", "[cpu][store_buffer]") {
  CoreBench core;
  core.store(kUncached + kDescriptor, 1);
  core.store(kUncached + kDescriptor + 4, 2);
  core.store(kUncached + kDescriptor, 3);
  core.memory.data_synchronization_barrier();
  CHECK(core.bus.writes() == std::vector<Arrived>{{true, kMemory + kDescriptor, 8, 3}});
  CHECK(core.count("store_buffer_merged") == 2);
}

TEST_CASE("bytes that lie apart in a slot leave one by one, the others untouched",
          "[cpu][store_buffer]") {
  CoreBench core;
  core.bus.set_word(kMemory + kDescriptor, 0xAAAA'AAAA);
  REQUIRE(core.memory.store<std::uint8_t>(kUncached + kDescriptor, std::uint8_t{1}));
  REQUIRE(core.memory.store<std::uint8_t>(kUncached + kDescriptor + 3, std::uint8_t{2}));
  core.memory.data_synchronization_barrier();
  CHECK(core.bus.word(kMemory + kDescriptor) == 0x02AA'AA01);
}

TEST_CASE("a full buffer drains its oldest slot", "[cpu][store_buffer]") {
  CoreBench core;
  for (std::uint32_t i = 0; i < 5; ++i) core.store(kUncached + kDescriptor + 8 * i, i + 1);
  CHECK(core.bus.writes() == std::vector<Arrived>{{true, kMemory + kDescriptor, 4, 1}});
}

TEST_CASE("a slot leaves when it has stayed its time", "[cpu][store_buffer]") {
  CoreBench core;
  core.store(kUncached + kDescriptor, 7);
  const Time stored = core.memory.next_event() - 200ns;
  CHECK(stored >= Time{0});
  core.wait(195ns);
  CHECK(core.bus.word(kMemory + kDescriptor) == 0);
  core.wait(10ns);
  CHECK(core.bus.word(kMemory + kDescriptor) == 7);
  CHECK(core.memory.next_event() == kNever);
}

TEST_CASE("a load that hits a slot drains it first", "[cpu][store_buffer]") {
  CoreBench core;
  core.store(kUncached + kDescriptor, 7);
  core.store(kUncached + kDescriptor + 64, 8);
  const std::uint32_t alias = GENERATE(kUncached, kCached, kDeviceMemory);
  CHECK(core.load(alias + kDescriptor) == 7);
  CHECK(core.bus.word(kMemory + kDescriptor + 64) == 0);
}

TEST_CASE("a cache operation that hits a slot drains it first", "[cpu][store_buffer]") {
  CoreBench core;
  core.store(kUncached + kDescriptor, 7);
  core.clean(kCached + kDescriptor);
  CHECK(core.bus.word(kMemory + kDescriptor) == 7);
}

TEST_CASE("a store around a resident line leaves that line old", "[cpu][store_buffer]") {
  CoreBench core;
  core.load(kCached + kDescriptor);
  core.store(kUncached + kDescriptor, 7);
  core.memory.data_synchronization_barrier();
  CHECK(core.load(kCached + kDescriptor) == 0);
  CHECK(core.load(kUncached + kDescriptor) == 7);
}

TEST_CASE("late drain holds a slot until the architecture forces it out",
          "[cpu][store_buffer][adversary]") {
  CoreBench core;
  core.memory.set_adversary({.late_drain = true});
  core.store(kUncached + kDescriptor, 7);
  core.wait(10us);
  CHECK(core.bus.word(kMemory + kDescriptor) == 0);
  core.memory.data_synchronization_barrier();
  CHECK(core.bus.word(kMemory + kDescriptor) == 7);
}

TEST_CASE("the buffer shows its bytes as dirty, with their stores", "[cpu][store_buffer][marks]") {
  WatchedBench core;
  core.memory.pc = 0x100;
  core.store(kUncached + kDescriptor + 8, 7);
  core.store(kDoorbell, 1);
  core.memory.pc = 0x104;
  REQUIRE(core.memory.store<std::uint8_t>(kUncached + kDescriptor + 16, std::uint8_t{1}));
  const CopyView view = core.buffer().find(line_of(PhysicalAddress{kMemory + kDescriptor}));
  CHECK(view.valid == 0x1'0F00);
  CHECK(view.marks->dirty == 0x1'0F00);
  CHECK(view.marks->origin[8].pc == 0x100);
  CHECK(view.marks->origin[8].epoch == 0);
  CHECK(view.marks->origin[16].pc == 0x104);
  CHECK(view.marks->origin[16].epoch == 1);
}

TEST_CASE("what leaves the buffer says which store it was", "[cpu][store_buffer][marks]") {
  WatchedBench core;
  core.memory.pc = 0x100;
  core.store(kUncached + kDescriptor, 7);
  core.memory.pc = 0x200;
  core.memory.data_synchronization_barrier();
  CHECK(core.bus.log.back().origin.pc == 0x100);
}
