// SPDX-License-Identifier: Apache-2.0
#include "models/core/model_registry.hpp"
#include "tests/support/bus_driver.hpp"
#include "tests/support/catch.hpp"

namespace linefill {
namespace {

using namespace test;

/// One timer of the device tree's name, at 100 MHz.
struct DeviceBench {
  DeviceNode node{"timer@1e000600"};
  std::unique_ptr<Device> device;
  BusDriver bus{"bus"};
  sc_core::sc_signal<bool> irq{"irq"};

  explicit DeviceBench(const char* compatible)
      : device{ModelRegistry::instance().create(compatible, "timer", node)} {
    bus.socket.bind(device->target);
    REQUIRE(device->interrupt_outputs().size() == 1);
    device->interrupt_outputs()[0]->bind(irq);
    device->reset();
    run(0ns);
  }
};

TEST_CASE(
    "private timer device: the line rises when the counter reaches zero and falls when cleared",
    "[mpcore][device]") {
  DeviceBench b{"arm,cortex-a9-twd-timer"};
  b.bus.write(0x00, 100);
  b.bus.write(0x08, 0x7);
  run(999ns);
  CHECK_FALSE(b.irq.read());
  run(2ns);
  CHECK(b.irq.read());
  b.bus.write(0x0C, 1);
  run(1ns);
  CHECK_FALSE(b.irq.read());
  run(1010ns);
  CHECK(b.irq.read());
}

TEST_CASE("private timer device: a period of one tick does not hang the kernel",
          "[mpcore][device]") {
  DeviceBench b{"arm,cortex-a9-twd-timer"};
  b.bus.write(0x08, 0x7);
  run(1000ms);
  CHECK(b.irq.read());
}

TEST_CASE("watchdog device: its line is that of timer mode", "[mpcore][device]") {
  DeviceBench b{"arm,cortex-a9-twd-wdt"};
  b.bus.write(0x00, 10);
  b.bus.write(0x08, 0x5);
  run(101ns);
  CHECK(b.irq.read());
}

TEST_CASE("global timer device: the counter is read at the time of the access",
          "[mpcore][device]") {
  DeviceBench b{"arm,cortex-a9-global-timer"};
  b.bus.write(0x08, 0x1);
  run(12345ns);
  CHECK(b.bus.read(0x00) == 1234);
  b.bus.write(0x10, 2000);
  b.bus.write(0x08, 0x7);
  run(7656ns);
  CHECK(b.irq.read());
}

}  // namespace
}  // namespace linefill
