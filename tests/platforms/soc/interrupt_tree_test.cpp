// SPDX-License-Identifier: Apache-2.0
#include "platforms/soc/interrupt_tree.hpp"

extern "C" {
#include <libfdt.h>
}

#include "tests/support/catch.hpp"

using namespace linefill;

namespace {

/// Writes a blob node by node, with libfdt.
class Blob {
 public:
  Blob() {
    fdt_create(bytes_.data(), static_cast<int>(bytes_.size()));
    fdt_finish_reservemap(bytes_.data());
    begin("");
  }
  Blob& begin(const char* name) {
    fdt_begin_node(bytes_.data(), name);
    return *this;
  }
  Blob& end() {
    fdt_end_node(bytes_.data());
    return *this;
  }
  Blob& cells(const char* name, std::initializer_list<std::uint32_t> values) {
    std::vector<fdt32_t> raw;
    for (const std::uint32_t value : values) raw.push_back(cpu_to_fdt32(value));
    fdt_property(bytes_.data(), name, raw.data(), static_cast<int>(4 * raw.size()));
    return *this;
  }
  DeviceTree tree() {
    end();
    fdt_finish(bytes_.data());
    const void* blob = bytes_.data();
    return DeviceTree{std::span{bytes_}.first(fdt_totalsize(blob))};
  }

 private:
  std::vector<std::byte> bytes_ = std::vector<std::byte>(4096);
};

constexpr std::uint32_t kGic = 1;

Blob with_gic() {
  Blob blob;
  blob.cells("interrupt-parent", {kGic}).cells("#address-cells", {1}).cells("#size-cells", {1});
  blob.begin("gic").cells("phandle", {kGic}).cells("#interrupt-cells", {3});
  return blob.cells("#address-cells", {0}).end();
}

}  // namespace

TEST_CASE("interrupts go to the interrupt-parent of the nearest node above", "[soc]") {
  Blob blob = with_gic();
  blob.begin("bus").begin("uart").cells("interrupts", {0, 5, 4, 0, 6, 4}).end().end();
  const DeviceTree tree = blob.tree();
  const auto found = interrupts_of(tree, *tree.find("/bus/uart"));
  REQUIRE(found.size() == 2);
  CHECK(found[1].controller == tree.find("/gic"));
  CHECK(found[1].cells == std::vector<std::uint32_t>{0, 6, 4});
}

// As the bus of a Versatile Express: Linux, arch/arm/boot/dts/vexpress-v2m.dtsi.
TEST_CASE("a nexus maps the interrupts of the devices below it", "[soc]") {
  Blob blob = with_gic();
  blob.begin("bus").cells("#interrupt-cells", {1}).cells("#address-cells", {1});
  blob.cells("interrupt-map-mask", {0, 63});
  blob.cells("interrupt-map", {0, 5, kGic, 0, 5, 4, 0, 9, kGic, 0, 41, 1});
  blob.begin("inner").begin("mmci").cells("reg", {0x5000, 0x1000}).cells("interrupts", {9, 5});
  blob.end().end().end();
  const DeviceTree tree = blob.tree();
  const auto found = interrupts_of(tree, *tree.find("/bus/inner/mmci"));
  REQUIRE(found.size() == 2);
  CHECK(found[0].controller == tree.find("/gic"));
  CHECK(found[0].cells == std::vector<std::uint32_t>{0, 41, 1});
  CHECK(found[1].cells == std::vector<std::uint32_t>{0, 5, 4});
}

TEST_CASE("an interrupt that no row of the map has is a configuration error", "[soc]") {
  Blob blob = with_gic();
  blob.begin("bus").cells("#interrupt-cells", {1}).cells("#address-cells", {0});
  blob.cells("interrupt-map", {5, kGic, 0, 5, 4});
  blob.begin("rtc").cells("interrupts", {6}).end().end();
  const DeviceTree tree = blob.tree();
  CHECK_THROWS_AS(interrupts_of(tree, *tree.find("/bus/rtc")), ConfigurationError);
}

TEST_CASE("maps that lead in a circle are a configuration error", "[soc]") {
  Blob blob;
  blob.cells("interrupt-parent", {2});
  blob.begin("nexus").cells("phandle", {2}).cells("#interrupt-cells", {1});
  blob.cells("#address-cells", {0}).cells("interrupt-map", {6, 2, 6}).end();
  blob.begin("rtc").cells("interrupts", {6}).end();
  const DeviceTree tree = blob.tree();
  CHECK_THROWS_AS(interrupts_of(tree, *tree.find("/rtc")), ConfigurationError);
}
