// SPDX-License-Identifier: Apache-2.0
#include "tests/models/cache/l2_bench.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test

namespace {
constexpr std::uint32_t kA = 0x6000'0100;
constexpr std::uint32_t kWaySize = 16 * 1024;  // Lines this far apart share a set.
constexpr std::uint32_t kSharedOverride = 1U << 22;
constexpr std::uint32_t kSharedInvalidate = 1U << 13;
}  // namespace

TEST_CASE("L2: a read miss fills the line, the next read hits", "[l2]") {
  L2Bench l2;
  l2.memory.set_word(kA, 0x11);
  CHECK(l2.fill(kA, kWriteBack) == 0x11);
  l2.memory.set_word(kA, 0x22);  // A device writes around the cache.
  CHECK(l2.fill(kA, kWriteBack) == 0x11);
  CHECK(l2.memory.count(false) == 1);
  CHECK(l2.memory.journal[0].size == 32);
  CHECK(l2.counter("data_read_misses") == 1);
  CHECK(l2.counter("data_read_hits") == 1);
}

TEST_CASE("L2: a write-back of L1 that hits stays in L2", "[l2]") {
  L2Bench l2;
  l2.fill(kA, kWriteBack);
  l2.write_back(kA, 0x33, kWriteBack);
  CHECK(l2.memory.word(kA) == 0);
  CHECK(l2.dirty(kA));
  CHECK(l2.fill(kA, kWriteBack) == 0x33);
  CHECK(l2.counter("data_write_hits") == 1);
}

TEST_CASE("L2: a full line that misses is allocated without reading memory", "[l2]") {
  L2Bench l2;
  l2.write_back(kA, 0x44, kWriteBack);
  CHECK(l2.dirty(kA));
  CHECK(l2.memory.journal.empty());
}

TEST_CASE("L2: part of a line that misses is merged with memory's line", "[l2]") {
  L2Bench l2;
  l2.memory.set_word(kA + 4, 0x55);
  l2.store(kA, 0x66, kWriteBack);
  CHECK(l2.memory.count(false) == 1);
  CHECK(l2.memory.count(true) == 0);
  CHECK(l2.load(kA, kWriteBack) == 0x66);
  CHECK(l2.load(kA + 4, kWriteBack) == 0x55);
}

TEST_CASE("L2: without write-allocate a write miss goes to memory", "[l2]") {
  L2Bench l2;
  l2.write_back(kA, 0x77, kNoWriteAllocate);
  CHECK_FALSE(l2.resident(kA));
  CHECK(l2.memory.word(kA + 28) == 0x77);
}

TEST_CASE("L2: without write-allocate a write hit stays in L2", "[l2]") {
  L2Bench l2;
  l2.fill(kA, kNoWriteAllocate);
  l2.write_back(kA, 0x78, kNoWriteAllocate);
  CHECK(l2.dirty(kA));
  CHECK(l2.memory.word(kA) == 0);
}

TEST_CASE("L2: write-through writes the line and memory, and leaves the line clean", "[l2]") {
  L2Bench l2;
  l2.fill(kA, kWriteThrough);
  l2.store(kA, 0x88, kWriteThrough);
  CHECK(l2.set(kCacheSync, 0) == BusResponse::kOkay);
  CHECK(l2.memory.word(kA) == 0x88);
  CHECK_FALSE(l2.dirty(kA));
  CHECK(l2.load(kA, kWriteThrough) == 0x88);
}

TEST_CASE("L2: a write-through miss does not allocate", "[l2]") {
  L2Bench l2;
  l2.store(kA, 0x89, kWriteThrough);
  l2.set(kCacheSync, 0);
  CHECK_FALSE(l2.resident(kA));
  CHECK(l2.memory.word(kA) == 0x89);
}

TEST_CASE("L2: forced write-allocate allocates what would not be", "[l2]") {
  L2Bench l2;
  l2.set_aux(2U << 23, 3U << 23);
  l2.write_back(kA, 1, kNoWriteAllocate);
  l2.store(kA + 64, 2, kWriteThrough);
  CHECK(l2.dirty(kA));
  CHECK(l2.resident(kA + 64));
  CHECK_FALSE(l2.dirty(kA + 64));
}

TEST_CASE("L2: forced no-write-allocate never allocates on a write", "[l2]") {
  L2Bench l2;
  l2.set_aux(1U << 23, 3U << 23);
  l2.write_back(kA, 3, kWriteBack);
  CHECK_FALSE(l2.resident(kA));
  CHECK(l2.memory.word(kA) == 3);
}

TEST_CASE("L2: a shared non-cacheable read is looked up", "[l2][shared]") {
  L2Bench l2;
  l2.memory.set_word(kA, 1);
  l2.fill(kA, kWriteBack);
  l2.memory.set_word(kA, 2);
  CHECK(l2.load(kA, kSharedNonCacheable) == 1);  // The stale line.
}

TEST_CASE("L2: a shared non-cacheable read that misses does not allocate", "[l2][shared]") {
  L2Bench l2;
  l2.memory.set_word(kA, 1);
  CHECK(l2.load(kA, kSharedNonCacheable) == 1);
  CHECK_FALSE(l2.resident(kA));
}

TEST_CASE("L2: with shared override a non-cacheable read goes to memory", "[l2][shared]") {
  L2Bench l2;
  l2.set_aux(kSharedOverride);
  l2.memory.set_word(kA, 1);
  l2.fill(kA, kWriteBack);
  l2.memory.set_word(kA, 2);
  CHECK(l2.load(kA, kSharedNonCacheable) == 2);
}

TEST_CASE("L2: a non-shareable non-cacheable read goes to memory", "[l2][shared]") {
  L2Bench l2;
  l2.fill(kA, kWriteBack);
  l2.memory.set_word(kA, 2);
  CHECK(l2.load(kA, kPrivateNonCacheable) == 2);
}

TEST_CASE("L2: a shared non-cacheable write that hits updates the line and memory",
          "[l2][shared]") {
  L2Bench l2;
  l2.fill(kA, kWriteBack);
  l2.store(kA, 5, kSharedNonCacheable);
  l2.set(kCacheSync, 0);
  CHECK(l2.memory.word(kA) == 5);
  CHECK(l2.load(kA, kWriteBack) == 5);
  CHECK_FALSE(l2.dirty(kA));
}

TEST_CASE("L2: with shared override a non-cacheable write leaves a stale line", "[l2][shared]") {
  L2Bench l2;
  l2.set_aux(kSharedOverride);
  l2.fill(kA, kWriteBack);
  l2.store(kA, 5, kSharedNonCacheable);
  l2.set(kCacheSync, 0);
  CHECK(l2.memory.word(kA) == 5);
  CHECK(l2.load(kA, kWriteBack) == 0);
}

TEST_CASE("L2: a dirty stale line overwrites what override let past it", "[l2][shared]") {
  L2Bench l2;
  l2.set_aux(kSharedOverride);
  l2.write_back(kA, 1, kWriteBack);
  l2.store(kA, 5, kSharedNonCacheable);
  l2.set(kCleanPa, kA);
  CHECK(l2.memory.word(kA) == 1);
}

TEST_CASE("L2: shared-attribute invalidate drops a line that a full shared write hits",
          "[l2][shared]") {
  L2Bench l2;
  l2.set_aux(kSharedInvalidate);
  l2.write_back(kA, 1, kWriteBack);
  l2.write_back(kA, 2, kSharedNonCacheable);
  CHECK_FALSE(l2.resident(kA));
  CHECK(l2.memory.word(kA) == 2);
}

TEST_CASE("L2: shared-attribute invalidate keeps a line that part of a line hits", "[l2][shared]") {
  L2Bench l2;
  l2.set_aux(kSharedInvalidate);
  l2.write_back(kA, 1, kWriteBack);
  l2.store(kA, 2, kSharedNonCacheable);
  CHECK(l2.load(kA, kWriteBack) == 2);
  CHECK(l2.load(kA + 4, kWriteBack) == 1);
}

TEST_CASE("L2: a disabled controller passes everything by, dirty lines too", "[l2]") {
  L2Bench l2;
  l2.write_back(kA, 1, kWriteBack);
  l2.set_control(0);
  l2.memory.set_word(kA, 9);
  CHECK(l2.fill(kA, kWriteBack) == 9);
  l2.write_back(kA, 8, kWriteBack);
  CHECK(l2.memory.word(kA) == 8);
  l2.set_control(1);
  CHECK(l2.fill(kA, kWriteBack) == 1);  // Still there.
}

TEST_CASE("L2: device accesses are never looked up", "[l2]") {
  L2Bench l2;
  l2.write_back(kA, 1, kWriteBack);
  CHECK(l2.load(kA, kDevice) == 0);
  l2.store(kA, 7, kDevice);
  CHECK(l2.memory.word(kA) == 7);
  CHECK(l2.load(kA, kWriteBack) == 1);
}

TEST_CASE("L2: a device access is one transaction of its own size", "[l2]") {
  L2Bench l2;
  l2.store(kA + 2, 0xAB, kDevice, 1);
  REQUIRE(l2.memory.journal.size() == 1);
  CHECK(l2.memory.journal[0].address == kA + 2);
  CHECK(l2.memory.journal[0].size == 1);
}

TEST_CASE("L2: an access across two lines is served by both", "[l2]") {
  L2Bench l2;
  l2.store(kA + 30, 0x1234'5678, kWriteBack);
  CHECK(l2.resident(kA));
  CHECK(l2.resident(kA + 32));
  CHECK(l2.load(kA + 30, kWriteBack) == 0x1234'5678);
}

TEST_CASE("L2: the ninth line of a set evicts the first, which is written back",
          "[l2][replacement]") {
  L2Bench l2;
  for (std::uint32_t i = 0; i < 8; ++i) l2.write_back(kA + i * kWaySize, i + 1, kWriteBack);
  CHECK(l2.memory.count(true) == 0);
  l2.fill(kA + 8 * kWaySize, kWriteBack);
  CHECK_FALSE(l2.resident(kA));  // Round robin.
  CHECK(l2.memory.word(kA) == 1);
  CHECK(l2.resident(kA + kWaySize));
  CHECK(l2.counter("write_backs") == 1);
}

TEST_CASE("L2: pseudo-random replacement is repeatable and not round robin", "[l2][replacement]") {
  const auto survivors = [] {
    L2Bench l2;
    l2.set_aux(0, 1U << 25);
    for (std::uint32_t i = 0; i < 16; ++i) l2.fill(kA + i * kWaySize, kWriteBack);
    std::uint32_t result = 0;
    for (std::uint32_t i = 0; i < 16; ++i) result |= l2.resident(kA + i * kWaySize) ? 1U << i : 0;
    return result;
  };
  CHECK(survivors() == survivors());
  CHECK(survivors() != 0xFF00U);
}

TEST_CASE("L2: a locked way is not allocated and not evicted", "[l2][lockdown]") {
  L2Bench l2;
  l2.set(kDataLockdown0, 0xFE);
  l2.fill(kA, kWriteBack);
  l2.set(kDataLockdown0, 0x01);
  for (std::uint32_t i = 1; i < 20; ++i) l2.fill(kA + i * kWaySize, kWriteBack);
  CHECK(l2.resident(kA));
}

TEST_CASE("L2: data lockdown does not hold for instructions", "[l2][lockdown]") {
  L2Bench l2;
  l2.set(kDataLockdown0, 0xFF);
  l2.fill(kA, kWriteBack);
  CHECK_FALSE(l2.resident(kA));
  l2.attributes.instruction = true;
  l2.fill(kA, kWriteBack);
  CHECK(l2.resident(kA));
  CHECK(l2.counter("instruction_read_misses") == 1);
}

TEST_CASE("L2: each master has a lockdown of its own", "[l2][lockdown]") {
  constexpr std::uint32_t kDataLockdown1 = 0x908;
  L2Bench l2;
  l2.set(kDataLockdown1, 0xFF);
  l2.attributes.origin.master = MasterId{1};
  l2.fill(kA, kWriteBack);
  CHECK_FALSE(l2.resident(kA));
  l2.attributes.origin.master = MasterId::kProcessor;
  l2.fill(kA, kWriteBack);
  CHECK(l2.resident(kA));
}

TEST_CASE("L2: with all ways locked a write goes to memory", "[l2][lockdown]") {
  L2Bench l2;
  l2.set(kDataLockdown0, 0xFF);
  l2.write_back(kA, 4, kWriteBack);
  CHECK(l2.memory.word(kA) == 4);
}

TEST_CASE("L2: lines allocated with line lockdown stay until unlocked", "[l2][lockdown]") {
  L2Bench l2;
  l2.set(kLockLineEnable, 1);
  l2.fill(kA, kWriteBack);
  l2.set(kLockLineEnable, 0);
  for (std::uint32_t i = 1; i < 20; ++i) l2.fill(kA + i * kWaySize, kWriteBack);
  CHECK(l2.resident(kA));
  l2.by_way(kUnlockWay);
  for (std::uint32_t i = 20; i < 40; ++i) l2.fill(kA + i * kWaySize, kWriteBack);
  CHECK_FALSE(l2.resident(kA));
}

TEST_CASE("L2: with line fills disabled nothing is allocated", "[l2][debug]") {
  L2Bench l2;
  l2.set(kDebugControl, 1);
  l2.memory.set_word(kA, 6);
  CHECK(l2.fill(kA, kWriteBack) == 6);
  l2.write_back(kA + 32, 7, kWriteBack);
  CHECK_FALSE(l2.resident(kA));
  CHECK_FALSE(l2.resident(kA + 32));
  CHECK(l2.memory.word(kA + 32) == 7);
}

TEST_CASE("L2: with write-back disabled a write hit also goes to memory", "[l2][debug]") {
  L2Bench l2;
  l2.fill(kA, kWriteBack);
  l2.set(kDebugControl, 2);
  l2.write_back(kA, 8, kWriteBack);
  CHECK(l2.memory.word(kA) == 8);
  CHECK_FALSE(l2.dirty(kA));
  CHECK(l2.fill(kA, kWriteBack) == 8);
}

TEST_CASE("L2: prefetch brings the next line when a read asks for one", "[l2][prefetch]") {
  L2Bench l2;
  l2.set(kPrefetchControl, 1U << 28);
  l2.fill(kA, kWriteBack);
  CHECK(l2.resident(kA + 32));
  CHECK_FALSE(l2.resident(kA + 64));
  CHECK(l2.block.cache().find(line_of(PhysicalAddress{kA + 32})).fill_cause ==
        FillCause::kPrefetch);
}

TEST_CASE("L2: prefetch does not leave a 4 KiB page", "[l2][prefetch]") {
  L2Bench l2;
  l2.set(kPrefetchControl, 1U << 28);
  l2.fill(0x6000'0FE0, kWriteBack);
  CHECK_FALSE(l2.resident(0x6000'1000));
}

TEST_CASE("L2: secure and non-secure copies of an address are different lines", "[l2][secure]") {
  L2Bench l2;
  l2.write_back(kA, 1, kWriteBack);
  l2.attributes.secure = false;
  l2.memory.set_word(kA, 2);
  CHECK(l2.fill(kA, kWriteBack) == 2);
  l2.attributes.secure = true;
  CHECK(l2.fill(kA, kWriteBack) == 1);
}

TEST_CASE("L2: a hit takes 16 cycles and the RAMs' read latencies", "[l2][time]") {
  L2Bench l2;
  l2.set(kTagLatency, 0x000);
  l2.set(kDataLatency, 0x000);
  l2.fill(kA, kWriteBack);
  l2.now += 1us;
  Time before = l2.now;
  l2.fill(kA, kWriteBack);
  CHECK(l2.now - before == Time{18 * 2500});
  l2.set(kDataLatency, 0x020);  // Read: 3 cycles.
  l2.now += 1us;
  before = l2.now;
  l2.fill(kA, kWriteBack);
  CHECK(l2.now - before == Time{20 * 2500});
}

TEST_CASE("L2: a miss takes a hit's time and memory's", "[l2][time]") {
  L2Bench l2;
  l2.set(kTagLatency, 0);
  l2.set(kDataLatency, 0);
  l2.now += 1us;
  const Time before = l2.now;
  l2.fill(kA, kWriteBack);
  CHECK(l2.now - before == Time{18 * 2500} + FakeMemory::kLatency);
}

TEST_CASE("L2: lines follow each other at the port every 7 cycles", "[l2][time]") {
  L2Bench l2;
  l2.fill(kA, kWriteBack);
  l2.now += 1us;
  const Time start = l2.now;
  l2.fill(kA, kWriteBack);
  const Time first = l2.now - start;
  l2.now = start;
  l2.fill(kA, kWriteBack);
  CHECK(l2.now - start == first + Time{7 * 2500});
}
