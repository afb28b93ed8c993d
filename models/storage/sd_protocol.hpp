// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "models/storage/sd_card.hpp"

/// Numbers of the SD Physical Layer Specification that card and tests of it share.
namespace linefill::sd {

// Card status, 4.10.1.
inline constexpr std::uint32_t kOutOfRange = 1U << 31;
inline constexpr std::uint32_t kAddressError = 1U << 30;
inline constexpr std::uint32_t kBlockLengthError = 1U << 29;
inline constexpr std::uint32_t kEraseSequenceError = 1U << 28;
inline constexpr std::uint32_t kEraseParameter = 1U << 27;
inline constexpr std::uint32_t kWriteProtectViolation = 1U << 26;
inline constexpr std::uint32_t kCardIsLocked = 1U << 25;
inline constexpr std::uint32_t kLockUnlockFailed = 1U << 24;
inline constexpr std::uint32_t kComCrcError = 1U << 23;
inline constexpr std::uint32_t kIllegalCommand = 1U << 22;
inline constexpr std::uint32_t kError = 1U << 19;
inline constexpr std::uint32_t kCsdOverwrite = 1U << 16;
inline constexpr std::uint32_t kWriteProtectEraseSkip = 1U << 15;
inline constexpr std::uint32_t kEraseReset = 1U << 13;
inline constexpr unsigned kStateShift = 9;
inline constexpr std::uint32_t kReadyForData = 1U << 8;
inline constexpr std::uint32_t kApplicationCommand = 1U << 5;

/// From a command's end bit to its response: NCR may be 2 to 64 clocks.
inline constexpr unsigned kResponseClocks = 8;
/// NID: CMD2 and ACMD41 answer after exactly so many.
inline constexpr unsigned kIdentificationClocks = 5;
/// Between two blocks to the host: NAC is at least this.
inline constexpr unsigned kReadGapClocks = 8;

inline constexpr std::uint64_t kEndless = ~std::uint64_t{0};

/// A data block on the bus: start bit, data, CRC16, end bit (3.6.1 of the specification).
constexpr std::int64_t block_clocks(std::size_t bytes, bool wide) {
  return 1 + static_cast<std::int64_t>(bytes) * (wide ? 2 : 8) + 16 + 1;
}

/// A set of states, for the command table.
constexpr std::uint16_t in(SdCard::State state) {
  return static_cast<std::uint16_t>(1U << static_cast<unsigned>(state));
}

}  // namespace linefill::sd

namespace linefill {

/// A row of the specification's command tables (4.7.4) and of its state table (4.8).
struct SdCard::Command {
  unsigned index;
  bool application;
  std::uint16_t states;  ///< In which it is legal.
  Handler handler;
  bool when_locked = false;  ///< Also of a locked card (4.3.7.5).
};

}  // namespace linefill
