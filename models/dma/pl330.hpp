// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "models/bus/initiator_port.hpp"
#include "models/core/device.hpp"
#include "models/core/dma_request.hpp"
#include "models/dma/pl330_block.hpp"

namespace linefill {

/// ARM CoreLink DMA-330 (PL330) DMA controller, TRM DDI 0424. Device tree: "arm,pl330".
class Pl330 final : public Device, public BusMaster, private DmaRequestLine::Controller {
 public:
  sc_core::sc_out<bool> irq_abort{"irq_abort"};

  Pl330(const sc_core::sc_module_name& name, const DeviceNode& node);

  void reset() override;
  /// irq_abort, then irq[0], irq[1] ... as the binding orders them.
  std::vector<sc_core::sc_out<bool>*> interrupt_outputs() override;
  InitiatorPort& initiator() override { return bus_; }
  void reissue_held(Time now) override;

  /// The request interface that a cell of `dmas` names; ConfigurationError if there is no such.
  DmaRequestLine& request_line(unsigned number);

 protected:
  BusResponse access(DeviceAccess& access) override;
  std::uint32_t peek(std::uint32_t offset) const override;

 private:
  void request_changed(DmaRequestLine& line, Time now) override;
  void wake(Time now);
  void on_update();
  /// Calls `use(table, block, offset in the table)` for the window that `offset` lies in.
  template <class Self, class Use>
  static void with_window(Self& block, std::uint32_t offset, Use&& use);

  InitiatorPort bus_{"bus"};
  pl330::Block block_;
  std::deque<DmaRequestLine> lines_;
  std::deque<sc_core::sc_out<bool>> irq_;
  std::uint32_t irq_levels_ = 0;  ///< As the outputs have them: written only when one changes.
  sc_core::sc_event update_;
};

}  // namespace linefill
