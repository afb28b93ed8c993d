// SPDX-License-Identifier: Apache-2.0
// What the device tree says about a device's DMA: Linux 6.1, drivers/of/device.c
// (of_dma_configure) and address.c (of_dma_get_range).
#include <algorithm>
#include <bit>

#include "sw/dma/dma_map_ops.hpp"
#include "sw/iommu/iommu.hpp"
#include "sw/mm/page.hpp"

namespace guest {

DmaOpsChoosers dma_ops_choosers;

namespace {

/// One row of `dma-ranges`: addresses of a bus and what they are for the CPU.
struct DmaRange {
  dma_addr_t bus = 0;
  std::uint64_t cpu = 0;
  std::uint64_t size = 0;
};

/// The first row of the nearest bus above that has any. An empty property is the identity, and so
/// is none at all: false.
bool find_range(FdtNode node, DmaRange& range) {
  for (FdtNode bus = node.parent(); bus; bus = bus.parent()) {
    if (!bus.has("dma-ranges")) continue;
    const Cells cells = bus.cells("dma-ranges");
    const unsigned child = bus.cell("#address-cells", 2);
    const unsigned parent = bus.parent() ? bus.parent().cell("#address-cells", 2) : child;
    const unsigned size = bus.cell("#size-cells", 1);
    if (cells.size() < child + parent + size) return false;
    range = {cells.number(0, child), cells.number(child, parent),
             cells.number(child + parent, size)};
    return range.size != 0;
  }
  return false;
}

bool is_coherent(FdtNode node) {
  for (; node; node = node.parent()) {
    if (node.has("dma-coherent")) return true;
    if (node.has("dma-noncoherent")) return false;
  }
  return false;
}

}  // namespace
}  // namespace guest

void of_dma_configure(device* dev) {
  dma_addr_t base = 0;
  std::uint64_t size = std::uint64_t{1} << 32;
  bool coherent = dev->dma_coherent;
  if (dev->of_node) {
    coherent = coherent || guest::is_coherent(dev->of_node);
    if (guest::DmaRange range; guest::find_range(dev->of_node, range)) {
      dev->dma_pfn_offset = static_cast<std::uint32_t>(range.cpu >> kPageShift) -
                            static_cast<std::uint32_t>(range.bus >> kPageShift);
      base = range.bus;
      size = range.size;
      dev->bus_dma_limit = range.bus + range.size - 1;
      const std::uint64_t mask = std::bit_ceil(dev->bus_dma_limit + 1) - 1;
      dev->coherent_dma_mask &= mask;
      if (dev->dma_mask != nullptr) *dev->dma_mask &= mask;
    }
  }
  arch_setup_dma_ops(dev, base, size, of_iommu_configure(dev), coherent);
}

void arch_setup_dma_ops(device* dev, std::uint64_t dma_base, std::uint64_t size,
                        iommu_device* iommu, bool coherent) {
  const guest::DmaOpsChoosers& choosers = guest::dma_ops_choosers;
  const guest::DmaSetup setup{dma_base, size, iommu, coherent};
  dev->dma_coherent = coherent;
  const dma_map_ops* chosen = nullptr;
  if (iommu != nullptr && choosers.iommu != nullptr) chosen = choosers.iommu(*dev, setup);
  if (chosen == nullptr && choosers.bounce != nullptr) chosen = choosers.bounce(*dev, setup);
  if (chosen == nullptr) chosen = &direct_dma_ops(*dev);
  dev->dma_ops = chosen;
}

const dma_map_ops& get_dma_ops(device* dev) {
  if (dev == nullptr) return arm_dma_ops;
  if (dev->dma_ops == nullptr) of_dma_configure(dev);
  return *dev->dma_ops;
}
