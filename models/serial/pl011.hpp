// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/device.hpp"
#include "models/serial/pl011_block.hpp"
#include "models/serial/serial_port.hpp"

namespace linefill {

/// ARM PrimeCell UART. Device tree: "arm,pl011"; clock `uartclk`. The output is UARTINTR.
class Pl011 final : public Device, public SerialPort {
 public:
  sc_core::sc_out<bool> uartintr{"uartintr"};

  Pl011(const sc_core::sc_module_name& name, const DeviceNode& node);

  void reset() override;
  std::vector<sc_core::sc_out<bool>*> interrupt_outputs() override { return {&uartintr}; }
  void set_output(std::function<void(char)> output) override {
    block_.set_output(std::move(output));
  }
  void receive(char character) override;
  bool listening() const override { return block_.listening(); }
  void set_up_line() override { block_.set_up_line(); }
  /// What the guest wrote before it ended is not lost.
  void end_of_simulation() override { block_.flush(); }

 private:
  BusResponse access(DeviceAccess& access) override;
  std::uint32_t peek(std::uint32_t offset) const override {
    return Pl011Block::registers().peek(block_, offset);
  }
  void on_update();
  void schedule(Time now);

  Pl011Counters counters_{statistics_};
  Pl011Block block_;
  bool interrupt_ = false;
  sc_core::sc_event update_{"update"};
};

}  // namespace linefill
