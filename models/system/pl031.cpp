// SPDX-License-Identifier: Apache-2.0
#include "models/system/pl031.hpp"

#include "models/core/model_registry.hpp"
#include "models/core/sc_time.hpp"
#include "models/core/update_event.hpp"

namespace linefill {

namespace {

const RegisterModel<Pl031> kModel{"arm,pl031", "PL031 real time clock"};

}  // namespace

Pl031::Pl031(const sc_core::sc_module_name& name, const DeviceNode& node) : Device{name, node} {
  SC_HAS_PROCESS(Pl031);
  SC_METHOD(on_update);
  sensitive << update_;
}

void Pl031::reset() {
  block_.reset();
  update_.notify(sc_core::SC_ZERO_TIME);
}

BusResponse Pl031::access(DeviceAccess& access) {
  block_.advance(access.context.now);
  const BusResponse response =
      access_registers(Pl031Block::registers(), block_, access.offset, access);
  schedule(access.context.now);
  return response;
}

void Pl031::schedule(Time now) {
  const Time next = block_.interrupt() != interrupt_ ? now : block_.next_event();
  notify_at(update_, next, now);
}

void Pl031::on_update() {
  const Time now = from_sc_time(sc_core::sc_time_stamp());
  block_.advance(now);
  interrupt_ = block_.interrupt();
  rtcintr = interrupt_;
  schedule(now);
}

}  // namespace linefill
