// SPDX-License-Identifier: Apache-2.0
#include "models/serial/pl011.hpp"

#include "models/core/model_registry.hpp"
#include "tests/support/bus_driver.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;
using namespace linefill::test;

namespace {

constexpr std::uint32_t kDr = 0x00, kRsr = 0x04, kFr = 0x18, kIbrd = 0x24, kFbrd = 0x28,
                        kLcrh = 0x2C, kCr = 0x30, kIfls = 0x34, kImsc = 0x38, kRis = 0x3C,
                        kMis = 0x40, kIcr = 0x44;
constexpr std::uint32_t kRxfe = 0x10, kTxff = 0x20, kTxfe = 0x80, kBusy = 0x08;
constexpr std::uint32_t kRx = 1U << 4, kTx = 1U << 5, kTimeout = 1U << 6, kOverrun = 1U << 10;

/// A UART without a kernel. 24 MHz / (16 * 13 1/64): 10 bit frames of 86.77 us.
struct UartBench {
  UartBench() {
    uart.set_output([this](char c) { text += c; });
  }
  void write(std::uint32_t offset, std::uint32_t value) {
    uart.advance(now);
    Pl011Block::registers().write(uart, offset, value, {now, {}});
  }
  std::uint32_t read(std::uint32_t offset) {
    uart.advance(now);
    std::uint32_t value = 0;
    Pl011Block::registers().read(uart, offset, value, {now, {}});
    return value;
  }
  void run(Time t) {
    now += t;
    uart.advance(now);
  }
  void set_up(std::uint32_t line_control = 0x70, std::uint32_t control = 0x301) {
    write(kIbrd, 13);
    write(kFbrd, 1);
    write(kLcrh, line_control);
    write(kCr, control);
  }

  Statistics statistics;
  Pl011Counters counters{statistics};
  Log log{"uart"};
  Pl011Block uart{{}, counters, log};
  Time now{0};
  std::string text;
};

// (13 * 64 + 1) / (4 * 24 MHz)
constexpr Time kBit{8'677'083};
constexpr Time kFrame = 10 * kBit;

}  // namespace

// PL011 TRM, table 3-1.
TEST_CASE("PL011: every register reads its reset value", "[pl011][reset]") {
  UartBench b;
  const std::pair<std::uint32_t, std::uint32_t> expected[]{
      {0x00, 0},     {0x04, 0},     {0x18, 0x90},  {0x20, 0},     {0x24, 0},     {0x28, 0},
      {0x2C, 0},     {0x30, 0x300}, {0x34, 0x12},  {0x38, 0},     {0x3C, 0},     {0x40, 0},
      {0x48, 0},     {0xFE0, 0x11}, {0xFE4, 0x10}, {0xFE8, 0x14}, {0xFEC, 0x00}, {0xFF0, 0x0D},
      {0xFF4, 0xF0}, {0xFF8, 0x05}, {0xFFC, 0xB1}};
  for (const auto& [offset, value] : expected) {
    CAPTURE(offset);
    CHECK(b.read(offset) == value);
  }
}

TEST_CASE("PL011: a character leaves after its frame's bits", "[pl011][time]") {
  UartBench b;
  b.set_up();
  b.write(kDr, 'A');
  b.run(kFrame - Time{1});
  CHECK(b.text.empty());
  CHECK((b.read(kFr) & (kBusy | kTxfe)) == (kBusy | kTxfe));
  b.run(Time{1});
  CHECK(b.text == "A");
  CHECK((b.read(kFr) & kBusy) == 0);
}

TEST_CASE("PL011: parity and a second stop bit lengthen the frame, shorter words shorten it",
          "[pl011][time]") {
  const auto [line_control, bits] =
      GENERATE(table<std::uint32_t, int>({{0x72, 11}, {0x7A, 12}, {0x50, 9}, {0x10, 7}}));
  UartBench b;
  b.set_up(line_control);
  b.write(kDr, 1);
  CHECK(b.uart.next_event() == bits * kBit);
}

TEST_CASE("PL011: new divisors count from the write of UARTLCR_H", "[pl011][time]") {
  UartBench b;
  b.set_up();
  b.write(kIbrd, 26);
  b.write(kDr, 1);
  CHECK(b.uart.next_event() == kFrame);
}

TEST_CASE("PL011: sixteen characters and one in the shifter fit", "[pl011]") {
  UartBench b;
  b.set_up();
  for (char c = 'a'; c < 'a' + 17; ++c) {
    CHECK((b.read(kFr) & kTxff) == 0);
    b.write(kDr, static_cast<std::uint32_t>(c));
  }
  CHECK((b.read(kFr) & kTxff) != 0);
  b.write(kDr, 'z');
  CHECK(b.log.guest_errors() == 1);
  b.run(17 * kFrame);
  CHECK(b.text == "abcdefghijklmnopq");
}

TEST_CASE("PL011: with the FIFOs off one character waits", "[pl011]") {
  UartBench b;
  b.set_up(0x60);
  b.write(kDr, 'a');
  b.write(kDr, 'b');
  CHECK((b.read(kFr) & kTxff) != 0);
  b.run(kFrame);
  CHECK((b.read(kFr) & kTxff) == 0);
  CHECK((b.read(kRis) & kTx) != 0);
}

TEST_CASE("PL011: nothing is sent before UART and transmitter are enabled", "[pl011]") {
  UartBench b;
  b.set_up(0x70, 0x300);
  b.write(kDr, 'a');
  b.run(1000ms);
  CHECK(b.text.empty());
  b.write(kCr, 0x301);
  b.run(kFrame);
  CHECK(b.text == "a");
}

TEST_CASE("PL011: without a baud rate a character leaves at once, as a guest error", "[pl011]") {
  UartBench b;
  b.write(kCr, 0x301);
  b.write(kDr, 'a');
  b.run(Time{0});
  CHECK(b.text == "a");
  CHECK(b.log.guest_errors() == 1);
}

TEST_CASE("PL011: the transmit interrupt comes when the level falls to the trigger, not before",
          "[pl011][interrupt]") {
  UartBench b;
  b.set_up();
  CHECK(b.read(kRis) == 0);
  for (int i = 0; i < 10; ++i) b.write(kDr, 'x');  // One in the shifter, nine waiting; trigger 8.
  CHECK(b.read(kRis) == 0);
  b.run(kFrame);
  CHECK(b.read(kRis) == kTx);
  b.write(kImsc, kTx);
  CHECK(b.uart.interrupt());
  b.write(kIcr, kTx);
  CHECK_FALSE(b.uart.interrupt());
  b.run(20 * kFrame);
  CHECK(b.read(kRis) == 0);
}

TEST_CASE("PL011: filling above the trigger takes the transmit interrupt away",
          "[pl011][interrupt]") {
  UartBench b;
  b.set_up();
  for (int i = 0; i < 10; ++i) b.write(kDr, 'x');
  b.run(kFrame);
  REQUIRE(b.read(kRis) == kTx);
  b.write(kDr, 'x');
  CHECK(b.read(kRis) == 0);
}

TEST_CASE("PL011: the receive interrupt comes at the trigger and goes below it",
          "[pl011][interrupt]") {
  UartBench b;
  b.set_up();
  b.write(kIfls, 0x02);  // One eighth: two characters.
  b.uart.receive('a', b.now);
  b.uart.receive('b', b.now);
  b.run(kFrame);
  CHECK(b.read(kRis) == 0);
  CHECK((b.read(kFr) & kRxfe) == 0);
  b.run(kFrame);
  CHECK(b.read(kRis) == kRx);
  CHECK(b.read(kDr) == 'a');
  CHECK(b.read(kRis) == 0);
  CHECK(b.read(kDr) == 'b');
}

TEST_CASE("PL011: a character left alone for 32 bits raises the time-out until it is read",
          "[pl011][interrupt]") {
  UartBench b;
  b.set_up();
  b.uart.receive('a', b.now);
  b.run(kFrame + 32 * kBit - Time{1});
  CHECK(b.read(kRis) == 0);
  b.run(Time{1});
  CHECK(b.read(kRis) == kTimeout);
  b.read(kDr);
  CHECK(b.read(kRis) == 0);
}

TEST_CASE("PL011: a character that finds no room is an overrun", "[pl011][interrupt]") {
  UartBench b;
  b.set_up();
  for (char c = 'a'; c < 'a' + 18; ++c) b.uart.receive(c, b.now);
  b.run(17 * kFrame);
  CHECK((b.read(kRis) & kOverrun) != 0);
  CHECK(b.read(kDr) == 'a');
  b.run(kFrame);
  for (char c = 'b'; c < 'a' + 16; ++c) CHECK(b.read(kDr) == static_cast<std::uint32_t>(c));
  CHECK(b.read(kDr) == ('r' | 1U << 11));
  CHECK(b.read(kRsr) == 8);
  b.write(kRsr, 0);
  CHECK(b.read(kRsr) == 0);
}

TEST_CASE("PL011: loopback receives what is sent, and nothing leaves", "[pl011]") {
  UartBench b;
  b.set_up(0x70, 0x381 | 1U << 11);
  b.write(kDr, 'x');
  b.run(kFrame);
  CHECK(b.text.empty());
  CHECK(b.read(kDr) == 'x');
  CHECK((b.read(kFr) & 7) == 1);  // RTS is CTS.
}

TEST_CASE("PL011: the interrupt line follows the masked status, and output goes to the sink",
          "[pl011][lines]") {
  DeviceNode node{"serial@10009000"};
  node.set("clock-frequency", 24'000'000);
  const auto device = ModelRegistry::instance().create("arm,pl011", "uart", node);
  BusDriver bus{"bus"};
  bus.socket.bind(device->target);
  sc_core::sc_signal<bool> line;
  device->interrupt_outputs().at(0)->bind(line);
  std::string text;
  auto& port = dynamic_cast<SerialPort&>(*device);
  port.set_output([&text](char c) { text += c; });
  device->reset();
  bus.write(kIbrd, 13);
  bus.write(kFbrd, 1);
  bus.write(kLcrh, 0x60);
  bus.write(kCr, 0x301);
  bus.write(kImsc, kTx | kRx);
  run(Time{1});
  bus.write(kDr, 'h', 1);
  bus.write(kDr, 'i', 1);
  CHECK_FALSE(line.read());
  run(kFrame + Time{1});
  CHECK(line.read());
  CHECK(text == "h");
  bus.write(kIcr, kTx);
  run(Time{1});
  CHECK_FALSE(line.read());
  port.receive('!');
  run(kFrame + Time{1});
  CHECK(line.read());
  CHECK(text == "hi");
  CHECK(bus.read(kDr) == '!');
  run(Time{1});
  CHECK_FALSE(line.read());
  CHECK(bus.read(kMis) == 0);
}

TEST_CASE("PL011: any writes in any order end in a UART that still works", "[pl011][fuzz]") {
  UartBench b;
  std::uint32_t seed = 0x5EED'0011;
  const auto random = [&seed] { return seed = seed * 1'664'525 + 1'013'904'223; };
  for (int i = 0; i < 20'000; ++i) {
    const std::uint32_t offset = (random() >> 8) % 20 * 4;
    if (random() >> 31 != 0) {
      b.write(offset, random() >> 4);
    } else {
      b.read(offset);
    }
    if ((random() >> 29) == 0) b.uart.receive('r', b.now);
    b.run(Time{random() >> 3});
  }
  b.uart.reset();
  b.text.clear();
  b.set_up();
  b.write(kDr, 'A');
  b.run(kFrame);
  CHECK(b.text == "A");
}

TEST_CASE("PL011: left by a boot loader it sends at once, whatever rate is set later", "[pl011]") {
  UartBench b;
  b.uart.set_up_line();
  for (const char c : std::string{"a long line of more than sixteen"})
    b.write(kDr, static_cast<std::uint32_t>(c));
  CHECK((b.read(kFr) & (kTxff | kBusy)) == 0);
  b.set_up();
  b.write(kDr, '.');
  b.run(Time{0});
  CHECK(b.text == "a long line of more than sixteen.");
  CHECK((b.read(kRis) & kTx) != 0);
  CHECK(b.log.guest_errors() == 0);
}

TEST_CASE("PL011: listens while the receive interrupt is enabled", "[pl011]") {
  UartBench b;
  CHECK_FALSE(b.uart.listening());
  b.write(kImsc, kRx);
  CHECK(b.uart.listening());
  b.write(kImsc, kTx);
  CHECK_FALSE(b.uart.listening());
}
