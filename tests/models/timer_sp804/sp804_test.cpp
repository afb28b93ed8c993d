// SPDX-License-Identifier: Apache-2.0
#include "models/timer/sp804.hpp"

#include "models/core/model_registry.hpp"
#include "tests/support/bus_driver.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

constexpr std::uint32_t kLoad = 0x00, kValue = 0x04, kControl = 0x08, kIntClr = 0x0C, kRis = 0x10,
                        kMis = 0x14, kBgLoad = 0x18, kTimer2 = 0x20;
constexpr std::uint32_t kOneShot = 1, kWide = 2, kIe = 0x20, kPeriodic = 0x40, kEnable = 0x80;

/// One counter at 1 MHz, without a kernel.
struct TimerBench {
  Sp804Timer timer{1us};
  Time now{0};

  void write(std::uint32_t offset, std::uint32_t value) {
    timer.advance(now);
    Sp804Timer::registers().write(timer, offset, value, {now, {}});
  }
  std::uint32_t read(std::uint32_t offset) {
    timer.advance(now);
    return Sp804Timer::registers().peek(timer, offset);
  }
};

DeviceNode node_with(std::initializer_list<std::uint32_t> interrupts) {
  DeviceNode node{"timer@10011000"};
  node.set("clock-frequency", 1'000'000).set("interrupts", interrupts);
  return node;
}

struct Sp804Bench {
  explicit Sp804Bench(std::initializer_list<std::uint32_t> interrupts = {0, 2, 4})
      : node{node_with(interrupts)} {
    device = ModelRegistry::instance().create("arm,sp804", "timer", node);
    bus.socket.bind(device->target);
    const auto outputs = device->interrupt_outputs();
    for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i]->bind(lines[i]);
    device->reset();
    run(Time{1});
  }
  DeviceNode node;
  std::unique_ptr<Device> device;
  BusDriver bus{"bus"};
  std::array<sc_core::sc_signal<bool>, 2> lines;
};

struct SeparateBench : Sp804Bench {
  SeparateBench() : Sp804Bench{{0, 48, 4, 0, 49, 4}} {}
};

}  // namespace

// SP804 TRM, table 3-1.
TEST_CASE_METHOD(Sp804Bench, "SP804: every register reads its reset value", "[sp804][reset]") {
  for (const std::uint32_t timer : {0x00U, kTimer2}) {
    CHECK(bus.read(timer + kLoad) == 0);
    CHECK(bus.read(timer + kValue) == 0xFFFF'FFFF);
    CHECK(bus.read(timer + kControl) == 0x20);
    CHECK(bus.read(timer + kRis) == 0);
    CHECK(bus.read(timer + kMis) == 0);
    CHECK(bus.read(timer + kBgLoad) == 0);
  }
  CHECK(bus.read(0xF00) == 0);
  const std::uint32_t ids[]{0x04, 0x18, 0x14, 0x00, 0x0D, 0xF0, 0x05, 0xB1};
  for (std::uint32_t i = 0; i < 8; ++i) CHECK(bus.read(0xFE0 + 4 * i) == ids[i]);
}

TEST_CASE_METHOD(Sp804Bench,
                 "SP804: the interrupt rises when the counter reaches zero, until cleared",
                 "[sp804]") {
  bus.write(kLoad, 5);
  bus.write(kControl, kEnable | kOneShot | kWide | kIe);
  run(5us - Time{1});
  CHECK_FALSE(lines[0].read());
  run(2 * Time{1});
  CHECK(lines[0].read());
  bus.write(kIntClr, 1);
  run(Time{1});
  CHECK_FALSE(lines[0].read());
  run(1000ms);
  CHECK_FALSE(lines[0].read());
}

TEST_CASE_METHOD(Sp804Bench, "SP804: either timer drives the combined interrupt", "[sp804]") {
  bus.write(kTimer2 + kLoad, 5);
  bus.write(kTimer2 + kControl, kEnable | kOneShot | kWide | kIe);
  run(6us);
  CHECK(lines[0].read());
  CHECK(bus.read(kTimer2 + kMis) == 1);
  CHECK(bus.read(kMis) == 0);
}

TEST_CASE_METHOD(SeparateBench, "SP804: two interrupts in the device tree are one for each timer",
                 "[sp804]") {
  bus.write(kTimer2 + kLoad, 5);
  bus.write(kTimer2 + kControl, kEnable | kOneShot | kWide | kIe);
  run(6us);
  CHECK_FALSE(lines[0].read());
  CHECK(lines[1].read());
}

TEST_CASE_METHOD(Sp804Bench, "SP804: a masked interrupt is raised in TimerXRIS only", "[sp804]") {
  bus.write(kLoad, 5);
  bus.write(kControl, kEnable | kOneShot | kWide);
  run(6us);
  CHECK(bus.read(kRis) == 1);
  CHECK(bus.read(kMis) == 0);
  CHECK_FALSE(lines[0].read());
  bus.write(kControl, kEnable | kOneShot | kWide | kIe);
  run(Time{1});
  CHECK(lines[0].read());
}

TEST_CASE_METHOD(Sp804Bench, "SP804: integration test drives the outputs", "[sp804]") {
  bus.write(0xF04, 1);
  bus.write(0xF00, 1);
  run(Time{1});
  CHECK(lines[0].read());
  bus.write(0xF00, 0);
  run(Time{1});
  CHECK_FALSE(lines[0].read());
}

TEST_CASE("SP804: the prescaler divides the clock", "[sp804][block]") {
  const auto [select, divider] = GENERATE(table<std::uint32_t, int>({{0, 1}, {1, 16}, {2, 256}}));
  TimerBench b;
  b.write(kLoad, 3);
  b.write(kControl, kEnable | kWide | kIe | select << 2);
  CHECK(b.timer.next_event() == 1us * (3 * divider));
}

TEST_CASE("SP804: a periodic timer expires every TimerXLoad ticks", "[sp804][block]") {
  TimerBench b;
  b.write(kLoad, 10);
  b.write(kControl, kEnable | kPeriodic | kWide | kIe);
  for (int i = 1; i <= 3; ++i) {
    CHECK(b.timer.next_event() == 10us * i);
    b.now = b.timer.next_event();
    CHECK(b.read(kMis) == 1);
    CHECK(b.read(kValue) == 10);
    b.write(kIntClr, 0);
    CHECK(b.read(kMis) == 0);
  }
  b.now = 1000us + 3us;
  CHECK(b.read(kValue) == 7);
  CHECK(b.timer.expirations() == 100);
}

TEST_CASE("SP804: a free-running timer wraps to its full width", "[sp804][block]") {
  const auto [control, top] =
      GENERATE(table<std::uint32_t, std::uint32_t>({{kWide, 0xFFFF'FFFF}, {0, 0xFFFF}}));
  TimerBench b;
  b.write(kControl, control);
  b.write(kLoad, 2);
  b.write(kControl, kEnable | control);
  b.now = 2us;
  CHECK(b.read(kRis) == 1);
  CHECK(b.read(kValue) == 0);
  b.now = 3us;
  CHECK(b.read(kValue) == top);
}

TEST_CASE("SP804: TimerXBGLoad counts from the next reload on", "[sp804][block]") {
  TimerBench b;
  b.write(kLoad, 10);
  b.write(kControl, kEnable | kPeriodic | kWide | kIe);
  b.now = 4us;
  b.write(kBgLoad, 3);
  CHECK(b.read(kValue) == 6);
  CHECK(b.read(kLoad) == 3);
  b.now = 10us;
  b.write(kIntClr, 0);
  CHECK(b.timer.next_event() == 13us);
}

TEST_CASE("SP804: a disabled timer keeps its value", "[sp804][block]") {
  TimerBench b;
  b.write(kLoad, 10);
  b.write(kControl, kEnable | kWide);
  b.now = 4us;
  b.write(kControl, kWide);
  b.now = 100us;
  CHECK(b.read(kValue) == 6);
  b.write(kControl, kEnable | kWide);
  b.now = 101us;
  CHECK(b.read(kValue) == 5);
}

TEST_CASE("SP804: a pending interrupt needs no further events", "[sp804][block]") {
  TimerBench b;
  b.write(kLoad, 0);
  b.write(kControl, kEnable | kPeriodic | kWide | kIe);
  b.now = 5us;
  CHECK(b.read(kMis) == 1);
  CHECK(b.timer.next_event() == kNever);
}
