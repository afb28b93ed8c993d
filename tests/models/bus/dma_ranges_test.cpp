// SPDX-License-Identifier: Apache-2.0
#include "models/bus/dma_ranges.hpp"

#include "tests/support/catch.hpp"

using namespace linefill;  // NOLINT: a test

namespace {

/// A bus below a root, with 32-bit addresses.
struct Bus {
  Bus() {
    root.set("#address-cells", 1);
    node.set("#address-cells", 1);
    node.set("#size-cells", 1);
  }
  DeviceNode root{""};
  DeviceNode node{"soc", &root};
};

}  // namespace

TEST_CASE("dma-ranges: an address goes through the row that holds it", "[bus][block]") {
  Bus bus;
  bus.node.set("dma-ranges", {0x8000'0000, 0x6000'0000, 0x4000'0000,  //
                              0x1000'0000, 0x1000'0000, 0x1000'0000});
  const DmaRanges ranges{"ranges", bus.node};
  CHECK(ranges.translate(0x8000'2040, 32) == 0x6000'2040);
  CHECK(ranges.translate(0xBFFF'FFFC, 4) == 0x9FFF'FFFC);
  CHECK(ranges.translate(0x1000'5080, 4) == 0x1000'5080);
  CHECK_FALSE(ranges.translate(0xBFFF'FFFC, 8).has_value());
  CHECK_FALSE(ranges.translate(0x6000'0000, 4).has_value());
}

TEST_CASE("dma-ranges: absent or empty means the same addresses", "[bus][block]") {
  Bus bus;
  CHECK(DmaRanges::rows_of(bus.node).empty());
  bus.node.set_flag("dma-ranges");
  CHECK(DmaRanges::rows_of(bus.node).empty());
}

TEST_CASE("dma-ranges: rows that make no sense are refused", "[bus][block]") {
  Bus bus;
  bus.node.set("dma-ranges", {0x8000'0000, 0x6000'0000});
  CHECK_THROWS_AS(DmaRanges::rows_of(bus.node), ConfigurationError);
  bus.node.set("dma-ranges", {0x8000'0000, 0x6000'0000, 0x8000'0001});
  CHECK_THROWS_AS(DmaRanges::rows_of(bus.node), ConfigurationError);
}
