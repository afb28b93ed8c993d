// SPDX-License-Identifier: Apache-2.0
// Memory full of random descriptors: nested translation, and short descriptors, against walkers
// that are written here from the ARM ARM's text (B3.5, B3.6) and IHI 0062, 3.7.
#include <random>

#include "tests/support/catch.hpp"
#include "tests/support/seed.hpp"
// The bench uses the test library.
#include "tests/models/iommu/smmu_bench.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test
using Action = smmu::Verdict::Action;

namespace {

struct Outcome {
  std::uint32_t fsr = 0;  ///< 0: it passes.
  unsigned level = 0;
  std::uint64_t address = 0;
  unsigned bank = 0;
  bool stage1_walk = false;
  std::uint64_t ipa = 0;
};

std::uint64_t mix(std::uint64_t x) {  // The finaliser of SplitMix64.
  x = (x ^ x >> 30) * 0xBF58'476D'1CE4'E5B9U;
  x = (x ^ x >> 27) * 0x94D0'49BB'1331'11EBU;
  return x ^ x >> 31;
}

/// The long descriptor that lies at an address: mostly a table or page that may be used.
std::uint64_t long_descriptor(std::uint64_t seed, std::uint32_t address) {
  std::mt19937 random{static_cast<unsigned>(mix(seed ^ address >> 3))};
  const auto chance = [&](unsigned of) { return random() % of == 0; };
  std::uint64_t d = chance(24) ? random() & 3U : chance(6) ? 1U : 3U;
  d |= (random() & 0xFFFF'F000U) | (random() & 0xB3C);
  if (!chance(24)) d |= lpae::kAf;
  if (!chance(16)) d |= std::uint64_t{1} << 6;
  if (chance(2)) d |= std::uint64_t{1} << 7;
  if (chance(40)) d |= std::uint64_t{1} << (32 + random() % 12);
  return d;
}

/// Long descriptors of 32-bit addresses from level 1 on.
struct LongReference {
  const TableBus& bus;
  bool write;

  static constexpr std::uint64_t size_at(unsigned level) {
    return std::uint64_t{1} << (39 - 9 * level);
  }
  std::uint64_t read(std::uint64_t at) const {
    return bus.word(static_cast<std::uint32_t>(at)) |
           std::uint64_t{bus.word(static_cast<std::uint32_t>(at) + 4)} << 32;
  }

  Outcome stage2(std::uint64_t ipa, bool stage1_walk) const {
    const auto fault = [&](std::uint32_t fsr, unsigned level) {
      return Outcome{fsr, level, 0, 1, stage1_walk, ipa};
    };
    if (ipa >> 32 != 0) return fault(kTf, 1);
    std::uint64_t table = kRoot2;
    for (unsigned level = 1;; ++level) {
      if (table >> 32 != 0) return fault(kEf, level);
      const std::uint64_t d = read(table + 8 * (ipa / size_at(level) % 512));
      if (d % 2 == 0 || (level == 3 && d % 4 != 3)) return fault(kTf, level);
      const bool leaf = level == 3 || d % 4 == 1;
      const std::uint64_t to =
          d & 0xFFFF'FFFF'FFFFU & ~(leaf ? size_at(level) - 1 : std::uint64_t{0xFFF});
      if (to >> 40 != 0) return fault(kAsf, level);
      table = to;
      if (!leaf) continue;
      if ((d >> 10 & 1) == 0) return fault(kAff, level);
      if ((d >> (write && !stage1_walk ? 7 : 6) & 1) == 0) return fault(kPf, level);
      return {0, level, to + ipa % size_at(level)};
    }
  }

  Outcome both(std::uint32_t va) const {
    std::uint64_t table = SmmuBench::kLevel1;
    bool user = true;
    bool writable = true;
    for (unsigned level = 1;; ++level) {
      const std::uint64_t at = table + 8 * (va / size_at(level) % 512);
      const Outcome place = stage2(at, true);
      if (place.fsr != 0) return place;
      if (place.address >> 32 != 0) return {kEf, level, 0, 1, false, at};
      const std::uint64_t d = read(place.address);
      if (d % 2 == 0 || (level == 3 && d % 4 != 3)) return {kTf, level};
      const bool leaf = level == 3 || d % 4 == 1;
      const std::uint64_t to =
          d & 0xFFFF'FFFF'FFFFU & ~(leaf ? size_at(level) - 1 : std::uint64_t{0xFFF});
      if (to >> 40 != 0) return {kAsf, level};
      table = to;
      if (!leaf) {
        user = user && (d >> 61 & 1) == 0;
        writable = writable && (d >> 62 & 1) == 0;
        continue;
      }
      if ((d >> 10 & 1) == 0) return {kAff, level};
      user = user && (d >> 6 & 1) != 0;
      writable = writable && (d >> 7 & 1) == 0;
      if (!user || (write && !writable)) return {kPf, level};
      return stage2(to + va % size_at(level), false);
    }
  }

  static constexpr std::uint32_t kRoot2 = 0x6010'0000;
};

/// What a short descriptor's reader knows of the registers.
struct ShortReference {
  const TableBus& bus;
  std::uint32_t ttbr0, ttbr1, ttbcr;
  bool access_flag;  ///< SCTLR.AFE
  bool write, privileged, fetch;

  Outcome leaf(unsigned level, std::uint64_t address, unsigned ap, bool never) const {
    if (access_flag && ap % 2 == 0) return {kAff, level};
    // ARM ARM, tables B3-8 and B3-9: what the unprivileged and the privileged may do.
    static constexpr const char* kUser[]{"", "", "r", "rw", "", "", "r", "r"};
    static constexpr const char* kKernel[]{"", "rw", "rw", "rw", "", "r", "r", "r"};
    if (access_flag) ap |= 1U;
    const std::string_view may = privileged ? kKernel[ap] : kUser[ap];
    const bool allowed = may.find(write ? 'w' : 'r') != may.npos && !(fetch && never);
    return allowed ? Outcome{0, level, address} : Outcome{kPf, level};
  }

  Outcome walk(std::uint32_t va) const {
    const unsigned n = ttbcr & 7U;
    const bool upper = n != 0 && va >> (32 - n) != 0;
    if ((ttbcr >> (upper ? 5 : 4) & 1) != 0) return {kTf, 1};
    const std::uint32_t top = upper ? ttbr1 & 0xFFFF'C000U : ttbr0 & ~((0x4000U >> n) - 1);
    const std::uint32_t d = bus.word(top + 4 * (va >> 20));
    if (d % 4 == 0) return {kTf, 1};
    if (d % 4 == 2) {
      const std::uint32_t in = (d >> 18 & 1) != 0 ? 0xFF'FFFFU : 0xF'FFFFU;
      return leaf(1, (d & ~in) | (va & in), (d >> 13 & 4) | (d >> 10 & 3), (d >> 4 & 1) != 0);
    }
    const std::uint32_t page = bus.word((d & 0xFFFF'FC00U) + 4 * (va >> 12 & 0xFF));
    if (page % 4 == 0) return {kTf, 2};
    const unsigned ap = (page >> 7 & 4) | (page >> 4 & 3);
    if (page % 4 == 1)
      return leaf(2, (page & 0xFFFF'0000U) | (va & 0xFFFF), ap, (page >> 15 & 1) != 0);
    return leaf(2, (page & 0xFFFF'F000U) | (va & 0xFFF), ap, page % 2 != 0);
  }
};

void forget(SmmuBench& bench) {
  bench.global(SmmuBench::kTlbiallnsnh, 0);
  bench.sync_all();
  for (const unsigned bank : {0U, 1U}) bench.bank(bank, SmmuBench::kFsr, ~0U);
  bench.bus.reads.clear();
}

}  // namespace

TEST_CASE("nested walks of random memory end as a second walker says", "[iommu][random]") {
  const unsigned seed = seed_of_run();
  INFO("LINEFILL_SEED=" << seed);
  std::mt19937 random{seed};
  smmu::Config config;
  config.walk_cache_entries = random() % 2 == 0 ? 0 : 8;
  SmmuBench bench{config};
  bench.stage1_long();
  bench.cbar(0, 3U << 16 | 1U << 8 | 0x5);
  bench.stage2_bank(LongReference::kRoot2);
  unsigned passed = 0;
  unsigned by_stage2 = 0;
  for (int round = 0; round < 6000; ++round) {
    const std::uint64_t memory = mix(random());
    bench.bus.filler = [memory](std::uint32_t at) {
      return static_cast<std::uint32_t>(long_descriptor(memory, at) >> (8 * (at & 4U)));
    };
    forget(bench);
    const auto va = static_cast<std::uint32_t>(random());
    const bool write = random() % 2 != 0;
    const Outcome expected = LongReference{bench.bus, write}.both(va);
    const smmu::Verdict verdict = bench.access(va, write);
    CAPTURE(round, va, write);
    for (const unsigned bank : {0U, 1U}) {
      CAPTURE(bank);
      const std::uint32_t fsr = bank == expected.bank ? expected.fsr : 0;
      CHECK((bench.bank(bank, SmmuBench::kFsr) & 0x1FE) == fsr);
      if (fsr != 0) CHECK((bench.bank(bank, SmmuBench::kFsynr0) & 3) == expected.level);
    }
    if (expected.fsr == 0) {
      ++passed;
      CHECK(verdict.address == expected.address);
    } else if (expected.bank == 1) {
      ++by_stage2;
      CHECK((bench.bank(1, SmmuBench::kFsynr0) >> 3 & 1) == (expected.stage1_walk ? 1 : 0));
      if (expected.fsr != kPf || expected.stage1_walk)  // IHI 0062, 17.3.2
        CHECK(bench.bank(1, SmmuBench::kIpafar) ==
              (static_cast<std::uint32_t>(expected.ipa) & 0xFFFF'F000U));
    }
  }
  CHECK(passed > 100);
  CHECK(by_stage2 > 1000);
}

TEST_CASE("short descriptors of random memory mean what a second walker says", "[iommu][random]") {
  const unsigned seed = seed_of_run();
  INFO("LINEFILL_SEED=" << seed);
  std::mt19937 random{seed};
  SmmuBench bench;
  bench.stage1_long();
  unsigned passed = 0;
  for (int round = 0; round < 6000; ++round) {
    const std::uint64_t memory = mix(random());
    bench.bus.filler = [memory](std::uint32_t at) {
      const std::uint64_t d = mix(memory ^ at);
      const unsigned type = d >> 32 & 15;  // No 11 at level 1: whether it has PXN is left open.
      const bool level2 = (at & 1U << 30) != 0;
      const std::uint32_t table = (static_cast<std::uint32_t>(d) & 0x3FFF'FFFCU) | 1U << 30;
      if (!level2 && type > 5) return table | 1U;
      return (static_cast<std::uint32_t>(d) & ~3U) | (level2 ? type % 4 : type % 2 * 2);
    };
    forget(bench);
    const std::uint32_t n = random() % 4 == 0 ? random() % 8 : 0;
    const std::uint32_t disabled = random() % 8 == 0 ? random() % 4 * 16 : 0;
    ShortReference reference{bench.bus,         0x0000'0000U,      0x0800'0000U,      disabled | n,
                             random() % 2 != 0, random() % 2 != 0, random() % 2 != 0, false};
    reference.fetch = !reference.write && random() % 4 == 0;
    bench.bank(0, SmmuBench::kTcr, reference.ttbcr);
    bench.bank(0, SmmuBench::kTtbr0, reference.ttbr0);
    bench.bank(0, SmmuBench::kTtbr1, reference.ttbr1);
    bench.bank(0, SmmuBench::kSctlr,
               SmmuBench::kM | SmmuBench::kCfre | (reference.access_flag ? SmmuBench::kAfe : 0));
    Attributes attributes = SmmuBench::device();
    attributes.privileged = reference.privileged;
    attributes.instruction = reference.fetch;
    const auto va = static_cast<std::uint32_t>(random());
    const Outcome expected = reference.walk(va);
    const smmu::Verdict verdict = bench.access(va, reference.write, SmmuBench::kStream, attributes);
    CAPTURE(round, va, reference.ttbcr, reference.access_flag, reference.write);
    CHECK((bench.bank(0, SmmuBench::kFsr) & 0x1FE) == expected.fsr);
    if (expected.fsr != 0) {
      CHECK((bench.bank(0, SmmuBench::kFsynr0) & 3) == expected.level);
    } else {
      ++passed;
      CHECK(verdict.address == expected.address);
    }
  }
  CHECK(passed > 500);
}
