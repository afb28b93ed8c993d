// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/core/device_tree.hpp"

namespace linefill {

/// The clock of an outer cache: the node's own, else that of the first cpu.
std::uint64_t cache_clock_hz(const DeviceNode& node);

}  // namespace linefill
