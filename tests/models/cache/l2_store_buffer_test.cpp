// SPDX-License-Identifier: Apache-2.0
#include "tests/models/cache/l2_bench.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test

namespace {
constexpr std::uint32_t kA = 0x6000'0200;

/// With shared override, so that non-cacheable stores go straight to the buffer.
struct Buffered : L2Bench {
  explicit Buffered(L2x0Options o = small()) : L2Bench{o} {
    set_aux(1U << 22);
    memory.journal.clear();
  }
  void put(std::uint32_t address, std::uint32_t value, unsigned size = 4) {
    store(address, value, kSharedNonCacheable, size);
  }
};
}  // namespace

TEST_CASE("L2 buffer: a non-cacheable store waits until CACHE_SYNC", "[l2][buffer]") {
  const std::uint32_t sync = GENERATE(0x730U, 0x740U);
  Buffered l2;
  l2.put(kA, 1);
  CHECK(l2.memory.word(kA) == 0);
  l2.set(sync, 0);
  CHECK(l2.memory.word(kA) == 1);
}

TEST_CASE("L2 buffer: any register write drains it", "[l2][buffer]") {
  Buffered l2;
  l2.put(kA, 1);
  l2.set(kIntMask, 0);
  CHECK(l2.memory.word(kA) == 1);
}

TEST_CASE("L2 buffer: a register read does not drain it", "[l2][buffer]") {
  Buffered l2;
  l2.put(kA, 1);
  l2.get(kCacheSync);
  CHECK(l2.memory.word(kA) == 0);
}

TEST_CASE("L2 buffer: stores to a line merge into one slot and one transaction", "[l2][buffer]") {
  Buffered l2;
  l2.put(kA, 0x1111'1111);
  l2.put(kA + 4, 0x2222'2222);
  l2.put(kA + 2, 0xAB, 1);
  l2.set(kCacheSync, 0);
  REQUIRE(l2.memory.journal.size() == 1);
  CHECK(l2.memory.journal[0].address == kA);
  CHECK(l2.memory.journal[0].size == 8);
  CHECK(l2.memory.word(kA) == 0x11AB'1111);
  CHECK(l2.counter("store_buffer_merged") == 2);
}

TEST_CASE("L2 buffer: bytes that were not stored keep memory's value", "[l2][buffer]") {
  Buffered l2;
  l2.memory.set_word(kA + 8, 0x7777'7777);
  l2.put(kA + 4, 1);
  l2.put(kA + 9, 0xEE, 1);
  l2.put(kA + 12, 2);
  l2.set(kCacheSync, 0);
  CHECK(l2.memory.word(kA + 8) == 0x7777'EE77);
  CHECK(l2.memory.word(kA) == 0);
}

TEST_CASE("L2 buffer: strobes say which bytes are stored", "[l2][buffer]") {
  Buffered l2;
  l2.attributes.memory = kSharedNonCacheable;
  std::array<std::byte, 8> data{};
  data.fill(std::byte{0xFF});
  L2Request request{PhysicalAddress{kA}, data, l2.attributes};
  request.strobes = 0x81;
  l2.block.write(request, l2.now);
  l2.set(kCacheSync, 0);
  CHECK(l2.memory.word(kA) == 0x0000'00FF);
  CHECK(l2.memory.word(kA + 4) == 0xFF00'0000);
}

TEST_CASE("L2 buffer: a fourth line makes the least recently written slot leave", "[l2][buffer]") {
  Buffered l2;
  l2.put(kA, 1);
  l2.put(kA + 32, 2);
  l2.put(kA + 64, 3);
  l2.put(kA + 4, 4);  // The first slot is now the most recent.
  l2.put(kA + 96, 5);
  CHECK(l2.memory.word(kA + 32) == 2);
  CHECK(l2.memory.word(kA) == 0);
  CHECK(l2.memory.word(kA + 64) == 0);
}

TEST_CASE("L2 buffer: a full slot leaves at once", "[l2][buffer]") {
  Buffered l2;
  for (std::uint32_t i = 0; i < 32; i += 4) l2.put(kA + i, i + 1);
  CHECK(l2.memory.word(kA + 28) == 29);
  CHECK(l2.block.buffer().empty());
}

TEST_CASE("L2 buffer: a read that hits a slot drains it first", "[l2][buffer]") {
  Buffered l2;
  l2.put(kA, 1);
  l2.put(kA + 32, 2);
  CHECK(l2.load(kA + 4, kSharedNonCacheable) == 0);
  CHECK(l2.memory.word(kA) == 1);
  CHECK(l2.memory.word(kA + 32) == 0);
  CHECK(l2.fill(kA + 32, kWriteBack) == 2);
}

TEST_CASE("L2 buffer: a slot leaves some time after its first store", "[l2][buffer][time]") {
  Buffered l2;
  l2.put(kA, 1);
  const Time stored = l2.now;
  const Time due = l2.block.next_event();
  CHECK(due <= stored + 1us);
  CHECK(due > stored + 900ns);
  l2.block.advance(due - 1ns);
  CHECK(l2.memory.word(kA) == 0);
  l2.block.advance(due);
  CHECK(l2.memory.word(kA) == 1);
  CHECK(l2.memory.journal.back().time == due);
  CHECK(l2.block.next_event() == kNever);
}

TEST_CASE("L2 buffer: before r3p2 no time drains it", "[l2][buffer][time]") {
  L2x0Options options = L2Bench::small();
  options.cache_id = 0x4100'00C6;  // r3p1: erratum 769419.
  Buffered l2{options};
  l2.put(kA, 1);
  CHECK(l2.block.next_event() == kNever);
  l2.block.advance(l2.now + 1000ms);
  CHECK(l2.memory.word(kA) == 0);
}

TEST_CASE("L2 buffer: an adversary holds it to the limit", "[l2][buffer]") {
  Buffered l2;
  l2.block.buffer().set_late(true);
  l2.put(kA, 1);
  CHECK(l2.block.next_event() == kNever);
  l2.set(kCacheSync, 0);
  CHECK(l2.memory.word(kA) == 1);
}

TEST_CASE("L2 buffer: a device store overtakes a non-cacheable one", "[l2][buffer]") {
  Buffered l2;
  l2.put(kA, 1);
  l2.store(0x1000'0000, 2, kDevice);
  REQUIRE(l2.memory.journal.size() == 1);
  CHECK(l2.memory.journal[0].address == 0x1000'0000);
  CHECK(l2.memory.word(kA) == 0);
}

TEST_CASE("L2 buffer: a strongly ordered store does not overtake it", "[l2][buffer]") {
  Buffered l2;
  l2.put(kA, 1);
  l2.store(0x1000'0000, 2, kStronglyOrdered);
  REQUIRE(l2.memory.journal.size() == 2);
  CHECK(l2.memory.journal[0].address == kA);
}

TEST_CASE("L2 buffer: a device store to a buffered line comes after it", "[l2][buffer]") {
  Buffered l2;
  l2.put(kA, 1);
  l2.store(kA, 2, kDevice);
  l2.set(kCacheSync, 0);
  CHECK(l2.memory.word(kA) == 2);
}

TEST_CASE("L2 buffer: device stores are not merged", "[l2][buffer]") {
  Buffered l2;
  l2.store(kA, 1, kDevice);
  l2.store(kA + 4, 2, kDevice);
  CHECK(l2.memory.count(true) == 2);
}

TEST_CASE("L2 buffer: a cached store to a buffered line comes after it", "[l2][buffer]") {
  Buffered l2;
  l2.put(kA, 1);
  l2.write_back(kA, 2, kWriteBack);
  CHECK(l2.memory.word(kA) == 1);
  l2.set(kCleanPa, kA);
  CHECK(l2.memory.word(kA) == 2);
}

TEST_CASE("L2 buffer: CACHE_SYNC ends when memory has everything", "[l2][buffer][time]") {
  Buffered l2;
  l2.put(kA, 1);
  const Time before = l2.now;
  l2.set(kCacheSync, 0);
  CHECK(l2.now - before >= FakeMemory::kLatency);
}

TEST_CASE("L2 buffer: with three evictions under way the fourth waits", "[l2][buffer][time]") {
  Buffered l2;
  const Time before = l2.now;
  for (std::uint32_t i = 0; i < 3; ++i) l2.write_back(kA + 32 * i, i, kSharedNonCacheable);
  CHECK(l2.now - before < FakeMemory::kLatency);
  l2.write_back(kA + 96, 4, kSharedNonCacheable);
  CHECK(l2.now - before >= FakeMemory::kLatency);
}
