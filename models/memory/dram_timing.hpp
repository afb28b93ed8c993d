// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "models/bus/occupancy.hpp"
#include "models/core/device_tree.hpp"
#include "models/core/time.hpp"

namespace linefill {

/// The parameters of a DDR SDRAM and its controller (JEDEC JESD79-3 names). The defaults are a DDR3-1066
/// of 32 bits made of two 1 Gbit x16 devices; `controller` is what the way through a controller and its
/// PHY costs, both directions together.
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

  /// From `linefill,banks`, `linefill,row-bytes` and, in picoseconds, `linefill,trcd-ps`, `...tcl...`,
  /// `...trp...`, `...tras...`, `...twr...`, `...trfc...`, `...trefi...`, `linefill,burst-ps`,
  /// `linefill,controller-ps`. A tREFI of 0 means no refresh.
  static DramParameters from(const DeviceNode& node);
};

/// When an access to a DRAM ends: open page, one command queue served in order of arrival, row-bank-column
/// address order, all-bank refresh folded in. Knows no data.
class DramTiming {
 public:
  enum class RowOutcome : std::uint8_t { kHit, kMiss, kConflict };

  explicit DramTiming(const DramParameters& parameters);

  /// An access that reaches the controller at `now`; returns when its last byte is back. An access
  /// longer than 32 bytes is several bursts. `outcome` is called for each burst.
  template <class Note>
  Time access(std::uint64_t offset, std::uint32_t size, bool write, Time now, Note&& note) {
    const Time half = parameters_.controller / 2;
    Time end = now + half;
    const std::uint64_t last = (offset + (size == 0 ? 0 : size - 1)) / kBurstBytes;
    for (std::uint64_t burst = offset / kBurstBytes; burst <= last; ++burst) {
      RowOutcome outcome{};
      end = serve(burst * kBurstBytes, write, now + half, outcome);
      note(outcome);
    }
    return end + (parameters_.controller - half);
  }

 private:
  static constexpr unsigned kBurstBytes = 32;
  static constexpr std::uint64_t kClosed = ~std::uint64_t{0};

  struct Bank {
    std::uint64_t row = kClosed;
    std::int64_t refresh = 0;  ///< The refresh interval in which the row was opened.
    Time activated{0};
    Time ready{0};    ///< For the next column command.
    Time written{0};  ///< The end of write recovery: no precharge before.
  };

  Time serve(std::uint64_t offset, bool write, Time arrival, RowOutcome& outcome);
  Time after_refresh(Time at, std::int64_t& interval) const;

  DramParameters parameters_;
  std::vector<Bank> banks_;
  Occupancy pins_;  ///< The data bus.
};

}  // namespace linefill
