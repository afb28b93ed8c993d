// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "models/bus/occupancy.hpp"
#include "models/cache/l2_eviction_buffer.hpp"
#include "models/cache/l2_line_number.hpp"
#include "models/cache/l2_master_side.hpp"
#include "models/cache/l2_monitor.hpp"
#include "models/cache/l2_settings.hpp"
#include "models/cache/l2_statistics.hpp"
#include "models/cache/l2_store_buffer.hpp"
#include "models/cache/set_associative.hpp"
#include "models/core/observer.hpp"
#include "models/core/write_hints.hpp"

namespace linefill {

/// One transaction at the slave port of an outer cache.
struct L2Request {
  PhysicalAddress address{0};
  std::span<std::byte> data{};  ///< Read into, or written from.
  const Attributes& attributes;
  ByteMask strobes = ~ByteMask{0};  ///< For a write of up to 32 bytes: which bytes, from the first.
  LineMarks* marks = nullptr;       ///< As BusExtension::marks.
  bool speculative = false;
  WriteBackCause cause = WriteBackCause::kEviction;
  WriteHints hints{};
};

/// The cache of an outer cache controller with real data: what a transaction does to the array, the
/// store buffer and memory, by its attributes and the settings (TRM 2.4, 2.5). Maintenance of
/// single lines, too; the registers that ask for it are in L2x0Block.
class L2Cache final : public CopyHolder {
 public:
  /// Latencies beside the RAMs' own, in cycles of the controller: see l2c310.md.
  struct Timing {
    Time cycle{2500};
    unsigned hit_cycles = 16;
  };

  L2Cache(const L2Settings& settings, L2MasterSide& memory, L2StoreBuffer& buffer,
          L2EvictionBuffer& evictions, L2Monitor& monitor, L2Statistics& statistics, Timing timing);

  void set_observer(Observer* observer) { observer_ = observer; }

  /// At `now`; on return `now` is when the requester has its data or response.
  BusResponse read(const L2Request& request, Time& now);
  BusResponse write(const L2Request& request, Time& now);

  /// Takes the geometry and replacement that the settings ask for. Another geometry loses what is
  /// held.
  void rebuild(Time now);
  /// Holds nothing any more: reset.
  void clear(Time now);
  const CacheGeometry& geometry() const { return array_.geometry(); }

  // Maintenance. A clean waits until an eviction buffer is free, not for memory's response.
  CacheLine* resident(L2LineNumber line) { return array_.find(line); }
  CacheLine& at(unsigned set, unsigned way) { return array_.at(set, way); }
  void clean(CacheLine& line, WriteBackCause cause, const Origin& origin, Time& now);
  void invalidate(CacheLine& line, const Origin& origin, Time now);
  /// Writes back and drops a dirty line from the `choice`th on. False: there is none nearby.
  bool evict_dirty(std::uint64_t choice, Time now);

  /// Whether what it holds is looked at.
  bool enabled() const { return settings_.enabled(); }

  CopyLevel level() const override { return CopyLevel::kL2; }
  CopyView find(LineNumber line) const override;
  void overtaken(LineNumber line, ByteMask bytes) override;
  void lose(LineNumber line, ByteMask bytes, const LineMarks& dropped) override;
  void count_copies_in(CopyFilter* filter) override;
  void overlay(LineNumber line, std::span<std::byte, kLineBytes> data) const override;
  void overwrite(LineNumber line, std::span<const std::byte, kLineBytes> data,
                 ByteMask mask) override;

 private:
  /// The part of a request that lies in one line.
  struct Part {
    const L2Request& request;
    L2LineNumber line;
    unsigned offset;            ///< In the line.
    std::span<std::byte> data;  ///< Of the request.
    ByteMask mask;              ///< Of the line: the bytes it reads or writes.
  };
  using LineData = std::array<std::byte, kLineBytes>;

  template <class Use>
  BusResponse for_each_part(const L2Request& request, Use&& use);
  BusResponse write_first_beat(const L2Request& request, Time& now);
  BusResponse write_around(const L2Request& request, Time& now);
  BusResponse read_part(const Part& part, Time& now);
  BusResponse read_hit(const Part& part, CacheLine& line, Time& now);
  BusResponse read_memory(const Part& part, Time& now);
  BusResponse write_part(const Part& part, Time& now);
  void write_into(const Part& part, CacheLine& line, bool write_back, Time now);
  BusResponse take_clean_line(const Part& part, Time& now);
  CacheLine* allocate_for_write(const Part& part, Time& now);
  void write_memory(const Part& part, Time& now);
  void write_memory_at_once(const Part& part, Time& now);

  void drain_line(L2LineNumber line, Time& now);
  BusResponse fetch(L2LineNumber line, LineData& data, const Attributes& attributes, Time& now);
  CacheLine* make_room(L2LineNumber line, const Attributes& attributes, Time now,
                       bool loses_victim = false);
  void install(CacheLine& line, L2LineNumber number, const LineData& data, FillCause cause,
               const Origin& origin, Time now);
  void prefetch(const Part& part, Time now);
  void fill_second_line(const Part& part, Time now);
  bool fill_aside(L2LineNumber line, const Attributes& attributes, FillCause cause,
                  bool loses_victim, Time now);
  void report_stale_use(const Part& part, const CacheLine& line, Time now);
  void mark_around(const Part& part);

  bool looked_up(const MemoryAttributes& memory) const;
  bool exclusive(const Attributes& attributes) const;
  void count_read(const Part& part, bool hit);
  void count_write(bool hit);
  Time cycles(unsigned n) const { return timing_.cycle * n; }
  unsigned hit_cycles() const;

  const L2Settings& settings_;
  L2MasterSide& memory_;
  L2StoreBuffer& buffer_;
  L2EvictionBuffer& evictions_;
  L2Monitor& monitor_;
  L2Statistics& statistics_;
  Timing timing_;
  Observer* observer_ = nullptr;
  SetAssociative array_;
  CopyFilter* filter_ = nullptr;  ///< The array's, also when that is rebuilt.
  unsigned generation_ = 0;  ///< Changes when the array is rebuilt: pointers into it are then void.
  // AXI moves data to and from the slave port apart: what is written back later delays no fill.
  Occupancy read_port_;
  Occupancy write_port_;
};

}  // namespace linefill
