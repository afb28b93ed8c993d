// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "models/bus/bus_port.hpp"
#include "models/bus/occupancy.hpp"
#include "models/core/line_marks.hpp"
#include "models/core/observer.hpp"
#include "models/core/statistics.hpp"
#include "models/cpu/core_bus.hpp"

namespace linefill {

/// The L1 data cache of a core as the snoop control unit knows it by its copy of the tags.
class SnoopedCache {
 public:
  /// Reads a line if it is held, and what its copy is worth: it stays as it is. False: not held.
  /// On return `now` is when the core's earlier stores that a DMB puts before it are seen.
  virtual bool snoop_read(LineNumber line, std::span<std::byte, kLineBytes> data, LineMarks& marks,
                          Time& now) = 0;
  /// Before a write: cleans and invalidates the line if it is held, and ends the exclusive state of
  /// its granule. On return `now` is when the eviction buffer had taken it. False: not held.
  virtual bool snoop_write(LineNumber line, const Origin& origin, Time& now) = 0;
  /// The same as `snoop_read` for a debugger: no side effects.
  virtual bool snoop_debug(LineNumber line, std::span<std::byte, kLineBytes> data) = 0;

 protected:
  ~SnoopedCache() = default;
};

/// The Accelerator Coherency Port of a Cortex-A9 MPCore (TRM DDI 0407, 2.4), without its sockets. A
/// transaction is coherent if it is shareable (AxUSER[0]) and Normal (AxCACHE[1]); all others go
/// down untouched. See acp.md.
class AcpBlock final : public BusPort {
 public:
  /// `cycle`: of the core's clock, which is the SCU's. `below`: the outer cache's second port, or
  /// the interconnect.
  AcpBlock(CoreBus& below, SnoopedCache& l1, Time cycle, Statistics& statistics);

  void set_observer(Observer* observer) { observer_ = observer; }

  BusResponse read(PhysicalAddress address, std::span<std::byte> data, const Attributes& attributes,
                   Time& now) override;
  BusResponse write(PhysicalAddress address, std::span<const std::byte> data,
                    const Attributes& attributes, Time& now) override;
  /// For a debugger: puts what L1 has over `data`, which was read below, if a transaction with
  /// these attributes is coherent.
  void overlay(PhysicalAddress address, std::span<std::byte> data,
               const MemoryAttributes& attributes);

 private:
  /// Within one line, of memory.
  struct Part {
    PhysicalAddress address{0};
    std::span<std::byte> data{};  ///< Read into, or written from.
    const Attributes& attributes;

    LineNumber line() const { return line_of(address); }
    ByteMask bytes() const {
      return bytes_at(line_offset(address), static_cast<unsigned>(data.size()));
    }
  };
  BusResponse transfer(bool write, PhysicalAddress address, std::span<std::byte> data,
                       const Attributes& attributes, Time& now);
  BusResponse read_line(const Part& part, Time& now);
  BusResponse write_line(const Part& part, Time& now);
  static bool is_coherent(const MemoryAttributes& attributes);
  bool snoops(const Attributes& attributes);

  CoreBus& below_;
  SnoopedCache& l1_;
  Time cycle_;
  Occupancy port_;
  Observer* observer_ = nullptr;
  Counter coherent_;
  Counter not_coherent_;
  Counter read_hits_;
  Counter write_hits_;
};

}  // namespace linefill
