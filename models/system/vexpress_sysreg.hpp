// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/device.hpp"
#include "models/system/vexpress_sysreg_block.hpp"

namespace linefill {

/// System registers of the Versatile Express motherboard. Device tree: "arm,vexpress-sysreg".
class VexpressSysreg final : public Device, public PowerControl {
 public:
  VexpressSysreg(const sc_core::sc_module_name& name, const DeviceNode& node);

  void reset() override { block_.reset(); }
  void set_power_handler(std::function<void(PowerEvent)> handler) override {
    block_.set_power_handler(std::move(handler));
  }
  /// Called with the eight LEDs when they are written.
  void set_led_handler(std::function<void(std::uint32_t)> handler) {
    block_.set_led_handler(std::move(handler));
  }
  /// The switches of the card socket, as SYS_MCI shows them.
  void set_card_present(bool present) { block_.set_card_present(present); }
  void set_card_protected(bool is_protected) { block_.set_card_protected(is_protected); }

 private:
  BusResponse access(DeviceAccess& access) override;
  std::uint32_t peek(std::uint32_t offset) const override {
    return VexpressSysregBlock::registers().peek(block_, offset);
  }

  VexpressSysregBlock block_{log_};
};

}  // namespace linefill
