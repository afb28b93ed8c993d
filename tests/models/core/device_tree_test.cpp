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

TEST_CASE("a property of ours that no model asked for is an error", "[core][device_tree]") {
  DeviceNode root{""};
  DeviceNode& timer = root.add_child("timer");
  timer.set("linefill,colour", "blue").set("other,colour", "blue");
  CHECK_THROWS_WITH(
      root.expect_all_known(),
      "/timer: linefill,colour = \"blue\": expected a property that the node's model knows");
  CHECK(timer.string_or("linefill,colour", "red") == "blue");
  CHECK_NOTHROW(root.expect_all_known());
}

TEST_CASE("properties of a disabled node need no model", "[core][device_tree]") {
  DeviceNode root{""};
  root.add_child("timer").set("linefill,colour", "blue").set("status", "disabled");
  CHECK_NOTHROW(root.expect_all_known());
}

TEST_CASE("a clock that comes from itself is an error", "[core][device_tree]") {
  DeviceNode root{""};
  DeviceNode& clock = root.add_child("clock");
  clock.set("phandle", 1).set("clocks", 1);
  CHECK_THROWS_WITH(clock.clock_hz({}, 5), Catch::Contains("/clock: clocks"));
}

TEST_CASE("a damaged ranges is an error", "[core][device_tree]") {
  DeviceNode root{""};
  root.set("#address-cells", 1).set("#size-cells", 1);
  DeviceNode& bus = root.add_child("bus");
  bus.set("#address-cells", 1).set("#size-cells", 1).set("ranges", {0, 0});
  CHECK_THROWS_WITH(bus.add_child("uart").set("reg", {0, 16}).reg(),
                    Catch::Contains("/bus: ranges = <0 0>"));
}

TEST_CASE("fields of an encoding may lie apart", "[core][bit_pattern]") {
  static constexpr BitPattern kMovw{"cccc00110000iiiiddddiiiiiiiiiiii"};
  CHECK(kMovw.matches(0xE301'2345));
  CHECK(kMovw.field('i', 0xE301'2345) == 0x1345);
  CHECK(kMovw.field('d', 0xE301'2345) == 2);
}

// As the SP810 of a Versatile Express, whose first clock is the slow one.
TEST_CASE("a clock's output runs at the rate of the parent it is told to have",
          "[core][device_tree]") {
  DeviceNode root{""};
  root.add_child("slow").set("phandle", 1).set("clock-frequency", 32'768);
  root.add_child("fast").set("phandle", 2).set("clock-frequency", 1'000'000);
  DeviceNode& sysctl = root.add_child("sysctl");
  sysctl.set("phandle", 3).set("#clock-cells", 1).set("clocks", {1, 2});
  sysctl.set("assigned-clocks", {3, 0, 3, 1}).set("assigned-clock-parents", {1, 2});
  DeviceNode& timer = root.add_child("timer");
  timer.set("clocks", {3, 1, 3, 0}).set("clock-names", std::string_view{"a\0b", 3});
  CHECK(timer.clock_hz("a", 7) == 1'000'000);
  CHECK(timer.clock_hz("b", 7) == 32'768);
}
