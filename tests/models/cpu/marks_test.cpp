// SPDX-License-Identifier: Apache-2.0
#include "tests/models/cpu/core_bench.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {
constexpr std::uint32_t kAt = 0x4000;
constexpr LineNumber kLine = line_of(PhysicalAddress{kMemory + kAt});
}  // namespace

TEST_CASE("a stored byte is dirty, with the store's pc and epoch", "[cpu][marks]") {
  WatchedBench core;
  core.memory.pc = 0x100;
  core.store(kCached + kAt, 1);
  core.memory.pc = 0x104;
  core.store(kCached + kAt + 4, 2);
  core.store(kDevice, 1);
  core.memory.pc = 0x108;
  core.store(kCached + kAt + 8, 2);
  core.store(kCached + kAt + 12, 2);
  const LineMarks& marks = *core.l1d().find(kLine).marks;
  CHECK(marks.dirty == 0xFFFF);
  CHECK(marks.origin[0].pc == 0x100);
  CHECK(marks.origin[4].pc == 0x104);
  CHECK(marks.origin[4].epoch == 0);
  CHECK(marks.origin[8].pc == 0x108);
  CHECK(marks.origin[8].epoch == 1);
  CHECK(marks.origin[12].epoch == 1);
}

TEST_CASE("a device store carries its own epoch as cause", "[cpu][marks]") {
  WatchedBench core;
  core.memory.pc = 0x100;
  core.store(kDevice, 1);
  CHECK(core.bus.log.back().origin.epoch == 1);
  CHECK(core.bus.log.back().origin.pc == 0x100);
  core.store(kDevice, 1);
  CHECK(core.bus.log.back().origin.epoch == 2);
  core.load(kDevice);
  CHECK(core.bus.log.back().origin.epoch == 2);
}

TEST_CASE("only the bytes that a load uses are reported as stale", "[cpu][marks]") {
  WatchedBench core;
  core.load(kCached + kAt);
  core.device_writes(kMemory + kAt + 4, 9);
  CHECK(core.load(kCached + kAt) == 0);
  CHECK(core.load(kCached + kAt + 8) == 0);
  CHECK(core.observer.stale_uses.empty());
  core.memory.pc = 0x123;
  CHECK(core.load(kCached + kAt + 4) == 0);
  REQUIRE(core.observer.stale_uses.size() == 1);
  CHECK(core.observer.stale_uses[0].bytes == 0xF0);
  CHECK(core.observer.stale_uses[0].superseded == 0xF0);
  CHECK(core.observer.stale_uses[0].pc == 0x123);
  std::uint8_t byte = 0;
  REQUIRE(core.memory.load<std::uint8_t>(kCached + kAt + 6, byte));
  CHECK(core.observer.stale_uses.back().bytes == 0x40);
}

TEST_CASE("a store over stale bytes makes them new", "[cpu][marks]") {
  WatchedBench core;
  core.load(kCached + kAt);
  core.device_writes(kMemory + kAt, 9);
  core.store(kCached + kAt, 3);
  CHECK(core.load(kCached + kAt) == 3);
  CHECK(core.load(kCached + kAt) == 3);
  CHECK(core.observer.stale_uses.empty());
}

TEST_CASE("a store through the hit path before a device's write is older, after it newer",
          "[cpu][marks]") {
  WatchedBench core;
  core.store(kCached + kAt, 1);
  core.store(kCached + kAt, 2);
  core.device_writes(kMemory + kAt, 9);
  CHECK(core.l1d().find(kLine).marks->superseded == 0xF);
  CHECK(core.l1d().find(kLine).marks->dirty == 0xF);
  core.store(kCached + kAt, 3);
  CHECK(core.l1d().find(kLine).marks->superseded == 0);
}

TEST_CASE("what an invalidate drops is lost below", "[cpu][marks]") {
  struct Below final : CopyHolder {
    CopyLevel level() const override { return CopyLevel::kL2; }
    CopyView find(LineNumber) const override { return {}; }
    void overtaken(LineNumber, ByteMask) override {}
    void lose(LineNumber line, ByteMask bytes, const LineMarks& dropped) override {
      lost_line = line;
      lost_bytes = bytes;
      pc = dropped.origin[4].pc;
    }
    void count_copies_in(CopyFilter*) override {}
    void overlay(LineNumber, std::span<std::byte, kLineBytes>) const override {}
    void overwrite(LineNumber, std::span<const std::byte, kLineBytes>, ByteMask) override {}
    LineNumber lost_line = kNoLine;
    ByteMask lost_bytes = 0;
    std::uint32_t pc = 0;
  } below;
  WatchedBench core;
  core.memory.set_lower_holders({&below});
  core.store(kCached + kAt, 1);
  core.device_writes(kMemory + kAt, 9);
  core.memory.pc = 0x100;
  core.store(kCached + kAt + 4, 1);
  core.invalidate(kCached + kAt);
  REQUIRE(core.observer.dropped.size() == 1);
  CHECK(core.observer.dropped[0].dirty == 0xFF);
  // The device's bytes are newer than the store that was dropped with them.
  CHECK(below.lost_line == kLine);
  CHECK(below.lost_bytes == 0xF0);
  CHECK(below.pc == 0x100);
}

TEST_CASE("a fill brings the marks of what is below, and is reported stale when used",
          "[cpu][marks]") {
  WatchedBench core;
  core.bus.marks_below.superseded = 0x00F0;
  core.bus.marks_below.lost = 0x0F00;
  core.load(kCached + kAt);
  CHECK(core.observer.stale_uses.empty());
  CHECK(core.l1d().find(kLine).filled_stale);
  core.load(kCached + kAt + 4);
  core.load(kCached + kAt + 8);
  REQUIRE(core.observer.stale_uses.size() == 2);
  CHECK(core.observer.stale_uses[0].bytes == 0xF0);
  CHECK(core.observer.stale_uses[1].lost == 0xF00);
}

TEST_CASE("a write-back carries the line's marks", "[cpu][marks]") {
  WatchedBench core;
  core.store(kCached + kAt, 1);
  core.device_writes(kMemory + kAt + 8, 9);
  core.clean(kCached + kAt);
  CHECK(core.bus.marks_written.dirty == 0xF);
  CHECK(core.bus.marks_written.superseded == 0xF00);
  CHECK(core.l1d().find(kLine).marks->dirty == 0);
}

TEST_CASE("uncached accesses to memory are told before they happen", "[cpu][marks]") {
  WatchedBench core;
  core.load(kUncached + kAt);
  core.store(kUncached + kAt, 1);
  core.store(kDeviceMemory + kAt, 1);
  core.load(kDevice);
  core.load(kCached + kAt);
  const std::vector<std::pair<std::uint32_t, bool>> expected{
      {kMemory + kAt, false}, {kMemory + kAt, true}, {kMemory + kAt, true}};
  // Walks of the tables are uncached, too.
  std::vector<std::pair<std::uint32_t, bool>> data;
  for (const auto& access : core.observer.uncached) {
    if (access.first < CoreBench::kTable) data.push_back(access);
  }
  CHECK(data == expected);
}

TEST_CASE("a store around the L1D makes its copy older", "[cpu][marks]") {
  WatchedBench core;
  const std::uint32_t alias = GENERATE(kUncached, kOrdered, kDeviceMemory, kWriteThrough);
  core.load(kCached + kAt);
  core.load(kCached + kAt);
  core.store(alias + kAt, 5);
  CHECK(core.load(kCached + kAt) == 0);
  REQUIRE(core.observer.stale_uses.size() == 1);
  CHECK(core.observer.stale_uses[0].bytes == 0xF);
}

TEST_CASE("cached accesses to a watched line are told", "[cpu][marks]") {
  WatchedBench core;
  core.store(kCached + kAt, 1);
  core.load(kCached + kAt);
  core.memory.watch_line(kLine, true);
  core.load(kCached + kAt + 4);
  core.load(kCached + kAt + 4);
  core.store(kCached + kAt + 8, 1);
  const std::vector<std::pair<std::uint32_t, bool>> expected{
      {kMemory + kAt + 4, false}, {kMemory + kAt + 4, false}, {kMemory + kAt + 8, true}};
  CHECK(core.observer.watched == expected);
  core.memory.watch_line(kLine, false);
  core.load(kCached + kAt);
  CHECK(core.observer.watched.size() == 3);
}

TEST_CASE("cache operations are told", "[cpu][marks]") {
  WatchedBench core;
  core.clean(kCached + kAt);
  core.memory.data_by_set_way(Maintenance::Action::kInvalidate, 0, 0);
  core.memory.invalidate_instructions();
  REQUIRE(core.observer.maintenance.size() == 3);
  CHECK(core.observer.maintenance[0].line == kLine);
  CHECK(core.observer.maintenance[0].action == Maintenance::Action::kClean);
  CHECK(core.observer.maintenance[1].scope == Maintenance::Scope::kIndex);
  CHECK(core.observer.maintenance[2].level == CopyLevel::kL1Instruction);
}
