// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "models/cache/set_associative.hpp"
#include "models/core/observer.hpp"
#include "models/core/statistics.hpp"
#include "models/cpu/core_context.hpp"

namespace linefill {

/// The L1 instruction cache of a Cortex-A9 (TRM 7.1). It holds copies of its own: code that was
/// written and not maintained is not seen. Never dirty.
class L1InstructionCache final : public CopyHolder {
 public:
  L1InstructionCache(CacheGeometry geometry, Replacement replacement, CoreContext& context,
                     Statistics& statistics);

  const CacheGeometry& geometry() const { return lines_.geometry(); }
  CacheLine* find(LineNumber line) { return lines_.find(line); }

  struct Filled {
    CacheLine* line = nullptr;  ///< Null: the bus refused.
    BusResponse response = BusResponse::kOkay;
    Time end{};
  };
  /// Brings a line in from the bus. `newer_above`: bytes of which the L1D or the store buffer holds
  /// newer values than the bus gives.
  Filled fill(LineNumber line, const MemoryAttributes& attributes, ByteMask newer_above,
              const Origin& origin, Time now);
  /// A fetch that is not cached: into a line that holds nothing afterwards.
  Filled read_uncached(LineNumber line, const MemoryAttributes& attributes, const Origin& origin,
                       Time now);
  void invalidate(LineNumber line);
  void invalidate_all();

  CopyLevel level() const override { return CopyLevel::kL1Instruction; }
  CopyView find(LineNumber line) const override;
  void overtaken(LineNumber line, ByteMask bytes) override;
  void lose(LineNumber line, ByteMask bytes, const LineMarks& dropped) override;
  void count_copies_in(CopyFilter* filter) override { lines_.count_in(filter); }
  void overlay(LineNumber line, std::span<std::byte, kLineBytes> data) const override {
    lines_.overlay(line, data);
  }
  void overwrite(LineNumber line, std::span<const std::byte, kLineBytes> data,
                 ByteMask mask) override;

 private:
  Filled read(CacheLine& line, LineNumber number, const MemoryAttributes& attributes,
              const Origin& origin, Time now, LineMarks* below);

  SetAssociative lines_;
  CacheLine uncached_{};
  CoreContext& context_;
  Counter misses_;
  Counter uncached_reads_;
};

}  // namespace linefill
