// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "models/bus/initiator_port.hpp"
#include "models/core/device.hpp"
#include "models/display/display.hpp"
#include "models/display/pl111_block.hpp"

namespace linefill {

/// ARM PrimeCell Color LCD Controller, PL111 TRM (DDI 0293). Device tree: "arm,pl111".
class Pl111 final : public Device, public BusMaster, public Display {
 public:
  sc_core::sc_out<bool> clcdintr{"clcdintr"};  ///< The combined interrupt.

  Pl111(const sc_core::sc_module_name& name, const DeviceNode& node);

  void reset() override;
  std::vector<sc_core::sc_out<bool>*> interrupt_outputs() override { return {&clcdintr}; }
  InitiatorPort& initiator() override { return bus_; }
  void reissue_held(Time now) override;

  const Image& last_frame() const override;
  std::uint64_t frames() const override { return block_.frames(); }
  bool on() const override { return block_.on(); }

 protected:
  BusResponse access(DeviceAccess& access) override;
  std::uint32_t peek(std::uint32_t offset) const override;

 private:
  void on_update();

  InitiatorPort bus_{"bus"};
  pl111::Block block_;
  sc_core::sc_event update_;
  mutable Image image_;  ///< The shown frame's pixels, computed when they are asked for.
  mutable std::uint64_t image_of_frame_ = 0;
};

}  // namespace linefill
