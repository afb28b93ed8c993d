// SPDX-License-Identifier: Apache-2.0
// The four allocators of Linux 4.7.
#include "sw/dma/arm_dma_allocator.hpp"
#include "sw/dma/dma_direct.hpp"
#include "sw/dma/dma_page.hpp"
#include "sw/lib/string.hpp"
#include "sw/mm/cma.hpp"
#include "sw/mm/remap.hpp"

namespace {

using guest::MemoryType;

std::size_t pages_of(std::size_t size) { return size >> kPageShift; }

/// Zeroed pages from the page allocator within the device's coherent mask.
page* __dma_alloc_buffer(const arm_dma_alloc_args& args) {
  const dma_addr_t reach = dma_to_phys_limit(args.dev, args.dev.coherent_dma_mask);
  void* memory = alloc_pages_exact(args.size, args.gfp, reach);
  if (memory == nullptr) return nullptr;
  __dma_clear_buffer(virt_to_page(memory), args.size, args.coherent);
  return virt_to_page(memory);
}

class CmaAllocator final : public arm_dma_allocator {
 public:
  page* alloc(const arm_dma_alloc_args& args, void*& address) const override {
    page* first = dma_alloc_from_contiguous(args.dev, pages_of(args.size), get_order(args.size));
    if (first == nullptr) return nullptr;
    __dma_clear_buffer(first, args.size, args.coherent);
    if (args.want_vaddr) {
      address = page_address(first);
      guest::set_memory_type(page_to_phys(first), args.size, args.prot);
    }
    return first;
  }
  void free(const arm_dma_buffer& buffer) const override {
    if (buffer.address != nullptr) {
      guest::set_memory_type(page_to_phys(buffer.first), buffer.size, MemoryType::kWriteAllocate);
    }
    dma_release_from_contiguous(*buffer.dev, buffer.first, pages_of(buffer.size));
  }
  const char* name() const override { return "cma"; }
};

class SimpleAllocator final : public arm_dma_allocator {
 public:
  page* alloc(const arm_dma_alloc_args& args, void*& address) const override {
    page* first = __dma_alloc_buffer(args);
    if (first != nullptr && args.want_vaddr) address = page_address(first);
    return first;
  }
  void free(const arm_dma_buffer& buffer) const override {
    free_pages_exact(page_address(buffer.first), buffer.size);
  }
  const char* name() const override { return "simple"; }
};

class RemapAllocator final : public arm_dma_allocator {
 public:
  page* alloc(const arm_dma_alloc_args& args, void*& address) const override {
    page* first = __dma_alloc_buffer(args);
    if (first == nullptr || !args.want_vaddr) return first;
    address = guest::remap_pages(page_to_phys(first), args.size, args.prot);
    if (address != nullptr) return first;
    free_pages_exact(page_address(first), args.size);
    return nullptr;
  }
  void free(const arm_dma_buffer& buffer) const override {
    if (buffer.address != nullptr) guest::unremap_pages(buffer.address, buffer.size);
    free_pages_exact(page_address(buffer.first), buffer.size);
  }
  const char* name() const override { return "remap"; }
};

class PoolAllocator final : public arm_dma_allocator {
 public:
  page* alloc(const arm_dma_alloc_args& args, void*& address) const override {
    page* first = nullptr;
    address = __alloc_from_pool(args.size, &first);
    return first;
  }
  void free(const arm_dma_buffer& buffer) const override {
    __free_from_pool(buffer.address, buffer.size);
  }
  const char* name() const override { return "pool"; }
};

const CmaAllocator cma_object;
const SimpleAllocator simple_object;
const RemapAllocator remap_object;
const PoolAllocator pool_object;

}  // namespace

const arm_dma_allocator& cma_allocator = cma_object;
const arm_dma_allocator& simple_allocator = simple_object;
const arm_dma_allocator& remap_allocator = remap_object;
const arm_dma_allocator& pool_allocator = pool_object;

void __dma_clear_buffer(page* first, std::size_t size, bool coherent) {
  memset(page_address(first), 0, size);
  if (coherent) return;
  dma_page_flush(page_to_phys(first), size);
}

cma* dev_get_cma_area(const device& dev) {
  return dev.cma_area != nullptr ? dev.cma_area : dma_contiguous_default_area;
}

page* dma_alloc_from_contiguous(device& dev, std::size_t count, unsigned align) {
  cma* area = dev_get_cma_area(dev);
  return area == nullptr ? nullptr : area->alloc(count, align);
}

bool dma_release_from_contiguous(device& dev, page* first, std::size_t count) {
  cma* area = dev_get_cma_area(dev);
  return area != nullptr && area->release(first, count);
}
