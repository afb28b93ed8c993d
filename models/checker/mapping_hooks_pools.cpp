// SPDX-License-Identifier: Apache-2.0
// Blocks of dma_pool: coherent memory all the time, but the device's only while they are taken.
#include "models/checker/mapping_hooks.hpp"

namespace linefill {

// A block belongs to its pool as a mapping belongs to its device.
MappingCall MappingHooks::pool_call(const HookedCall& call, const char* function,
                                    std::uint32_t handle) const {
  MappingCall noted = rules_call(call, MappingFamily::kPool, function, {handle, 0}, 0);
  const auto pool = pools_.find(call.r[0]);
  if (pool == pools_.end()) return noted;
  noted.device_name = pool->second.device;
  noted.size = pool->second.size;
  return noted;
}

// dma_pool_create(name, dev, size, align, boundary) returns a pool, dma_pool_alloc(pool, gfp,
// *handle) a block, dma_pool_free(pool, block, handle:64), dma_pool_destroy(pool).
void MappingHooks::attach_pools(const Symbols& symbols) {
  hook(symbols, "dma_pool_create", [this](const HookedCall& c, std::uint32_t pool, std::uint32_t) {
    if (pool != 0) pools_[pool] = {device_name(c.r[1]), c.r[2]};
  });
  hook(symbols, "dma_pool_alloc", [this](const HookedCall& c, std::uint32_t block, std::uint32_t) {
    const auto handle = program_.word(c.r[2]);
    if (block == 0) no_buffer_ = program_.now();
    if (block == 0 || !handle) return;
    const MappingCall noted = pool_call(c, "dma_pool_alloc", *handle);
    rules_->mapped(noted, {{noted.address, noted.size}});
    space_of(noted.address, noted.device_name).take_block(noted.address, noted.size);
  });
  hook(symbols, "dma_pool_free",
       [this](const HookedCall& c) {
         const MappingCall noted = pool_call(c, "dma_pool_free", c.r[2]);
         if (rules_->ended(noted))
           space_of(noted.address, noted.device_name).free_block(noted.address);
       },
       {});
  hook(symbols, "dma_pool_destroy",
       [this](const HookedCall& c) {
         if (c.r[0] == 0) return;
         rules_->pool_destroyed(pool_call(c, "dma_pool_destroy", 0));
         pools_.erase(c.r[0]);
       },
       {});
}

}  // namespace linefill
