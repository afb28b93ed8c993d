// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace linefill {

/// What an event counter of an L2C-310 can count (TRM 3.3.6: the source field of a counter's
/// configuration).
enum class L2Event : std::uint8_t {
  kCastOut = 0x1,
  kDataReadHit = 0x2,
  kDataReadRequest = 0x3,
  kDataWriteHit = 0x4,
  kDataWriteRequest = 0x5,
  kWriteThroughRequest = 0x6,
  kInstructionReadHit = 0x7,
  kInstructionReadRequest = 0x8,
  kWriteAllocate = 0x9,
  kInternalPrefetch = 0xA,
};

/// Interrupt sources, by bit of the interrupt registers (TRM 3.3.7).
enum class L2Interrupt : std::uint8_t { kEventCounter = 0, kSlaveError = 7, kDecodeError = 8 };

/// The two event counters and the interrupt state of an L2C-310.
struct L2Monitor {
  std::uint32_t control = 0;
  std::array<std::uint32_t, 2> configuration{};
  std::array<std::uint32_t, 2> value{};
  std::uint32_t mask = 0;
  std::uint32_t raw = 0;

  bool counting() const { return (control & 1U) != 0; }
  std::uint32_t masked() const { return raw & mask; }
  bool interrupt() const { return masked() != 0; }
  void raise(L2Interrupt source) { raw |= 1U << static_cast<unsigned>(source); }

  void count(L2Event event) {
    if (counting()) count_in_counters(event);
  }

 private:
  void count_in_counters(L2Event event) {
    for (unsigned i = 0; i < value.size(); ++i) {
      if ((configuration[i] >> 2 & 0xFU) != static_cast<unsigned>(event)) continue;
      const bool full = value[i] == 0xFFFF'FFFF;  // Counters saturate.
      if (!full) ++value[i];
      const unsigned when = configuration[i] & 3U;
      if (when == 1 || (when == 2 && full)) raise(L2Interrupt::kEventCounter);
    }
  }
};

}  // namespace linefill
