// SPDX-License-Identifier: Apache-2.0
#include "sw/drivers/clcd/clcd.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "sw/arch/host/io.hpp"
#include "tests/support/catch.hpp"
#include "tests/sw/drivers/mmci_board.hpp"

namespace {

using guest::Error;

// PL111 TRM, chapter 3.
constexpr std::uint32_t kTiming0 = 0x00, kTiming1 = 0x04, kTiming2 = 0x08, kTiming3 = 0x0C,
                        kUpperBase = 0x10, kControl = 0x18, kMask = 0x1C, kMaskedStatus = 0x24,
                        kClear = 0x28;

/// A board with a display controller that keeps what is written and interrupts when told.
class LcdBench : public guest::FakeIo {
 public:
  LcdBench() {
    board.start(guest::test::MmciBoard::Model::extended(), true, true);
    guest::fake_io = this;
  }
  virtual ~LcdBench() {
    const auto irq = guest::device_irq(*dev);
    if (irq) free_irq(*irq, nullptr);
    board.finish();
  }
  LcdBench(const LcdBench&) = delete;
  LcdBench& operator=(const LcdBench&) = delete;

  std::uint32_t read(const volatile void* address, unsigned /*size*/) override {
    const std::uint32_t offset = offset_of(address);
    const std::map<std::uint32_t, std::uint32_t> ids{
        {0xFE0, part & 0xFF}, {0xFE4, 0x10 | part >> 8}, {0xFE8, 0x24}};
    return ids.count(offset) != 0 ? ids.at(offset) : registers[offset];
  }
  void write(volatile void* address, std::uint32_t value, unsigned /*size*/) override {
    if (offset_of(address) == kClear) registers[kMaskedStatus] &= ~value;
    registers[offset_of(address)] = value;
    order.push_back(offset_of(address));
  }
  static std::uint32_t offset_of(const volatile void* address) {
    return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(address) - 0x1002'0000);
  }

  guest::test::MmciBoard& board = guest::test::MmciBoard::instance();
  device* dev = guest::find_device("arm,pl111");
  std::uint32_t part = 0x111;
  std::map<std::uint32_t, std::uint32_t> registers;
  std::vector<std::uint32_t> order;
  guest::Clcd lcd;
};

TEST_CASE_METHOD(LcdBench, "the panel's timing reaches the registers", "[sw][clcd]") {
  REQUIRE(lcd.probe(*dev));
  CHECK(lcd.panel().width == 640);
  CHECK(lcd.panel().height == 480);
  CHECK(lcd.panel().frame_us() == 16'684);
  REQUIRE(lcd.enable(guest::DmaAddress{0x6123'4000}));
  CHECK(registers[kTiming0] == 0x2F0F'5F9C);
  CHECK(registers[kTiming1] == 0x210A'05DF);
  CHECK(registers[kTiming2] == (0x0400'0000 | 639U << 16 | 1U << 12 | 1U << 11));
  CHECK(registers[kTiming3] == 0);
  CHECK(registers[kUpperBase] == 0x6123'4000);
  CHECK(registers[kControl] == 0x1092B);
  CHECK(registers[kMask] == 0x16);
}

TEST_CASE_METHOD(LcdBench, "the panel gets power after its signals", "[sw][clcd]") {
  REQUIRE(lcd.probe(*dev));
  REQUIRE(lcd.enable(guest::DmaAddress{0}));
  CHECK(std::count(order.begin(), order.end(), kControl) == 3);  // Off, signals, power.
  CHECK(order.back() == kControl);
}

TEST_CASE_METHOD(LcdBench, "a display that shows no frames gives a timeout", "[sw][clcd]") {
  REQUIRE(lcd.probe(*dev));
  REQUIRE(lcd.enable(guest::DmaAddress{0}));
  const auto result = lcd.wait_for_whole_frame();
  REQUIRE_FALSE(result);
  CHECK(result.error() == Error::kTimeout);
}

TEST_CASE_METHOD(LcdBench, "another PrimeCell at the address, or none, is not taken for a display",
                 "[sw][clcd]") {
  part = 0x110;
  CHECK(lcd.probe(*dev).error() == Error::kNoDevice);
  part = 0;
  CHECK(lcd.probe(*dev).error() == Error::kNoDevice);
  CHECK_FALSE(lcd.present());
}

}  // namespace
