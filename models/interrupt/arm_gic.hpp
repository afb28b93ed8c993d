// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <systemc>

#include "models/core/device.hpp"
#include "models/core/interrupt_controller.hpp"
#include "models/interrupt/gic_cpu_interface.hpp"
#include "models/interrupt/gic_distributor.hpp"

namespace linefill {

/// The interrupt controller of a Cortex-A9 MPCore with one processor. Device tree:
/// "arm,cortex-a9-gic", whose `reg` has the distributor, then the CPU interface; the number of
/// interrupt IDs is `linefill,interrupts` (96).
class ArmGic final : public Device, public InterruptController {
 public:
  static constexpr unsigned kPpis = GicDistributor::kFirstSpi - GicDistributor::kFirstPpi;

  sc_core::sc_vector<sc_core::sc_in<bool>>
      ppi;  ///< PPI 27 (first) to 31; true is asserted, whatever the polarity.
  sc_core::sc_vector<sc_core::sc_in<bool>> spi;  ///< SPI 0 (interrupt ID 32) and up.
  sc_core::sc_out<bool> irq{"irq"};
  sc_core::sc_out<bool> fiq{"fiq"};

  ArmGic(const sc_core::sc_module_name& name, const DeviceNode& node);

  void reset() override;
  std::vector<tlm::tlm_target_socket<>*> windows() override {
    return {&target, &cpu_window_.target};
  }
  /// Specifier: 0 for an SPI or 1 for a PPI, its number, flags.
  sc_core::sc_in<bool>* input(std::span<const std::uint32_t> specifier) override;
  std::vector<sc_core::sc_in<bool>*> inputs() override;
  sc_core::sc_out<bool>& irq_output() override { return irq; }
  sc_core::sc_out<bool>& fiq_output() override { return fiq; }

 private:
  /// The second window, as a target of its own.
  class CpuWindow final : public Device {
   public:
    CpuWindow(const sc_core::sc_module_name& name, const DeviceNode& node, ArmGic& gic)
        : Device{name, node}, gic_{gic} {}
    void reset() override {}

   private:
    BusResponse access(DeviceAccess& access) override;
    std::uint32_t peek(std::uint32_t offset) const override;

    ArmGic& gic_;
  };

  BusResponse access(DeviceAccess& access) override;
  std::uint32_t peek(std::uint32_t offset) const override;
  /// The lines follow an access when its time has come.
  void settle(const DeviceAccess& access);
  void on_update();

  GicDistributor distributor_;
  GicCpuInterface cpu_interface_;
  CpuWindow cpu_window_;
  sc_core::sc_event update_;
};

}  // namespace linefill
