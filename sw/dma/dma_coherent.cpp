// SPDX-License-Identifier: Apache-2.0
#include "sw/dma/dma_coherent.hpp"

#include <new>

#include "sw/lib/string.hpp"
#include "sw/mm/gen_pool.hpp"
#include "sw/mm/remap.hpp"

using guest::Error;
using guest::to_errno;

/// In a page of its own, with the bits of the pool behind it.
struct dma_coherent_mem {
  gen_pool pool;
  dma_addr_t device_base;
};

namespace {

constexpr std::size_t kBitWords = (kPageBytes - sizeof(dma_coherent_mem)) / sizeof(std::uint32_t);

/// What an allocation of `size` bytes takes.
std::size_t block_of(std::size_t size) { return kPageBytes << get_order(size); }

}  // namespace

int dma_declare_coherent_memory(device* dev, phys_addr_t physical, dma_addr_t device_address,
                                std::size_t size) {
  const std::size_t words = gen_pool::bitmap_words(size, kPageShift);
  if (size == 0 || (physical | device_address | size) % kPageBytes != 0 || words > kBitWords) {
    return to_errno(Error::kInvalid);
  }
  if (dev->dma_mem != nullptr) return to_errno(Error::kBusy);
  void* address = guest::remap_pages(physical, size, guest::MemoryType::kBufferable);
  if (address == nullptr) return to_errno(Error::kOutOfMemory);
  page* memory = alloc_pages(GFP_KERNEL | __GFP_ZERO, 0);
  if (memory == nullptr) {
    guest::unremap_pages(address, size);
    return to_errno(Error::kOutOfMemory);
  }
  dev->dma_mem = ::new (page_address(memory)) dma_coherent_mem{{}, device_address};
  dev->dma_mem->pool.add_virt(address, physical, size, kPageShift,
                              {reinterpret_cast<std::uint32_t*>(dev->dma_mem + 1), words});
  return 0;
}

void dma_release_coherent_memory(device* dev) {
  if (dev->dma_mem == nullptr) return;
  guest::unremap_pages(dev->dma_mem->pool.start(), dev->dma_mem->pool.size());
  __free_pages(virt_to_page(dev->dma_mem), 0);
  dev->dma_mem = nullptr;
}

bool dma_alloc_from_dev_coherent(device& dev, std::size_t size, dma_addr_t& handle,
                                 void*& address) {
  dma_coherent_mem* mem = dev.dma_mem;
  if (mem == nullptr) return false;
  address = size > mem->pool.size() ? nullptr : mem->pool.alloc(block_of(size));
  if (address == nullptr) return true;
  handle = mem->device_base +
           (mem->pool.virt_to_phys(address) - mem->pool.virt_to_phys(mem->pool.start()));
  memset(address, 0, size);
  return true;
}

bool dma_release_from_dev_coherent(device& dev, std::size_t size, void* address) {
  dma_coherent_mem* mem = dev.dma_mem;
  if (mem == nullptr || !mem->pool.contains(address, size)) return false;
  mem->pool.free(address, block_of(size));
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
