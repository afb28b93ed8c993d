// SPDX-License-Identifier: Apache-2.0
// The console on a PL011 UART (ARM DDI 0183), as the loader or reset left its baud rate; polled.
#include "sw/arch/mmio.hpp"
#include "sw/kernel/boot.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/device.hpp"

namespace guest {
namespace {

struct Pl011Registers {
  std::uint32_t dr;  // UARTDR
  std::uint32_t rsr;
  std::uint32_t reserved0[4];
  std::uint32_t fr;  // UARTFR
  std::uint32_t reserved1[2];
  std::uint32_t ibrd;
  std::uint32_t fbrd;
  std::uint32_t lcr_h;  // UARTLCR_H
  std::uint32_t cr;     // UARTCR
};
static_assert(offsetof(Pl011Registers, fr) == 0x18);
static_assert(offsetof(Pl011Registers, cr) == 0x30);

constexpr std::uint32_t kPartNumber = 0x011;
constexpr std::uint32_t kTransmitFull = 1U << 5;
constexpr std::uint32_t kBaud = 115200;
constexpr std::uint32_t kEightBitsFifo = 3U << 5 | 1U << 4;
constexpr std::uint32_t kEnableTransmit = 1U << 8 | 1U << 0;
/// A full FIFO empties in 3 ms: longer than this and nothing will.
constexpr unsigned kPatience = 1'000'000;

class Pl011Console final : public TextSink {
 public:
  void start(IoPointer registers, std::uint32_t clock_hz) {
    uart_ = Mmio<Pl011Registers>{registers};
    // The divisor has 6 fractional bits: clock / (16 * baud) * 64, rounded.
    const std::uint32_t divisor = (clock_hz * 4 + kBaud / 2) / kBaud;
    uart_.write_relaxed(&Pl011Registers::cr, 0);
    uart_.write_relaxed(&Pl011Registers::ibrd, divisor >> 6);
    uart_.write_relaxed(&Pl011Registers::fbrd, divisor & 0x3F);
    uart_.write_relaxed(&Pl011Registers::lcr_h, kEightBitsFifo);
    uart_.write_relaxed(&Pl011Registers::cr, kEnableTransmit);
  }
  void write(std::string_view text) override {
    for (const char c : text) {
      if (c == '\n') put('\r');
      put(c);
    }
  }

 private:
  void put(char c) {
    for (unsigned i = 0; (uart_.read_relaxed(&Pl011Registers::fr) & kTransmitFull) != 0;) {
      if (++i == kPatience) return;
    }
    uart_.write_relaxed(&Pl011Registers::dr, static_cast<unsigned char>(c));
  }

  Mmio<Pl011Registers> uart_;
};

Pl011Console pl011_console;

}  // namespace

void console_init() {
  std::string_view path = device_tree().find("/chosen").text("stdout-path");
  path = path.substr(0, path.find(':'));  // Without "115200n8".
  device* dev = path.empty() ? nullptr : find_device(device_tree().find(path));
  if (dev == nullptr || !dev->of_node.compatible("arm,pl011")) return;
  const Result<IoPointer> registers = device_iomap(*dev);
  if (!registers || (primecell_id(*registers) & 0xFFF) != kPartNumber) return;
  constexpr std::uint32_t kUsualClock = 24'000'000;
  pl011_console.start(*registers, clock_rate(*dev, 0, kUsualClock));
  set_console(&pl011_console);
}

}  // namespace guest
