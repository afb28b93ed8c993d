// SPDX-License-Identifier: Apache-2.0
#include "platforms/soc/iommu_tree.hpp"

namespace linefill {

IommuOfMaster iommu_of(const DeviceTree& tree, const DeviceNode& node) {
  constexpr std::uint32_t kStreams = 0x8000;
  IommuOfMaster found;
  const auto cells = node.cells("iommus");
  for (std::size_t at = 0; at < cells.size();) {
    const DeviceNode* iommu = tree.find_phandle(cells[at]);
    if (iommu == nullptr) node.fail("iommus", "the phandle of an IOMMU");
    if (found.iommu != nullptr && found.iommu != iommu)
      node.fail("iommus", "one IOMMU for all of a device's streams");
    found.iommu = iommu;
    const std::uint32_t width = iommu->u32("#iommu-cells");
    if (width != 1 && width != 2) iommu->fail("#iommu-cells", "1 or 2");
    if (at + width >= cells.size())
      node.fail("iommus", std::to_string(width) + " cells after the phandle");
    const std::uint32_t stream = cells[at + 1];
    const std::uint32_t mask = width == 2 ? cells[at + 2] : 0;
    if (stream >= kStreams || mask >= kStreams) node.fail("iommus", "stream IDs of 15 bits");
    found.streams.push_back({static_cast<std::uint16_t>(stream), static_cast<std::uint16_t>(mask)});
    at += 1 + width;
  }
  return found;
}

}  // namespace linefill
