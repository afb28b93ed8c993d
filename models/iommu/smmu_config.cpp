// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/smmu_config.hpp"

#include <algorithm>
#include <bit>
#include <string>

namespace linefill::smmu {

namespace {

constexpr std::uint64_t kDefaultHz = 200'000'000;
constexpr unsigned kStreamIdBits = 15;

std::uint32_t within(const DeviceNode& node, const char* property, std::uint32_t fallback,
                     std::uint32_t least, std::uint32_t most) {
  const std::uint32_t value = node.u32_or(property, fallback);
  if (value < least || value > most)
    node.fail(property, "from " + std::to_string(least) + " to " + std::to_string(most));
  return value;
}

Time nanoseconds(const DeviceNode& node, const char* property, Time fallback) {
  const auto count = static_cast<std::uint32_t>(fallback / 1ns);
  return within(node, property, count, 0, 1'000'000'000) * Time{1ns};
}

}  // namespace

Config Config::from(const DeviceNode& node) {
  Config config;
  const bool mmu400 = node.compatible_with("arm,mmu-400");
  const bool mmu401 = node.compatible_with("arm,mmu-401");
  if (mmu400 || mmu401 || node.compatible_with("arm,smmu-v1")) {
    config.version = 1;
    config.aarch64 = false;
    config.stage1 = !mmu400;
    config.stage2 = !mmu401;
  }
  config.coherent_walks = node.has("dma-coherent");
  config.two_states = node.has("linefill,two-security-states");
  const std::uint32_t page = node.u32_or("linefill,page-size", 4096);
  if (page != 4096 && page != 65536) node.fail("linefill,page-size", "4096 or 65536");
  config.page_shift = page == 4096 ? 12 : 16;
  config.context_banks = within(node, "linefill,context-banks", 8, 1, kMaxContextBanks);
  config.stream_groups = within(node, "linefill,stream-groups", 16, 1, kMaxStreamGroups - 1);
  config.global_interrupts = within(node, "#global-interrupts", 1, 1, 16);
  config.tlb_entries = within(node, "linefill,tlb-entries", config.tlb_entries, 1, 4096);
  config.walk_cache_entries =
      within(node, "linefill,walk-cache-entries", config.walk_cache_entries, 0, 4096);
  config.walkers = within(node, "linefill,walkers", config.walkers, 1, kMaxWalkers);
  config.hit_cycles = within(node, "linefill,hit-cycles", config.hit_cycles, 0, 1000);
  config.period = period_of(node.clock_hz({}, kDefaultHz));
  config.invalidation = nanoseconds(node, "linefill,invalidation-ns", config.invalidation);
  config.lazy_invalidation =
      nanoseconds(node, "linefill,lazy-invalidation-ns", config.lazy_invalidation);
  const auto reg = node.reg();
  if (!reg.empty() && reg.front().size != config.size())
    node.fail("reg", "a window of " + std::to_string(config.size()) +
                         " bytes, for these context banks and this page size");
  return config;
}

unsigned Config::page_index_bits() const {
  // Three pages of the global space have registers.
  const auto bits = std::bit_width(context_banks - 1);
  return bits < 2 ? 2U : bits;
}

std::uint32_t Config::id0() const {
  constexpr std::uint32_t kStreamMatching = 1U << 27;
  constexpr std::uint32_t kInterrupts = 1U << 16;
  const std::uint32_t irpt = version == 1 ? context_banks << 16 : kInterrupts;
  return (stage1 ? 1U << 30 : 0) | (stage2 ? 1U << 29 : 0) | (nested() ? 1U << 28 : 0) |
         kStreamMatching | irpt | (coherent_walks ? 1U << 14 : 0) | kStreamIdBits << 9 |
         stream_groups;
}

std::uint32_t Config::id1() const {
  return (page_shift == 16 ? 1U << 31 : 0) | (page_index_bits() - 1) << 28 |
         (stage1 ? 0 : context_banks << 16) | context_banks;
}

std::uint32_t Config::id2() const {
  constexpr std::uint32_t k48Bits = 5;
  constexpr std::uint32_t k40Bits = 2;
  if (!aarch64) return k40Bits << 4 | k40Bits;
  return 0b101U << 12 | k48Bits << 8 | k48Bits << 4 | k48Bits;
}

}  // namespace linefill::smmu
