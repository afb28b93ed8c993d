// SPDX-License-Identifier: Apache-2.0
#include "sw/dma/dma_coherent.hpp"

#include <new>
#include <utility>

#include "sw/dma/arm_dma_allocator.hpp"
#include "sw/lib/string.hpp"
#include "sw/mm/gen_pool.hpp"
#include "sw/mm/remap.hpp"

using guest::Error;
using guest::to_errno;

/// In pages of its own, with the bits of the pool behind it, and behind these a byte for each page.
struct dma_coherent_mem {
  gen_pool pool;
  dma_addr_t device_base;
  std::span<std::uint8_t> blocks;  ///< 1 more than the order of what begins there; 0: nothing.

  static std::size_t bytes(std::size_t size) {
    return sizeof(dma_coherent_mem) + words(size) * sizeof(std::uint32_t) + (size >> kPageShift);
  }
  static std::size_t words(std::size_t size) { return gen_pool::bitmap_words(size, kPageShift); }
  std::size_t offset_of(const void* address) const {
    return pool.virt_to_phys(address) - pool.virt_to_phys(pool.start());
  }
};

namespace {

/// What an allocation of `size` bytes takes.
std::size_t block_of(std::size_t size) { return kPageBytes << get_order(size); }

}  // namespace

int dma_declare_coherent_memory(device* dev, phys_addr_t physical, dma_addr_t device_address,
                                std::size_t size) {
  if (size == 0 || (physical | device_address | size) % kPageBytes != 0) {
    return to_errno(Error::kInvalid);
  }
  if (dev->dma_mem != nullptr) return to_errno(Error::kBusy);
  void* address = guest::remap_pages(physical, size, guest::MemoryType::kBufferable);
  if (address == nullptr) return to_errno(Error::kOutOfMemory);
  void* memory = alloc_pages_exact(dma_coherent_mem::bytes(size), GFP_KERNEL | __GFP_ZERO);
  if (memory == nullptr) {
    guest::unremap_pages(address, size);
    return to_errno(Error::kOutOfMemory);
  }
  dev->dma_mem = ::new (memory) dma_coherent_mem{{}, device_address, {}};
  const std::span words{reinterpret_cast<std::uint32_t*>(dev->dma_mem + 1),
                        dma_coherent_mem::words(size)};
  dev->dma_mem->pool.add_virt(address, physical, size, kPageShift, words);
  dev->dma_mem->blocks = {reinterpret_cast<std::uint8_t*>(words.data() + words.size()),
                          size >> kPageShift};
  return 0;
}

void dma_release_coherent_memory(device* dev) {
  if (dev->dma_mem == nullptr) return;
  const std::size_t size = dev->dma_mem->pool.size();
  guest::unremap_pages(dev->dma_mem->pool.start(), size);
  free_pages_exact(dev->dma_mem, dma_coherent_mem::bytes(size));
  dev->dma_mem = nullptr;
}

bool dma_alloc_from_dev_coherent(device& dev, std::size_t size, dma_addr_t& handle,
                                 void*& address) {
  dma_coherent_mem* mem = dev.dma_mem;
  if (mem == nullptr) return false;
  address = size > mem->pool.size() ? nullptr : mem->pool.alloc(block_of(size));
  if (address == nullptr) return true;
  const std::size_t offset = mem->offset_of(address);
  mem->blocks[offset >> kPageShift] = static_cast<std::uint8_t>(get_order(size) + 1);
  handle = mem->device_base + offset;
  memset(address, 0, size);
  return true;
}

bool dma_release_from_dev_coherent(device& dev, std::size_t size, void* address,
                                   dma_addr_t handle) {
  dma_coherent_mem* mem = dev.dma_mem;
  if (mem == nullptr || !mem->pool.contains(address, 1)) return false;
  const std::size_t offset = mem->offset_of(address);
  const unsigned block =
      offset % kPageBytes == 0 ? std::exchange(mem->blocks[offset >> kPageShift], 0) : 0;
  if (block == 0) {
    warn_of_invalid_buffer(dev);
    return true;
  }
  const std::size_t allocated = kPageBytes << (block - 1);
  warn_of_other_extent(dev, {block_of(size), handle}, {allocated, mem->device_base + offset});
  mem->pool.free(address, allocated);
  return true;
}

bool dma_mmap_from_dev_coherent(device& dev, vm_area_struct& area, void* address, std::size_t size,
                                int& result) {
  const dma_coherent_mem* mem = dev.dma_mem;
  if (mem == nullptr || !mem->pool.contains(address, size)) return false;
  area.vm_page_prot = guest::MemoryType::kBufferable;
  result = dma_mmap_frames(area, mem->pool.virt_to_phys(address) >> kPageShift, size);
  return true;
}

std::size_t dma_dev_coherent_available(const device& dev) {
  return dev.dma_mem == nullptr ? 0 : dev.dma_mem->pool.available();
}
