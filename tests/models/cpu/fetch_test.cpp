// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "tests/models/cpu/core_bench.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

constexpr std::uint32_t kAt = 0x4000;

std::uint32_t fetch(CoreBench& core, std::uint32_t va) {
  CacheLine* line = nullptr;
  REQUIRE(core.memory.fetch(va, line));
  REQUIRE(line != nullptr);
  std::uint32_t word = 0;
  std::memcpy(&word, line->data.data() + va % kLineBytes, 4);
  return word;
}

void invalidate_code(CoreBench& core, std::uint32_t va) {
  Fault fault;
  REQUIRE(core.memory.invalidate_instructions_by_address(VirtualAddress{va}, fault));
}

}  // namespace

TEST_CASE("code that was written is fetched after clean and invalidate only", "[cpu][l1i]") {
  CoreBench core;
  core.bus.set_word(kMemory + kAt, 1);
  CHECK(fetch(core, kCached + kAt) == 1);
  core.store(kCached + kAt, 2);
  CHECK(fetch(core, kCached + kAt) == 1);
  SECTION("clean, then invalidate") {
    core.clean(kCached + kAt);
    CHECK(fetch(core, kCached + kAt) == 1);
    invalidate_code(core, kCached + kAt);
    CHECK(fetch(core, kCached + kAt) == 2);
  }
  SECTION("invalidate without clean") {
    core.memory.invalidate_instructions();
    CHECK(fetch(core, kCached + kAt) == 1);
  }
}

TEST_CASE("a line's second fetch makes no call, and hits are counted", "[cpu][l1i]") {
  CoreBench core;
  for (unsigned i = 0; i < 5; ++i) fetch(core, kCached + kAt);
  CHECK(core.count("l1i_hits") == 4);
  CHECK(core.count("l1i_misses") == 1);
  core.memory.invalidate_instructions();
  fetch(core, kCached + kAt);
  CHECK(core.count("l1i_misses") == 2);
}

TEST_CASE("a line that was filled has nothing decoded", "[cpu][l1i]") {
  CoreBench core;
  CacheLine* line = nullptr;
  REQUIRE(core.memory.fetch(kCached + kAt, line));
  line->decoded[0] = reinterpret_cast<DecodedLine*>(line);
  core.memory.invalidate_instructions();
  REQUIRE(core.memory.fetch(kCached + kAt, line));
  CHECK(line->decoded[0] == nullptr);
  CHECK(line->tag == line_of(PhysicalAddress{kMemory + kAt}));
}

TEST_CASE("with SCTLR.I clear, memory is fetched each time", "[cpu][l1i]") {
  CoreBench core;
  core.memory.mmu().registers().sctlr &= ~TranslationRegisters::kI;
  core.memory.registers_changed(CacheOperations::Changed::kControl);
  CHECK(fetch(core, kCached + kAt) == 0);
  core.bus.set_word(kMemory + kAt, 2);
  CHECK(fetch(core, kCached + kAt) == 2);
}

TEST_CASE("a fetch from where nothing answers is a prefetch abort", "[cpu][l1i]") {
  CoreBench core;
  CacheLine* line = nullptr;
  CHECK_FALSE(core.memory.fetch(kNothing, line));
  CHECK(core.last_fault.status == FaultStatus::kExternal);
  CHECK_FALSE(core.memory.fetch(0xE000'0000, line));
  CHECK(core.last_fault.status == FaultStatus::kTranslationSection);
  CHECK(core.last_address == 0xE000'0000);
}

TEST_CASE("a store into a line of the L1I makes that copy older", "[cpu][l1i][marks]") {
  WatchedBench core;
  fetch(core, kCached + kAt);
  core.store(kCached + kAt + 4, 2);
  core.store(kCached + kAt + 4, 3);
  CHECK(core.l1i().find(line_of(PhysicalAddress{kMemory + kAt})).marks->superseded == 0xF0);
  fetch(core, kCached + kAt);
  CHECK(core.observer.stale_uses.empty());
  fetch(core, kCached + kAt + 4);
  REQUIRE(core.observer.stale_uses.size() == 1);
  CHECK(core.observer.stale_uses[0].level == CopyLevel::kL1Instruction);
  CHECK(core.observer.stale_uses[0].bytes == 0xF0);
  CHECK(core.observer.stale_uses[0].pc == kCached + kAt + 4);
}

TEST_CASE("an instruction fill knows of newer bytes in the L1D", "[cpu][l1i][marks]") {
  WatchedBench core;
  core.store(kCached + kAt, 2);
  core.store(kCached + kAt + 4, 2);
  fetch(core, kCached + kAt);
  CHECK(core.l1i().find(line_of(PhysicalAddress{kMemory + kAt})).marks->superseded == 0xFF);
  // From now on each store is seen.
  core.store(kCached + kAt + 8, 2);
  core.store(kCached + kAt + 12, 2);
  CHECK(core.l1i().find(line_of(PhysicalAddress{kMemory + kAt})).marks->superseded == 0xFFFF);
}
