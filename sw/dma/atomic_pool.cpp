// SPDX-License-Identifier: Apache-2.0
// Coherent memory for who cannot wait: Linux 4.7, arch/arm/mm/dma-mapping.c (atomic_pool_init).
#include <array>

#include "sw/dma/arm_dma_allocator.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/options.hpp"
#include "sw/lib/string.hpp"
#include "sw/mm/gen_pool.hpp"
#include "sw/mm/level.hpp"

namespace {

constexpr std::size_t kDefaultBytes = 256U << 10;
constexpr std::size_t kMostBytes = 16U << 20;

std::array<std::uint32_t, gen_pool::bitmap_words(kMostBytes, kPageShift)> bits;
gen_pool atomic_pool;
device pool_device;

void initialise() { dma_atomic_pool_init(); }

guest::Level level{"bytes of the atomic pool", dma_atomic_pool_available};
guest::Initcall initcall{guest::Stage::kIommu, initialise};

}  // namespace

bool dma_atomic_pool_init() {
  atomic_pool = {};
  const auto wanted = static_cast<std::size_t>(guest::option_size("coherent_pool", kDefaultBytes));
  const std::size_t size = guest::whole_pages(wanted < kMostBytes ? wanted : kMostBytes);
  if (size == 0) return true;
  const bool from_cma = dev_get_cma_area(pool_device) != nullptr;
  const arm_dma_allocator& allocator = from_cma ? cma_allocator : remap_allocator;
  void* address = nullptr;
  const page* first = allocator.alloc({.dev = pool_device,
                                       .size = size,
                                       .gfp = GFP_KERNEL,
                                       .prot = __get_dma_pgprot(0),
                                       .want_vaddr = true,
                                       .coherent = false},
                                      address);
  if (first == nullptr) {
    guest::printk("DMA: failed to allocate ", size >> 10,
                  " KiB pool for atomic coherent allocation\n");
    return false;
  }
  atomic_pool.add_virt(address, page_to_phys(first), size, kPageShift, bits);
  return true;
}

void* __alloc_from_pool(std::size_t size, page** first) {
  void* address = atomic_pool.alloc(size);
  if (address == nullptr) return nullptr;
  memset(address, 0, size);
  *first = phys_to_page(atomic_pool.virt_to_phys(address));
  return address;
}

bool __in_atomic_pool(const void* address, std::size_t size) {
  return atomic_pool.contains(address, size);
}

bool __free_from_pool(void* address, std::size_t size) {
  if (!__in_atomic_pool(address, size)) return false;
  atomic_pool.free(address, size);
  return true;
}

std::size_t dma_atomic_pool_available() { return atomic_pool.available(); }
