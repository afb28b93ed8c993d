// SPDX-License-Identifier: Apache-2.0
#include "models/system/vexpress_sysreg.hpp"

#include <optional>

#include "models/core/model_registry.hpp"
#include "tests/support/bus_driver.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

constexpr std::uint32_t kLed = 0x08, k100Hz = 0x24, kFlags = 0x30, kFlagsClr = 0x34,
                        kNvFlags = 0x38, kNvFlagsClr = 0x3C, kMci = 0x48, k24MHz = 0x5C,
                        kCfgData = 0xA0, kCfgCtrl = 0xA4, kCfgStat = 0xA8;

struct SysregBench {
  SysregBench() {
    device = ModelRegistry::instance().create("arm,vexpress-sysreg", "sysreg", node);
    bus.socket.bind(device->target);
    device->reset();
    sysreg().set_power_handler([this](PowerEvent e) { event = e; });
  }
  VexpressSysreg& sysreg() { return dynamic_cast<VexpressSysreg&>(*device); }

  DeviceNode node{"sysreg@10000000"};
  std::unique_ptr<Device> device;
  BusDriver bus{"bus"};
  std::optional<PowerEvent> event;
};

}  // namespace

// DUI 0447, table 4-3.
TEST_CASE_METHOD(SysregBench, "system registers: every register reads its reset value",
                 "[sysreg][reset]") {
  const std::pair<std::uint32_t, std::uint32_t> expected[]{
      {0x00, 0x1190F500}, {0x04, 0}, {0x08, 0}, {0x24, 0}, {0x30, 0},
      {0x38, 0},          {0x48, 0}, {0x4C, 0}, {0x5C, 0}, {0x60, 0},
      {0x84, 0x0C000191}, {0xA0, 0}, {0xA4, 0}, {0xA8, 0}};
  for (const auto& [offset, value] : expected) {
    CAPTURE(offset);
    CHECK(bus.read(offset) == value);
  }
}

TEST_CASE_METHOD(SysregBench, "system registers: the counters go with the time", "[sysreg]") {
  run(1000ms + 10ms);
  CHECK(bus.read(k24MHz) == 24'240'000);
  CHECK(bus.read(k100Hz) == 101);
}

TEST_CASE_METHOD(SysregBench, "system registers: flags are set and cleared by ones", "[sysreg]") {
  bus.write(kFlags, 0x5);
  bus.write(kFlags, 0x2);
  CHECK(bus.read(kFlags) == 0x7);
  bus.write(kFlagsClr, 0x4);
  CHECK(bus.read(kFlags) == 0x3);
  bus.write(kNvFlags, 0xF0);
  bus.write(kNvFlagsClr, 0x10);
  device->reset();
  CHECK(bus.read(kFlags) == 0);
  CHECK(bus.read(kNvFlags) == 0xE0);
}

TEST_CASE_METHOD(SysregBench, "system registers: SYS_MCI shows the socket's switches", "[sysreg]") {
  sysreg().set_card_present(true);
  CHECK(bus.read(kMci) == 1);
  sysreg().set_card_protected(true);
  CHECK(bus.read(kMci) == 3);
  device->reset();
  CHECK(bus.read(kMci) == 3);
}

TEST_CASE_METHOD(SysregBench, "system registers: LEDs are told to whoever looks", "[sysreg]") {
  std::uint32_t leds = 0;
  sysreg().set_led_handler([&leds](std::uint32_t value) { leds = value; });
  bus.write(kLed, 0x1A5);
  CHECK(leds == 0xA5);
  CHECK(bus.read(kLed) == 0xA5);
}

TEST_CASE_METHOD(SysregBench, "system registers: shutdown and reboot reach the power handler",
                 "[sysreg]") {
  bus.write(kCfgCtrl, 0xC080'0000);
  CHECK(event == PowerEvent::kPowerOff);
  CHECK(bus.read(kCfgStat) == 1);
  bus.write(kCfgCtrl, 0xC090'0000);
  CHECK(event == PowerEvent::kReboot);
}

TEST_CASE_METHOD(SysregBench,
                 "system registers: a read of function shutdown, or without start, does nothing",
                 "[sysreg]") {
  bus.write(kCfgCtrl, 0x8080'0000);
  bus.write(kCfgCtrl, 0x4080'0000);
  CHECK_FALSE(event);
}

TEST_CASE_METHOD(SysregBench, "system registers: oscillators are read and set", "[sysreg]") {
  const std::pair<std::uint32_t, std::uint32_t> expected[]{
      {0x8010'0000, 50'000'000}, {0x8010'0001, 23'750'000}, {0x8010'0002, 24'000'000},
      {0x8011'0000, 45'000'000}, {0x8011'0001, 23'750'000}, {0x8011'0002, 66'670'000}};
  for (const auto& [command, hz] : expected) {
    bus.write(kCfgStat, 0);
    bus.write(kCfgCtrl, command);
    CHECK(bus.read(kCfgStat) == 1);
    CHECK(bus.read(kCfgData) == hz);
  }
  bus.write(kCfgData, 25'175'000);
  bus.write(kCfgCtrl, 0xC010'0001);
  bus.write(kCfgData, 0);
  bus.write(kCfgCtrl, 0x8010'0001);
  CHECK(bus.read(kCfgData) == 25'175'000);
  CHECK(bus.read(kCfgCtrl) == 0x0010'0001);
}

TEST_CASE_METHOD(SysregBench, "system registers: an unknown function completes with an error",
                 "[sysreg]") {
  bus.write(kCfgCtrl, 0x8010'0007);
  CHECK(bus.read(kCfgStat) == 3);
  bus.write(kCfgCtrl, 0x83F0'0000);
  CHECK(bus.read(kCfgStat) == 3);
  CHECK(device->log().guest_errors() == 2);
}
