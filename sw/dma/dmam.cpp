// SPDX-License-Identifier: Apache-2.0
#include "sw/dma/dmam.hpp"

#include "sw/kernel/devres.hpp"
#include "sw/lib/result.hpp"
#include "sw/mm/slab.hpp"

namespace {

struct Managed {
  device* dev;
  std::size_t size;
  void* cpu_addr;
  dma_addr_t handle;
  dma_attrs attrs;
  Managed* next;
};

guest::ObjectCache<Managed> cache;
Managed* all = nullptr;

/// Out of the list; null if `is_wanted` accepts none.
template <class Predicate>
Managed* take(Predicate is_wanted) {
  for (Managed** at = &all; *at != nullptr; at = &(*at)->next) {
    Managed* found = *at;
    if (!is_wanted(*found)) continue;
    *at = found->next;
    return found;
  }
  return nullptr;
}

void release(void* data) {
  Managed* managed = take([&](const Managed& m) { return &m == data; });
  if (managed == nullptr) return;
  dma_free_attrs(managed->dev, managed->size, managed->cpu_addr, managed->handle, managed->attrs);
  cache.destroy(managed);
}

void release_declared(void* dev) { dma_release_coherent_memory(static_cast<device*>(dev)); }

}  // namespace

void* dmam_alloc_attrs(device* dev, std::size_t size, dma_addr_t* handle, gfp_t gfp,
                       dma_attrs attrs) {
  void* cpu_addr = dma_alloc_attrs(dev, size, handle, gfp, attrs);
  if (cpu_addr == nullptr) return nullptr;
  Managed* managed = cache.make(gfp, dev, size, cpu_addr, *handle, attrs, all);
  if (managed != nullptr && guest::devm_add_action(dev, release, managed)) {
    all = managed;
    return cpu_addr;
  }
  if (managed != nullptr) cache.destroy(managed);
  dma_free_attrs(dev, size, cpu_addr, *handle, attrs);
  return nullptr;
}

void dmam_free_coherent(device* dev, std::size_t size, void* cpu_addr, dma_addr_t handle) {
  Managed* managed = take([&](const Managed& m) { return m.dev == dev && m.cpu_addr == cpu_addr; });
  if (managed != nullptr) {
    guest::devm_remove_action(dev, managed);
    cache.destroy(managed);
  }
  dma_free_attrs(dev, size, cpu_addr, handle, 0);
}

int dmam_declare_coherent_memory(device* dev, phys_addr_t physical, dma_addr_t device_address,
                                 std::size_t size) {
  const int error = dma_declare_coherent_memory(dev, physical, device_address, size);
  if (error != 0) return error;
  if (guest::devm_add_action(dev, release_declared, dev)) return 0;
  dma_release_coherent_memory(dev);
  return to_errno(guest::Error::kOutOfMemory);
}

void dmam_release_declared_memory(device* dev) {
  guest::devm_remove_action(dev, dev);
  dma_release_coherent_memory(dev);
}
