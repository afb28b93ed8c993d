// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <span>
#include <vector>

#include "models/display/pl111_block.hpp"
#include "tests/support/catch.hpp"

namespace linefill::test {

inline constexpr std::uint32_t kVideo = 0x4C00'0000;

/// Video memory behind a bus of a given speed.
class FakeBus final : public BusPort {
 public:
  struct Record {
    std::uint32_t address;
    std::size_t size;
    Time start;
  };
  Time latency = 50ns;
  std::vector<std::byte> memory = std::vector<std::byte>(0x40'0000);
  std::vector<Record> records;
  Attributes last_attributes{};
  bool held = false;  ///< By an IOMMU.

  BusResponse read(PhysicalAddress address, std::span<std::byte> data, const Attributes& attributes,
                   Time& now) override {
    records.push_back({raw(address), data.size(), now});
    last_attributes = attributes;
    if (held) return BusResponse::kHeld;
    now += latency + 5ns * static_cast<int>(data.size() / 8);
    const std::uint32_t at = raw(address) - kVideo;
    if (at >= memory.size() || data.size() > memory.size() - at) return BusResponse::kDecodeError;
    std::memcpy(data.data(), memory.data() + at, data.size());
    return BusResponse::kOkay;
  }
  BusResponse write(PhysicalAddress, std::span<const std::byte>, const Attributes&,
                    Time&) override {
    FAIL("an LCD controller never writes");
    return BusResponse::kSlaveError;
  }
  void word(std::uint32_t offset, std::uint32_t value) { std::memcpy(&memory[offset], &value, 4); }
};

/// The smallest useful panel: 16 x 2 pixels, or what a test asks for, with CLCDCLK at 10 MHz
/// undivided.
struct Pl111Bench {
  FakeBus bus;
  Log log{"pl111"};
  Statistics statistics;
  pl111::Block lcd{100ns, bus, log, statistics};
  Time now{0};

  Pl111Bench() {
    Log::set_level(LogLevel::kError);
    lcd.reset();
  }
  RegisterContext context() const {
    RegisterContext c;
    c.now = now;
    return c;
  }
  std::uint32_t read(std::uint32_t offset) {
    lcd.advance(now);
    std::uint32_t value = 0;
    REQUIRE(pl111::Block::registers().read(lcd, offset, value, context()) == RegisterResult::kDone);
    return value;
  }
  void write(std::uint32_t offset, std::uint32_t value) {
    lcd.advance(now);
    REQUIRE(pl111::Block::registers().write(lcd, offset, value, context()) ==
            RegisterResult::kDone);
  }
  /// Timing: HBP 2, HFP 3, HSW 4; VBP 1, VFP 2, VSW 3; undivided clock.
  void set_timing(unsigned width, unsigned height) {
    write(0x000, 1U << 24 | 2U << 16 | 3U << 8 | (width / 16 - 1) << 2);
    write(0x004, 1U << 24 | 2U << 16 | 2U << 10 | (height - 1));
    write(0x008, 1U << 26);
    write(0x010, kVideo);
  }
  static Time line_time(unsigned width) { return 100ns * static_cast<int>(2 + 3 + 4 + width); }
  static Time frame_time(unsigned width, unsigned height) {
    return line_time(width) * static_cast<int>(1 + 2 + 3 + height);
  }
  void start(unsigned width, unsigned height, std::uint32_t control) {
    set_timing(width, height);
    write(0x018, control | 0x821);  // LCDEN, TFT, PWR.
  }
  void run_until(Time end) {
    while (lcd.next_event() <= end) {
      now = std::max(now, lcd.next_event());
      lcd.advance(now);
    }
    now = std::max(now, end);
  }
  void run_for(Time duration) { run_until(now + duration); }
  /// The picture after one frame of 16 x 1 pixels in format `control`.
  Image show(std::uint32_t control) {
    start(16, 1, control);
    run_for(frame_time(16, 1));
    return lcd.shown().render();
  }
  std::uint64_t counter(std::string_view name) const {
    for (const Counter* c : statistics.counters()) {
      if (c->name() == name) return c->value();
    }
    FAIL("no counter " << name);
    return 0;
  }
};

/// A pixel as 0xRRGGBB.
inline std::uint32_t pixel(const Image& image, unsigned x, unsigned y = 0) {
  const std::size_t at = 3 * (std::size_t{y} * image.width + x);
  return static_cast<std::uint32_t>(image.rgb.at(at) << 16 | image.rgb.at(at + 1) << 8 |
                                    image.rgb.at(at + 2));
}

}  // namespace linefill::test
