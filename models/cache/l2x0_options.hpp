// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/cache/l2_cache.hpp"
#include "models/core/device_tree.hpp"

namespace linefill {

/// What a board fixes of an outer cache controller of the family.
struct L2x0Options {
  L2Part part = L2Part::kL310;
  std::uint32_t cache_id = 0x4100'00C8;  ///< L2C-310 r3p2.
  unsigned way_size_field = 3;           ///< 64 KiB.
  unsigned ways = 8;
  std::uint32_t ram_latency_reset = 0x777;  ///< L2C-310.
  Time store_buffer_drain{1'000'000};
  L2Cache::Timing timing{};

  /// Only r3p2 and later let the store buffer drain with time (erratum 769419).
  bool drains_with_time() const { return !is_l310() || release() >= kR3p2; }
  /// Before r2p0 a clean-and-invalidate leaves lines that were clean (erratum 588369).
  bool keeps_clean_lines() const { return is_l310() && release() < kR2p0; }
  /// From r2p0 to r3p0 a clean-and-invalidate by way may drop what is written to a line just
  /// before it comes to it (erratum 727915).
  bool way_operation_races() const { return is_l310() && release() >= kR2p0 && release() <= kR3p0; }
  /// On r3p0 the store buffer merges nothing any more after a CACHE_SYNC (erratum 753970).
  bool sync_ends_merging() const { return is_l310() && release() == kR3p0; }

  /// From r3p0 to r3p1-50 the second line of a double linefill may overwrite a dirty line
  /// (erratum 752271).
  bool loses_second_victim() const { return is_l310() && release() >= kR3p0 && release() < kR3p2; }
  /// What came with r2p0: prefetch control, full line of zeros, early responses.
  bool has_prefetch_control() const { return is_l310() && release() >= kR2p0; }
  /// What came with r3p0.
  bool has_power_control() const { return is_l310() && release() >= kR3p0; }

  /// L220: operations on one line, and the sync, run in the background, too.
  bool all_in_background() const { return part == L2Part::kL220; }
  /// L210: an operation while one runs in the background is not refused but ignored.
  bool ignores_conflicts() const { return part == L2Part::kL210; }

 private:
  // The RTL release in the cache ID, L2C-310 TRM 3.3.1.
  static constexpr std::uint32_t kR2p0 = 0x04;
  static constexpr std::uint32_t kR3p0 = 0x05;
  static constexpr std::uint32_t kR3p2 = 0x08;
  bool is_l310() const { return part == L2Part::kL310; }
  std::uint32_t release() const { return cache_id & 0x3FU; }
};

/// Reads `compatible` ("arm,l220-cache", "arm,l210-cache", else an L2C-310), `cache-size`,
/// `cache-sets`, the clock (of the node, else of the first cpu), and `linefill,revision`,
/// `linefill,store-buffer-drain-ns`, `linefill,hit-latency-cycles`, `linefill,ram-latency-reset`;
/// checks `arm,tag-latency`, `arm,data-latency` and `arm,dirty-latency`, which are for the guest.
/// Throws ConfigurationError for what no such controller can be.
L2x0Options l2x0_options(const DeviceNode& node);

}  // namespace linefill
