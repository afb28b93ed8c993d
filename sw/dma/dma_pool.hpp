// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "sw/dma/dma_mapping.hpp"

/// Blocks of one size out of coherent memory, for descriptors: Linux 6.1, mm/dmapool.c. Which
/// blocks are free is kept outside of the memory, so that a block freed twice is seen.
struct dma_pool;

extern "C" {
/// Blocks of `size` bytes, aligned to `align` (0 or a power of two), none across a multiple of
/// `boundary` (0: no such limit). Null: no size, not powers of two, a boundary smaller than a
/// block, or no memory.
dma_pool* dma_pool_create(const char* name, device* dev, std::size_t size, std::size_t align,
                          std::size_t boundary);
/// Names the blocks that are still out, and frees their memory with the rest.
void dma_pool_destroy(dma_pool* pool);
void* dma_pool_alloc(dma_pool* pool, gfp_t gfp, dma_addr_t* handle);
/// Says so if the block is not of the pool, has another handle, or is free already.
void dma_pool_free(dma_pool* pool, void* block, dma_addr_t handle);
/// A pool that goes with its device's driver.
dma_pool* dmam_pool_create(const char* name, device* dev, std::size_t size, std::size_t align,
                           std::size_t boundary);
void dmam_pool_destroy(dma_pool* pool);
}

/// Zeroed.
void* dma_pool_zalloc(dma_pool* pool, gfp_t gfp, dma_addr_t* handle);
/// How many blocks are out.
std::size_t dma_pool_live(const dma_pool* pool);
