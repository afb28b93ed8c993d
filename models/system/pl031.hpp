// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/device.hpp"
#include "models/system/pl031_block.hpp"

namespace linefill {

/// ARM PrimeCell Real Time Clock. Device tree: "arm,pl031".
class Pl031 final : public Device {
 public:
  sc_core::sc_out<bool> rtcintr{"rtcintr"};

  Pl031(const sc_core::sc_module_name& name, const DeviceNode& node);

  void reset() override;
  std::vector<sc_core::sc_out<bool>*> interrupt_outputs() override { return {&rtcintr}; }

 private:
  BusResponse access(DeviceAccess& access) override;
  std::uint32_t peek(std::uint32_t offset) const override {
    return Pl031Block::registers().peek(block_, offset);
  }
  void on_update();
  void schedule(Time now);

  Pl031Block block_;
  bool interrupt_ = false;
  sc_core::sc_event update_{"update"};
};

}  // namespace linefill
