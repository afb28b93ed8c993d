// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include "models/core/address.hpp"
#include "models/core/statistics.hpp"
#include "models/cpu/data_side.hpp"

namespace linefill {

/// What the adversary does, and its seed: same seed, same run.
struct AdversaryEvents {
  bool early_eviction =
      false;  ///< Dirty lines are written down long before anyone needs their place.
  bool speculative_fill = false;  ///< Lines come back soon after they were invalidated.
  bool late_drain = false;        ///< The store buffer holds its slots as long as it may.
  bool late_maintenance = false;  ///< What CP15 is asked for waits for its barriers.
  bool early_load = false;        ///< Loads are done before earlier ones that take long.
  std::uint64_t seed = 1;

  bool any() const {
    return early_eviction || speculative_fill || late_drain || late_maintenance || early_load;
  }
};

/// Does, at the worst moments, what the architecture allows a core to do at any moment and a calm
/// simulation never does (architecture, section 7). Never more than that: it fills only lines that
/// are mapped cacheable at that moment, and writes down only what is dirty.
class Adversary {
 public:
  /// Whether the line at `va` may be filled now; `attributes` are those of its mapping.
  using MayFill =
      std::function<bool(VirtualAddress va, LineNumber line, MemoryAttributes& attributes)>;
  /// Asks the cache below to write down, and drop, a dirty line of its own: any that `random`
  /// selects. False: it has none.
  /// How long what may stay for ever stays: stores in the buffer, CP15's operations. A program that
  /// waits for one without a barrier relies on this end; it is far below a frame of a display.
  static constexpr Time kLatest = 50us;
  /// Likewise, for what waits for an ISB: exceptions do, too, and are seldom further apart.
  static constexpr Time kLatestEffect = 5ms;
  using EvictBelow = std::function<bool(std::uint64_t random)>;

  Adversary(DataSide& data, L1DataCache& l1d, StoreBuffer& buffer, CoreContext& context,
            MayFill may_fill, Statistics& statistics);

  /// `drain_time` is the board's; with `late_drain` the buffer gets the adversary's.
  void configure(const AdversaryEvents& events, Time drain_time);
  void set_evict_below(EvictBelow evict_below) { evict_below_ = std::move(evict_below); }

  /// A line was invalidated by address: it may come back.
  void invalidated(VirtualAddress va, LineNumber line);
  /// Whether a dirty line is written down before its late invalidation.
  bool evicts_first() { return events_.early_eviction && (random() & 1) != 0; }
  bool loads_early() const { return events_.early_load; }
  /// What is chosen for early loads: the other events come as they do without.
  std::uint64_t early_choice() { return next_of(early_state_); }
  /// An opportunity: between instructions, at any slow access, while the core sleeps.
  void poll(const Origin& origin) {
    if (context_.clock.now >= next_) act(origin);
  }
  /// When `poll` will do something again, in cycles; all ones if never.
  std::uint64_t next() const { return next_; }

 private:
  struct Candidate {
    VirtualAddress va{0};
    LineNumber line = kNoLine;
  };

  void act(const Origin& origin);
  void evict_some(const Origin& origin);
  void fill_some(const Origin& origin);
  static std::uint64_t next_of(std::uint64_t& state);
  std::uint64_t random() { return next_of(state_); }
  std::uint64_t random_between(std::uint64_t low, std::uint64_t high) {
    return low + random() % (high - low);
  }

  DataSide& data_;
  L1DataCache& l1d_;
  StoreBuffer& buffer_;
  CoreContext& context_;
  MayFill may_fill_;
  EvictBelow evict_below_;
  unsigned rests_below_ =
      0;  ///< So many opportunities are left out below, because nothing was dirty.
  AdversaryEvents events_{};
  std::uint64_t state_ = 1;
  std::uint64_t early_state_ = 1;
  std::uint64_t next_ = ~std::uint64_t{0};
  std::multimap<std::uint64_t, Candidate> candidates_;  ///< By when they are due, in cycles.
  Counter evictions_;
  Counter fills_;
};

}  // namespace linefill
