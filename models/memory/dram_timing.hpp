// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "models/bus/shared_occupancy.hpp"
#include "models/core/device_tree.hpp"
#include "models/core/time.hpp"

namespace linefill {

/// The parameters of a DDR SDRAM and its controller (JEDEC JESD79-3 names). The defaults are a
/// DDR3-1066 of 32 bits made of two 1 Gbit x16 devices; `controller` is what the way through a
/// controller and its PHY costs, both directions together.
struct DramParameters {
  unsigned banks = 8;
  unsigned row_bytes = 4096;  ///< The page of one bank, over all devices of the rank.
  Time tRCD{13'130};
  Time tCL{13'130};
  Time tRP{13'130};
  Time tRAS{37'500};
  Time tWR{15'000};
  Time tRFC{110'000};
  Time tREFI{7'800'000};
  Time burst{7'504};  ///< 32 bytes on the data pins: BL8 at 32 bits.
  Time controller{38'000};

  /// From `linefill,banks`, `linefill,row-bytes` and, in picoseconds, `linefill,trcd-ps`,
  /// `...tcl...`,
  /// `...trp...`, `...tras...`, `...twr...`, `...trfc...`, `...trefi...`, `linefill,burst-ps`,
  /// `linefill,controller-ps`. A tREFI of 0 means no refresh.
  static DramParameters from(const DeviceNode& node);
};

/// When an access to a DRAM ends: open page, row-bank-column address order, all-bank refresh folded
/// in. Reads are served in order of arrival; the masters share the data pins fairly. Writes are
/// posted: the controller collects them, and when its buffer is full writes all of them, row by
/// row. Knows no data.
class DramTiming {
 public:
  enum class RowOutcome : std::uint8_t { kHit, kMiss, kConflict };

  explicit DramTiming(const DramParameters& parameters);

  /// An access that reaches the controller at `now`; returns when its last byte is back, or
  /// accepted. An access longer than 32 bytes is several bursts. `note` is called for each burst
  /// that is done.
  template <class Note>
  Time access(MasterId master, std::uint64_t offset, std::uint32_t size, bool write, Time now,
              Note&& note) {
    const Time half = parameters_.controller / 2;
    Time end = now + half;
    const std::uint64_t last = (offset + (size == 0 ? 0 : size - 1)) / kBurstBytes;
    for (std::uint64_t burst = offset / kBurstBytes; burst <= last; ++burst) {
      if (write) {
        if (posted_count_ == kPostedWrites) end = std::max(end, write_posted(end, note));
        posted_[posted_count_++] = burst * kBurstBytes;
        end += parameters_.burst;
      } else {
        const Served read = serve(master, burst * kBurstBytes, false, now + half);
        note(read.outcome);
        end = read.end;
      }
    }
    return end + (parameters_.controller - half);
  }

 private:
  static constexpr unsigned kBurstBytes = 32;
  static constexpr std::size_t kPostedWrites = 16;
  static constexpr MasterId kWriteBuffer{
      0xFF};  ///< The master whose turn it is when posted writes leave.
  static constexpr std::uint64_t kClosed = ~std::uint64_t{0};

  struct Bank {
    std::uint64_t row = kClosed;
    std::int64_t refresh = 0;  ///< The refresh interval in which the row was opened.
    Time activated{0};
    Time open{0};     ///< From when on column commands find the row.
    Time ready{0};    ///< After the last column command.
    Time written{0};  ///< The end of write recovery: no precharge before.
  };

  struct Served {
    Time end{0};
    RowOutcome outcome{};
  };
  Served serve(MasterId master, std::uint64_t offset, bool write, Time arrival);
  /// Empties the buffer. Returns when it can: when the writes of the time before have left.
  template <class Note>
  Time write_posted(Time now, Note&& note) {
    const Time start = std::max(now, posted_end_);
    std::sort(posted_.begin(), posted_.end());
    for (const std::uint64_t offset : posted_) {
      const Served write = serve(kWriteBuffer, offset, true, start);
      note(write.outcome);
      posted_end_ = std::max(posted_end_, write.end);
    }
    posted_count_ = 0;
    return start;
  }
  Time after_refresh(Time at, std::int64_t& interval) const;

  DramParameters parameters_;
  std::vector<Bank> banks_;
  SharedOccupancy pins_;  ///< The data bus.
  std::array<std::uint64_t, kPostedWrites> posted_{};
  std::size_t posted_count_ = 0;
  Time posted_end_{0};
};

}  // namespace linefill
