// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/device.hpp"
#include "models/system/power_control.hpp"
#include "models/system/sp805_block.hpp"

namespace linefill {

/// ARM Watchdog Module. Device tree: "arm,sp805"; clock `wdog_clk`.
class Sp805 final : public Device, public PowerControl {
 public:
  sc_core::sc_out<bool> wdogint{"wdogint"};

  Sp805(const sc_core::sc_module_name& name, const DeviceNode& node);

  void reset() override;
  std::vector<sc_core::sc_out<bool>*> interrupt_outputs() override { return {&wdogint}; }
  void set_power_handler(std::function<void(PowerEvent)> handler) override {
    power_handler_ = std::move(handler);
  }

 private:
  BusResponse access(DeviceAccess& access) override;
  std::uint32_t peek(std::uint32_t offset) const override {
    return Sp805Block::registers().peek(block_, offset);
  }
  void on_update();
  void schedule(Time now);

  Sp805Block block_;
  std::function<void(PowerEvent)> power_handler_;
  bool interrupt_ = false;
  bool reset_told_ = false;
  sc_core::sc_event update_{"update"};
};

}  // namespace linefill
