// SPDX-License-Identifier: Apache-2.0
#include "tests/models/cpu/core_bench.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {
constexpr std::uint32_t kAt = 0x4000;
}

TEST_CASE("a line comes back after its invalidation, while a device is still to write",
          "[cpu][adversary]") {
  WatchedBench core;
  core.memory.set_adversary({.speculative_fill = true, .seed = 1});
  core.load(kCached + kAt);
  core.invalidate(kCached + kAt);
  for (unsigned i = 0; i < 10; ++i) core.wait(10us);
  const CopyView view = core.l1d().find(line_of(PhysicalAddress{kMemory + kAt}));
  REQUIRE(view.valid != 0);
  CHECK(view.fill_cause == FillCause::kSpeculative);
  CHECK(core.bus.log.back().speculative);
  core.device_writes(kMemory + kAt, 9);
  CHECK(core.load(kCached + kAt) == 0);
  REQUIRE(core.observer.stale_uses.size() == 1);
  CHECK(core.observer.stale_uses[0].cause == FillCause::kSpeculative);
  core.invalidate(kCached + kAt);
  CHECK(core.load(kCached + kAt) == 9);
}

TEST_CASE("no line comes back that is not mapped cacheable any more", "[cpu][adversary]") {
  CoreBench core;
  core.memory.set_adversary({.speculative_fill = true, .seed = 1});
  core.load(kCached + kAt);
  core.invalidate(kCached + kAt);
  core.map(kCached, kMemory, 1U << 12);
  core.memory.mmu().tlb().invalidate_all();
  core.memory.translations_invalidated();
  for (unsigned i = 0; i < 10; ++i) core.wait(10us);
  CHECK(core.l1d().find(line_of(PhysicalAddress{kMemory + kAt})).valid == 0);
}

TEST_CASE("dirty lines are written down early, and their data survive", "[cpu][adversary]") {
  CoreBench core;
  unsigned asked = 0;
  core.memory.adversary().set_evict_below([&](std::uint64_t) { return ++asked > 0; });
  core.memory.set_adversary({.early_eviction = true, .seed = 3});
  for (std::uint32_t i = 0; i < 16; ++i) core.store(kCached + kAt + 32 * i, i + 1);
  for (unsigned i = 0; i < 20; ++i) core.wait(10us);
  for (std::uint32_t i = 0; i < 16; ++i) CHECK(core.bus.word(kMemory + kAt + 32 * i) == i + 1);
  for (std::uint32_t i = 0; i < 16; ++i) CHECK(core.load(kCached + kAt + 32 * i) == i + 1);
  CHECK(asked > 0);
}

TEST_CASE("the adversary does the same again with the same seed", "[cpu][adversary]") {
  const auto run = [](std::uint64_t seed) {
    CoreBench core;
    core.memory.set_adversary({.early_eviction = true, .speculative_fill = true, .seed = seed});
    for (std::uint32_t i = 0; i < 200; ++i) {
      core.store(kCached + 32 * (i % 37), i);
      core.invalidate(kCached + 32 * (i % 11));
      core.wait(1us);
    }
    return core.bus.log;
  };
  CHECK(run(5) == run(5));
  CHECK_FALSE(run(5) == run(6));
}
