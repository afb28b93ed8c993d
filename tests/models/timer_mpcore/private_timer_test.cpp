// SPDX-License-Identifier: Apache-2.0
#include "models/timer/mpcore_private_timer.hpp"
#include "tests/models/timer_mpcore/timer_bench.hpp"

namespace linefill {
namespace {

using B = test::TimerBench<MpcorePrivateTimer>;

constexpr std::uint32_t kLoad = 0x00, kCounter = 0x04, kControl = 0x08, kStatus = 0x0C;
constexpr std::uint32_t kEnable = 1, kAutoReload = 2, kInterrupt = 4;

TEST_CASE_METHOD(B, "private timer: registers read zero after reset", "[mpcore][reset]") {
  for (const std::uint32_t offset : {kLoad, kCounter, kControl, kStatus})
    CHECK(read(offset, 0ns) == 0);
  write(kControl, 0xFFFF'FFFF, 0ns);
  CHECK(read(kControl, 0ns) == 0xFF07);
}

TEST_CASE_METHOD(B, "private timer: writing the load register writes the counter", "[mpcore]") {
  write(kLoad, 1000, 0ns);
  CHECK(read(kCounter, 0ns) == 1000);
  write(kCounter, 500, 0ns);
  CHECK(read(kLoad, 0ns) == 1000);
  CHECK(read(kCounter, 5000ns) == 500);  // Not enabled.
}

TEST_CASE("private timer: the prescaler divides the clock by one more than it says", "[mpcore]") {
  const std::uint32_t prescaler = GENERATE(0U, 1U, 7U, 255U);
  CAPTURE(prescaler);
  B b;
  const Time tick = 10ns * (prescaler + 1);
  b.write(kLoad, 10, 0ns);
  b.write(kControl, kEnable | kInterrupt | prescaler << 8, 100ns);
  CHECK(b.block.next_event() == 100ns + 10 * tick);
  CHECK(b.read(kCounter, 100ns + 3 * tick - 1ns) == 8);
  CHECK(b.read(kCounter, 100ns + 3 * tick) == 7);
}

TEST_CASE_METHOD(B, "private timer: one-shot stops at zero with the flag set", "[mpcore]") {
  write(kLoad, 5, 0ns);
  write(kControl, kEnable | kInterrupt, 0ns);
  block.advance(49ns);
  CHECK_FALSE(block.interrupt());
  block.advance(50ns);
  CHECK(block.interrupt());
  CHECK(read(kStatus, 60ns) == 1);
  write(kStatus, 1, 70ns);
  CHECK_FALSE(block.interrupt());
  CHECK(read(kCounter, 1000ns) == 0);
  CHECK(read(kStatus, 1000ns) == 0);
  CHECK(block.next_event() == kNever);
}

TEST_CASE_METHOD(B, "private timer: with auto-reload the period is LOAD + 1", "[mpcore]") {
  write(kLoad, 9, 0ns);
  write(kControl, kEnable | kAutoReload | kInterrupt, 0ns);
  CHECK(block.next_event() == 90ns);
  CHECK(read(kCounter, 90ns) == 0);
  CHECK(read(kCounter, 100ns) == 9);
  write(kStatus, 1, 100ns);
  CHECK(block.next_event() == 190ns);
  write(kStatus, 1, 1955ns);  // Many periods later.
  CHECK(block.next_event() == 1990ns);
  CHECK(read(kCounter, 1955ns) == 4);
}

TEST_CASE_METHOD(B, "private timer: a period of one tick does not flood its user with events",
                 "[mpcore]") {
  write(kLoad, 0, 0ns);
  write(kControl, kEnable | kAutoReload | kInterrupt, 0ns);
  CHECK(block.next_event() == 10ns);
  block.advance(10ns);
  CHECK(block.interrupt());
  CHECK(block.next_event() == kNever);
  write(kStatus, 1, 12ns);
  CHECK(block.next_event() == 20ns);
}

TEST_CASE_METHOD(B, "private timer: without interrupt enable the flag is set and no line is raised",
                 "[mpcore]") {
  write(kLoad, 5, 0ns);
  write(kControl, kEnable, 0ns);
  CHECK(block.next_event() == kNever);
  CHECK(read(kStatus, 100ns) == 1);
  CHECK_FALSE(block.interrupt());
  write(kControl, kEnable | kInterrupt, 100ns);
  CHECK(block.interrupt());
}

TEST_CASE_METHOD(
    B,
    "private timer: disabling holds the counter, changing the interrupt enable does not disturb it",
    "[mpcore]") {
  write(kLoad, 100, 0ns);
  write(kControl, kEnable, 0ns);
  write(kControl, kEnable | kInterrupt, 15ns);
  CHECK(block.next_event() == 1000ns);
  write(kControl, kInterrupt, 505ns);
  CHECK(read(kCounter, 5000ns) == 50);
  write(kControl, kEnable | kInterrupt, 5000ns);
  CHECK(block.next_event() == 5500ns);
}

TEST_CASE("private timer: an event beyond the end of time never comes", "[mpcore]") {
  Statistics statistics;
  Counter events{statistics, "events", "events"};
  MpcorePrivateTimer slow{Time{1'000'000'000'000}, events};  // 1 Hz
  const auto& registers = MpcorePrivateTimer::registers();
  registers.write(slow, kLoad, 0xFFFF'FFFF, {});
  registers.write(slow, kControl, kEnable | kInterrupt | 0xFF00, {});
  CHECK(slow.next_event() == kNever);
}

}  // namespace
}  // namespace linefill
