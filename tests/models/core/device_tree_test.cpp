// SPDX-License-Identifier: Apache-2.0
#include "models/core/device_tree.hpp"
#include "models/core/bit_pattern.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;

TEST_CASE("a window is translated through the ranges of its parents", "[core][device_tree]") {
  DeviceNode root{""};
  root.set("#address-cells", 1).set("#size-cells", 1);
  DeviceNode& bus = root.add_child("bus");
  bus.set("#address-cells", 2).set("#size-cells", 1).set("ranges", {7, 0, 0x10000000, 0x20000});
  DeviceNode& uart = bus.add_child("uart@7,9000");
  uart.set("reg", {7, 0x9000, 0x1000});
  CHECK(uart.reg().at(0).address == 0x1000'9000);
  CHECK(uart.path() == "/bus/uart@7,9000");
}

TEST_CASE("a property of the wrong shape is named with its node and value", "[core][device_tree]") {
  DeviceNode node{"timer"};
  node.set("clock-frequency", {1, 2});
  CHECK_THROWS_WITH(node.clock_hz({}, 1), "timer: clock-frequency = <1 2>: expected one cell");
}

TEST_CASE("fields of an encoding may lie apart", "[core][bit_pattern]") {
  static constexpr BitPattern kMovw{"cccc00110000iiiiddddiiiiiiiiiiii"};
  CHECK(kMovw.matches(0xE301'2345));
  CHECK(kMovw.field('i', 0xE301'2345) == 0x1345);
  CHECK(kMovw.field('d', 0xE301'2345) == 2);
}
