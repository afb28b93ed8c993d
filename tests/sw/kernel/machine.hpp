// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sw/arch/barrier.hpp"
#include "sw/kernel/interrupt.hpp"
#include "sw/kernel/time.hpp"

namespace guest::test {

/// A machine with a 1 MHz counter, an alarm, and lines that a test pulls.
class Machine : public ClockSource, public ClockEvent, public InterruptController {
 public:
  Machine() {
    register_clock_source(*this, 1'000'000, 1);
    register_clock_event(*this, 1);
    set_interrupt_controller(*this);
    host_idle = [] { machine->idle(); };
    machine = this;
  }
  virtual ~Machine() { host_idle = nullptr; }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  std::uint32_t read() override { return now_us; }
  void program(std::uint64_t delta_ns) override { alarm_us = now_us + delta_ns / kNsPerUs; }
  void stop() override {}
  void enable(unsigned irq) override { log.push_back("enable " + std::to_string(irq)); }
  void disable(unsigned irq) override { log.push_back("disable " + std::to_string(irq)); }
  void set_trigger(unsigned /*irq*/, bool /*edge*/) override {}
  void handle(void (*dispatch)(unsigned irq)) override {
    while (!pending.empty()) {
      const unsigned irq = pending.back();
      pending.pop_back();
      dispatch(irq);
    }
  }

  /// Nothing happens until the alarm, or whatever the test planned for before.
  void idle() {
    now_us = static_cast<std::uint32_t>(alarm_us > now_us ? alarm_us : now_us + 1);
    if (on_idle != nullptr) on_idle();
    run_timers();
  }

  static inline Machine* machine = nullptr;
  std::uint32_t now_us = 0;
  std::uint64_t alarm_us = 0;
  std::vector<unsigned> pending;
  std::vector<std::string> log;
  void (*on_idle)() = nullptr;
};

}  // namespace guest::test
