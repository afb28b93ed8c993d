// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sw/kernel/device.hpp"

namespace guest {

/// What the API serves when a driver has no device to name: 32 bits, not coherent.
device& device_or_null_device(device* dev);

}  // namespace guest
