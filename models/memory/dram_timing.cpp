// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram_timing.hpp"

#include <algorithm>
#include <bit>

namespace linefill {

DramParameters DramParameters::from(const DeviceNode& node) {
  DramParameters p;
  p.banks = node.u32_or("linefill,banks", p.banks);
  if (p.banks == 0 || p.banks > 64) node.fail("linefill,banks", "1 to 64 banks");
  p.row_bytes = node.u32_or("linefill,row-bytes", p.row_bytes);
  if (!std::has_single_bit(p.row_bytes) || p.row_bytes < 64) {
    node.fail("linefill,row-bytes", "a power of two, 64 or more");
  }
  const auto time = [&node](const char* property, Time& value) {
    value = Time{node.u32_or(property, static_cast<std::uint32_t>(value.count()))};
  };
  time("linefill,trcd-ps", p.tRCD);
  time("linefill,tcl-ps", p.tCL);
  time("linefill,trp-ps", p.tRP);
  time("linefill,tras-ps", p.tRAS);
  time("linefill,twr-ps", p.tWR);
  time("linefill,trfc-ps", p.tRFC);
  time("linefill,trefi-ps", p.tREFI);
  time("linefill,burst-ps", p.burst);
  time("linefill,controller-ps", p.controller);
  if (p.tREFI.count() != 0 && p.tREFI <= p.tRFC)
    node.fail("linefill,trefi-ps", "0, or more than tRFC");
  return p;
}

DramTiming::DramTiming(const DramParameters& parameters)
    : parameters_{parameters}, banks_(parameters.banks) {}

// A refresh of all banks starts every tREFI: commands wait until tRFC later, and find all rows
// closed.
Time DramTiming::after_refresh(Time at, std::int64_t& interval) const {
  interval = 0;
  if (parameters_.tREFI.count() == 0) return at;
  interval = at / parameters_.tREFI;
  return interval == 0 ? at : std::max(at, interval * parameters_.tREFI + parameters_.tRFC);
}

DramTiming::Served DramTiming::serve(MasterId master, std::uint64_t offset, bool write,
                                     Time arrival) {
  const std::uint64_t page = offset / parameters_.row_bytes;
  Bank& bank = banks_[page % banks_.size()];
  const std::uint64_t row = page / banks_.size();
  std::int64_t interval = 0;
  Time column = after_refresh(std::max(arrival, bank.open), interval);
  RowOutcome outcome = RowOutcome::kHit;
  if (bank.refresh != interval) bank.row = kClosed;
  if (bank.row != row) {
    outcome = bank.row == kClosed ? RowOutcome::kMiss : RowOutcome::kConflict;
    if (outcome == RowOutcome::kConflict) {
      column = std::max({column, bank.activated + parameters_.tRAS, bank.ready, bank.written}) +
               parameters_.tRP;
    }
    bank.activated = column;
    column += parameters_.tRCD;
    bank.open = column;
    bank.row = row;
    bank.refresh = interval;
  }
  const Time start = pins_.take(master, column + parameters_.tCL, parameters_.burst);
  const Time end = start + parameters_.burst;
  bank.ready = std::max(bank.ready, end - parameters_.tCL);
  if (write) bank.written = std::max(bank.written, end + parameters_.tWR);
  return {end, outcome};
}

}  // namespace linefill
