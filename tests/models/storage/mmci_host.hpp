// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "models/storage/mmci_block.hpp"
#include "models/storage/sd_protocol.hpp"
#include "tests/models/storage/memory_device.hpp"

namespace linefill::test {

// PL180 TRM, table 3-1.
inline constexpr std::uint32_t kMciPower = 0x00, kMciClock = 0x04, kMciArgument = 0x08,
                               kMciCommand = 0x0C, kMciRespCmd = 0x10, kMciResponse0 = 0x14,
                               kMciResponse1 = 0x18, kMciResponse2 = 0x1C, kMciResponse3 = 0x20,
                               kMciDataTimer = 0x24, kMciDataLength = 0x28, kMciDataCtrl = 0x2C,
                               kMciDataCnt = 0x30, kMciStatus = 0x34, kMciClear = 0x38,
                               kMciMask0 = 0x3C, kMciMask1 = 0x40, kMciFifoCnt = 0x48,
                               kMciFifo = 0x80;

/// An MMCI block with a card, driven by its registers and by time; no kernel. MCLK is 50 MHz.
struct MmciHost {
  static constexpr Time kMclk{20'000};
  static constexpr Time kBit{40'000};  // 25 MHz, with ClkDiv 0.

  static MmciBlock::Configuration extended() { return {0x0204'1180, 128, true, 16, kMclk}; }
  static MmciBlock::Configuration plain() { return {0x0004'1181, 16, false, 8, kMclk}; }

  explicit MmciHost(const MmciBlock::Configuration& configuration = extended(),
                    std::size_t sectors = 4096)
      : block{configuration, counters, log} {
    block.reset();
    block.insert_card(
        std::make_unique<SdCard>(std::make_unique<MemoryDevice>(sectors), SdCapacity::kHigh));
  }

  std::uint32_t read(std::uint32_t offset) {
    block.advance(now);
    std::uint32_t value = 0;
    MmciBlock::registers().read(block, offset, value, {now, {}});
    return value;
  }
  void write(std::uint32_t offset, std::uint32_t value, Origin origin = {}) {
    block.advance(now);
    RegisterContext context{now, {}};
    context.attributes.origin = origin;
    MmciBlock::registers().write(block, offset, value, context);
  }
  void run(Time t) {
    now += t;
    block.advance(now);
  }
  std::uint32_t status() { return read(kMciStatus); }
  /// Until one of `flags` is up; false if none is within a second.
  bool wait(std::uint32_t flags) {
    const Time limit = now + 1000ms;
    while ((status() & flags) == 0) {
      const Time next = block.next_event();
      if (next > limit) return false;
      now = std::max(now, next);
    }
    return true;
  }

  /// `kind`: 0x40 for a short response, 0xC0 for a long one, 0 for none. The flags that came up.
  std::uint32_t command(unsigned index, std::uint32_t argument = 0, std::uint32_t kind = 0x40) {
    using namespace mci_status;
    constexpr std::uint32_t kEnds = kCmdRespEnd | kCmdSent | kCmdCrcFail | kCmdTimeOut;
    write(kMciClear, kEnds);
    write(kMciArgument, argument);
    write(kMciCommand, 0x400 | kind | index);
    wait(kEnds);
    const std::uint32_t result = status() & kEnds;
    write(kMciCommand, 0);
    return result;
  }
  std::uint32_t application(unsigned index, std::uint32_t argument = 0) {
    command(55, address);
    return command(index, argument);
  }

  void power_on(std::uint32_t clock = 0x100) {
    write(kMciPower, 0x02);
    write(kMciPower, 0x03);
    write(kMciClock, clock);
  }
  /// As Linux brings a card up, to 25 MHz and four lines.
  void bring_up(std::uint32_t clock = 0x1900) {
    power_on();
    command(0, 0, 0);
    command(8, 0x1AA);
    application(41, 0x40FF'8000);
    run(2ms);
    application(41, 0x40FF'8000);
    command(2, 0, 0xC0);
    command(3);
    address = read(kMciResponse0) & 0xFFFF'0000;
    command(7, address);
    if ((clock & 0x800) != 0) application(6, 2);
    write(kMciClock, clock);
    write(kMciClear, 0x7FF);
  }

  /// MCIDataCtrl for blocks of 2 to the `log2` bytes from the card, without DMA.
  void expect_data(std::uint32_t bytes, unsigned log2 = 9, std::uint32_t more = 0,
                   Origin origin = {}) {
    write(kMciDataTimer, 2'500'000);
    write(kMciDataLength, bytes);
    write(kMciDataCtrl, log2 << 4 | 0x3 | more, origin);
  }
  void offer_data(std::uint32_t bytes, std::uint32_t more = 0) {
    write(kMciDataTimer, 2'500'000);
    write(kMciDataLength, bytes);
    write(kMciDataCtrl, 0x91 | more);
  }
  /// Reads what comes, as a polling driver does.
  std::vector<std::uint32_t> drain(std::size_t words) {
    using namespace mci_status;
    constexpr std::uint32_t kBad = kDataCrcFail | kDataTimeOut | kRxOverrun | kStartBitErr;
    std::vector<std::uint32_t> result;
    while (result.size() < words && wait(kRxDataAvlbl | kBad) && (status() & kRxDataAvlbl) != 0) {
      result.push_back(read(kMciFifo));
    }
    return result;
  }

  Statistics statistics;
  MmciCounters counters{statistics};
  Log log{"mmci"};
  MmciBlock block;
  Time now{0};
  std::uint32_t address = 0;
};

/// The words of a sector of a MemoryDevice.
inline std::vector<std::uint32_t> sector_words(std::uint64_t sector, unsigned count = 1) {
  std::vector<std::uint32_t> words;
  for (std::uint64_t s = sector; s < sector + count; ++s) {
    for (std::size_t i = 0; i < kSectorBytes; i += 4) {
      std::uint32_t word = 0;
      for (std::size_t j = 0; j < 4; ++j)
        word |= std::uint32_t{MemoryDevice::pattern(s, i + j)} << (8 * j);
      words.push_back(word);
    }
  }
  return words;
}

}  // namespace linefill::test
