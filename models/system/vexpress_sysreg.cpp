// SPDX-License-Identifier: Apache-2.0
#include "models/system/vexpress_sysreg.hpp"

#include "models/core/model_registry.hpp"

namespace linefill {

namespace {

const RegisterModel<VexpressSysreg> kModel{"arm,vexpress-sysreg",
                                           "Versatile Express system registers"};

}  // namespace

VexpressSysreg::VexpressSysreg(const sc_core::sc_module_name& name, const DeviceNode& node)
    : Device{name, node} {}

BusResponse VexpressSysreg::access(DeviceAccess& access) {
  block_.set_time(access.context.now);
  return access_registers(VexpressSysregBlock::registers(), block_, access.offset, access);
}

}  // namespace linefill
