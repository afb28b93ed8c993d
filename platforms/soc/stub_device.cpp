// SPDX-License-Identifier: Apache-2.0
#include "platforms/soc/stub_device.hpp"

namespace linefill {

StubDevice::StubDevice(const sc_core::sc_module_name& name, const DeviceNode& node)
    : Device{name, node} {}

std::vector<tlm::tlm_target_socket<>*> StubDevice::windows() { return {&target}; }

BusResponse StubDevice::access(DeviceAccess& access) {
  ++accesses_;
  if (seen_.insert(access.offset).second) {
    log_.info(access.write ? "write of " : "read of ", hex(access.offset, 3),
              ": no model of this device");
  }
  if (!access.write) access.value = 0;
  return BusResponse::kOkay;
}

}  // namespace linefill
