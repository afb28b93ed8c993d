// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "models/core/device_tree.hpp"

namespace linefill {

/// One interrupt of a device, as its controller numbers it.
struct InterruptSpecifier {
  const DeviceNode* controller = nullptr;
  std::vector<std::uint32_t> cells;  ///< As many as the controller's `#interrupt-cells`.
};

/// What `interrupts` of a node leads to (Devicetree Specification v0.3, section 2.4): the nearest
/// `interrupt-parent`, through the `interrupt-map` of every nexus on the way. Throws
/// ConfigurationError where the tree leads nowhere.
std::vector<InterruptSpecifier> interrupts_of(const DeviceTree& tree, const DeviceNode& node);

}  // namespace linefill
