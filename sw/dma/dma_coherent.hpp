// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "sw/dma/dma_map_ops.hpp"

// A device's own pool of coherent memory: Linux 6.1, kernel/dma/coherent.c. Allocations are powers
// of two of pages, aligned to their size. Once a device has a pool nothing else serves it.

extern "C" {
/// `physical` is where the CPU finds it, `device_address` where the device does. 0, -EINVAL (no
/// size, not whole pages), -EBUSY (it has one), -ENOMEM. The memory may be outside DRAM.
int dma_declare_coherent_memory(device* dev, phys_addr_t physical, dma_addr_t device_address,
                                std::size_t size);
void dma_release_coherent_memory(device* dev);
}

/// Linux 4.1's name of dma_release_coherent_memory.
inline void dma_release_declared_memory(device* dev) { dma_release_coherent_memory(dev); }

/// False: the device has no pool. Else `address` is the memory, zeroed, or null.
bool dma_alloc_from_dev_coherent(device& dev, std::size_t size, dma_addr_t& handle, void*& address);
/// False: it is not of the device's pool. What is not out is not freed, and what is, whole: Linux
/// trusts the size. Either is said.
bool dma_release_from_dev_coherent(device& dev, std::size_t size, void* address, dma_addr_t handle);
/// False: it is not of the device's pool. Else `result` is what mmap returns.
bool dma_mmap_from_dev_coherent(device& dev, vm_area_struct& area, void* address, std::size_t size,
                                int& result);
/// Bytes that are free.
std::size_t dma_dev_coherent_available(const device& dev);
