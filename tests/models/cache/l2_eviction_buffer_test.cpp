// SPDX-License-Identifier: Apache-2.0
// What leaves the cache under an adversary that lets it wait: DDI 0246 3.3.10, a cache sync is
// complete when all buffers are empty; nothing else promises that memory has what was cleaned.
#include "models/cache/tauros2_block.hpp"
#include "tests/models/cache/l2_bench.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test

namespace {

constexpr std::uint32_t kA = 0x6000'0200;
constexpr std::uint32_t kB = kA + 32;

struct Late : L2Bench {
  explicit Late(L2x0Options o = small()) : L2Bench{o} { block.evictions().set_late(true); }
  /// Dirty in the cache, then cleaned by address.
  void clean(std::uint32_t address, std::uint32_t value) {
    write_back(address, value, kWriteBack);
    CHECK(set(kCleanPa, address) == BusResponse::kOkay);
  }
};

/// What is told of write-backs.
struct Journal final : Observer {
  void wrote_back_to_memory(CopyLevel from, LineNumber, const LineMarks& marks, WriteBackCause,
                            const Origin&, Time) override {
    ++write_backs;
    last_from = from;
    superseded = marks.superseded;
  }
  unsigned write_backs = 0;
  CopyLevel last_from = CopyLevel::kMemory;
  ByteMask superseded = 0;
};

}  // namespace

TEST_CASE("L2 eviction: a cleaned line waits until CACHE_SYNC", "[l2][eviction]") {
  const std::uint32_t sync = GENERATE(kCacheSync, kDummySync);
  Late l2;
  l2.clean(kA, 1);
  CHECK(l2.memory.word(kA) == 0);
  CHECK_FALSE(l2.dirty(kA));
  l2.set(kIntMask, 0);
  CHECK(l2.memory.word(kA) == 0);
  l2.set(sync, 0);
  CHECK(l2.memory.word(kA) == 1);
}

TEST_CASE("L2 eviction: without an adversary it is in memory at once", "[l2][eviction]") {
  L2Bench l2;
  l2.write_back(kA, 1, kWriteBack);
  l2.set(kCleanPa, kA);
  CHECK(l2.memory.word(kA) == 1);
}

TEST_CASE("L2 eviction: a fourth line has the first one leave", "[l2][eviction]") {
  Late l2;
  for (std::uint32_t i = 0; i < 3; ++i) l2.clean(kA + 32 * i, i + 1);
  CHECK(l2.memory.word(kA) == 0);
  l2.clean(kA + 96, 4);
  CHECK(l2.memory.word(kA) == 1);
  CHECK(l2.memory.word(kB) == 0);
}

TEST_CASE("L2 eviction: a line that waits long enough leaves by itself", "[l2][eviction][time]") {
  Late l2;
  l2.clean(kA, 1);
  const Time due = l2.block.next_event();
  CHECK(due <= l2.now + L2EvictionBuffer::kLatest);
  l2.block.advance(due);
  CHECK(l2.memory.word(kA) == 1);
  CHECK(l2.block.next_event() == kNever);
}

TEST_CASE("L2 eviction: the processor reads what is on its way", "[l2][eviction]") {
  const MemoryAttributes type =
      GENERATE(kWriteBack, kSharedNonCacheable, kPrivateNonCacheable, kDevice);
  Late l2;
  l2.write_back(kA, 1, kWriteBack);
  l2.set(kCleanInvPa, kA);
  CHECK(l2.memory.word(kA) == 0);
  CHECK(l2.load(kA, type) == 1);
}

TEST_CASE("L2 eviction: a newer store comes after it", "[l2][eviction]") {
  const MemoryAttributes type =
      GENERATE(kWriteBack, kWriteThrough, kPrivateNonCacheable, kDevice, kStronglyOrdered);
  Late l2;
  l2.clean(kA, 1);
  l2.store(kA, 2, type);
  l2.set(kCleanPa, kA);
  l2.set(kCacheSync, 0);
  CHECK(l2.memory.word(kA) == 2);
}

TEST_CASE("L2 eviction: an invalidate does not hold back what has left", "[l2][eviction]") {
  Late l2;
  l2.clean(kA, 1);
  l2.set(kInvPa, kA);
  l2.memory.set_word(kA, 9);  // A device's.
  l2.set(kCacheSync, 0);
  CHECK(l2.memory.word(kA) == 1);
}

TEST_CASE("L2 eviction: an L220's sync ends with the buffers empty", "[l2][eviction]") {
  Late l2{L2Bench::small(L2Part::kL220)};
  l2.write_back(kA, 1, kWriteBack);
  l2.do_and_poll(kCleanPa, kA);
  CHECK(l2.memory.word(kA) == 0);
  l2.do_and_poll(kCacheSync, 0);
  CHECK(l2.memory.word(kA) == 1);
}

TEST_CASE("L2 eviction: what a device has written meanwhile is told as lost", "[l2][eviction]") {
  Late l2;
  Journal journal;
  l2.block.set_observer(&journal);
  LineMarks marks;
  marks.stored(0xF, {0x8000, 1});
  l2.write_back(kA, 1, kWriteBack, &marks);
  l2.set(kCleanPa, kA);
  CHECK(journal.write_backs == 0);
  const CopyView held = l2.block.evictions().find(line_of(PhysicalAddress{kA}));
  REQUIRE(held.valid == ~ByteMask{0});
  CHECK(held.marks->dirty == 0xF);
  l2.block.evictions().overtaken(line_of(PhysicalAddress{kA}), 0xFF);
  l2.set(kCacheSync, 0);
  CHECK(journal.write_backs == 1);
  CHECK(journal.last_from == CopyLevel::kL2EvictionBuffer);
  CHECK(journal.superseded == 0xFF);
}

TEST_CASE("Tauros2: under an adversary cleaned lines wait for a barrier", "[tauros2][eviction]") {
  FakeMemory memory;
  Statistics statistics;
  Tauros2Block l2{memory, {}, statistics};
  l2.evictions().set_late(true);
  l2.configure(true, 0);
  std::array<std::byte, kLineBytes> line{};
  line.fill(std::byte{1});
  Attributes attributes{kWriteBack};
  Time now{1us};
  REQUIRE(l2.write({PhysicalAddress{kA}, line, attributes}, now) == BusResponse::kOkay);
  l2.by_address(Maintenance::Action::kClean, line_of(PhysicalAddress{kA}), true, {}, now);
  CHECK(memory.word(kA) == 0);
  l2.synchronize(now);
  CHECK(memory.word(kA) == 0x0101'0101);
}
