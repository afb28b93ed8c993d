// SPDX-License-Identifier: Apache-2.0
// Expected behaviour: Linux 6.1, arch/arm/mm/cache-tauros2.c, which names the operations and what
// it relies on.
#include "models/cache/tauros2_block.hpp"

#include <array>
#include <cstring>

#include "tests/models/cache/l2_bench.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test

namespace {

using Action = Maintenance::Action;
constexpr std::uint32_t kHere = 0x0010'0000;

/// A Tauros2 of eight ways of 32 KiB over a fake memory, enabled, its prefetch off.
struct Tauros2Bench {
  Tauros2Bench() { block.configure(true, Tauros2Block::kPrefetchOff); }

  static LineNumber line_at(std::uint32_t address) { return line_of(PhysicalAddress{address}); }
  void operate(Action action, std::uint32_t address) {
    block.by_address(action, line_at(address), true, {}, now);
  }
  std::uint32_t load(std::uint32_t address, const MemoryAttributes& type = kWriteBack) {
    std::uint32_t value = 0;
    attributes.memory = type;
    block.read({PhysicalAddress{address}, std::as_writable_bytes(std::span{&value, 1}), attributes},
               now);
    return value;
  }
  void store(std::uint32_t address, std::uint32_t value,
             const MemoryAttributes& type = kWriteBack) {
    attributes.memory = type;
    block.write(
        {PhysicalAddress{address}, std::as_writable_bytes(std::span{&value, 1}), attributes}, now);
  }
  bool resident(std::uint32_t address) { return block.cache().find(line_at(address)).valid != 0; }

  FakeMemory memory;
  Statistics statistics;
  Tauros2Block block{memory, {}, statistics};
  Attributes attributes{};
  Time now{1us};
};

}  // namespace

TEST_CASE_METHOD(Tauros2Bench, "Tauros2: what is stored stays in the cache until it is cleaned",
                 "[tauros2]") {
  store(kHere, 7);
  CHECK(memory.word(kHere) == 0);
  operate(Action::kClean, kHere);
  CHECK(memory.word(kHere) == 7);
  CHECK(resident(kHere));
  memory.set_word(kHere, 8);  // A device writes.
  CHECK(load(kHere) == 7);
}

TEST_CASE_METHOD(Tauros2Bench, "Tauros2: invalidating a line drops what was stored", "[tauros2]") {
  store(kHere, 7);
  memory.set_word(kHere, 8);
  operate(Action::kInvalidate, kHere);
  CHECK_FALSE(resident(kHere));
  CHECK(load(kHere) == 8);
}

TEST_CASE_METHOD(Tauros2Bench, "Tauros2: cleaning and invalidating a line writes it, then drops it",
                 "[tauros2]") {
  store(kHere, 7);
  operate(Action::kCleanInvalidate, kHere);
  CHECK(memory.word(kHere) == 7);
  CHECK_FALSE(resident(kHere));
}

TEST_CASE_METHOD(Tauros2Bench, "Tauros2: an operation by address touches that line only",
                 "[tauros2]") {
  store(kHere, 7);
  store(kHere + 32, 8);
  operate(Action::kCleanInvalidate, kHere + 31);
  CHECK_FALSE(resident(kHere));
  CHECK(resident(kHere + 32));
  CHECK(memory.word(kHere + 32) == 0);
}

TEST_CASE_METHOD(Tauros2Bench, "Tauros2: an operation by set and way finds the line at that place",
                 "[tauros2]") {
  store(kHere, 7);
  const CacheLine& line = *block.cache().resident(line_at(kHere));
  unsigned way = 0;
  const unsigned set = raw(line_at(kHere)) % block.geometry().sets;
  while (&block.cache().at(set, way) != &line) ++way;
  block.by_set_way(Action::kCleanInvalidate, set, way, {}, now);
  CHECK(memory.word(kHere) == 7);
  CHECK_FALSE(resident(kHere));
}

TEST_CASE_METHOD(Tauros2Bench, "Tauros2: clean all writes every dirty line and keeps it",
                 "[tauros2]") {
  for (std::uint32_t i = 0; i < 16; ++i) store(kHere + 0x1020 * i, i + 1);
  block.on_all(Action::kClean, {}, now);
  for (std::uint32_t i = 0; i < 16; ++i) {
    CHECK(memory.word(kHere + 0x1020 * i) == i + 1);
    CHECK(resident(kHere + 0x1020 * i));
  }
}

TEST_CASE_METHOD(Tauros2Bench, "Tauros2: invalidate all drops every line and writes none",
                 "[tauros2]") {
  for (std::uint32_t i = 0; i < 16; ++i) store(kHere + 0x1020 * i, i + 1);
  const std::size_t writes = memory.count(true);
  block.on_all(Action::kInvalidate, {}, now);
  CHECK(memory.count(true) == writes);
  for (std::uint32_t i = 0; i < 16; ++i) CHECK_FALSE(resident(kHere + 0x1020 * i));
}

TEST_CASE_METHOD(Tauros2Bench, "Tauros2: switched off it is passed by, and keeps what it holds",
                 "[tauros2]") {
  store(kHere, 7);
  block.configure(false, Tauros2Block::kPrefetchOff);
  CHECK(load(kHere) == 0);
  store(kHere, 9);
  CHECK(memory.word(kHere) == 9);
  block.configure(true, Tauros2Block::kPrefetchOff);
  CHECK(load(kHere) == 7);
}

TEST_CASE_METHOD(Tauros2Bench, "Tauros2: after reset it is off and empty", "[tauros2]") {
  store(kHere, 7);
  block.reset(now);
  CHECK_FALSE(resident(kHere));
  store(kHere, 9);
  CHECK(memory.word(kHere) == 9);
}

TEST_CASE_METHOD(Tauros2Bench, "Tauros2: non-cacheable stores reach memory at once", "[tauros2]") {
  store(kHere, 7, kPrivateNonCacheable);
  CHECK(memory.word(kHere) == 7);
  store(kHere, 8, kSharedNonCacheable);
  CHECK(memory.word(kHere) == 8);
  CHECK_FALSE(resident(kHere));
}

TEST_CASE_METHOD(Tauros2Bench, "Tauros2: prefetch, unless bit 24 of the features says off",
                 "[tauros2]") {
  load(kHere);
  CHECK_FALSE(resident(kHere + 32));
  block.configure(true, 0);
  load(kHere + 0x400);
  CHECK(resident(kHere + 0x420));
}

TEST_CASE_METHOD(Tauros2Bench, "Tauros2: bit 21 of the features leaves four ways to allocate in",
                 "[tauros2]") {
  const auto lines_of_a_set = [&] {
    unsigned held = 0;
    for (std::uint32_t i = 0; i < 8; ++i) held += resident(kHere + 0x8000 * i) ? 1U : 0U;
    return held;
  };
  for (std::uint32_t i = 0; i < 8; ++i) load(kHere + 0x8000 * i);
  CHECK(lines_of_a_set() == 8);
  block.on_all(Action::kInvalidate, {}, now);
  block.configure(true, Tauros2Block::kPrefetchOff | Tauros2Block::kUpperWaysOff);
  for (std::uint32_t i = 0; i < 8; ++i) load(kHere + 0x8000 * i);
  CHECK(lines_of_a_set() == 4);
}

TEST_CASE_METHOD(Tauros2Bench, "Tauros2: a barrier waits until cleaned lines are in memory",
                 "[tauros2]") {
  store(kHere, 7);
  operate(Action::kClean, kHere);
  const Time cleaned = now;
  block.synchronize(now);
  CHECK(now >= cleaned + FakeMemory::kLatency);
}

TEST_CASE_METHOD(Tauros2Bench, "Tauros2: the observer hears of operations and of dropped stores",
                 "[tauros2][observer]") {
  struct Recorder final : Observer {
    void maintained(const Maintenance& m) override {
      level = m.level;
      scope = m.scope;
      ++operations;
    }
    void dropped_dirty(CopyLevel, LineNumber, const LineMarks& marks, const Origin&,
                       Time) override {
      dropped |= marks.dirty;
    }
    CopyLevel level = CopyLevel::kMemory;
    Maintenance::Scope scope = Maintenance::Scope::kIndex;
    unsigned operations = 0;
    ByteMask dropped = 0;
  } recorder;
  block.set_observer(&recorder);
  store(kHere + 4, 7);
  operate(Action::kInvalidate, kHere);
  CHECK(recorder.operations == 1);
  CHECK(recorder.level == CopyLevel::kL2);
  CHECK(recorder.scope == Maintenance::Scope::kAddress);
  CHECK(recorder.dropped == 0xF0);
  block.on_all(Action::kClean, {}, now);
  CHECK(recorder.scope == Maintenance::Scope::kAll);
}
