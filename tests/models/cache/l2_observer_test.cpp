// SPDX-License-Identifier: Apache-2.0
// What the checker is told, and what marks lines carry.
#include <string>

#include "tests/models/cache/l2_bench.hpp"

using namespace linefill;        // NOLINT: a test
using namespace linefill::test;  // NOLINT: a test

namespace {

constexpr std::uint32_t kA = 0x6000'0500;
constexpr ByteMask kAll = ~ByteMask{0};

/// Keeps a journal in words; memory's marks are the test's.
class Journal final : public Observer {
 public:
  explicit Journal(FakeMemory& memory) : memory_{memory} {}

  void stale_use(CopyLevel, LineNumber, ByteMask bytes, const CopyView& view, const Origin&,
                 Time) override {
    note("stale", bytes);
    filled_stale = view.filled_stale;
  }
  void uncached_store_reached(CopyLevel level, LineNumber, ByteMask bytes, const Origin&,
                              Time) override {
    note("store at " + name(level), bytes);
  }
  void dropped_dirty(CopyLevel level, LineNumber, const LineMarks& marks, const Origin&,
                     Time) override {
    note("dropped at " + name(level), marks.dirty);
  }
  void wrote_back_to_memory(CopyLevel from, LineNumber line, const LineMarks& marks,
                            WriteBackCause cause, const Origin& origin, Time) override {
    note("wrote back from " + name(from), marks.dirty);
    memory_then = memory_.word(raw(address_of(line)));
    last_cause = cause;
    written_superseded = marks.superseded;
    last_origin = origin;
  }
  void drained_to_memory(CopyLevel from, LineNumber, ByteMask bytes, const LineMarks& marks,
                         const Origin& origin, Time) override {
    note("drained from " + name(from), bytes);
    last_marks = marks;
    last_origin = origin;
  }
  void filled(CopyLevel level, LineNumber, const LineMarks&, FillCause cause, const Origin&,
              Time) override {
    note("filled " + name(level), static_cast<ByteMask>(cause));
  }
  void maintained(const Maintenance& m) override {
    note("maintained", static_cast<ByteMask>(m.action) << 4 | static_cast<ByteMask>(m.scope));
    last_maintenance = m;
  }
  const LineMarks& memory_marks(LineNumber) override { return below; }

  static std::string name(CopyLevel level) {
    static constexpr const char* kNames[] = {"L1I",       "L1D",         "store buffer", "L2",
                                             "L2 buffer", "L2 eviction", "memory"};
    return kNames[static_cast<unsigned>(level)];
  }
  void note(const std::string& what, ByteMask value) { lines.push_back(what + " " + hex(value)); }

  std::vector<std::string> lines;
  LineMarks below{};
  LineMarks last_marks{};
  Origin last_origin{};
  WriteBackCause last_cause{};
  Maintenance last_maintenance{};
  std::uint32_t memory_then = 0;
  ByteMask written_superseded = 0;
  bool filled_stale = false;

 private:
  static std::string hex(ByteMask value) {
    char text[16];
    std::snprintf(text, sizeof text, "%x", value);
    return text;
  }
  FakeMemory& memory_;
};

struct Observed : L2Bench {
  Observed() {
    block.set_observer(&journal);
    attributes.origin = {MasterId::kProcessor, 0x8000, 7};
  }
  std::vector<std::string> told() { return std::exchange(journal.lines, {}); }
  const LineMarks& marks(std::uint32_t address) {
    const LineMarks* found = block.cache().find(line_of(PhysicalAddress{address})).marks;
    REQUIRE(found != nullptr);
    return *found;
  }
  /// The marks of a line that L1 writes back after a store to its first word.
  LineMarks dirty_word() {
    LineMarks m;
    m.stored(0xF, {0x1234, 3});
    return m;
  }
  using Lines = std::vector<std::string>;

  Journal journal{memory};
};

}  // namespace

TEST_CASE("L2 observed: a fill takes memory's losses, and gives them to L1", "[l2][observer]") {
  Observed l2;
  LineMarks dropped;
  dropped.stored(0x3, {0x99, 1});
  l2.journal.below.lose(0x3, dropped);
  LineMarks above;
  above.dirty = kAll;
  l2.fill(kA, kWriteBack, &above);
  CHECK(l2.told() == Observed::Lines{"filled L2 0"});
  CHECK(l2.marks(kA).lost == 0x3);
  CHECK(above.lost == 0x3);
  CHECK(above.dirty == 0);
  CHECK(above.origin[0].pc == 0x99);
  CHECK(l2.block.cache().find(line_of(PhysicalAddress{kA})).filled_stale);
}

TEST_CASE("L2 observed: a hit gives L1 the line's superseded bytes", "[l2][observer]") {
  Observed l2;
  l2.fill(kA, kWriteBack);
  l2.block.cache().overtaken(line_of(PhysicalAddress{kA}), 0xF0);
  LineMarks above;
  l2.fill(kA, kWriteBack, &above);
  CHECK(above.superseded == 0xF0);
}

TEST_CASE("L2 observed: a write-back of L1 is absorbed, and told when it reaches memory",
          "[l2][observer]") {
  Observed l2;
  LineMarks above = l2.dirty_word();
  l2.write_back(kA, 5, kWriteBack, &above);
  CHECK(l2.marks(kA).dirty == 0xF);
  CHECK(l2.marks(kA).origin[0].pc == 0x1234);
  l2.told();
  l2.set(kCleanPa, kA);
  CHECK(l2.told() == Observed::Lines{"wrote back from L2 f", "maintained 0"});
  CHECK(l2.journal.memory_then == 0);  // Before the data moved.
  CHECK(l2.journal.last_cause == WriteBackCause::kClean);
  CHECK(l2.journal.last_origin.epoch == 7);
  CHECK(l2.marks(kA).dirty == 0);
  CHECK(l2.journal.last_maintenance.line == line_of(PhysicalAddress{kA}));
  CHECK(l2.journal.last_maintenance.origin.pc == 0x8000);
}

TEST_CASE("L2 observed: an eviction is told as one", "[l2][observer]") {
  Observed l2;
  LineMarks above = l2.dirty_word();
  l2.write_back(kA, 5, kWriteBack, &above);
  CHECK(l2.block.cache().evict_dirty(0, l2.now));
  CHECK(l2.journal.last_cause == WriteBackCause::kEviction);
}

TEST_CASE("L2 observed: an invalidate tells what it drops before the line is gone",
          "[l2][observer]") {
  Observed l2;
  LineMarks above = l2.dirty_word();
  l2.write_back(kA, 5, kWriteBack, &above);
  l2.told();
  l2.set(kInvPa, kA);
  CHECK(l2.told() == Observed::Lines{"dropped at L2 f", "maintained 10"});
  l2.set(kInvPa, kA);
  CHECK(l2.told() == Observed::Lines{"maintained 10"});
}

TEST_CASE("L2 observed: L1's write-back that misses without allocation is L1's own",
          "[l2][observer]") {
  Observed l2;
  LineMarks above = l2.dirty_word();
  l2.write_back(kA, 5, kNoWriteAllocate, &above);
  CHECK(l2.told() == Observed::Lines{"wrote back from L1D f"});
  CHECK(l2.journal.memory_then == 0);
}

TEST_CASE("L2 observed: with the controller off, L1's write-back overtakes a resident line",
          "[l2][observer]") {
  Observed l2;
  l2.fill(kA, kWriteBack);
  l2.set_control(0);
  l2.told();
  LineMarks above = l2.dirty_word();
  l2.write_back(kA, 5, kWriteBack, &above);
  CHECK(l2.told() == Observed::Lines{"wrote back from L1D f"});
  CHECK(l2.marks(kA).superseded == 0xF);
}

TEST_CASE("L2 observed: with the controller off, a fill under a dirty line is an older copy",
          "[l2][observer]") {
  Observed l2;
  LineMarks above = l2.dirty_word();
  l2.write_back(kA, 5, kWriteBack, &above);
  l2.set_control(0);
  LineMarks filled;
  l2.fill(kA, kWriteBack, &filled);
  CHECK(filled.superseded == 0xF);
}

TEST_CASE("L2 observed: a non-cacheable store is told in the buffer, and when it drains",
          "[l2][observer]") {
  Observed l2;
  l2.store(kA + 4, 5, kPrivateNonCacheable);
  CHECK(l2.told() == Observed::Lines{"store at L2 buffer f0"});
  const CopyView view = l2.block.buffer().find(line_of(PhysicalAddress{kA}));
  CHECK(view.valid == 0xF0);
  CHECK(view.marks->dirty == 0xF0);
  CHECK(view.marks->origin[4].epoch == 7);
  l2.set(kCacheSync, 0);
  CHECK(l2.told() == Observed::Lines{"drained from L2 buffer f0", "maintained 33"});
  CHECK(l2.block.buffer().find(line_of(PhysicalAddress{kA})).valid == 0);
}

TEST_CASE("L2 observed: a device write overtakes what waits in the buffer", "[l2][observer]") {
  Observed l2;
  l2.store(kA, 5, kPrivateNonCacheable);
  l2.block.buffer().overtaken(line_of(PhysicalAddress{kA}), 0xFF);
  l2.set(kCacheSync, 0);
  CHECK(l2.journal.last_marks.superseded == 0xF);
}

TEST_CASE("L2 observed: a non-cacheable store past a resident line makes it older",
          "[l2][observer]") {
  Observed l2;
  l2.fill(kA, kWriteBack);
  l2.store(kA, 5, kPrivateNonCacheable);
  CHECK(l2.marks(kA).superseded == 0xF);
}

TEST_CASE("L2 observed: a shared store that updates the line leaves its bytes clean and current",
          "[l2][observer]") {
  Observed l2;
  l2.fill(kA, kWriteBack);
  l2.block.cache().overtaken(line_of(PhysicalAddress{kA}), 0xFF);
  l2.store(kA, 5, kSharedNonCacheable);
  CHECK(l2.marks(kA).superseded == 0xF0);
  CHECK(l2.marks(kA).dirty == 0);
}

TEST_CASE("L2 observed: a shared read of a stale line is a stale use, a fill is not",
          "[l2][observer]") {
  Observed l2;
  l2.fill(kA, kWriteBack);
  l2.block.cache().overtaken(line_of(PhysicalAddress{kA}), 0x3);
  l2.told();
  l2.load(kA, kSharedNonCacheable);
  CHECK(l2.told() == Observed::Lines{"stale 3"});
  l2.load(kA + 4, kSharedNonCacheable);
  LineMarks above;
  l2.fill(kA, kWriteBack, &above);
  CHECK(l2.told().empty());
}

TEST_CASE("L2 observed: a device store to memory is told as reaching it", "[l2][observer]") {
  Observed l2;
  l2.fill(kA, kWriteBack);
  l2.told();
  l2.store(kA + 8, 5, kDevice, 2);
  CHECK(l2.told() == Observed::Lines{"store at memory 300"});
  CHECK(l2.marks(kA).superseded == 0x300);
}

TEST_CASE("L2 observed: a speculative fill and a prefetch say what they are", "[l2][observer]") {
  Observed l2;
  l2.set(kPrefetchControl, 1U << 28);
  l2.told();
  l2.attributes.memory = kWriteBack;
  L2Request request{PhysicalAddress{kA}, l2.line, l2.attributes};
  request.speculative = true;
  l2.block.read(request, l2.now);
  CHECK(l2.told() == Observed::Lines{"filled L2 1", "filled L2 2"});
}

TEST_CASE("L2 observed: an operation by way is told at its end", "[l2][observer]") {
  Observed l2;
  l2.set(kCleanInvWay, 0xFF);
  CHECK(l2.told().empty());
  l2.now += 1ms;
  l2.block.advance(l2.now);
  CHECK(l2.told() == Observed::Lines{"maintained 22"});
  CHECK(l2.journal.last_maintenance.origin.pc == 0x8000);
}

TEST_CASE("L2 observed: a line written back under a newer buffered store loses nothing",
          "[l2][observer]") {
  Observed l2;
  LineMarks above = l2.dirty_word();
  l2.write_back(kA, 5, kWriteBack, &above);
  l2.store(kA, 6, kPrivateNonCacheable);
  CHECK(l2.marks(kA).superseded == 0xF);
  CHECK(l2.block.cache().evict_dirty(0, l2.now));
  CHECK(l2.journal.written_superseded == 0);
  CHECK(l2.memory.word(kA) == 5);
  l2.set(kCacheSync, 0);
  CHECK(l2.memory.word(kA) == 6);
}

TEST_CASE("L2 observed: a line written back over a drained store says what it overwrites",
          "[l2][observer]") {
  Observed l2;
  LineMarks above = l2.dirty_word();
  l2.write_back(kA, 5, kWriteBack, &above);
  l2.store(kA, 6, kPrivateNonCacheable);
  l2.set(kCleanPa, kA);
  CHECK(l2.journal.written_superseded == 0xF);
  CHECK(l2.memory.word(kA) == 5);
}

TEST_CASE("L2 observed: L1's losses are noted in the copy that is left", "[l2][observer]") {
  Observed l2;
  l2.fill(kA, kWriteBack);
  const LineMarks dropped = l2.dirty_word();
  l2.block.cache().lose(line_of(PhysicalAddress{kA}), 0xF, dropped);
  CHECK(l2.marks(kA).lost == 0xF);
  l2.told();
  l2.set(kCleanInvPa, kA);
  CHECK(l2.told() == Observed::Lines{"maintained 20"});  // Clean: nothing is written.
}
