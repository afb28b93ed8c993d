// SPDX-License-Identifier: Apache-2.0
#include <tuple>

#include "tests/models/cpu/core_bench.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

constexpr std::uint32_t kAt = kCached + 0x4000;

/// Loads and stores of one line that are told before they are made.
struct WatchBench : CoreBench {
  using Told = std::tuple<std::uint32_t, unsigned, bool>;

  void watch(std::unordered_set<std::uint32_t> lines) {
    memory.watch_data(
        [this](std::uint32_t va, unsigned size, bool write) {
          told.emplace_back(va, size, write);
          seen.push_back(bus.caught_up);
        },
        std::move(lines));
  }
  std::vector<Told> told;
  std::vector<unsigned> seen;
};

}  // namespace

TEST_CASE("a watched line's accesses are told each time, also what the line map had",
          "[cpu][data_watch]") {
  WatchBench core;
  core.store(kAt, 1);
  core.load(kAt);
  core.watch({kAt / kLineBytes});
  for (unsigned i = 0; i < 2; ++i) {
    core.load(kAt);
    core.store(kAt + 4, 2);
    core.load(kAt + kLineBytes);
  }
  using Told = WatchBench::Told;
  CHECK(core.told == std::vector<Told>{
                         {kAt, 4, false}, {kAt + 4, 4, true}, {kAt, 4, false}, {kAt + 4, 4, true}});
  CHECK(core.load(kAt + 4) == 2);
}

TEST_CASE("an access is told by its virtual address, and before anything is done",
          "[cpu][data_watch]") {
  WatchBench core;
  core.watch({kUncached / kLineBytes, kDevice / kLineBytes});
  core.load(kCached);
  CHECK(core.told.empty());
  core.load(kUncached);
  core.store(kDevice, 1);
  REQUIRE(core.told.size() == 2);
  CHECK(core.seen[1] < core.bus.caught_up);
}

TEST_CASE("an access across the end of a line is told for either", "[cpu][data_watch]") {
  for (const std::uint32_t line : {kAt / kLineBytes, kAt / kLineBytes + 1}) {
    WatchBench core;
    core.watch({line});
    core.load(kAt + kLineBytes - 2);
    CHECK(core.told.size() == 1);
  }
}

TEST_CASE("exclusives are told, and nothing is any more when nothing is watched",
          "[cpu][data_watch]") {
  WatchBench core;
  core.watch({kAt / kLineBytes});
  std::uint64_t value = 0;
  std::uint32_t failed = 0;
  REQUIRE(core.memory.load_exclusive(kAt, 8, value));
  REQUIRE(core.memory.store_exclusive(kAt, 8, value, failed));
  CHECK(core.told == std::vector<WatchBench::Told>{{kAt, 8, false}, {kAt, 8, true}});
  core.watch({});
  core.load(kAt);
  CHECK(core.told.size() == 2);
  const unsigned before = core.bus.caught_up;
  core.load(kAt);
  CHECK(core.bus.caught_up == before);
}
