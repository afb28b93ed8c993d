// SPDX-License-Identifier: Apache-2.0
#include <random>
#include <tuple>

#include "tests/models/cpu/core_bench.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

using Statistic = std::pair<std::string_view, std::uint64_t>;

/// Everything that a guest, or a person with a stopwatch, could tell.
struct Outcome {
  std::vector<std::tuple<bool, std::uint32_t, unsigned, std::uint32_t, Time>> transactions;
  std::vector<std::uint32_t> loaded;
  std::vector<Statistic> statistics;
  std::uint64_t cycles = 0;
  bool operator==(const Outcome&) const = default;
};

struct RandomRun : CoreBench {
  explicit RandomRun(std::uint64_t seed) : random{seed} {}

  unsigned pick(unsigned n) { return static_cast<unsigned>(random() % n); }
  std::uint32_t somewhere() { return 0x4000 + 0x2000 * pick(6) + 4 * pick(16); }

  void step(bool observed) {
    static constexpr std::uint32_t kMappings[] = {kCached, kCachedAlias, kShared, kUncached,
                                                  kDeviceMemory};
    const std::uint32_t at = somewhere();
    const unsigned what = pick(12);
    const std::uint32_t mapping = kMappings[pick(5)];
    clock.now += pick(30);
    if (what < 3) outcome.loaded.push_back(load(mapping + at));
    if (what >= 3 && what < 6) store(mapping + at, pick(1000));
    if (what == 6) operate(static_cast<Maintenance::Action>(pick(3)), kCached + at);
    if (what == 7) memory.data_memory_barrier();
    if (what == 8) store(kDevice, 1);
    if (what == 9 && observed) device_writes(kMemory + at, 0xAAAA'0000 + at);
    if (what == 9 && !observed) bus.set_word(kMemory + at, 0xAAAA'0000 + at);
    if (what == 9 && observed)
      memory.watch_line(line_of(PhysicalAddress{kMemory + at}), at % 8 == 0);
    if (what == 10) memory.advance();
    CacheLine* line = nullptr;
    if (what == 11) REQUIRE(memory.fetch(kCached + at, line));
  }

  Outcome finish() {
    memory.settle_statistics();
    for (const Counter* counter : statistics.counters()) {
      outcome.statistics.emplace_back(counter->name(), counter->value());
    }
    for (const auto& a : bus.log)
      outcome.transactions.emplace_back(a.write, a.address, a.size, a.value, a.start);
    outcome.cycles = clock.now;
    return outcome;
  }

  std::mt19937_64 random;
  Outcome outcome;
};

}  // namespace

TEST_CASE("observation changes nothing, and takes no simulated time", "[cpu][observation]") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    Outcome outcomes[2];
    for (const bool observed : {false, true}) {
      RandomRun run{seed};
      FakeObserver observer;
      if (observed) run.memory.set_observer(&observer);
      if (seed % 2 == 0)
        run.memory.set_adversary({.early_eviction = true, .speculative_fill = true, .seed = seed});
      run.bus.latency = 30ns;
      for (unsigned i = 0; i < 2000; ++i) run.step(observed);
      outcomes[observed ? 1 : 0] = run.finish();
    }
    CHECK(outcomes[0].loaded == outcomes[1].loaded);
    CHECK(outcomes[0].cycles == outcomes[1].cycles);
    CHECK(outcomes[0].statistics == outcomes[1].statistics);
    const bool same_transactions = outcomes[0].transactions == outcomes[1].transactions;
    CHECK(same_transactions);
  }
}
