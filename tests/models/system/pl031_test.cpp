// SPDX-License-Identifier: Apache-2.0
#include "models/system/pl031.hpp"

#include "models/core/model_registry.hpp"
#include "tests/support/bus_driver.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

constexpr std::uint32_t kDr = 0x00, kMr = 0x04, kLr = 0x08, kImsc = 0x10, kRis = 0x14, kMis = 0x18,
                        kIcr = 0x1C;

struct RtcBench {
  RtcBench() {
    device = ModelRegistry::instance().create("arm,pl031", "rtc", node);
    bus.socket.bind(device->target);
    device->interrupt_outputs().at(0)->bind(line);
    device->reset();
    run(Time{1});
  }
  DeviceNode node{"rtc@10017000"};
  std::unique_ptr<Device> device;
  BusDriver bus{"bus"};
  sc_core::sc_signal<bool> line;
};

}  // namespace

// PL031 TRM, table 3-1, but for the date and for RTCCR, which says the clock runs.
TEST_CASE_METHOD(RtcBench, "PL031: every register reads its reset value", "[pl031][reset]") {
  const std::pair<std::uint32_t, std::uint32_t> expected[]{
      {0x00, 1767225600}, {0x04, 0},     {0x0C, 1},     {0x10, 0},     {0x14, 0},
      {0x18, 0},          {0xFE0, 0x31}, {0xFE4, 0x10}, {0xFE8, 0x04}, {0xFEC, 0},
      {0xFF0, 0x0D},      {0xFF4, 0xF0}, {0xFF8, 0x05}, {0xFFC, 0xB1}};
  for (const auto& [offset, value] : expected) {
    CAPTURE(offset);
    CHECK(bus.read(offset) == value);
  }
}

TEST_CASE_METHOD(RtcBench, "PL031: seconds are counted from the loaded value", "[pl031]") {
  run(2500ms);
  CHECK(bus.read(kDr) == 1767225602);
  bus.write(kLr, 100);
  CHECK(bus.read(kDr) == 100);
  run(3000ms);
  CHECK(bus.read(kDr) == 103);
}

TEST_CASE_METHOD(RtcBench, "PL031: the interrupt rises at the match and falls when cleared",
                 "[pl031]") {
  bus.write(kLr, 10);
  bus.write(kMr, 12);
  bus.write(kImsc, 1);
  run(2000ms - Time{1});
  CHECK_FALSE(line.read());
  run(2 * Time{1});
  CHECK(line.read());
  CHECK(bus.read(kMis) == 1);
  bus.write(kIcr, 1);
  run(Time{1});
  CHECK_FALSE(line.read());
}

TEST_CASE_METHOD(RtcBench, "PL031: a masked match is in RTCRIS only", "[pl031]") {
  bus.write(kLr, 0xFFFF'FFFF);
  bus.write(kMr, 0);
  run(1000ms + Time{1});
  CHECK(bus.read(kDr) == 0);
  CHECK(bus.read(kRis) == 1);
  CHECK(bus.read(kMis) == 0);
  CHECK_FALSE(line.read());
}

TEST_CASE_METHOD(RtcBench, "PL031: once enabled, the clock cannot be stopped by RTCCR", "[pl031]") {
  constexpr std::uint32_t kCr = 0x0C;
  bus.write(kLr, 10);
  bus.write(kCr, 0);
  CHECK(bus.read(kCr) == 1);
  run(2000ms);
  CHECK(bus.read(kDr) == 12);
}
