// SPDX-License-Identifier: Apache-2.0
#include "models/timer/sp804.hpp"

#include <algorithm>

#include "models/core/model_registry.hpp"
#include "models/core/sc_time.hpp"
#include "models/core/update_event.hpp"

namespace linefill {

namespace {

const RegisterModel<Sp804> kModel{"arm,sp804", "SP804 dual timer"};

constexpr std::uint32_t kTimerWindow = 0x20;
constexpr std::uint64_t kDefaultHz = 1'000'000;
constexpr std::size_t kGicCells = 3;

Time clock_of(const DeviceNode& node, const char* name) {
  return period_of(node.clock_hz(name, kDefaultHz));
}

/// Whether the tree has two interrupts: two specifiers of one cell, or of a GIC's three.
bool has_two_interrupts(const DeviceNode& node) {
  const std::size_t cells = node.cells("interrupts").size();
  return cells == 2 || cells > kGicCells;
}

}  // namespace

// SP804 TRM, table 3-1, from 0xF00.
const RegisterTable<Sp804>& Sp804::registers() {
  using enum Access;
  using R = Register<Sp804>;
  static constexpr R kRows[]{
      R{0xF00, "TimerITCR", kReadWrite, 0}.stores(&Sp804::test_control_, 1),
      R{0xF04, "TimerITOP", kWriteOnly, 0}.stores(&Sp804::test_output_, 3),
      R{0xFE0, "TimerPeriphID0", kReadOnly, 0x04},
      R{0xFE4, "TimerPeriphID1", kReadOnly, 0x18},
      R{0xFE8, "TimerPeriphID2", kReadOnly, 0x14},
      R{0xFEC, "TimerPeriphID3", kReadOnly, 0x00},
      R{0xFF0, "TimerPCellID0", kReadOnly, 0x0D},
      R{0xFF4, "TimerPCellID1", kReadOnly, 0xF0},
      R{0xFF8, "TimerPCellID2", kReadOnly, 0x05},
      R{0xFFC, "TimerPCellID3", kReadOnly, 0xB1},
  };
  static constexpr RegisterTable<Sp804> kTable{kRows};
  return kTable;
}

Sp804::Sp804(const sc_core::sc_module_name& name, const DeviceNode& node)
    : Device{name, node},
      timers_{Sp804Timer{clock_of(node, "timer0clk")}, Sp804Timer{clock_of(node, "timer1clk")}},
      separate_{has_two_interrupts(node)} {
  SC_HAS_PROCESS(Sp804);
  SC_METHOD(on_update);
  sensitive << update_;
  if (!separate_) second_.bind(unused_);
}

std::vector<sc_core::sc_out<bool>*> Sp804::interrupt_outputs() {
  if (separate_) return {&first_, &second_};
  return {&first_};
}

void Sp804::reset() {
  for (auto& timer : timers_) timer.reset();
  registers().reset(*this);
  update_.notify(sc_core::SC_ZERO_TIME);
}

BusResponse Sp804::access(DeviceAccess& access) {
  const Time now = access.context.now;
  advance(now);
  const std::uint32_t timer = access.offset / kTimerWindow;
  const BusResponse response = timer < timers_.size()
                                   ? access_registers(Sp804Timer::registers(), timers_[timer],
                                                      access.offset % kTimerWindow, access)
                                   : access_registers(registers(), *this, access.offset, access);
  schedule(now);
  if (access.write) update_.notify(to_sc_time(now) - sc_core::sc_time_stamp());
  return response;
}

std::uint32_t Sp804::peek(std::uint32_t offset) const {
  const std::uint32_t timer = offset / kTimerWindow;
  if (timer < timers_.size())
    return Sp804Timer::registers().peek(timers_[timer], offset % kTimerWindow);
  return registers().peek(*this, offset);
}

void Sp804::advance(Time now) {
  for (auto& timer : timers_) {
    const std::uint64_t before = timer.expirations();
    timer.advance(now);
    expirations_ += timer.expirations() - before;
  }
}

bool Sp804::output(unsigned timer) const {
  return (test_control_ & 1) != 0 ? (test_output_ >> timer & 1) != 0 : timers_[timer].interrupt();
}

void Sp804::on_update() {
  const Time now = from_sc_time(sc_core::sc_time_stamp());
  advance(now);
  first_ = output(0) || (!separate_ && output(1));
  second_ = output(1);
  schedule(now);
}

void Sp804::schedule(Time now) {
  const Time next = std::min(timers_[0].next_event(), timers_[1].next_event());
  notify_at(update_, next, now);
}

}  // namespace linefill
