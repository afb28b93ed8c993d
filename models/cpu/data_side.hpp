// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "models/core/statistics.hpp"
#include "models/cpu/core_context.hpp"
#include "models/cpu/fill_slots.hpp"
#include "models/cpu/l1_data_cache.hpp"
#include "models/cpu/l1_instruction_cache.hpp"
#include "models/cpu/store_buffer.hpp"

namespace linefill {

/// Where data of a core come from and go to, by physical address: L1D, store buffer, bus. Keeps the
/// order that memory types and barriers ask for, and charges the core's clock.
///
/// A load miss stalls until its line is there; store misses and prefetches overlap, four at a time:
/// a fifth stalls until one of them has ended.
class DataSide {
 public:
  DataSide(L1DataCache& l1d, L1InstructionCache& l1i, StoreBuffer& buffer, CoreContext& context,
           Statistics& statistics);

  /// Bytes within one line.
  struct Access {
    PhysicalAddress address{0};
    Attributes attributes{};
    bool cached = false;     ///< In the L1D.
    bool exclusive = false;  ///< Not to be held in the store buffer.
  };
  struct Result {
    BusResponse response = BusResponse::kOkay;
    CacheLine* line = nullptr;  ///< That served a cached access.
    bool hit = false;
  };
  Result read(const Access& access, std::span<std::byte> data);
  Result write(const Access& access, std::span<const std::byte> data);

  /// PLD: brings in a line that the program may use; nothing waits for it.
  void prefetch(LineNumber line, const MemoryAttributes& attributes, FillCause cause,
                const Origin& origin);
  /// A load that the program may never come to: nobody is told. False: it failed.
  bool read_ahead(const Access& access, std::span<std::byte> data);
  /// DSB: everything that has left the core has arrived.
  void complete();
  /// Applies a cache operation to one line, if it is held.
  void maintain(Maintenance::Action action, CacheLine& line, const Origin& origin);
  /// Order before cache operations and evictions of the adversary.
  void before_write_back(LineNumber line);
  /// Loads that missed the L1D, and that went around it.
  std::uint64_t load_misses() const { return load_misses_; }
  std::uint64_t uncached_loads() const { return uncached_loads_.value(); }
  /// Whether the line is still on its way.
  bool arriving(LineNumber line) const { return fills_.ready(line) > context_.now(); }

 private:
  CacheLine* look_up(const Access& access, bool for_write, Result& result);
  Time wait_for_fill_slot();
  void use(CacheLine& line, ByteMask bytes, const Origin& origin);
  Result read_uncached(const Access& access, std::span<std::byte> data);
  Result write_uncached(const Access& access, std::span<const std::byte> data);
  void write_buffered(const Access& access, std::span<const std::byte> data);
  void order_uncached(const Access& access);
  /// Copies that are older than what is being stored around them.
  void overtake_copies(PhysicalAddress address, std::size_t size);

  L1DataCache& l1d_;
  L1InstructionCache& l1i_;
  StoreBuffer& buffer_;
  CoreContext& context_;
  FillSlots fills_;
  Counter misses_;
  std::uint64_t load_misses_ = 0;
  Counter uncached_loads_;
  Counter uncached_stores_;
  Counter device_accesses_;
};

}  // namespace linefill
