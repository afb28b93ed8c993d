// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <set>

#include "models/core/device.hpp"

namespace linefill {

/// Stands for a node with `reg` and no model: reads zero, ignores writes, and logs the first access
/// of each register, because a stock kernel probes several (architecture, section 3).
class StubDevice final : public Device {
 public:
  StubDevice(const sc_core::sc_module_name& name, const DeviceNode& node);
  void reset() override { seen_.clear(); }
  std::vector<tlm::tlm_target_socket<>*> windows() override;

 private:
  BusResponse access(DeviceAccess& access) override;

  std::set<std::uint32_t> seen_;
  Counter accesses_{statistics_, "accesses", "accesses"};
};

}  // namespace linefill
