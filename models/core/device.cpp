// SPDX-License-Identifier: Apache-2.0
#include "models/core/device.hpp"

#include <cstring>

#include "models/core/bus_extension.hpp"
#include "models/core/sc_time.hpp"

namespace linefill {

Device::Device(const sc_core::sc_module_name& name, const DeviceNode& node)
    : sc_module{name}, log_{node.path()}, path_{node.path()} {
  target.register_b_transport(this, &Device::b_transport);
  target.register_transport_dbg(this, &Device::transport_dbg);
}

void Device::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const auto offset = static_cast<std::uint32_t>(payload.get_address());
  const unsigned length = payload.get_data_length();
  // A burst to registers is served word by word, as a bridge to a peripheral bus does.
  for (unsigned done = 0; done < length;) {
    const std::uint32_t at = offset + done;
    const unsigned size = (at % 4 == 0 && length - done >= 4)   ? 4
                          : (at % 2 == 0 && length - done >= 2) ? 2
                                                                : 1;
    DeviceAccess one{payload.is_write(), at, size, 0, {time_of(delay), attributes_of(payload)}};
    auto* data = payload.get_data_ptr() + done;
    if (one.write) std::memcpy(&one.value, data, size);
    const BusResponse response = access(one);
    if (!one.write) std::memcpy(data, &one.value, size);
    set_response(payload, response);
    if (response != BusResponse::kOkay) return;
    done += size;
    delay += to_sc_time(access_time());
  }
  set_response(payload, BusResponse::kOkay);
}

unsigned Device::transport_dbg(tlm::tlm_generic_payload& payload) {
  if (!payload.is_read()) return 0;
  const auto offset = static_cast<std::uint32_t>(payload.get_address());
  for (unsigned i = 0; i < payload.get_data_length(); ++i) {
    const std::uint32_t word = peek((offset + i) & ~3U);
    payload.get_data_ptr()[i] = static_cast<unsigned char>(word >> (8 * ((offset + i) % 4)));
  }
  return payload.get_data_length();
}

void Device::note_register_result(const DeviceAccess& access, RegisterResult result) {
  if (result == RegisterResult::kDone) return;
  static constexpr const char* kWhat[] = {"", "a reserved offset", "a write-only register",
                                          "a read-only register"};
  log_.guest_error(access.write ? "write of " : "read of ", kWhat[static_cast<unsigned>(result)],
                   ", offset ", hex(access.offset, 3), ", pc ",
                   hex(access.context.attributes.origin.pc));
}

}  // namespace linefill
