// SPDX-License-Identifier: Apache-2.0
// ARM ARM DDI 0406C, B2.2.8 and B3.10.1: what is guaranteed of cache and TLB operations only after
// barriers.
#include "tests/models/cpu/core_bench.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

constexpr std::uint32_t kAt = 0x4000;

/// Everything that CP15 is asked for is late.
struct LateBench : CoreBench {
  LateBench() { memory.set_adversary({.late_maintenance = true}); }
  bool holds(std::uint32_t at) {
    return l1d().find(line_of(PhysicalAddress{kMemory + at})).valid != 0;
  }
};

}  // namespace

TEST_CASE_METHOD(LateBench, "a clean has not reached memory before a barrier", "[cpu][late]") {
  store(kCached + kAt, 7);
  clean(kCached + kAt);
  store(kDevice, 1);
  CHECK(bus.word(kMemory + kAt) == 0);
  SECTION("DSB") { memory.data_synchronization_barrier(); }
  SECTION("DMB") { memory.data_memory_barrier(); }
  CHECK(bus.word(kMemory + kAt) == 7);
}

TEST_CASE_METHOD(LateBench, "a late clean writes what was there when it was asked for",
                 "[cpu][late]") {
  store(kCached + kAt, 7);
  clean(kCached + kAt);
  store(kCached + kAt, 8);
  CHECK(bus.word(kMemory + kAt) == 7);
  CHECK(load(kCached + kAt) == 8);
}

TEST_CASE_METHOD(LateBench, "the core's own accesses find an invalidation done", "[cpu][late]") {
  load(kCached + kAt);
  device_writes(kMemory + kAt, 9);
  invalidate(kCached + kAt);
  CHECK(holds(kAt));
  SECTION("at the same address") { CHECK(load(kCached + kAt) == 9); }
  SECTION("at another address of the same memory") { CHECK(load(kCachedAlias + kAt) == 9); }
}

TEST_CASE_METHOD(LateBench, "operations by set and way wait for a barrier, too", "[cpu][late]") {
  store(kCached + kAt, 7);
  const MemorySystem::Configuration cache;
  for (unsigned way = 0; way < cache.data_cache.ways; ++way) {
    memory.data_by_set_way(Maintenance::Action::kCleanInvalidate,
                           kAt / kLineBytes % cache.data_cache.sets, way);
  }
  CHECK(bus.word(kMemory + kAt) == 0);
  memory.data_synchronization_barrier();
  CHECK(bus.word(kMemory + kAt) == 7);
  CHECK_FALSE(holds(kAt));
}

TEST_CASE_METHOD(LateBench, "what no barrier completes is done 50 us later", "[cpu][late]") {
  store(kCached + kAt, 7);
  clean(kCached + kAt);
  wait(49us);
  CHECK(bus.word(kMemory + kAt) == 0);
  wait(2us);
  CHECK(bus.word(kMemory + kAt) == 7);
}

TEST_CASE("a dirty line may be written down before its late invalidation", "[cpu][late]") {
  unsigned written = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    CoreBench core;
    core.memory.set_adversary({.early_eviction = true, .late_maintenance = true, .seed = seed});
    core.store(kCached + kAt, 7);
    core.invalidate(kCached + kAt);
    core.memory.data_synchronization_barrier();
    if (core.bus.word(kMemory + kAt) == 7) ++written;
  }
  CHECK(written > 0);
  CHECK(written < 20);
}

TEST_CASE_METHOD(LateBench, "old code is fetched until DSB and ISB have come", "[cpu][late]") {
  const bool whole = GENERATE(true, false);
  const bool exception = GENERATE(true, false);
  CacheLine* line = nullptr;
  REQUIRE(memory.fetch(kCached + kAt, line));
  bus.set_word(kMemory + kAt, 9);
  const auto fetched = [&] {
    REQUIRE(memory.fetch(kCached + kAt, line));
    std::uint32_t word = 0;
    std::memcpy(&word, line->data.data(), 4);
    return word;
  };
  if (whole) {
    memory.invalidate_instructions();
  } else {
    Fault fault;
    REQUIRE(memory.invalidate_instructions_by_address(VirtualAddress{kCached + kAt}, fault));
  }
  memory.instruction_synchronization_barrier();
  CHECK(fetched() == 0);
  memory.data_synchronization_barrier();
  CHECK(fetched() == 0);
  if (exception) {
    memory.context_changed(true, false);
  } else {
    memory.instruction_synchronization_barrier();
  }
  CHECK(fetched() == 9);
}

TEST_CASE_METHOD(LateBench, "code fetched again before its data are clean is old", "[cpu][late]") {
  CacheLine* line = nullptr;
  REQUIRE(memory.fetch(kCached + kAt, line));
  store(kCached + kAt, 9);
  Fault fault;
  clean(kCached + kAt);
  if (GENERATE(true, false)) {
    REQUIRE(memory.invalidate_instructions_by_address(VirtualAddress{kCached + kAt}, fault));
    memory.data_synchronization_barrier();
    memory.instruction_synchronization_barrier();
    CHECK(l1i().find(line_of(PhysicalAddress{kMemory + kAt})).valid != 0);
  } else {
    memory.data_synchronization_barrier();
    REQUIRE(memory.invalidate_instructions_by_address(VirtualAddress{kCached + kAt}, fault));
    memory.data_synchronization_barrier();
    memory.instruction_synchronization_barrier();
    CHECK(l1i().find(line_of(PhysicalAddress{kMemory + kAt})).valid == 0);
  }
}

TEST_CASE_METHOD(LateBench, "late effects come in order, and those that need a DSB stay without",
                 "[cpu][late]") {
  std::string done;
  memory.add_late_effect([&] { done += 'a'; }, true);
  memory.add_late_effect([&] { done += 'b'; }, false);
  memory.instruction_synchronization_barrier();
  CHECK(done == "b");
  memory.add_late_effect([&] { done += 'c'; }, true);
  memory.data_synchronization_barrier();
  CHECK(done == "b");
  memory.instruction_synchronization_barrier();
  CHECK(done == "bac");
  memory.add_late_effect([&] { done += 'd'; }, true);
  wait(5001us);
  CHECK(done == "bacd");
}

TEST_CASE("without the adversary everything is done at once", "[cpu][late]") {
  CoreBench core;
  core.store(kCached + kAt, 7);
  core.clean(kCached + kAt);
  CHECK(core.bus.word(kMemory + kAt) == 7);
  CHECK_FALSE(core.memory.effects_are_late());
}
