// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "models/core/device.hpp"
#include "models/memory/dram_timing.hpp"
#include "models/memory/sparse_storage.hpp"

namespace linefill {

/// DDR SDRAM with its controller: a `memory` node (device_type = "memory"), one module for each
/// window of its `reg`. The controller's registers are not modelled. See dram.md.
class Dram final : public Device {
 public:
  Dram(const sc_core::sc_module_name& name, const DeviceNode& node, std::uint64_t size);

  void reset() override {}  ///< Contents survive.
  bool is_memory() const override { return true; }
  const SparseStorage& storage() const { return storage_; }

 protected:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) override;
  unsigned transport_dbg(tlm::tlm_generic_payload& payload) override;
  BusResponse access(DeviceAccess&) override { return BusResponse::kSlaveError; }

 private:
  void note(DramTiming::RowOutcome outcome);

  SparseStorage storage_;
  DramTiming timing_;
  Counter row_hits_{statistics_, "row_hits", "bursts"};
  Counter row_misses_{statistics_, "row_misses", "bursts"};
  Counter row_conflicts_{statistics_, "row_conflicts", "bursts"};
  Counter bytes_read_{statistics_, "bytes_read", "bytes"};
  Counter bytes_written_{statistics_, "bytes_written", "bytes"};
};

}  // namespace linefill
