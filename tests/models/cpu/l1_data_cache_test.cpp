// SPDX-License-Identifier: Apache-2.0
#include "tests/models/cpu/core_bench.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {
constexpr std::uint32_t kAt = 0x4000;
}

TEST_CASE("a cached store reaches memory when its line is cleaned, not before", "[cpu][l1d]") {
  CoreBench core;
  core.bus.set_word(kMemory + kAt, 1);
  core.store(kCached + kAt, 2);
  CHECK(core.bus.word(kMemory + kAt) == 1);
  core.clean(kCached + kAt);
  CHECK(core.bus.word(kMemory + kAt) == 2);
  CHECK(core.load(kCached + kAt) == 2);
}

TEST_CASE("an invalidate drops what was stored", "[cpu][l1d]") {
  CoreBench core;
  core.bus.set_word(kMemory + kAt, 1);
  core.store(kCached + kAt, 2);
  core.invalidate(kCached + kAt);
  CHECK(core.load(kCached + kAt) == 1);
}

TEST_CASE("clean and invalidate keeps what was stored, and drops the line", "[cpu][l1d]") {
  CoreBench core;
  core.store(kCached + kAt, 2);
  core.operate(Maintenance::Action::kCleanInvalidate, kCached + kAt);
  CHECK(core.bus.word(kMemory + kAt) == 2);
  core.bus.set_word(kMemory + kAt, 3);
  CHECK(core.load(kCached + kAt) == 3);
}

TEST_CASE("after a clean, the next store makes the line dirty again", "[cpu][l1d]") {
  CoreBench core;
  core.store(kCached + kAt, 2);
  core.store(kCached + kAt, 3);
  core.clean(kCached + kAt);
  core.store(kCached + kAt, 4);
  core.clean(kCached + kAt);
  CHECK(core.bus.word(kMemory + kAt) == 4);
  CHECK(core.count("l1d_write_backs") == 2);
}

TEST_CASE("a device's write is not seen until the line is invalidated", "[cpu][l1d]") {
  CoreBench core;
  core.bus.set_word(kMemory + kAt, 1);
  CHECK(core.load(kCached + kAt) == 1);
  core.bus.set_word(kMemory + kAt, 9);
  CHECK(core.load(kCached + kAt) == 1);
  core.invalidate(kCached + kAt);
  CHECK(core.load(kCached + kAt) == 9);
}

TEST_CASE("two virtual addresses of one line see each other's stores", "[cpu][l1d]") {
  CoreBench core;
  for (std::uint32_t i = 0; i < 4; ++i) {
    core.store(kCached + kAt, 10 + i);
    CHECK(core.load(kCachedAlias + kAt) == 10 + i);
    core.store(kCachedAlias + kAt, 20 + i);
    CHECK(core.load(kCached + kAt) == 20 + i);
  }
  CHECK(core.count("l1d_fills") == 1);
}

TEST_CASE("an evicted line is not hit through the line map", "[cpu][l1d]") {
  CoreBench core;
  core.store(kCached + kAt, 7);
  CHECK(core.load(kCached + kAt) == 7);
  // The lines of one set are 8 KiB apart: enough of them push the first out.
  for (std::uint32_t i = 1; i <= 64; ++i) core.store(kCached + kAt + i * 0x2000, i);
  CHECK(core.l1d().find(line_of(PhysicalAddress{kMemory + kAt})).valid == 0);
  CHECK(core.bus.word(kMemory + kAt) == 7);
  core.bus.set_word(kMemory + kAt, 8);
  CHECK(core.load(kCached + kAt) == 8);
}

TEST_CASE("hits, misses and write-backs are counted exactly", "[cpu][l1d]") {
  CoreBench core;
  for (unsigned i = 0; i < 5; ++i) core.load(kCached + kAt + 4 * i);
  for (unsigned i = 0; i < 3; ++i) core.store(kCached + kAt, i);
  core.store(kCached + kAt + 0x100, 1);
  CHECK(core.count("l1d_hits") == 4 + 3);
  CHECK(core.count("l1d_misses") == 2);
  core.clean(kCached + kAt);
  core.clean(kCached + kAt);
  CHECK(core.count("l1d_write_backs") == 1);
}

TEST_CASE("set and way operations reach every line of the cache", "[cpu][l1d]") {
  CoreBench core;
  for (std::uint32_t i = 0; i < 64; ++i) core.store(kCached + i * 0x220, i + 1);
  for (unsigned set = 0; set < 256; ++set) {
    for (unsigned way = 0; way < 4; ++way) {
      core.memory.data_by_set_way(Maintenance::Action::kCleanInvalidate, set, way);
    }
  }
  for (std::uint32_t i = 0; i < 64; ++i) CHECK(core.bus.word(kMemory + i * 0x220) == i + 1);
  CHECK(core.l1d().find(line_of(PhysicalAddress{kMemory})).valid == 0);
}

TEST_CASE("an unaligned access may cross a line", "[cpu][l1d]") {
  CoreBench core;
  core.store(kCached + kAt + 30, 0x4433'2211);
  CHECK(core.load(kCached + kAt + 30) == 0x4433'2211);
  core.clean(kCached + kAt);
  CHECK(core.bus.word(kMemory + kAt + 28) == 0x2211'0000);
  core.clean(kCached + kAt + 32);
  CHECK(core.bus.word(kMemory + kAt + 32) == 0x0000'4433);
}

TEST_CASE("an unaligned access to a device, or with SCTLR.A, is an alignment fault", "[cpu][l1d]") {
  CoreBench core;
  std::uint32_t value = 0;
  CHECK_FALSE(core.memory.load<std::uint32_t>(kDevice + 2, value));
  CHECK(core.last_fault.status == FaultStatus::kAlignment);
  CHECK(core.last_address == kDevice + 2);
  CHECK(core.load(kCached + kAt + 1) == 0);
  core.memory.mmu().registers().sctlr |= TranslationRegisters::kA;
  core.memory.registers_changed(CacheOperations::Changed::kControl);
  core.load(kCached + kAt);
  CHECK_FALSE(core.memory.load<std::uint32_t>(kCached + kAt + 1, value));
  CHECK_FALSE(core.memory.store<std::uint16_t>(kCached + kAt + 1, 1));
  CHECK(core.last_write);
  std::uint8_t byte = 0;
  CHECK(core.memory.load<std::uint8_t>(kCached + kAt + 1, byte));
}

TEST_CASE("a clean line goes down when it is evicted with ACTLR.EXCL only", "[cpu][l1d]") {
  const bool exclusive = GENERATE(false, true);
  CoreBench core;
  core.actlr_value = exclusive ? 1U << 7 : 0;
  core.memory.registers_changed(CacheOperations::Changed::kAuxiliary);
  unsigned clean_evictions = 0;
  core.bus.before = [&](const CoreTransaction& t) {
    if (t.write && t.hints.clean) {
      CHECK(t.hints.eviction);
      ++clean_evictions;
    }
  };
  core.load(kCached + kAt);
  core.operate(Maintenance::Action::kCleanInvalidate, kCached + kAt);
  CHECK(clean_evictions == 0);
  core.load(kCached + kAt);
  for (std::uint32_t i = 1; i <= 64; ++i) core.load(kCached + kAt + i * 0x2000);
  CHECK(core.l1d().find(line_of(PhysicalAddress{kMemory + kAt})).valid == 0);
  CHECK((clean_evictions > 0) == exclusive);
}

TEST_CASE("a written-back line of zeros is told as such with ACTLR[3] only", "[cpu][l1d]") {
  const bool enabled = GENERATE(false, true);
  CoreBench core;
  core.actlr_value = enabled ? 1U << 3 : 0;
  core.memory.registers_changed(CacheOperations::Changed::kAuxiliary);
  unsigned zeros = 0;
  core.bus.before = [&](const CoreTransaction& t) {
    zeros += t.write && t.hints.line_of_zeros ? 1U : 0U;
  };
  core.store(kCached + kAt, 0);
  core.clean(kCached + kAt);
  CHECK(zeros == (enabled ? 1 : 0));
  core.store(kCached + kAt, 0x0100'0000);
  core.clean(kCached + kAt);
  CHECK(zeros == (enabled ? 1 : 0));
}

TEST_CASE("Shareable memory is cached with ACTLR.SMP only", "[cpu][l1d]") {
  CoreBench core;
  core.store(kShared + kAt, 5);
  core.memory.data_synchronization_barrier();
  CHECK(core.bus.word(kMemory + kAt) == 5);
  core.smp = true;
  core.memory.registers_changed(CacheOperations::Changed::kAuxiliary);
  core.store(kShared + kAt, 6);
  core.memory.data_synchronization_barrier();
  CHECK(core.bus.word(kMemory + kAt) == 5);
}

TEST_CASE("Write-Through memory and memory with SCTLR.C clear are not held in the L1D",
          "[cpu][l1d]") {
  CoreBench core;
  core.store(kWriteThrough + kAt, 5);
  core.memory.data_synchronization_barrier();
  CHECK(core.bus.word(kMemory + kAt) == 5);
  core.store(kCached + kAt + 64, 1);
  core.memory.mmu().registers().sctlr &= ~TranslationRegisters::kC;
  core.memory.registers_changed(CacheOperations::Changed::kControl);
  // Without look-up: the dirty line is neither seen nor changed.
  CHECK(core.load(kCached + kAt + 64) == 0);
  core.store(kCached + kAt + 64, 2);
  core.memory.data_synchronization_barrier();
  CHECK(core.bus.word(kMemory + kAt + 64) == 2);
  CHECK(core.l1d().find(line_of(PhysicalAddress{kMemory + kAt + 64})).marks->dirty == 0xF);
}

TEST_CASE("big-endian data is reversed by element", "[cpu][l1d]") {
  CoreBench core;
  core.store(kCached + kAt, 0x1122'3344);
  CHECK(core.load(kCached + kAt) == 0x1122'3344);
  core.memory.context_changed(true, true);
  CHECK(core.load(kCached + kAt) == 0x4433'2211);
  std::uint16_t half = 0;
  CHECK(core.memory.load<std::uint16_t>(kCached + kAt, half));
  CHECK(half == 0x4433);
  core.store(kCached + kAt, 0xAABB'CCDD);
  core.memory.context_changed(true, false);
  CHECK(core.load(kCached + kAt) == 0xDDCC'BBAA);
}

TEST_CASE("a line that the bus refuses is an external abort, and is not kept", "[cpu][l1d]") {
  CoreBench core;
  std::uint32_t value = 0;
  CHECK_FALSE(core.memory.load<std::uint32_t>(kNothing, value));
  CHECK(core.last_fault.status == FaultStatus::kExternal);
  CHECK_FALSE(core.last_fault.slave_error);
  CHECK_FALSE(core.memory.store<std::uint32_t>(kNothing, 1));
  CHECK(core.last_write);
  CHECK(core.l1d().find(line_of(PhysicalAddress{kNothing})).valid == 0);
}

TEST_CASE("an exclusive pair stores once", "[cpu][exclusive]") {
  CoreBench core;
  std::uint64_t value = 0;
  std::uint32_t failed = 0;
  core.store(kCached + kAt, 5);
  REQUIRE(core.memory.load_exclusive(kCached + kAt, 4, value));
  CHECK(value == 5);
  REQUIRE(core.memory.store_exclusive(kCached + kAt, 4, 6, failed));
  CHECK(failed == 0);
  REQUIRE(core.memory.store_exclusive(kCached + kAt, 4, 7, failed));
  CHECK(failed == 1);
  CHECK(core.load(kCached + kAt) == 6);
  REQUIRE(core.memory.load_exclusive(kCached + kAt, 8, value));
  core.memory.clear_exclusive();
  REQUIRE(core.memory.store_exclusive(kCached + kAt, 8, 7, failed));
  CHECK(failed == 1);
}

TEST_CASE("an exclusive store to another granule fails", "[cpu][exclusive]") {
  CoreBench core;
  std::uint64_t value = 0;
  std::uint32_t failed = 0;
  REQUIRE(core.memory.load_exclusive(kUncached + kAt, 4, value));
  REQUIRE(core.memory.store_exclusive(kUncached + kAt + 32, 4, 7, failed));
  CHECK(failed == 1);
  REQUIRE(core.memory.load_exclusive(kUncached + kAt, 4, value));
  REQUIRE(core.memory.store_exclusive(kUncached + kAt + 28, 4, 7, failed));
  CHECK(failed == 0);
  CHECK(core.bus.word(kMemory + kAt + 28) == 7);
}
