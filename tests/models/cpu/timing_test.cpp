// SPDX-License-Identifier: Apache-2.0
#include "tests/models/cpu/core_bench.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

constexpr std::uint32_t kAt = 0x4000;

/// With the translation in the TLB and a bus that takes 40 cycles of the 400 MHz core; a miss has
/// one more.
struct TimedBench : CoreBench {
  TimedBench() {
    load(kCached + 0x8000);
    load(kUncached);
    load(kDevice);
    bus.latency = 100ns;
    before = clock.now;
  }
  std::uint64_t cycles() const { return clock.now - before; }
  std::uint64_t before = 0;
};

}  // namespace

TEST_CASE("a load miss stalls until the line is there, a hit costs nothing more", "[cpu][timing]") {
  TimedBench core;
  core.load(kCached + kAt);
  CHECK(core.cycles() == 41);
  core.load(kCached + kAt);
  CHECK(core.cycles() == 41);
}

TEST_CASE("four store misses overlap, the fifth waits", "[cpu][timing]") {
  TimedBench core;
  for (std::uint32_t i = 0; i < 4; ++i) core.store(kCached + kAt + 32 * i, 1);
  CHECK(core.cycles() == 0);
  core.store(kCached + kAt + 32 * 4, 1);
  CHECK(core.cycles() == 41);
}

TEST_CASE("a load from a line on its way waits for it", "[cpu][timing]") {
  TimedBench core;
  core.memory.preload(kCached + kAt, false);
  CHECK(core.cycles() == 0);
  core.clock.now += 30;
  core.load(kCached + kAt);
  CHECK(core.cycles() == 41);
}

TEST_CASE("a DSB waits until stores have arrived", "[cpu][timing]") {
  TimedBench core;
  core.store(kUncached + kAt, 1);
  CHECK(core.cycles() == 0);
  core.memory.data_synchronization_barrier();
  CHECK(core.cycles() == 40);
}

TEST_CASE("four non-cacheable stores are under way at once", "[cpu][timing]") {
  TimedBench core;
  for (std::uint32_t i = 0; i < 8; ++i) core.store(kUncached + kAt + 8 * i, 1);
  CHECK(core.cycles() == 0);
  core.store(kUncached + kAt + 64, 1);
  CHECK(core.cycles() == 40);
}

TEST_CASE("a device register's access stalls until it is answered", "[cpu][timing]") {
  TimedBench core;
  core.store(kDevice, 1);
  CHECK(core.cycles() == 40);
  core.load(kDevice);
  CHECK(core.cycles() == 80);
}
