// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram.hpp"

#include "models/core/bus_extension.hpp"
#include "models/core/sc_time.hpp"
#include "models/memory/memory_access.hpp"

namespace linefill {

Dram::Dram(const sc_core::sc_module_name& name, const DeviceNode& node, std::uint64_t size)
    : Device{name, node}, storage_{size}, timing_{DramParameters::from(node)} {}

void Dram::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  move_data(payload, storage_);
  if (!payload.is_response_ok()) return;
  const Time now = time_of(delay);
  const std::uint32_t size = payload.get_data_length();
  const Time end = timing_.access(attributes_of(payload).origin.master, payload.get_address(), size,
                                  payload.is_write(), now,
                                  [this](DramTiming::RowOutcome outcome) { note(outcome); });
  delay += to_sc_time(end - now);
  (payload.is_write() ? bytes_written_ : bytes_read_) += size;
}

unsigned Dram::transport_dbg(tlm::tlm_generic_payload& payload) {
  return move_debug_data(payload, storage_);
}

void Dram::note(DramTiming::RowOutcome outcome) {
  switch (outcome) {
    case DramTiming::RowOutcome::kHit:
      ++row_hits_;
      break;
    case DramTiming::RowOutcome::kMiss:
      ++row_misses_;
      break;
    case DramTiming::RowOutcome::kConflict:
      ++row_conflicts_;
      break;
  }
}

}  // namespace linefill
