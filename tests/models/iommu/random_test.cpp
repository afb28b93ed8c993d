// SPDX-License-Identifier: Apache-2.0
// Random long-descriptor tables against a second walker, written from the ARM ARM's text (B3.6).
#include <random>

#include "tests/support/catch.hpp"
#include "tests/support/seed.hpp"
// The bench uses the test library.
#include "tests/models/iommu/smmu_bench.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test
using Action = smmu::Verdict::Action;

namespace {

struct Expected {
  std::uint32_t fsr = 0;  ///< 0: it passes.
  unsigned level = 0;
  std::uint64_t address = 0;
};

/// Levels 1 to 3 of a 32-bit address, an unprivileged access.
Expected reference(const TableBus& bus, std::uint32_t table, std::uint32_t va, bool write) {
  const auto word = [&](std::uint64_t at) {
    const auto found = bus.words.find(static_cast<std::uint32_t>(at));
    return std::uint64_t{found == bus.words.end() ? 0 : found->second};
  };
  const unsigned index[4]{0, va >> 30, va >> 21 & 511U, va >> 12 & 511U};
  const std::uint64_t size[4]{0, 1U << 30, 1U << 21, 1U << 12};
  bool user = true;
  bool writable = true;
  std::uint64_t base = table;
  for (unsigned level = 1;; ++level) {
    const std::uint64_t d = word(base + 8 * index[level]) | word(base + 8 * index[level] + 4) << 32;
    const unsigned type = d & 3U;
    if (type == 0 || type == 2 || (level == 3 && type != 3)) return {1U << 1, level, 0};
    const bool is_table = type == 3 && level < 3;
    const std::uint64_t address = d & 0xFFFF'FFFF'FFFFU & ~(is_table ? 0xFFFU : size[level] - 1);
    if (address >= std::uint64_t{1} << 40) return {1U << 7, level, 0};
    if (is_table) {
      user = user && (d >> 61 & 1) == 0;
      writable = writable && (d >> 62 & 1) == 0;
      base = address;
      continue;
    }
    if ((d >> 10 & 1) == 0) return {1U << 2, level, 0};
    user = user && (d >> 6 & 1) != 0;
    writable = writable && (d >> 7 & 1) == 0;
    if (!user || (write && !writable)) return {1U << 3, level, 0};
    return {0, level, address + (va & (size[level] - 1))};
  }
}

std::uint64_t random_descriptor(std::mt19937& random, std::uint32_t next_table) {
  const auto chance = [&](unsigned of) { return random() % of == 0; };
  std::uint64_t d = chance(10) ? random() & 3U : chance(5) ? 1U : 3U;
  d |= next_table != 0 && !chance(8) && d == 3 ? next_table : random() & 0xFFFF'F000U;
  if (!chance(10)) d |= lpae::kAf;
  if (!chance(6)) d |= lpae::kUser;
  if (chance(4)) d |= lpae::kReadOnly;
  if (chance(20)) d |= std::uint64_t{1} << (40 + random() % 8);
  if (chance(12)) d |= std::uint64_t{1} << (61 + random() % 2);
  return d;
}

}  // namespace

TEST_CASE("random tables translate as a second walker says", "[iommu][random]") {
  const unsigned seed = seed_of_run();
  INFO("LINEFILL_SEED=" << seed);
  std::mt19937 random{seed};
  smmu::Config config;
  config.walk_cache_entries = random() % 2 == 0 ? 0 : 8;
  SmmuBench bench{config};
  bench.stage1_long();
  unsigned passed = 0;
  for (int round = 0; round < 3000; ++round) {
    const auto va = static_cast<std::uint32_t>(random());
    const bool write = random() % 2 != 0;
    const unsigned index[]{va >> 30, va >> 21 & 511U, va >> 12 & 511U};
    bench.bus.words.clear();
    bench.bus.put(SmmuBench::kLevel1 + 8 * index[0], random_descriptor(random, SmmuBench::kLevel2));
    bench.bus.put(SmmuBench::kLevel2 + 8 * index[1], random_descriptor(random, SmmuBench::kLevel3));
    bench.bus.put(SmmuBench::kLevel3 + 8 * index[2], random_descriptor(random, 0));
    bench.global(SmmuBench::kTlbiallnsnh, 0);
    bench.sync_all();
    bench.bank(0, SmmuBench::kFsr, ~0U);
    const Expected expected = reference(bench.bus, SmmuBench::kLevel1, va, write);
    const smmu::Verdict verdict = bench.access(va, write);
    CAPTURE(round, va, write);
    CHECK((bench.bank(0, SmmuBench::kFsr) & 0x1FE) == expected.fsr);
    if (expected.fsr != 0) {
      CHECK((bench.bank(0, SmmuBench::kFsynr0) & 3) == expected.level);
    } else {
      ++passed;
      CHECK(verdict.address == expected.address);
    }
  }
  CHECK(passed > 300);  // Not only faults.
}
