// SPDX-License-Identifier: Apache-2.0
#include "models/timer/mpcore_watchdog.hpp"
#include "tests/models/timer_mpcore/timer_bench.hpp"

namespace linefill {
namespace {

using B = test::TimerBench<MpcoreWatchdog>;

constexpr std::uint32_t kLoad = 0x00, kCounter = 0x04, kControl = 0x08, kStatus = 0x0C,
                        kReset = 0x10, kDisable = 0x14;
constexpr std::uint32_t kEnable = 1, kAutoReload = 2, kInterrupt = 4, kWatchdog = 8;

TEST_CASE_METHOD(B, "watchdog: registers read zero after reset", "[mpcore][reset]") {
  for (const std::uint32_t offset : {kLoad, kCounter, kControl, kStatus, kReset})
    CHECK(read(offset, 0ns) == 0);
  write(kControl, 0xFFFF'FFFF, 0ns);
  CHECK(read(kControl, 0ns) == 0xFF0F);
}

TEST_CASE_METHOD(B, "watchdog: in timer mode it is a timer", "[mpcore]") {
  write(kLoad, 9, 0ns);
  write(kControl, kEnable | kAutoReload | kInterrupt, 0ns);
  CHECK(block.next_event() == 90ns);
  CHECK(read(kStatus, 90ns) == 1);
  CHECK(block.interrupt());
  CHECK(read(kReset, 90ns) == 0);
  write(kStatus, 1, 95ns);
  CHECK(block.next_event() == 190ns);
}

TEST_CASE_METHOD(B, "watchdog: in watchdog mode zero requests a reset, once", "[mpcore]") {
  write(kLoad, 9, 0ns);
  write(kControl, kEnable | kAutoReload | kInterrupt | kWatchdog, 0ns);
  CHECK_FALSE(block.reset_requested());
  CHECK(read(kReset, 90ns) == 1);
  CHECK(block.reset_requested());
  CHECK(read(kStatus, 90ns) == 0);
  CHECK_FALSE(block.interrupt());
  CHECK(read(kCounter, 500ns) == 0);
  write(kReset, 1, 500ns);
  CHECK_FALSE(block.reset_requested());
}

TEST_CASE_METHOD(B, "watchdog: writing the load register in time prevents it", "[mpcore]") {
  write(kLoad, 9, 0ns);
  write(kControl, kEnable | kWatchdog, 0ns);
  write(kCounter, 1000, 50ns);  // Ignored in this mode.
  CHECK(read(kCounter, 50ns) == 4);
  write(kLoad, 9, 80ns);
  CHECK(read(kReset, 160ns) == 0);
  CHECK(read(kReset, 170ns) == 1);
}

TEST_CASE_METHOD(B, "watchdog: only both words in a row lead back to timer mode", "[mpcore]") {
  write(kControl, kWatchdog, 0ns);
  write(kControl, 0, 0ns);
  CHECK(read(kControl, 0ns) == kWatchdog);
  write(kDisable, 0x8765'4321, 0ns);
  write(kDisable, 0x1234'5678, 0ns);
  write(kDisable, 1, 0ns);
  write(kDisable, 0x8765'4321, 0ns);
  CHECK(read(kControl, 0ns) == kWatchdog);
  write(kDisable, 0x1234'5678, 0ns);
  write(kDisable, 0x8765'4321, 0ns);
  CHECK(read(kControl, 0ns) == 0);
}

}  // namespace
}  // namespace linefill
