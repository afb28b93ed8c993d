// SPDX-License-Identifier: Apache-2.0
#include "models/system/sp805.hpp"

#include <optional>

#include "models/core/model_registry.hpp"
#include "tests/support/bus_driver.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

constexpr std::uint32_t kLoad = 0x00, kValue = 0x04, kControl = 0x08, kIntClr = 0x0C, kRis = 0x10,
                        kLock = 0xC00;

struct WatchdogBench {
  WatchdogBench() {
    node.set("clock-frequency", 1'000'000);
    device = ModelRegistry::instance().create("arm,sp805", "watchdog", node);
    bus.socket.bind(device->target);
    device->interrupt_outputs().at(0)->bind(line);
    dynamic_cast<PowerControl&>(*device).set_power_handler([this](PowerEvent e) { event = e; });
    device->reset();
    run(Time{1});
  }
  DeviceNode node{"watchdog@1000f000"};
  std::unique_ptr<Device> device;
  BusDriver bus{"bus"};
  sc_core::sc_signal<bool> line;
  std::optional<PowerEvent> event;
};

}  // namespace

// SP805 TRM, table 3-1.
TEST_CASE_METHOD(WatchdogBench, "SP805: every register reads its reset value", "[sp805][reset]") {
  const std::pair<std::uint32_t, std::uint32_t> expected[]{
      {0x00, 0xFFFFFFFF}, {0x04, 0xFFFFFFFF}, {0x08, 0},     {0x10, 0},     {0x14, 0},
      {0xC00, 0},         {0xFE0, 0x05},      {0xFE4, 0x18}, {0xFE8, 0x14}, {0xFEC, 0x00},
      {0xFF0, 0x0D},      {0xFF4, 0xF0},      {0xFF8, 0x05}, {0xFFC, 0xB1}};
  for (const auto& [offset, value] : expected) {
    CAPTURE(offset);
    CHECK(bus.read(offset) == value);
  }
}

TEST_CASE_METHOD(WatchdogBench, "SP805: first an interrupt, then a reset", "[sp805]") {
  bus.write(kLoad, 100);
  bus.write(kControl, 3);
  run(100us + Time{1});
  CHECK(line.read());
  CHECK_FALSE(event);
  run(99us);
  CHECK_FALSE(event);
  run(1us);
  CHECK(event == PowerEvent::kReboot);
}

TEST_CASE_METHOD(WatchdogBench, "SP805: clearing the interrupt starts the count again", "[sp805]") {
  bus.write(kLoad, 100);
  bus.write(kControl, 3);
  for (int i = 0; i < 10; ++i) {
    run(150us);
    CHECK(line.read());
    bus.write(kIntClr, 0);
    run(Time{1});
    CHECK_FALSE(line.read());
    CHECK(bus.read(kValue) == 100);
  }
  CHECK_FALSE(event);
}

TEST_CASE_METHOD(WatchdogBench, "SP805: without reset enable it only interrupts", "[sp805]") {
  bus.write(kLoad, 100);
  bus.write(kControl, 1);
  run(1000us);
  CHECK(line.read());
  CHECK(bus.read(kRis) == 1);
  CHECK_FALSE(event);
}

TEST_CASE_METHOD(WatchdogBench, "SP805: locked registers cannot be written", "[sp805]") {
  bus.write(kLock, 1);
  CHECK(bus.read(kLock) == 1);
  bus.write(kLoad, 100);
  bus.write(kControl, 3);
  CHECK(bus.read(kLoad) == 0xFFFF'FFFF);
  CHECK(bus.read(kControl) == 0);
  bus.write(kLock, 0x1ACC'E551);
  bus.write(kLoad, 100);
  CHECK(bus.read(kLoad) == 100);
}
