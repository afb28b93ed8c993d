// SPDX-License-Identifier: Apache-2.0
#include "models/storage/mmci.hpp"

#include "models/core/model_registry.hpp"
#include "tests/models/storage/mmci_host.hpp"
#include "tests/support/bus_driver.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

/// A DMA controller's end that notes what it is told.
struct FakeController final : DmaRequestLine::Controller {
  void request_changed(DmaRequestLine& line, Time now) override {
    levels.push_back({line.level(), now});
  }
  struct Seen {
    DmaRequest level;
    Time time;
  };
  std::vector<Seen> levels;
};

using namespace std::string_view_literals;

DeviceNode::Bytes names(std::string_view text) { return {text.begin(), text.end()}; }

DeviceNode node_of(std::uint32_t id) {
  DeviceNode node{"mmci@10005000"};
  node.set("compatible", "arm,pl18x").set("arm,primecell-periphid", id);
  node.set_bytes("linefill,sd-capacity", names("high\0"sv));
  DeviceNode& clocks = node.add_child("clocks");
  clocks.set("clock-frequency", 50'000'000).set("phandle", 1);
  clocks.set("#clock-cells", 0);
  DeviceNode& pclk = node.add_child("pclk");
  pclk.set("clock-frequency", 24'000'000).set("phandle", 2);
  pclk.set("#clock-cells", 0);
  node.set("clocks", {1, 2}).set_bytes("clock-names", names("mclk\0apb_pclk\0"sv));
  return node;
}

/// The interface on its bus and lines, with a card.
struct MmciBench {
  explicit MmciBench(std::uint32_t id = 0x0204'1180) : node{node_of(id)} {
    device = ModelRegistry::instance().create("arm,pl18x", "mmci", node);
    bus.socket.bind(device->target);
    mmci().mciintr0.bind(intr0);
    mmci().mciintr1.bind(intr1);
    mmci().connect_dma_request(0, rx);
    mmci().connect_dma_request(1, tx);
    rx.connect(static_cast<DmaRequestLine::Controller&>(controller));
    tx.connect(static_cast<DmaRequestLine::Controller&>(controller));
    mmci().insert_card(std::make_unique<MemoryDevice>(4096));
    mmci().reset();
    run(Time{1});
  }
  Mmci& mmci() { return dynamic_cast<Mmci&>(*device); }

  void command(unsigned index, std::uint32_t argument = 0, std::uint32_t kind = 0x40) {
    bus.write(kMciArgument, argument);
    bus.write(kMciCommand, 0x400 | kind | index);
    run(20us);
    bus.write(kMciCommand, 0);
    bus.write(kMciClear, 0x7FF);
  }
  void bring_up() {
    bus.write(kMciPower, 3);
    bus.write(kMciClock, 0x100);
    command(0, 0, 0);
    command(8, 0x1AA);
    command(55);
    command(41, 0x40FF'8000);
    run(2ms);
    command(55);
    command(41, 0x40FF'8000);
    command(2, 0, 0xC0);
    command(3);
    const std::uint32_t address = bus.read(kMciResponse0) & 0xFFFF'0000;
    command(7, address);
    command(55, address);
    command(6, 2);
    bus.write(kMciClock, 0x1900);
    controller.levels.clear();
  }
  void start_read(std::uint32_t sector, std::uint32_t bytes = 512) {
    bus.write(kMciDataTimer, 1'000'000);
    bus.write(kMciDataLength, bytes);
    bus.write(kMciDataCtrl, 0x9B);
    bus.write(kMciArgument, sector);
    bus.write(kMciCommand, 0x440 | (bytes > 512 ? 18 : 17));
  }

  DeviceNode node;
  std::unique_ptr<Device> device;
  BusDriver bus{"bus"};
  DmaRequestLine rx{0}, tx{1};
  FakeController controller;
  sc_core::sc_signal<bool> intr0{"intr0"}, intr1{"intr1"};
};

}  // namespace

TEST_CASE_METHOD(MmciBench,
                 "MMCI: registers are reached over the bus, the FIFO through its whole window",
                 "[mmci][bus]") {
  bring_up();
  start_read(4);
  run(500us);
  const auto expected = sector_words(4);
  for (std::uint32_t i = 0; i < 128; ++i) REQUIRE(bus.read(0x80 + 4 * (i % 16)) == expected[i]);
}

TEST_CASE_METHOD(MmciBench, "MMCI: a burst over the window reads as many words", "[mmci][bus]") {
  bring_up();
  start_read(4);
  run(500us);
  std::array<std::uint32_t, 16> words{};
  bus.transport(false, kMciFifo, words.data(), 64);
  const auto expected = sector_words(4);
  CHECK(std::equal(words.begin(), words.end(), expected.begin()));
  // Two cycles of the 24 MHz peripheral bus a word.
  CHECK(bus.last_delay == 16 * 2 * period_of(24'000'000));
}

TEST_CASE_METHOD(MmciBench, "MMCI: MCIINTR0 rises when the command ends, and falls when cleared",
                 "[mmci][lines]") {
  bus.write(kMciPower, 3);
  bus.write(kMciClock, 0x100);
  bus.write(kMciMask0, 1U << 7);
  bus.write(kMciCommand, 0x400);
  run(Time{40'000} * 48 - Time{1});
  CHECK_FALSE(intr0.read());
  run(Time{1});
  run(Time{1});
  CHECK(intr0.read());
  CHECK_FALSE(intr1.read());
  bus.write(kMciClear, 1U << 7);
  run(Time{1});
  CHECK_FALSE(intr0.read());
}

TEST_CASE_METHOD(MmciBench,
                 "MMCI: the request line rises with the 16th word and stays until acknowledged",
                 "[mmci][lines][dma]") {
  bring_up();
  start_read(4);
  run(500us);
  REQUIRE(controller.levels.size() == 1);
  CHECK(controller.levels[0].level.burst);
  CHECK_FALSE(controller.levels[0].level.last);
  for (int i = 0; i < 120; ++i) bus.read(kMciFifo);
  run(1us);
  CHECK(rx.level().burst);
  rx.acknowledge(DmaAcknowledge::kBurst, from_sc_time(sc_core::sc_time_stamp()));
  CHECK(rx.level().burst);
  CHECK(rx.unanswered());
  run(Time{1});
  CHECK_FALSE(rx.unanswered());
  // Eight words are left: the last burst.
  CHECK(controller.levels.size() == 2);
  CHECK(rx.level().last);
}

TEST_CASE_METHOD(MmciBench, "MMCI: bursts move a transfer of several blocks to its end",
                 "[mmci][lines][dma]") {
  bring_up();
  start_read(10, 8 * 512);
  std::vector<std::uint32_t> words;
  unsigned lasts = 0;
  for (int i = 0; i < 2000 && words.size() < 8 * 128; ++i) {
    run(1us);
    if (!rx.level().burst) continue;
    lasts += rx.level().last ? 1U : 0U;
    for (unsigned w = 0; w < 16; ++w) words.push_back(bus.read(kMciFifo));
    rx.acknowledge(DmaAcknowledge::kBurst, from_sc_time(sc_core::sc_time_stamp()));
    run(Time{1});
  }
  CHECK(words == sector_words(10, 8));
  CHECK(lasts == 1);
  run(10us);
  CHECK_FALSE(rx.level().any());
  CHECK((bus.read(kMciStatus) & 1U << 8) != 0);
}

TEST_CASE_METHOD(MmciBench, "MMCI: a flush is answered at once in every state",
                 "[mmci][lines][dma]") {
  const auto flush = [this](DmaRequestLine& line) {
    controller.levels.clear();
    line.acknowledge(DmaAcknowledge::kFlush, from_sc_time(sc_core::sc_time_stamp()));
    return controller.levels.size();
  };
  CHECK(flush(rx) == 1);
  CHECK(flush(tx) == 1);
  bring_up();
  CHECK(flush(rx) == 1);
  start_read(4);
  CHECK(flush(rx) == 1);
  CHECK_FALSE(rx.level().any());
  run(500us);
  CHECK(rx.level().burst);
  CHECK(flush(rx) == 1);
  CHECK(rx.level().burst);
  for (int i = 0; i < 128; ++i) bus.read(kMciFifo);
  CHECK(flush(rx) == 1);
  CHECK_FALSE(rx.level().any());
  CHECK(flush(tx) == 1);
}

TEST_CASE_METHOD(MmciBench, "MMCI: disabling the data path takes the request away",
                 "[mmci][lines][dma]") {
  bring_up();
  start_read(4);
  run(500us);
  REQUIRE(rx.level().burst);
  bus.write(kMciDataCtrl, 0);
  run(Time{1});
  CHECK_FALSE(rx.level().any());
}

TEST_CASE_METHOD(MmciBench, "MMCI: a debugger's read takes nothing out of the FIFO",
                 "[mmci][bus]") {
  bring_up();
  start_read(4);
  run(500us);
  const std::uint32_t first = bus.peek(kMciFifo);
  CHECK(bus.peek(kMciFifo) == first);
  CHECK(bus.read(kMciFifo) == first);
}

TEST_CASE("MMCI: an unknown peripheral id is a configuration error", "[mmci][configuration]") {
  const DeviceNode node = node_of(0x0088'0180);
  CHECK_THROWS_AS(ModelRegistry::instance().create("arm,pl18x", "mmci", node), ConfigurationError);
}

TEST_CASE("MMCI: a burst that half the FIFO cannot hold is a configuration error",
          "[mmci][configuration]") {
  DeviceNode node = node_of(0x0004'1181);
  node.set("linefill,dma-burst-words", 16);
  CHECK_THROWS_AS(ModelRegistry::instance().create("arm,pl18x", "mmci", node), ConfigurationError);
}

TEST_CASE("MMCI: a PL180 without an id in the device tree is the plain variant",
          "[mmci][configuration]") {
  DeviceNode node{"mmci"};
  node.set("compatible", "arm,pl180");
  BusDriver bus{"bus"};
  const auto device = ModelRegistry::instance().create("arm,pl180", "mmci", node);
  bus.socket.bind(device->target);
  CHECK(bus.peek(0xFE0) == 0x80);
  CHECK(bus.peek(0xFEC) == 0x00);
}
