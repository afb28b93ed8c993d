// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/cache/l2_cache.hpp"
#include "models/cache/l2_eviction_buffer.hpp"
#include "models/cache/l2_master_side.hpp"
#include "models/cache/l2_monitor.hpp"
#include "models/cache/l2_settings.hpp"
#include "models/cache/l2_store_buffer.hpp"
#include "models/cache/outer_maintenance.hpp"

namespace linefill {

/// What a board fixes of a Tauros2.
struct Tauros2Options {
  unsigned way_size_field = 2;  ///< As `L2Settings::geometry` has it: 32 KiB, eight ways.
  L2Cache::Timing timing{};
};

/// A Marvell Tauros2 without its sockets: the L2 cache of PJ1 and PJ4 cores. No registers: the
/// core's CP15 operates it. See tauros2.md.
///
/// Its array is that of the L2C-310's model, without what a Tauros2 has not: no store buffer that
/// merges, no look-up of shareable non-cacheable accesses, no lockdown registers.
class Tauros2Block final : public OuterMaintenance {
 public:
  // Of the extra features register.
  static constexpr std::uint32_t kBurst8 = 1U << 20;
  static constexpr std::uint32_t kUpperWaysOff = 1U << 21;
  static constexpr std::uint32_t kEcc = 1U << 23;
  static constexpr std::uint32_t kPrefetchOff = 1U << 24;

  Tauros2Block(BusPort& memory, const Tauros2Options& options, Statistics& statistics);

  void reset(Time now);
  void set_observer(Observer* observer);
  L2Cache& cache() { return cache_; }
  L2StoreBuffer& buffer() { return buffer_; }
  L2EvictionBuffer& evictions() { return evictions_; }

  /// Transactions of the core.
  BusResponse read(const L2Request& request, Time& now) {
    evictions_.advance(now);
    return cache_.read(request, now);
  }
  BusResponse write(const L2Request& request, Time& now) {
    evictions_.advance(now);
    return cache_.write(request, now);
  }

  void configure(bool enabled, std::uint32_t extra_features) override;
  void by_address(Action action, LineNumber line, bool secure, const Origin& origin,
                  Time& now) override;
  void by_set_way(Action action, unsigned set, unsigned way, const Origin& origin,
                  Time& now) override;
  void on_all(Action action, const Origin& origin, Time& now) override;
  void synchronize(Time& now) override;
  const CacheGeometry& geometry() const override { return cache_.geometry(); }

 private:
  void apply(Action action, CacheLine& line, const Origin& origin, Time& now);
  void told(Action action, Maintenance::Scope scope, LineNumber line, const Origin& origin,
            Time now);

  Time cycle_;
  std::uint32_t aux_;
  L2Settings settings_;
  L2Monitor monitor_;
  L2Statistics statistics_;
  L2MasterSide memory_;
  L2StoreBuffer buffer_;
  L2EvictionBuffer evictions_;
  L2Cache cache_;
  Observer* observer_ = nullptr;
};

}  // namespace linefill
