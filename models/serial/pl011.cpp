// SPDX-License-Identifier: Apache-2.0
#include "models/serial/pl011.hpp"

#include "models/core/model_registry.hpp"
#include "models/core/sc_time.hpp"
#include "models/core/update_event.hpp"

namespace linefill {

namespace {

const RegisterModel<Pl011> kModel{"arm,pl011", "PL011 UART"};

constexpr std::uint64_t kUartClockHz = 24'000'000;
constexpr std::uint32_t kDefaultId = 0x0014'1011;
constexpr std::uint32_t kPart = 0xF'FFFF;

Pl011Block::Configuration configuration_of(const DeviceNode& node) {
  Pl011Block::Configuration c;
  c.peripheral_id = node.u32_or("arm,primecell-periphid", kDefaultId);
  if ((c.peripheral_id & kPart) != (kDefaultId & kPart)) {
    node.fail("arm,primecell-periphid", "an id of a PL011: 00.41011 (hexadecimal)");
  }
  c.uartclk_hz = node.clock_hz("uartclk", kUartClockHz);
  return c;
}

}  // namespace

Pl011::Pl011(const sc_core::sc_module_name& name, const DeviceNode& node)
    : Device{name, node}, block_{configuration_of(node), counters_, log_} {
  SC_HAS_PROCESS(Pl011);
  SC_METHOD(on_update);
  sensitive << update_;
}

void Pl011::reset() {
  block_.reset();
  update_.notify(sc_core::SC_ZERO_TIME);
}

void Pl011::receive(char character) {
  const Time now = from_sc_time(sc_core::sc_time_stamp());
  block_.advance(now);
  block_.receive(character, now);
  schedule(now);
}

BusResponse Pl011::access(DeviceAccess& access) {
  block_.advance(access.context.now);
  const BusResponse response =
      access_registers(Pl011Block::registers(), block_, access.offset, access);
  schedule(access.context.now);
  return response;
}

void Pl011::schedule(Time now) {
  const Time next = block_.interrupt() != interrupt_ ? now : block_.next_event();
  notify_at(update_, next, now);
}

void Pl011::on_update() {
  const Time now = from_sc_time(sc_core::sc_time_stamp());
  block_.advance(now);
  interrupt_ = block_.interrupt();
  uartintr = interrupt_;
  schedule(now);
}

}  // namespace linefill
