// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <systemc>

#include "models/core/device.hpp"
#include "models/core/model_registry.hpp"
#include "models/core/sc_time.hpp"

namespace linefill {

/// The shell of one timer of a Cortex-A9 MPCore. Its clock is PERIPHCLK (100 MHz where the device
/// tree does not tell). `Block` is the timer.
template <class Block>
class MpcoreTimerDevice final : public Device {
 public:
  sc_core::sc_out<bool> irq{"irq"};

  MpcoreTimerDevice(const sc_core::sc_module_name& name, const DeviceNode& node)
      : Device{name, node}, block_{period_of(node.clock_hz({}, kDefaultHz)), events_} {
    SC_HAS_PROCESS(MpcoreTimerDevice);
    SC_METHOD(on_update);
    sensitive << update_;
  }

  void reset() override {
    block_.reset();
    update_.notify(sc_core::SC_ZERO_TIME);
  }
  std::vector<sc_core::sc_out<bool>*> interrupt_outputs() override { return {&irq}; }

 private:
  static constexpr std::uint64_t kDefaultHz = 100'000'000;

  BusResponse access(DeviceAccess& access) override {
    const Time now = access.context.now;
    block_.advance(now);
    const BusResponse response =
        access_registers(Block::registers(), block_, access.offset, access);
    if (access.write) update_.notify(to_sc_time(now) - sc_core::sc_time_stamp());
    return response;
  }
  std::uint32_t peek(std::uint32_t offset) const override {
    return Block::registers().peek(block_, offset);
  }

  // Sole writer of the output.
  void on_update() {
    const Time now = from_sc_time(sc_core::sc_time_stamp());
    block_.advance(now);
    irq = block_.interrupt();
    if constexpr (requires { block_.reset_requested(); }) warn_of_reset(block_.reset_requested());
    const Time next = block_.next_event();
    if (next != kNever) update_.notify(to_sc_time(std::max(next - now, Time{1})));
  }

  void warn_of_reset(bool requested) {
    if (requested && !warned_) log_.warning("expired and requests a reset, which is not performed");
    warned_ = requested;
  }

  bool warned_ = false;
  Counter events_{statistics_, Block::kEvents, "events"};
  Block block_;
  sc_core::sc_event update_;
};

}  // namespace linefill
