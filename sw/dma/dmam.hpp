// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sw/dma/dma_coherent.hpp"
#include "sw/dma/dma_mapping.hpp"

// Coherent memory that is freed when its device's driver goes, or its probe fails: Linux 6.1,
// kernel/dma/mapping.c. dmam_pool_create is in dma_pool.hpp.

void* dmam_alloc_attrs(device* dev, std::size_t size, dma_addr_t* handle, gfp_t gfp,
                       dma_attrs attrs);
inline void* dmam_alloc_coherent(device* dev, std::size_t size, dma_addr_t* handle, gfp_t gfp) {
  return dmam_alloc_attrs(dev, size, handle, gfp, 0);
}
/// Earlier than the driver goes.
void dmam_free_coherent(device* dev, std::size_t size, void* cpu_addr, dma_addr_t handle);
/// Linux 4.1: dma_declare_coherent_memory, released with the driver.
int dmam_declare_coherent_memory(device* dev, phys_addr_t physical, dma_addr_t device_address,
                                 std::size_t size);
void dmam_release_declared_memory(device* dev);
