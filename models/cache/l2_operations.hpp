// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/cache/l2_cache.hpp"
#include "models/cache/l2x0_options.hpp"
#include "models/core/register_table.hpp"

namespace linefill {

/// The maintenance operations of an outer cache (L2C-310 TRM 3.3.10): on a line by address or by
/// index, on whole ways in the background, and the sync. What is atomic and what runs in the
/// background differs between the parts: see L2x0Options.
class L2Operations {
 public:
  enum class Kind : std::uint8_t { kInvalidate, kClean, kCleanInvalidate, kUnlock, kSync };

  L2Operations(L2Cache& cache, L2StoreBuffer& buffer, L2EvictionBuffer& evictions,
               L2MasterSide& memory, L2Statistics& statistics, const L2x0Options& options)
      : cache_{cache},
        buffer_{buffer},
        evictions_{evictions},
        memory_{memory},
        statistics_{statistics},
        options_{options} {}

  void set_observer(Observer* observer) { observer_ = observer; }
  void reset() { running_ = {}; }

  // Each as one register write asks for it, at `now`: an atomic one moves `now` to its end.
  void on_address(Kind kind, std::uint32_t address, const RegisterContext& context, Time& now);
  /// Way in [31:28], index from bit 5 up.
  void on_index(Kind kind, std::uint32_t value, const RegisterContext& context, Time& now);
  void by_way(Kind kind, std::uint32_t ways, const RegisterContext& context, Time now);
  /// `merging_ends`: by a write of CACHE_SYNC itself (erratum 753970).
  void sync(bool merging_ends, const RegisterContext& context, Time& now);

  /// Something runs in the background, or is under way within this call.
  bool busy() const { return running_.pending != 0 || stepping_; }
  /// In the midst of a line, whose write-back has come to the controller's own registers.
  bool stepping() const { return stepping_; }
  /// The ways that an operation of this kind has still to do.
  std::uint32_t pending_ways(Kind kind) const {
    return running_.by_way && running_.kind == kind ? running_.pending : 0;
  }
  /// The C flag of the other operations' registers.
  std::uint32_t background() const {
    return options_.all_in_background() && running_.pending != 0 ? 1 : 0;
  }

  Time next_event() const;
  void advance(Time now) {
    while (running_.pending != 0 && !stepping_ && running_.next <= now) step();
  }

 private:
  /// What runs in the background: through ways line by line; L220: one line, or a sync.
  struct Running {
    Kind kind = Kind::kInvalidate;
    std::uint32_t pending = 0;  ///< Ways not finished, or 1; 0: nothing runs.
    Time next{0};               ///< Of the next line; else of the work, then of its end.
    Origin origin{};
    bool secure = true;
    bool by_way = false;
    bool worked = false;               ///< Not by way: what is left is its end.
    L2LineNumber address = kNoL2Line;  ///< By address.
    unsigned set = 0;
    unsigned way = 0;
    /// By way, of the chunk under way: lines that were dirty when it began (erratum 727915).
    std::uint32_t seen_dirty = 0;
  };

  bool secure(const RegisterContext& context) const {
    return context.attributes.secure || options_.part == L2Part::kL210;
  }
  Running of_line(Kind kind, const RegisterContext& context) const;
  void start_or_do(const Running& operation, Time& now);
  void work(const Running& operation, Time& now);
  void step();
  void step_through_ways();
  void look_ahead(unsigned way);
  bool overlooked(const CacheLine& line) const;
  void apply(Kind kind, CacheLine& line, const Origin& origin, Time& now);
  void told(Kind kind, Maintenance::Scope scope, LineNumber line, const Origin& origin, Time now);

  L2Cache& cache_;
  L2StoreBuffer& buffer_;
  L2EvictionBuffer& evictions_;
  L2MasterSide& memory_;
  L2Statistics& statistics_;
  const L2x0Options& options_;
  Observer* observer_ = nullptr;
  Running running_;
  bool stepping_ = false;
};

}  // namespace linefill
