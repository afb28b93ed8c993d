// SPDX-License-Identifier: Apache-2.0
// Random accesses and operations against a reference that is a map of bytes for each level.
#include <algorithm>
#include <cstdlib>
#include <random>

#include "tests/models/cache/l2_bench.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test

namespace {

using Bytes = std::map<std::uint32_t, std::uint8_t>;

/// An outer cache that never has to evict, and a buffer of three lines that no time drains.
struct Reference {
  struct Line {
    Bytes bytes;
    bool dirty = false;
  };
  Bytes memory;
  std::map<std::uint32_t, Line> cache;                  ///< By line address.
  std::vector<std::pair<std::uint32_t, Bytes>> buffer;  ///< Least recently written first.
  bool enabled = true;
  bool shared_override = false;
  bool shared_is_cached = true;  ///< Not in an L210 without override.

  static std::uint32_t base(std::uint32_t address) { return address & ~31U; }
  bool looked_up(const MemoryAttributes& type) const {
    if (!enabled || !type.normal()) return false;
    if (!shared_is_cached && type.shareable)
      return shared_override && type.outer != CachePolicy::kNonCacheable;
    return type.outer != CachePolicy::kNonCacheable || (type.shareable && !shared_override);
  }
  void drain(std::uint32_t line) {
    const auto slot =
        std::find_if(buffer.begin(), buffer.end(), [=](const auto& s) { return s.first == line; });
    if (slot == buffer.end()) return;
    for (const auto& [address, value] : slot->second) memory[address] = value;
    buffer.erase(slot);
  }
  void drain_all() {
    while (!buffer.empty()) drain(buffer.front().first);
  }
  Line& fill(std::uint32_t line) {
    drain(line);
    Line& filled = cache[line];
    for (std::uint32_t i = 0; i < 32; ++i) filled.bytes[line + i] = memory[line + i];
    return filled;
  }
  std::uint8_t read(std::uint32_t address, const MemoryAttributes& type) {
    const std::uint32_t line = base(address);
    if (type.type == MemoryType::kStronglyOrdered) drain_all();
    drain(line);
    if (!looked_up(type)) return memory[address];
    if (cache.contains(line)) return cache[line].bytes[address];
    return type.outer == CachePolicy::kNonCacheable ? memory[address] : fill(line).bytes[address];
  }
  void to_memory(const Bytes& bytes) {
    const std::uint32_t line = base(bytes.begin()->first);
    Bytes merged;
    const auto slot =
        std::find_if(buffer.begin(), buffer.end(), [=](const auto& s) { return s.first == line; });
    if (slot != buffer.end()) {
      merged = slot->second;
      buffer.erase(slot);
    }
    if (buffer.size() == 3) drain(buffer.front().first);
    for (const auto& [address, value] : bytes) merged[address] = value;
    buffer.emplace_back(line, merged);
    if (merged.size() == 32) drain(line);
  }
  void write(const Bytes& bytes, const MemoryAttributes& type) {
    const std::uint32_t line = base(bytes.begin()->first);
    if (!enabled || !type.normal()) {
      if (type.type == MemoryType::kStronglyOrdered) drain_all();
      drain(line);
      for (const auto& [address, value] : bytes) memory[address] = value;
      return;
    }
    if (!looked_up(type)) return to_memory(bytes);
    const bool back = type.outer == CachePolicy::kWriteBackWriteAllocate ||
                      type.outer == CachePolicy::kWriteBackNoWriteAllocate;
    if (back) drain(line);
    if (!cache.contains(line) && type.outer == CachePolicy::kWriteBackWriteAllocate) fill(line);
    const bool hit = cache.contains(line);
    if (hit) {
      for (const auto& [address, value] : bytes) cache[line].bytes[address] = value;
      if (back) cache[line].dirty = true;
      if (!back && bytes.size() == 32) cache[line].dirty = false;
    }
    if (!hit || !back) to_memory(bytes);
  }
  void clean(std::uint32_t line) {
    if (!cache.contains(line) || !cache[line].dirty) return;
    drain(line);
    for (const auto& [address, value] : cache[line].bytes) memory[address] = value;
    cache[line].dirty = false;
  }
};

constexpr std::array<MemoryAttributes, 8> kTypes{
    kWriteBack,          kNoWriteAllocate,     kWriteThrough, kSharedWriteBack,
    kSharedNonCacheable, kPrivateNonCacheable, kDevice,       kStronglyOrdered};

/// One run of the two side by side.
struct Duel {
  /// `late`: what leaves the cache stays in its eviction buffers until the two are compared.
  Duel(L2Part part, std::uint32_t seed, bool late) : random{seed}, l2{options(part)} {
    reference.shared_is_cached = part != L2Part::kL210;
    l2.block.evictions().set_late(late);
  }

  static L2x0Options options(L2Part part) {
    L2x0Options o = L2Bench::small(part);
    if (part == L2Part::kL310) o.cache_id = 0x4100'00C6;  // No time drains the buffer.
    o.store_buffer_drain = kNever;
    return o;
  }
  std::uint32_t below(std::uint32_t n) { return word() % n; }
  std::uint32_t word() { return static_cast<std::uint32_t>(random()); }
  // Eight lines in each of three sets: as many as there are ways.
  std::uint32_t any_line() { return 0x6000'0000 + below(3) * 32 + below(8) * 16 * 1024; }

  void load() {
    const unsigned size = 1U << below(3);
    const std::uint32_t address = any_line() + below(32 / size) * size;
    const MemoryAttributes& type = kTypes[below(kTypes.size())];
    const std::uint32_t got = l2.load(address, type, size);
    for (unsigned i = 0; i < size; ++i)
      CHECK((got >> (8 * i) & 0xFFU) == reference.read(address + i, type));
  }
  void store() {
    const unsigned size = 1U << below(3);
    const std::uint32_t address = any_line() + below(32 / size) * size;
    const MemoryAttributes& type = kTypes[below(kTypes.size())];
    const std::uint32_t value = word();
    l2.store(address, value, type, size);
    Bytes bytes;
    for (unsigned i = 0; i < size; ++i)
      bytes[address + i] = static_cast<std::uint8_t>(value >> (8 * i));
    reference.write(bytes, type);
  }
  void store_line() {
    const std::uint32_t line = any_line();
    const MemoryAttributes& type = kTypes[below(6)];
    const std::uint32_t value = word();
    l2.write_back(line, value, type);
    Bytes bytes;
    for (unsigned i = 0; i < 32; ++i)
      bytes[line + i] = static_cast<std::uint8_t>(value >> (8 * (i % 4)));
    reference.write(bytes, type);
  }
  void device_write() {
    const std::uint32_t address = any_line() + 4 * below(8);
    const std::uint32_t value = word();
    l2.memory.set_word(address, value);
    for (unsigned i = 0; i < 4; ++i)
      reference.memory[address + i] = static_cast<std::uint8_t>(value >> (8 * i));
  }
  void maintain() {
    const std::uint32_t line = any_line();
    reference.drain_all();
    switch (below(4)) {
      case 0:
        l2.do_and_poll(kInvPa, line);
        reference.cache.erase(line);
        break;
      case 1:
        l2.do_and_poll(kCleanPa, line);
        reference.clean(line);
        break;
      case 2:
        l2.do_and_poll(kCleanInvPa, line);
        reference.clean(line);
        reference.cache.erase(line);
        break;
      default:
        l2.do_and_poll(kCacheSync, 0);
        break;
    }
  }
  void by_way() {
    reference.drain_all();
    const bool cleans = below(2) == 0;
    l2.by_way(cleans ? kCleanWay : kCleanInvWay);
    const auto lines = reference.cache;
    for (const auto& [line, held] : lines) {
      reference.clean(line);
      if (!cleans) reference.cache.erase(line);
    }
  }
  void configure() {
    reference.drain_all();
    if (below(2) == 0) {
      reference.shared_override = !reference.shared_override;
      l2.set_aux(reference.shared_override ? 1U << 22 : 0, 1U << 22);
    } else {
      reference.enabled = !reference.enabled;
      l2.set_control(reference.enabled ? 1 : 0);
    }
  }
  void step() {
    const std::uint32_t dice = below(1000);
    if (dice < 400) return load();
    if (dice < 700) return store();
    if (dice < 800) return store_line();
    if (dice < 880 && !l2.block.evictions().late()) return device_write();
    if (dice < 990) return maintain();
    dice < 993 ? by_way() : configure();
  }
  void compare() {
    if (l2.block.evictions().late()) {
      reference.drain_all();
      l2.do_and_poll(kCacheSync, 0);
    }
    for (const auto& [address, value] : reference.memory) {
      CHECK(std::to_integer<unsigned>(l2.memory.bytes[address]) == value);
    }
    for (std::uint32_t set = 0; set < 3; ++set) {
      for (std::uint32_t way = 0; way < 8; ++way) {
        const std::uint32_t line = 0x6000'0000 + set * 32 + way * 16 * 1024;
        CHECK(l2.resident(line) == reference.cache.contains(line));
        if (reference.cache.contains(line)) CHECK(l2.dirty(line) == reference.cache[line].dirty);
      }
    }
  }

  std::mt19937 random;
  L2Bench l2;
  Reference reference;
};

}  // namespace

namespace {

void random_steps(L2Part part, int steps, bool late) {
  const char* wanted = std::getenv("LINEFILL_SEED");  // NOLINT(concurrency-mt-unsafe)
  const auto seed =
      static_cast<std::uint32_t>(wanted != nullptr ? std::strtoul(wanted, nullptr, 0) : 20260417);
  INFO("repeat with LINEFILL_SEED=" << seed << ", part " << static_cast<unsigned>(part));
  WARN("seed " << seed);
  Duel duel{part, seed, late};
  for (int i = 0; i < steps; ++i) {
    duel.step();
    if (i % 100 == 0) duel.compare();
  }
  duel.compare();
}

}  // namespace

TEST_CASE("L2: random accesses and operations agree with a map of bytes for each level",
          "[l2][random]") {
  const L2Part part = GENERATE(L2Part::kL310, L2Part::kL220, L2Part::kL210);
  random_steps(part, part == L2Part::kL310 ? 40'000 : 20'000, false);
}

TEST_CASE("L2: that evicted lines wait in their buffers is seen by nobody who goes through it",
          "[l2][random][eviction]") {
  random_steps(GENERATE(L2Part::kL310, L2Part::kL220, L2Part::kL210), 10'000, true);
}
