// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/cache/set_associative.hpp"
#include "models/core/observer.hpp"
#include "models/core/statistics.hpp"
#include "models/cpu/core_context.hpp"

namespace linefill {

/// The L1 data cache of a Cortex-A9 (TRM 7.1): physically indexed and tagged, write-back,
/// write-allocate. Holds the lines and moves them to and from the bus; what is looked up when, and
/// what an access costs, is `MemorySystem`'s.
class L1DataCache final : public CopyHolder {
 public:
  L1DataCache(CacheGeometry geometry, Replacement replacement, CoreContext& context,
              Statistics& statistics);

  const CacheGeometry& geometry() const { return lines_.geometry(); }
  CacheLine* find(LineNumber line) { return lines_.find(line); }
  CacheLine& at(unsigned set, unsigned way) { return lines_.at(set, way); }

  struct Filled {
    CacheLine* line = nullptr;  ///< Null: the bus refused.
    BusResponse response = BusResponse::kOkay;
    Time end{};  ///< When the line was there.
  };
  /// Brings a line in from the bus and evicts what was in its place. It must not be resident.
  Filled fill(LineNumber line, const MemoryAttributes& attributes, FillCause cause,
              const Origin& origin, Time now);
  /// Writes the line down if it is dirty; it stays, clean. Through the one eviction buffer: returns
  /// when that had taken it (`now` if the line was clean).
  Time clean(CacheLine& line, WriteBackCause cause, const Origin& origin, Time now);
  /// Drops the line with whatever is dirty in it.
  void invalidate(CacheLine& line, const Origin& origin, Time now);
  /// Writes the line down if dirty (with ACTLR.EXCL an evicted one in any case), and drops it.
  /// Returns as `clean`.
  Time evict(CacheLine& line, WriteBackCause cause, const Origin& origin, Time now);
  /// When the last write-back ends.
  Time write_backs_end() const { return eviction_buffer_free_; }
  /// The dirty line at or after the `start`th of the array, or null. For the adversary.
  CacheLine* dirty_line_from(unsigned start);

  CopyLevel level() const override { return CopyLevel::kL1Data; }
  CopyView find(LineNumber line) const override;
  void overtaken(LineNumber line, ByteMask bytes) override;
  void lose(LineNumber line, ByteMask bytes, const LineMarks& dropped) override;
  void count_copies_in(CopyFilter* filter) override { lines_.count_in(filter); }
  void overlay(LineNumber line, std::span<std::byte, kLineBytes> data) const override {
    lines_.overlay(line, data);
  }
  void overwrite(LineNumber line, std::span<const std::byte, kLineBytes> data,
                 ByteMask mask) override {
    lines_.overwrite(line, data, mask);
  }

 private:
  Time write_down(CacheLine& line, WriteBackCause cause, const Origin& origin, Time now);
  void install(CacheLine& line, LineNumber number, FillCause cause);

  // Looking at a line's marks settles them: no change that anyone else could see.
  mutable SetAssociative lines_;
  std::vector<MemoryAttributes>
      attributes_;  ///< By line: with which it was filled, and is written back.
  Time eviction_buffer_free_{};
  LineMarks below_{};    ///< What a fill is told; here, because making one takes time.
  LineMarks written_{};  ///< What a write-back tells where that is not what the line has.
  CoreContext& context_;
  Counter fills_;
  Counter write_backs_;
  Counter refused_;
};

}  // namespace linefill
