// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "models/core/device.hpp"
#include "models/timer/sp804_block.hpp"

namespace linefill {

/// ARM Dual-Timer Module, SP804 TRM (DDI 0271). Device tree: "arm,sp804". With one interrupt in the
/// tree that is TIMINTC; with two they are TIMINT1 and TIMINT2.
class Sp804 final : public Device {
 public:
  Sp804(const sc_core::sc_module_name& name, const DeviceNode& node);

  void reset() override;
  std::vector<sc_core::sc_out<bool>*> interrupt_outputs() override;
  /// Integration test and identification registers.
  static const RegisterTable<Sp804>& registers();

 private:
  BusResponse access(DeviceAccess& access) override;
  std::uint32_t peek(std::uint32_t offset) const override;
  void on_update();
  void schedule(Time now);
  void advance(Time now);
  bool output(unsigned timer) const;

  std::array<Sp804Timer, 2> timers_;
  bool separate_;
  std::uint32_t test_control_ = 0;          ///< TimerITCR.
  std::uint32_t test_output_ = 0;           ///< TimerITOP.
  sc_core::sc_out<bool> first_{"timint1"};  ///< TIMINT1, or TIMINTC if there is one output.
  sc_core::sc_out<bool> second_{"timint2"};
  sc_core::sc_signal<bool> unused_{"unused"};
  sc_core::sc_event update_{"update"};
  Counter expirations_{statistics_, "expirations", "expirations"};
};

}  // namespace linefill
