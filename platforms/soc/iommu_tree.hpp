// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "models/core/device_tree.hpp"
#include "models/iommu/smmu.hpp"

namespace linefill {

/// What stands between a master and the bus.
struct IommuOfMaster {
  const DeviceNode* iommu = nullptr;  ///< Null: nothing.
  std::vector<Smmu::StreamRange> streams;
};

/// What `iommus` of a node says (Linux, bindings/iommu/iommu.txt, arm,smmu.yaml): with one cell a
/// stream ID, with two a stream ID and the bits of it that the device varies. Throws
/// ConfigurationError where it leads nowhere.
IommuOfMaster iommu_of(const DeviceTree& tree, const DeviceNode& node);

}  // namespace linefill
