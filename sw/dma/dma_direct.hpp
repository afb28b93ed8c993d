// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>

#include "sw/kernel/device.hpp"
#include "sw/mm/page.hpp"

// Addresses without an IOMMU: Linux 6.1, include/linux/dma-direct.h, and 4.1's dma_pfn_offset.

/// The address on the device's bus of what has `address` on the CPU's.
inline dma_addr_t phys_to_dma(const device& dev, phys_addr_t address) {
  return static_cast<phys_addr_t>(address - (dev.dma_pfn_offset << kPageShift));
}
inline phys_addr_t dma_to_phys(const device& dev, dma_addr_t handle) {
  return static_cast<phys_addr_t>(handle) + (dev.dma_pfn_offset << kPageShift);
}

/// The last address on the CPU's bus that a device with this mask reaches.
inline std::uint64_t dma_to_phys_limit(const device& dev, std::uint64_t mask) {
  return std::min<std::uint64_t>(mask, 0xFFFF'FFFF) == 0xFFFF'FFFF ? 0xFFFF'FFFF
                                                                   : dma_to_phys(dev, mask);
}

/// Whether the device and its bus reach all of [handle, handle + size); of no bytes, the first.
inline bool dma_capable(const device& dev, dma_addr_t handle, std::size_t size) {
  if (dev.dma_mask == nullptr) return false;
  const dma_addr_t last = handle + (std::max<std::size_t>(size, 1) - 1);
  const std::uint64_t limit =
      dev.bus_dma_limit == 0 ? *dev.dma_mask : std::min(*dev.dma_mask, dev.bus_dma_limit);
  return last >= handle && last <= limit;
}
