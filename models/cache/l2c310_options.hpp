// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/cache/l2c310_block.hpp"
#include "models/core/device_tree.hpp"

namespace linefill {

/// Reads `cache-size`, `cache-sets`, the clock (of the node, else of the first cpu), and
/// `linefill,revision`, `linefill,store-buffer-drain-ns`, `linefill,hit-latency-cycles`,
/// `linefill,ram-latency-reset`; checks `arm,tag-latency` and `arm,data-latency`, which are for
/// the guest. Throws ConfigurationError for what no L2C-310 can be.
L2c310Options l2c310_options(const DeviceNode& node);

}  // namespace linefill
