// SPDX-License-Identifier: Apache-2.0
#include "sw/lib/fdt.hpp"

#include <libfdt.h>

#include <array>
#include <random>
#include <vector>

#include "tests/support/catch.hpp"

using namespace guest;

namespace {

void require(int result) { REQUIRE(result >= 0); }

void cells(void* blob, const char* name, std::initializer_list<std::uint32_t> values) {
  std::vector<fdt32_t> big;
  for (const std::uint32_t v : values) big.push_back(cpu_to_fdt32(v));
  require(fdt_property(blob, name, big.data(), static_cast<int>(big.size() * sizeof(fdt32_t))));
}

/// / { aliases; bus@10000000 { uart@9000; dma@a000 }; other { client } } written by libfdt.
std::vector<std::byte> make_blob() {
  std::vector<std::byte> bytes(4096);
  void* blob = bytes.data();
  require(fdt_create(blob, static_cast<int>(bytes.size())));
  require(fdt_finish_reservemap(blob));
  require(fdt_begin_node(blob, ""));
  cells(blob, "#address-cells", {1});
  cells(blob, "#size-cells", {1});
  cells(blob, "interrupt-parent", {7});
  require(fdt_begin_node(blob, "aliases"));
  require(fdt_property_string(blob, "serial0", "/bus@10000000/uart@9000"));
  require(fdt_end_node(blob));
  require(fdt_begin_node(blob, "bus@10000000"));
  require(fdt_property_string(blob, "compatible", "simple-bus"));
  cells(blob, "#address-cells", {2});
  cells(blob, "#size-cells", {1});
  cells(blob, "ranges", {0, 0, 0x4000'0000, 0x1000, 0, 0x8000, 0x1000'8000, 0x4000});
  require(fdt_begin_node(blob, "uart@9000"));
  constexpr char kCompatible[] = "arm,pl011\0arm,primecell";
  require(fdt_property(blob, "compatible", kCompatible, sizeof kCompatible));
  cells(blob, "reg", {0, 0x9000, 0x1000, 0, 0x7'0000, 0x10});
  require(fdt_property_string(blob, "status", "disabled"));
  require(fdt_end_node(blob));
  require(fdt_begin_node(blob, "dma@a000"));
  cells(blob, "phandle", {7});
  require(fdt_property(blob, "dma-coherent", nullptr, 0));
  require(fdt_end_node(blob));
  require(fdt_end_node(blob));
  require(fdt_begin_node(blob, "other"));
  require(fdt_begin_node(blob, "client"));
  cells(blob, "reg", {0x10, 0x20});
  cells(blob, "dmas", {7, 3});
  constexpr char kNames[] = "rx\0tx";
  require(fdt_property(blob, "dma-names", kNames, sizeof kNames));
  require(fdt_end_node(blob));
  require(fdt_end_node(blob));
  require(fdt_end_node(blob));
  require(fdt_finish(blob));
  bytes.resize(fdt_totalsize(blob));
  return bytes;
}

/// Uses everything there is of a tree; a broken one must not lead anywhere wild.
std::size_t walk(const FlatDeviceTree& tree) {
  std::size_t sum = 0;
  for (FdtNode node = tree.root(); node; node = tree.next(node)) {
    sum += node.name().size() + node.text("compatible").size() + node.cells("reg").size();
    for (unsigned i = 0; i < 2; ++i) {
      if (const Result<FdtRange> range = node.reg(i)) sum += static_cast<std::size_t>(range->size);
    }
    sum += node.inherited_reference("interrupt-parent").offset() + node.parent().offset();
    for (FdtNode child = node.first_child(); child; child = child.next_sibling()) ++sum;
  }
  return sum;
}

}  // namespace

TEST_CASE("nodes are found by path, alias, phandle and compatible", "[sw][fdt]") {
  const auto blob = make_blob();
  const FlatDeviceTree tree{blob};
  const FdtNode uart = tree.find("/bus@10000000/uart@9000");
  REQUIRE(uart);
  CHECK(uart.name() == "uart@9000");
  CHECK(tree.find("serial0") == uart);
  CHECK(tree.find("/bus/uart") == uart);
  CHECK(tree.find_compatible("arm,primecell") == uart);
  CHECK(tree.by_phandle(7).name() == "dma@a000");
  CHECK_FALSE(tree.find("/bus/nothing"));
  CHECK_FALSE(tree.by_phandle(8));
  CHECK_FALSE(tree.by_phandle(0));
}

TEST_CASE("a window is translated through the ranges it lies in", "[sw][fdt]") {
  const auto blob = make_blob();
  const FlatDeviceTree tree{blob};
  const Result<FdtRange> registers = tree.find("serial0").reg(0);
  REQUIRE(registers);
  CHECK(registers->address == 0x1000'9000);
  CHECK(registers->size == 0x1000);
}

TEST_CASE("a window outside all ranges cannot be reached", "[sw][fdt]") {
  const auto blob = make_blob();
  const FlatDeviceTree tree{blob};
  CHECK_FALSE(tree.find("serial0").reg(1));
  CHECK_FALSE(tree.find("serial0").reg(2));
  CHECK_FALSE(tree.find("/other/client").reg(0));
}

TEST_CASE("properties are read with their types", "[sw][fdt]") {
  const auto blob = make_blob();
  const FlatDeviceTree tree{blob};
  const FdtNode client = tree.find("/other/client");
  CHECK(client.cells("dmas")[1] == 3);
  CHECK(client.cells("dmas")[2] == 0);
  CHECK(client.cell("absent", 5) == 5);
  CHECK(client.reference("dmas").name() == "dma@a000");
  CHECK(client.index_of("dma-names", "tx").value_or(9) == 1);
  CHECK_FALSE(client.index_of("dma-names", "t"));
  CHECK(client.inherited_reference("interrupt-parent").name() == "dma@a000");
  CHECK(tree.find("/bus/dma").has("dma-coherent"));
  CHECK_FALSE(tree.find("/bus/dma").has("dma-coheren"));
  CHECK(client.enabled());
  CHECK_FALSE(tree.find("serial0").enabled());
}

TEST_CASE("children, siblings and parents agree", "[sw][fdt]") {
  const auto blob = make_blob();
  const FlatDeviceTree tree{blob};
  const FdtNode bus = tree.find("/bus");
  CHECK(bus.first_child().name() == "uart@9000");
  CHECK(bus.first_child().next_sibling().name() == "dma@a000");
  CHECK_FALSE(bus.first_child().next_sibling().next_sibling());
  CHECK(bus.next_sibling().name() == "other");
  CHECK(bus.first_child().parent() == bus);
  CHECK(bus.parent() == tree.root());
  CHECK_FALSE(tree.root().parent());
}

TEST_CASE("a broken blob has fewer nodes, never a wild pointer", "[sw][fdt]") {
  const auto good = make_blob();
  constexpr unsigned kSeed = 20261121;
  std::mt19937 random{kSeed};
  CAPTURE(kSeed);
  for (unsigned i = 0; i < 3000; ++i) {
    // An exact copy on the heap: a read past its end is seen by the sanitizer.
    std::vector<std::byte> blob(good.begin(),
                                good.begin() + static_cast<std::ptrdiff_t>(random() % good.size()));
    if (i % 2 == 0) blob = good;
    blob.shrink_to_fit();
    for (unsigned j = 0; j < 4 && !blob.empty(); ++j)
      blob[random() % blob.size()] = static_cast<std::byte>(random());
    CHECK(walk(FlatDeviceTree{blob}) < 1'000'000'000'000);
  }
}

TEST_CASE("what is no blob has no nodes", "[sw][fdt]") {
  const std::array<std::byte, 64> zeroes{};
  CHECK_FALSE(FlatDeviceTree::is_blob(zeroes.data()));
  CHECK_FALSE(FlatDeviceTree{zeroes}.root());
  CHECK_FALSE(FlatDeviceTree{}.root());
}
