// SPDX-License-Identifier: Apache-2.0
// Which allocator serves a request, and which one gets the memory back: Linux 4.7,
// arch/arm/mm/dma-mapping.c (__dma_alloc, __arm_dma_free).
#include "sw/arch/cacheflush.hpp"
#include "sw/arch/irqflags.hpp"
#include "sw/dma/arm_dma_allocator.hpp"
#include "sw/dma/dma_direct.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/options.hpp"
#include "sw/mm/level.hpp"
#include "sw/mm/slab.hpp"

namespace {

guest::ObjectCache<arm_dma_buffer> buffers;
guest::IntrusiveList<arm_dma_buffer> live;

guest::Level level{"coherent allocations", [] { return buffers.live(); }};

/// Out of the list, so that nobody else frees it; null: it is not there.
arm_dma_buffer* take_buffer(const void* cpu_addr) {
  const guest::InterruptGuard guard;
  for (arm_dma_buffer& buffer : live) {
    if (buffer.virt != cpu_addr) continue;
    buffer.unlink();
    return &buffer;
  }
  return nullptr;
}

const char* name_of(const device& dev) { return dev.name == nullptr ? "no device" : dev.name; }

bool mask_is_usable(device& dev) {
  if (dev.coherent_dma_mask != 0) return true;
  guest::printk(name_of(dev), ": coherent DMA mask is unset\n");
  return false;
}

}  // namespace

guest::MemoryType __get_dma_pgprot(dma_attrs attrs) {
  const bool bufferable =
      guest::option_number("dma_mem_bufferable", cpu_cache.dma_mem_bufferable ? 1 : 0) != 0;
  return bufferable || (attrs & DMA_ATTR_WRITE_COMBINE) != 0 ? guest::MemoryType::kBufferable
                                                             : guest::MemoryType::kUncached;
}

const arm_dma_allocator& choose_arm_dma_allocator(const device& dev, gfp_t gfp, bool coherent) {
  const bool blocking = gfpflags_allow_blocking(gfp);
  if (blocking && dev_get_cma_area(dev) != nullptr) return cma_allocator;
  if (coherent) return simple_allocator;
  return blocking ? remap_allocator : pool_allocator;
}

void* __dma_alloc(device& dev, std::size_t size, dma_addr_t& handle, gfp_t gfp,
                  guest::MemoryType prot, bool coherent, dma_attrs attrs) {
  handle = DMA_MAPPING_ERROR;
  if (!mask_is_usable(dev)) return nullptr;
  arm_dma_buffer* buffer = buffers.make(gfp);
  if (buffer == nullptr) return nullptr;
  const arm_dma_alloc_args args{.dev = dev,
                                .size = guest::whole_pages(size),
                                .gfp = gfp & ~__GFP_COMP,
                                .prot = prot,
                                .want_vaddr = (attrs & DMA_ATTR_NO_KERNEL_MAPPING) == 0,
                                .coherent = coherent};
  buffer->dev = &dev;
  buffer->size = args.size;
  buffer->allocator = &choose_arm_dma_allocator(dev, gfp, coherent);
  buffer->first = buffer->allocator->alloc(args, buffer->address);
  if (buffer->first == nullptr) {
    buffers.destroy(buffer);
    return nullptr;
  }
  handle = phys_to_dma(dev, page_to_phys(buffer->first));
  buffer->virt = args.want_vaddr ? buffer->address : buffer->first;
  if (handle + (args.size - 1) > dev.coherent_dma_mask) {
    buffer->allocator->free(*buffer);
    buffers.destroy(buffer);
    handle = DMA_MAPPING_ERROR;
    return nullptr;
  }
  const guest::InterruptGuard guard;
  live.push_back(*buffer);
  return buffer->virt;
}

void warn_of_invalid_buffer(const device& dev) {
  guest::printk("WARNING: ", name_of(dev), ": Freeing invalid buffer\n");
}

void warn_of_other_extent(const device& dev, const arm_dma_extent& freed,
                          const arm_dma_extent& allocated) {
  if (freed.size != allocated.size) {
    guest::printk("WARNING: ", name_of(dev), ": freeing ", freed.size, " bytes of a buffer of ",
                  allocated.size, "\n");
  }
  if (freed.handle != allocated.handle) {
    guest::printk("WARNING: ", name_of(dev), ": freeing a buffer at ", guest::hex(allocated.handle),
                  " with the handle ", guest::hex(freed.handle), "\n");
  }
}

void __arm_dma_free(device& dev, std::size_t size, void* cpu_addr, dma_addr_t handle) {
  arm_dma_buffer* buffer = take_buffer(cpu_addr);
  if (buffer == nullptr) {
    warn_of_invalid_buffer(dev);
    return;
  }
  warn_of_other_extent(dev, {guest::whole_pages(size), handle},
                       {buffer->size, phys_to_dma(*buffer->dev, page_to_phys(buffer->first))});
  buffer->allocator->free(*buffer);
  buffers.destroy(buffer);
}

const arm_dma_buffer* find_arm_dma_buffer(const void* cpu_addr) {
  const guest::InterruptGuard guard;
  for (const arm_dma_buffer& buffer : live) {
    if (buffer.virt == cpu_addr) return &buffer;
  }
  return nullptr;
}

std::size_t arm_dma_buffer_count() { return buffers.live(); }
