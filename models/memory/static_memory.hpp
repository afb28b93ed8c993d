// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/device.hpp"
#include "models/memory/sparse_storage.hpp"

namespace linefill {

/// On-chip or static RAM: every access takes the same time (`linefill,access-ps`, default 20 ns).
/// Device tree: "mmio-sram".
class Sram final : public Device {
 public:
  Sram(const sc_core::sc_module_name& name, const DeviceNode& node);

  void reset() override {}  ///< Contents survive.
  bool is_memory() const override { return true; }
  const SparseStorage& storage() const { return storage_; }

 protected:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) override;
  unsigned transport_dbg(tlm::tlm_generic_payload& payload) override;
  BusResponse access(DeviceAccess&) override { return BusResponse::kSlaveError; }

 private:
  SparseStorage storage_;
  Time access_;
  Counter bytes_read_{statistics_, "bytes_read", "bytes"};
  Counter bytes_written_{statistics_, "bytes_written", "bytes"};
};

/// NOR flash as a memory that is only read: erased bytes are 0xFF, the loader fills it by debug
/// transport. A write is a guest error and ignored: the CFI command set is not modelled. Every
/// access takes `linefill,access-ps` (default 100 ns) for each 4 bytes. Device tree: "cfi-flash".
class Flash final : public Device {
 public:
  Flash(const sc_core::sc_module_name& name, const DeviceNode& node);

  void reset() override {}
  bool is_memory() const override { return true; }
  const SparseStorage& storage() const { return storage_; }

 protected:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) override;
  unsigned transport_dbg(tlm::tlm_generic_payload& payload) override;
  BusResponse access(DeviceAccess&) override { return BusResponse::kSlaveError; }

 private:
  SparseStorage storage_;
  Time access_;
  Counter bytes_read_{statistics_, "bytes_read", "bytes"};
};

}  // namespace linefill
