// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include "models/core/log.hpp"
#include "models/core/statistics.hpp"
#include "models/core/time.hpp"
#include "models/storage/sd_card.hpp"

namespace linefill {

/// Bits of MCIStatus, MCIClear and MCIMask (PL180 TRM 3.3.12).
namespace mci_status {
inline constexpr std::uint32_t kCmdCrcFail = 1U << 0;
inline constexpr std::uint32_t kDataCrcFail = 1U << 1;
inline constexpr std::uint32_t kCmdTimeOut = 1U << 2;
inline constexpr std::uint32_t kDataTimeOut = 1U << 3;
inline constexpr std::uint32_t kTxUnderrun = 1U << 4;
inline constexpr std::uint32_t kRxOverrun = 1U << 5;
inline constexpr std::uint32_t kCmdRespEnd = 1U << 6;
inline constexpr std::uint32_t kCmdSent = 1U << 7;
inline constexpr std::uint32_t kDataEnd = 1U << 8;
inline constexpr std::uint32_t kStartBitErr = 1U << 9;
inline constexpr std::uint32_t kDataBlockEnd = 1U << 10;
inline constexpr std::uint32_t kCmdActive = 1U << 11;
inline constexpr std::uint32_t kTxActive = 1U << 12;
inline constexpr std::uint32_t kRxActive = 1U << 13;
inline constexpr std::uint32_t kTxFifoHalfEmpty = 1U << 14;
inline constexpr std::uint32_t kRxFifoHalfFull = 1U << 15;
inline constexpr std::uint32_t kTxFifoFull = 1U << 16;
inline constexpr std::uint32_t kRxFifoFull = 1U << 17;
inline constexpr std::uint32_t kTxFifoEmpty = 1U << 18;
inline constexpr std::uint32_t kRxFifoEmpty = 1U << 19;
inline constexpr std::uint32_t kTxDataAvlbl = 1U << 20;
inline constexpr std::uint32_t kRxDataAvlbl = 1U << 21;
inline constexpr std::uint32_t kStatic = 0x7FF;
inline constexpr std::uint32_t kAll = 0x3F'FFFF;
}  // namespace mci_status

/// What an MMCI counts.
struct MmciCounters {
  explicit MmciCounters(Statistics& owner)
      : commands{owner, "commands", "commands"},
        blocks_read{owner, "blocks_read", "blocks"},
        blocks_written{owner, "blocks_written", "blocks"},
        bytes_read{owner, "bytes_read", "bytes"},
        bytes_written{owner, "bytes_written", "bytes"},
        crc_errors{owner, "crc_errors", "errors"},
        start_bit_errors{owner, "start_bit_errors", "errors"},
        timeouts{owner, "timeouts", "timeouts"},
        underruns{owner, "underruns", "underruns"},
        overruns{owner, "overruns", "overruns"},
        clock_stops{owner, "clock_stops", "stops"},
        data_active{owner, "data_active", "ns"} {}

  Counter commands;
  Counter blocks_read;
  Counter blocks_written;
  Counter bytes_read;
  Counter bytes_written;
  Counter crc_errors;  ///< Not of R3, which has no CRC and always sets CmdCrcFail.
  Counter start_bit_errors;
  Counter timeouts;
  Counter underruns;
  Counter overruns;
  Counter clock_stops;  ///< By flow control, because the FIFO was full or empty.
  Counter data_active;  ///< How long the data path was not idle, waits for the card included.
};

/// What command path and data path share: the card, its clock, the status flags.
struct MmciBus {
  std::unique_ptr<SdCard> card;
  Time period{0};  ///< Of MCICLK; 0 while it is stopped.
  bool wide = false;
  bool flow_control = false;
  std::uint32_t status = 0;  ///< The static flags of MCIStatus.
  MmciCounters& counters;
  Log& log;

  bool running() const { return period > Time{0}; }
};

/// A number of MCICLK cycles to let pass. Follows a clock that changes or stops meanwhile.
class ClockTimer {
 public:
  void start(std::int64_t clocks, Time now) {
    clocks_ = clocks;
    since_ = now;
    running_ = true;
  }
  void stop() { running_ = false; }
  Time due(Time period) const {
    return running_ && period > Time{0} ? since_ + period * clocks_ : kNever;
  }
  /// The period was `before` until now.
  void clock_changed(Time before, Time now) {
    if (before > Time{0}) clocks_ -= std::min<std::int64_t>(clocks_, (now - since_) / before);
    since_ = now;
  }

 private:
  std::int64_t clocks_ = 0;
  Time since_{0};
  bool running_ = false;
};

}  // namespace linefill
