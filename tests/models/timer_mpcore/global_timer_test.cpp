// SPDX-License-Identifier: Apache-2.0
#include "models/timer/mpcore_global_timer.hpp"
#include "tests/models/timer_mpcore/timer_bench.hpp"

namespace linefill {
namespace {

using B = test::TimerBench<MpcoreGlobalTimer>;

constexpr std::uint32_t kLow = 0x00, kHigh = 0x04, kControl = 0x08, kStatus = 0x0C,
                        kCompareLow = 0x10, kCompareHigh = 0x14, kIncrement = 0x18;
constexpr std::uint32_t kEnable = 1, kCompare = 2, kInterrupt = 4, kAutoIncrement = 8;

TEST_CASE_METHOD(B, "global timer: registers read zero after reset", "[mpcore][reset]") {
  for (const std::uint32_t offset :
       {kLow, kHigh, kControl, kStatus, kCompareLow, kCompareHigh, kIncrement}) {
    CHECK(read(offset, 0ns) == 0);
  }
  write(kControl, 0xFFFF'FFFF, 0ns);
  CHECK(read(kControl, 0ns) == 0xFF0F);
}

TEST_CASE_METHOD(B, "global timer: counts up in 64 bits while enabled", "[mpcore]") {
  write(kLow, 0xFFFF'FFFE, 0ns);
  write(kHigh, 1, 0ns);
  CHECK(read(kLow, 100ns) == 0xFFFF'FFFE);
  write(kControl, kEnable | 1U << 8, 100ns);
  CHECK(read(kLow, 139ns) == 0xFFFF'FFFF);
  CHECK(read(kLow, 140ns) == 0);
  CHECK(read(kHigh, 140ns) == 2);
}

TEST_CASE_METHOD(B, "global timer: the comparator raises the interrupt at its value", "[mpcore]") {
  write(kCompareLow, 50, 0ns);
  write(kControl, kEnable | kCompare | kInterrupt, 0ns);
  CHECK(block.next_event() == 500ns);
  block.advance(499ns);
  CHECK_FALSE(block.interrupt());
  block.advance(500ns);
  CHECK(block.interrupt());
  CHECK(read(kStatus, 510ns) == 1);
  CHECK(block.next_event() == kNever);
}

TEST_CASE_METHOD(B, "global timer: the comparator has 64 bits", "[mpcore]") {
  write(kCompareLow, 5, 0ns);
  write(kCompareHigh, 1, 0ns);
  write(kControl, kEnable | kCompare | kInterrupt, 0ns);
  CHECK(block.next_event() == 10ns * 0x1'0000'0005);
}

TEST_CASE_METHOD(B, "global timer: a comparator already passed raises the event at once",
                 "[mpcore]") {
  write(kControl, kEnable, 0ns);
  write(kCompareLow, 10, 1000ns);
  CHECK(read(kStatus, 1000ns) == 0);
  write(kControl, kEnable | kCompare | kInterrupt, 1000ns);
  CHECK(block.interrupt());
  write(kStatus, 1, 1100ns);
  CHECK(block.interrupt());
  write(kControl, kEnable, 1200ns);
  write(kStatus, 1, 1200ns);
  CHECK(read(kStatus, 1300ns) == 0);
}

TEST_CASE_METHOD(B, "global timer: auto-increment moves the comparator on", "[mpcore]") {
  write(kCompareLow, 100, 0ns);
  write(kIncrement, 100, 0ns);
  write(kControl, kEnable | kCompare | kInterrupt | kAutoIncrement, 0ns);
  CHECK(read(kStatus, 1000ns) == 1);
  CHECK(read(kCompareLow, 1000ns) == 200);
  write(kStatus, 1, 1500ns);
  CHECK(block.next_event() == 2000ns);
  write(kStatus, 1, 7500ns);  // Several periods later.
  CHECK(read(kCompareLow, 7500ns) == 800);
  CHECK(block.next_event() == 8000ns);
}

TEST_CASE_METHOD(B, "global timer: an increment of zero raises one event and does not hang",
                 "[mpcore]") {
  write(kControl, kEnable | kCompare | kInterrupt | kAutoIncrement, 0ns);
  CHECK(block.interrupt());
  CHECK(block.next_event() == kNever);
}

}  // namespace
}  // namespace linefill
