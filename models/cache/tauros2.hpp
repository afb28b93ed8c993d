// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <systemc>
#include <vector>

#include "models/cache/outer_cache.hpp"
#include "models/cache/tauros2_block.hpp"

namespace linefill {

/// Marvell Tauros2. Device tree: "marvell,tauros2-cache". See tauros2.md.
class Tauros2 final : public OuterCache {
 public:
  Tauros2(const sc_core::sc_module_name& name, const DeviceNode& node);

  void reset() override;
  std::vector<tlm::tlm_target_socket<>*> windows() override { return {}; }
  void set_observer(Observer* observer) override { block_.set_observer(observer); }
  OuterMaintenance* maintenance() override { return &block_; }
  bool evict_early(std::uint64_t choice) override;
  void set_late_drain(bool late) override { block_.evictions().set_late(late); }

 protected:
  BusResponse access(DeviceAccess& access) override;
  L2Cache& cache() override { return block_.cache(); }
  L2StoreBuffer& buffer() override { return block_.buffer(); }
  L2EvictionBuffer& evictions() override { return block_.evictions(); }
  BusResponse pass(bool write, const L2Request& request, Time& now) override;

 private:
  /// `target`, which every device has, must be bound to something: there are no registers.
  tlm_utils::simple_initiator_socket<Tauros2> nobody_{"nobody"};
  Tauros2Block block_;
};

}  // namespace linefill
