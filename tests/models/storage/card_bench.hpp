// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "models/storage/crc.hpp"
#include "models/storage/sd_card.hpp"
#include "tests/models/storage/memory_device.hpp"
#include "tests/support/catch.hpp"

namespace linefill::test {

inline constexpr Time kBit = Time{40'000};  // 25 MHz

/// A card alone, told commands as frames.
struct CardBench {
  explicit CardBench(std::size_t sectors = 4096, SdCapacity capacity = SdCapacity::kHigh)
      : card{std::make_unique<MemoryDevice>(sectors), capacity} {}

  SdResponse command(unsigned index, std::uint32_t argument = 0) {
    now += 10us;
    return card.command(sd_command_frame(index, argument), now, kBit);
  }
  SdResponse application(unsigned index, std::uint32_t argument = 0) {
    command(55, address);
    return command(index, argument);
  }
  static std::uint32_t content(const SdResponse& r) {
    return std::uint32_t{r.frame[1]} << 24 | std::uint32_t{r.frame[2]} << 16 |
           std::uint32_t{r.frame[3]} << 8 | r.frame[4];
  }
  static unsigned state_of(const SdResponse& r) { return content(r) >> 9 & 0xF; }

  void to_ready() {
    command(0);
    command(8, 0x1AA);
    application(41, 0x40FF'8000);
    now += 2ms;
    application(41, 0x40FF'8000);
  }
  void to_standby() {
    to_ready();
    command(2);
    address = content(command(3)) & 0xFFFF'0000;
  }
  void to_transfer() {
    to_standby();
    command(7, address);
  }
  std::vector<std::uint8_t> data() {
    const auto start = card.next_block(now, kBit);
    if (!start) return {};
    now = *start + 1ms;
    const SdBlock block = card.send_block();
    std::vector<std::uint8_t> bytes{block.data.begin(), block.data.end()};
    CHECK(block.crc == block_crc(bytes, block.wide));
    card.block_sent(now, kBit);
    return bytes;
  }

  SdWriteToken send(std::span<const std::uint8_t> block) {
    return card.receive_block(block, block_crc(block, card.wide()), card.wide(), now);
  }
  /// CMD13's answer, once the card is no longer busy.
  std::uint32_t status() {
    now = std::max(now, card.busy_until());
    return content(command(13, address));
  }

  SdCard card;
  Time now{0};
  std::uint32_t address = 0;
};

/// Bits of a register, numbered as the specification does: the last one of `bytes` is 0.
inline std::uint32_t field(std::span<const std::uint8_t> bytes, unsigned high, unsigned low) {
  std::uint32_t value = 0;
  for (unsigned bit = high + 1; bit-- > low;) {
    value = value << 1 | (bytes[bytes.size() - 1 - bit / 8] >> (bit % 8) & 1U);
  }
  return value;
}

}  // namespace linefill::test
