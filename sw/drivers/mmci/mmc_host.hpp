// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sw/lib/result.hpp"

namespace guest {

/// The responses of SD commands: SD Physical Layer Simplified Specification, 4.9.
enum class MmcResponse : std::uint8_t { kNone, kR1, kR2, kR3, kR6, kR7 };

struct MmcCommand {
  unsigned index = 0;
  std::uint32_t argument = 0;
  MmcResponse response = MmcResponse::kR1;
  /// Bits 127:96 of a long response first; of a short one only the first word.
  std::array<std::uint32_t, 4> answer{};
};

enum class MmcDirection : std::uint8_t { kFromCard, kToCard };

/// Blocks between the card and pieces of memory, in their order. A write does not change them.
struct MmcData {
  MmcDirection direction = MmcDirection::kFromCard;
  std::span<const std::span<std::byte>> segments;  ///< Each a multiple of 4 bytes, aligned to 4.
  unsigned block_bytes = 512;                      ///< A power of two.
  std::size_t bytes() const;  ///< Of all segments: a multiple of `block_bytes`.
  bool to_card() const { return direction == MmcDirection::kToCard; }
};

/// What an SD card is plugged into: carries out one command at a time. Every call ends in bounded
/// time.
class MmcHost {
 public:
  virtual void set_power(bool on) = 0;
  /// The fastest clock that is not above `hz`; 0 stops it. Returns the clock.
  virtual std::uint32_t set_clock(std::uint32_t hz) = 0;
  virtual void set_wide_bus(bool wide) = 0;
  /// kTimeout: no response, no data in time, or busy for too long. kBadData: a checksum was wrong.
  /// kIo: the FIFO ran full or empty. Data to the card are sent after the response, whatever it
  /// says.
  virtual Result<void> execute(MmcCommand& command, const MmcData* data = nullptr) = 0;
  /// The fastest clock the board allows.
  virtual std::uint32_t max_clock() const = 0;
  virtual bool can_wide_bus() const = 0;
  /// The largest `MmcData::bytes`.
  virtual std::size_t max_data_bytes() const = 0;
  virtual unsigned max_segments() const = 0;

 protected:
  ~MmcHost() = default;
};

}  // namespace guest
