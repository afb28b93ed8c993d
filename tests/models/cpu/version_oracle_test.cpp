// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <random>
#include <string>

#include "tests/models/cpu/core_bench.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

constexpr std::uint32_t kBase = 0x4000;
constexpr unsigned kLines = 10;
constexpr unsigned kWords = kLines * kLineBytes / 4;

MemorySystem::Configuration small_caches() {
  MemorySystem::Configuration configuration;
  configuration.data_cache = {2, 2};
  configuration.instruction_cache = {2, 2};
  return configuration;
}

/// Every store of a word writes a number that was never written before: so each copy's data are its
/// version, and what the marks claim can be compared with what is there.
class Oracle : public CoreBench {
 public:
  explicit Oracle(std::uint64_t seed) : CoreBench{small_caches()}, random_{seed} {
    memory.set_observer(&observer_);
    bus.before = [this](const CoreTransaction& t) { on_transport(t); };
    if (seed % 2 == 1) {
      memory.set_adversary({.early_eviction = true,
                            .speculative_fill = true,
                            .late_drain = seed % 4 == 1,
                            .late_maintenance = seed % 8 < 4,
                            .seed = seed});
    }
  }

  void step() {
    const unsigned word = pick(kWords);
    switch (pick(14)) {
      case 0:
      case 1:
        return load(word, pick(2) == 0 ? kCached : kCachedAlias);
      case 2:
      case 3:
        return store(word, pick(2) == 0 ? kCached : kCachedAlias);
      case 4:
        return load_uncached(word);
      case 5:
        return store(word, pick(2) == 0 ? kUncached : kDeviceMemory);
      case 6:
        return operate(static_cast<Maintenance::Action>(pick(3)), kCached + address_of_word(word));
      case 7:
        return maintain_index();
      case 8:
        return pick(2) == 0 ? memory.data_memory_barrier() : memory.data_synchronization_barrier();
      case 9:
        return device_reads(word);
      case 10:
        return device_writes(word);
      case 11:
        return fetch(word);
      case 12:
        return wait(Time{1000} * pick(3000));
      default:
        return maintain_code_or_ring(word);
    }
  }

 private:
  static std::uint32_t address_of_word(unsigned word) { return kBase + 4 * word; }
  static PhysicalAddress physical(unsigned word) {
    return PhysicalAddress{kMemory + address_of_word(word)};
  }
  static ByteMask bytes_of(unsigned word) { return bytes_at(line_offset(physical(word)), 4); }
  static bool in_use(std::uint32_t address) { return address - (kMemory + kBase) < 4 * kWords; }
  unsigned pick(unsigned n) { return static_cast<unsigned>(random_() % n); }
  unsigned word_at(std::uint32_t address) const { return (address - kMemory - kBase) / 4; }

  void load(unsigned word, std::uint32_t mapping) {
    observer_.stale_uses.clear();
    const std::uint32_t value = CoreBench::load(mapping + address_of_word(word));
    if (reported_[word]) return;
    CAPTURE(word, value, newest_[word]);
    REQUIRE((value < newest_[word]) == !observer_.stale_uses.empty());
    if (!observer_.stale_uses.empty()) REQUIRE(observer_.stale_uses[0].bytes == bytes_of(word));
  }

  void store(unsigned word, std::uint32_t mapping) {
    const std::uint32_t version = ++versions_;
    CoreBench::store(mapping + address_of_word(word), version);
    newest_[word] = version;
    reported_[word] = false;
    epoch_[word] = memory.epoch();
    check_epochs(word);
  }

  void check_epochs(unsigned word) {
    for (CopyHolder* holder : {&l1d(), &buffer()}) {
      const CopyView view = holder->find(line_of(physical(word)));
      if (view.valid == 0) continue;
      const unsigned first = raw(physical(word)) / kLineBytes * kLineBytes;
      for (unsigned b = 0; b < kLineBytes; b += 4) {
        const ByteMask newest = view.marks->dirty & ~view.marks->superseded & view.valid;
        if ((newest >> b & 1U) != 0)
          REQUIRE(view.marks->origin[b].epoch == epoch_[word_at(first + b)]);
      }
    }
  }

  /// Whether a copy above memory claims to be newer.
  bool claimed_newer(unsigned word) {
    const LineNumber line = line_of(physical(word));
    for (CopyHolder* holder : {&l1d(), &buffer()}) {
      const CopyView view = holder->find(line);
      if (view.valid != 0 &&
          (view.marks->dirty & ~view.marks->superseded & view.valid & bytes_of(word)) != 0) {
        return true;
      }
    }
    return (bus.marks_of_memory[raw(address_of(line))].lost & bytes_of(word)) != 0;
  }

  void device_reads(unsigned word) {
    if (reported_[word]) return;
    const std::uint32_t value = bus.word(raw(physical(word)));
    CAPTURE(word, value, newest_[word]);
    REQUIRE((value < newest_[word]) == claimed_newer(word));
  }

  void load_uncached(unsigned word) {
    const std::uint32_t value = CoreBench::load(kUncached + address_of_word(word));
    if (reported_[word]) return;
    CAPTURE(word, value, newest_[word]);
    REQUIRE((value < newest_[word]) == claimed_newer(word));
  }

  void device_writes(unsigned word) {
    newest_[word] = ++versions_;
    reported_[word] = false;
    CoreBench::device_writes(raw(physical(word)), newest_[word]);
    bus.marks_of_memory[raw(address_of(line_of(physical(word))))].lost &= ~bytes_of(word);
  }

  void fetch(unsigned word) {
    observer_.stale_uses.clear();
    CacheLine* line = nullptr;
    REQUIRE(memory.fetch(kCached + address_of_word(word), line));
    std::uint32_t value = 0;
    std::memcpy(&value, line->data.data() + line_offset(physical(word)), 4);
    if (reported_[word]) return;
    CAPTURE(word, value, newest_[word]);
    REQUIRE((value < newest_[word]) == !observer_.stale_uses.empty());
  }

  void maintain_code_or_ring(unsigned word) {
    Fault fault;
    switch (pick(3)) {
      case 0:
        return memory.invalidate_instructions();
      case 1:
        return static_cast<void>(memory.invalidate_instructions_by_address(
            VirtualAddress{kCached + address_of_word(word)}, fault));
      default:
        return CoreBench::store(kDevice, 1);
    }
  }

  void maintain_index() {
    const auto action = static_cast<Maintenance::Action>(pick(3));
    const unsigned set = pick(2);
    memory.data_by_set_way(action, set, pick(2));
  }

  /// A write is about to change memory: what it overwrites must not be newer, or it must say so.
  void on_transport(const CoreTransaction& t) {
    if (!t.write || !in_use(raw(t.address))) return;
    LineMarks& below = bus.marks_of_memory[raw(address_of(line_of(t.address)))];
    for (std::uint32_t at = 0; at < t.data.size(); at += 4) {
      const std::uint32_t address = raw(t.address) + at;
      std::uint32_t value = 0;
      std::memcpy(&value, t.data.data() + at, 4);
      const unsigned word = word_at(address);
      const ByteMask bytes = bytes_of(word);
      // Where a yet newer value is on its way, nothing is lost.
      const bool older = value < bus.word(address) && bus.word(address) == newest_[word];
      const bool said = says_older(t, line_of(t.address), bytes);
      if (!reported_[word]) {
        CAPTURE(word, value, newest_[word]);
        REQUIRE(older == said);
      }
      if (older) reported_[word] = true;
      below.lost &= ~bytes;
      if (t.marks != nullptr) below.lost |= t.marks->lost & bytes;
    }
  }

  /// What was said of a slot holds for its bytes once.
  bool says_older(const CoreTransaction& t, LineNumber line, ByteMask bytes) {
    if (t.marks != nullptr) return (t.marks->superseded & bytes) != 0;
    const bool said = observer_.drained_line == line && (observer_.drained_old & bytes) != 0;
    if (observer_.drained_line == line) observer_.drained_old &= ~bytes;
    return said;
  }

  /// Keeps what memory has lost, as a checker does, and forgets what was said of earlier drains.
  struct KeepingObserver final : Observer {
    explicit KeepingObserver(Oracle& owner) : oracle{owner} {}
    void stale_use(CopyLevel level, LineNumber line, ByteMask bytes, const CopyView&, const Origin&,
                   Time) override {
      stale_uses.push_back({level, line, bytes});
    }
    void dropped_dirty(CopyLevel, LineNumber line, const LineMarks& marks, const Origin&,
                       Time) override {
      oracle.bus.marks_of_memory[raw(address_of(line))].lose(marks.dirty & ~marks.superseded,
                                                             marks);
    }
    void drained_to_memory(CopyLevel, LineNumber line, ByteMask bytes, const LineMarks&,
                           const Origin&, Time) override {
      drained_line = line;
      drained_old = bytes;
    }
    Oracle& oracle;
    std::vector<FakeObserver::Use> stale_uses;
    LineNumber drained_line = kNoLine;
    ByteMask drained_old = 0;
  };

  KeepingObserver observer_{*this};
  std::mt19937_64 random_;
  std::uint32_t versions_ = 0;
  std::array<std::uint32_t, kWords> newest_{};
  std::array<Epoch, kWords> epoch_{};
  /// An older value was put over a newer one and reported: nothing newer exists, nothing more is
  /// said.
  std::array<bool, kWords> reported_{};
};

}  // namespace

TEST_CASE("what the marks say of every byte is true", "[cpu][oracle]") {
  // LINEFILL_SEED repeats one run.
  const char* wanted = std::getenv("LINEFILL_SEED");
  const std::uint64_t first = wanted != nullptr ? std::stoull(wanted) : 1;
  const std::uint64_t last = wanted != nullptr ? first : 100;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    CAPTURE(seed);
    Oracle oracle{seed};
    for (unsigned i = 0; i < 3000; ++i) oracle.step();
  }
}
