// SPDX-License-Identifier: Apache-2.0
#include "tests/models/cpu/core_bench.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

constexpr std::uint32_t kAt = 0x4000;

/// Whether an access was served without a call.
struct SlowPath {
  explicit SlowPath(CoreBench& bench) : core{bench}, before{bench.bus.caught_up} {}
  bool taken() const { return core.bus.caught_up != before; }
  CoreBench& core;
  unsigned before;
};

bool load_is_fast(CoreBench& core, std::uint32_t va) {
  const SlowPath path{core};
  core.load(va);
  return !path.taken();
}

bool store_is_fast(CoreBench& core, std::uint32_t va) {
  const SlowPath path{core};
  core.store(va, 1);
  return !path.taken();
}

void warm(CoreBench& core) {
  core.store(kCached + kAt, 1);
  core.load(kCached + kAt);
  REQUIRE(load_is_fast(core, kCached + kAt));
  REQUIRE(store_is_fast(core, kCached + kAt));
}

}  // namespace

TEST_CASE("the second access to a line makes no call", "[cpu][line_map]") {
  CoreBench core;
  warm(core);
}

TEST_CASE("vector accesses hit where single ones do, and leave the same behind",
          "[cpu][line_map]") {
  CoreBench core;
  std::array<std::byte, 16> bytes{};
  CHECK_FALSE(core.memory.load_hit(kCached + kAt, bytes, 8));
  CHECK_FALSE(core.memory.store_hit(kCached + kAt, bytes, 8));
  warm(core);
  bytes.fill(std::byte{0x5A});
  const std::uint64_t before = core.count("l1d_hits");
  CHECK(core.memory.store_hit(kCached + kAt + 16, bytes, 8));
  CHECK(core.count("l1d_hits") == before + 2);
  CHECK(core.load(kCached + kAt + 28) == 0x5A5A'5A5A);
  core.clean(kCached + kAt);
  CHECK(core.bus.word(kMemory + kAt + 16) == 0x5A5A'5A5A);
  bytes.fill(std::byte{0});
  CHECK(core.memory.load_hit(kCached + kAt + 16, bytes, 8));
  CHECK(bytes[15] == std::byte{0x5A});
}

TEST_CASE("what CP15 changes takes all lines out of the line map", "[cpu][line_map]") {
  using enum CacheOperations::Changed;
  CoreBench core;
  warm(core);
  const auto what = GENERATE(kControl, kAuxiliary, kTranslationTable, kRemap, kContext);
  core.memory.registers_changed(what);
  CHECK_FALSE(load_is_fast(core, kCached + kAt));
  CHECK_FALSE(store_is_fast(core, kCached + kAt));
}

TEST_CASE("TLB operations take lines out of the line map", "[cpu][line_map]") {
  CoreBench core;
  warm(core);
  const unsigned which = GENERATE(0U, 1U, 2U);
  if (which == 0) core.memory.translations_invalidated();
  if (which == 1) core.memory.address_space_invalidated(0);
  // Another page of the same section: its translation came from the same entry.
  if (which == 2) core.memory.translation_invalidated(VirtualAddress{kCached + 0xA000}, 20);
  CHECK_FALSE(load_is_fast(core, kCached + kAt));
  CHECK_FALSE(store_is_fast(core, kCached + kAt));
}

TEST_CASE("a mapping is kept until the TLB is told", "[cpu][line_map]") {
  CoreBench core;
  core.store(kCached + kAt, 1);
  core.load(kCached + kAt);
  core.map(kCached, kMemory + 0x10'0000, 1U << 12 | 1U << 3 | 1U << 2);
  core.bus.set_word(kMemory + 0x10'0000 + kAt, 77);
  CHECK(core.load(kCached + kAt) == 1);
  core.memory.mmu().tlb().invalidate_all();
  core.memory.translations_invalidated();
  CHECK(core.load(kCached + kAt) == 77);
}

TEST_CASE("unprivileged accesses do not use what privileged ones entered", "[cpu][line_map]") {
  CoreBench core;
  core.bus.set_word(CoreBench::kTable + 4 * (kCached >> 20),
                    kMemory | 1U << 12 | 3U << 2 | 1U << 10 | 2U);
  warm(core);
  core.memory.context_changed(false, false);
  std::uint32_t value = 0;
  CHECK_FALSE(core.memory.load<std::uint32_t>(kCached + kAt, value));
  CHECK(core.last_fault.status == FaultStatus::kPermissionSection);
  core.memory.context_changed(true, false);
  CHECK(load_is_fast(core, kCached + kAt));
  CHECK_FALSE(core.memory.load_slow(kCached + kAt, 4, AccessKind::kUnprivileged, value));
}

TEST_CASE("the maps of two values of DACR live side by side", "[cpu][line_map]") {
  CoreBench core;
  warm(core);
  auto& registers = core.memory.mmu().registers();
  registers.dacr = 0;
  core.memory.registers_changed(CacheOperations::Changed::kDomains);
  std::uint32_t value = 0;
  CHECK_FALSE(core.memory.load<std::uint32_t>(kCached + kAt, value));
  CHECK(core.last_fault.status == FaultStatus::kDomainSection);
  registers.dacr = 1;
  core.memory.registers_changed(CacheOperations::Changed::kDomains);
  CHECK(load_is_fast(core, kCached + kAt));
  registers.dacr = 3;
  core.memory.registers_changed(CacheOperations::Changed::kDomains);
  CHECK_FALSE(load_is_fast(core, kCached + kAt));
}

TEST_CASE("a store to a device register takes stores, not loads, out of the line map",
          "[cpu][line_map]") {
  CoreBench core;
  warm(core);
  core.store(kDevice, 1);
  CHECK(core.memory.epoch() == 1);
  CHECK(load_is_fast(core, kCached + kAt));
  CHECK_FALSE(store_is_fast(core, kCached + kAt));
  CHECK(store_is_fast(core, kCached + kAt));
}

TEST_CASE("a store to memory mapped as Device is no cause", "[cpu][line_map]") {
  CoreBench core;
  core.store(kDeviceMemory + kAt, 1);
  core.load(kDevice);
  CHECK(core.memory.epoch() == 0);
}

TEST_CASE("a device register's access makes the core look up", "[cpu][line_map]") {
  CoreBench core;
  core.clock.limit = 1000;
  core.load(kCached + kAt);
  CHECK(core.clock.limit == 1000);
  core.load(kDevice);
  CHECK(core.clock.limit == 0);
  core.clock.limit = 1000;
  core.store(kDevice, 1);
  CHECK(core.clock.limit == 0);
}

TEST_CASE("non-cacheable memory is never in the line map", "[cpu][line_map]") {
  CoreBench core;
  const std::uint32_t va = GENERATE(kUncached, kOrdered, kDeviceMemory, kWriteThrough);
  core.load(va + kAt);
  CHECK_FALSE(load_is_fast(core, va + kAt));
  core.store(va + kAt, 1);
  CHECK_FALSE(store_is_fast(core, va + kAt));
}
