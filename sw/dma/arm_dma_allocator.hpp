// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "sw/dma/dma_map_ops.hpp"
#include "sw/dma/dma_page.hpp"
#include "sw/lib/list.hpp"

// Where coherent memory comes from: Linux 4.7, arch/arm/mm/dma-mapping.c.

struct arm_dma_alloc_args {
  device& dev;
  std::size_t size;  ///< Whole pages.
  gfp_t gfp;
  guest::MemoryType prot;
  bool want_vaddr;  ///< Not NO_KERNEL_MAPPING.
  bool coherent;    ///< The device snoops: memory need not be flushed.
};

/// A live allocation.
struct arm_dma_buffer;

/// A way to get coherent memory. `name` is for tests and tables.
struct arm_dma_allocator {
  /// The memory's first page; null: none. `address` is where the CPU uses it, if it wants to.
  virtual page* alloc(const arm_dma_alloc_args& args, void*& address) const = 0;
  virtual void free(const arm_dma_buffer& buffer) const = 0;
  virtual const char* name() const = 0;

 protected:
  ~arm_dma_allocator() = default;
};

struct arm_dma_buffer : guest::ListNode {
  void* virt = nullptr;     ///< What the driver was given: an address, or the page as a cookie.
  void* address = nullptr;  ///< The kernel's own; null with NO_KERNEL_MAPPING.
  page* first = nullptr;
  std::size_t size = 0;  ///< Whole pages.
  device* dev = nullptr;
  const arm_dma_allocator* allocator = nullptr;
};

/// Contiguous memory set aside at boot; its linear map gets the new memory type, so no cacheable
/// alias is left.
extern const arm_dma_allocator& cma_allocator;
/// Pages as they are, cacheable.
extern const arm_dma_allocator& simple_allocator;
/// Pages with a second address of the new memory type; the cacheable alias stays.
extern const arm_dma_allocator& remap_allocator;
/// The pool that was made at boot, for who cannot wait. Memory is cleared through its
/// non-cacheable address each time it is handed out: Linux (4.1 to 6.1) does not.
extern const arm_dma_allocator& pool_allocator;

/// 4.7's rule: blocking and a CMA area: cma; coherent: simple; blocking: remap; else pool.
const arm_dma_allocator& choose_arm_dma_allocator(const device& dev, gfp_t gfp, bool coherent);

/// What the direct operations' alloc and free do. Null: no memory, or no usable coherent mask.
void* __dma_alloc(device& dev, std::size_t size, dma_addr_t& handle, gfp_t gfp,
                  guest::MemoryType prot, bool coherent, dma_attrs attrs);
/// Warns about memory that is not out, and frees nothing; warns about another size or handle.
void __arm_dma_free(device& dev, std::size_t size, void* cpu_addr, dma_addr_t handle);
/// What a free names, or what the memory it is about really has.
struct arm_dma_extent {
  std::size_t size;  ///< As it was allocated: in whole pages, or larger.
  dma_addr_t handle;
};
/// Says that nothing is freed.
void warn_of_invalid_buffer(const device& dev);
/// Says in what a free differs from what it frees, which is all of it, where it really is.
void warn_of_other_extent(const device& dev, const arm_dma_extent& freed,
                          const arm_dma_extent& allocated);
/// The live allocation a driver knows as `cpu_addr`, or null.
const arm_dma_buffer* find_arm_dma_buffer(const void* cpu_addr);
/// How many are live.
std::size_t arm_dma_buffer_count();

/// The memory type of coherent memory: Normal non-cacheable, or, where coherent memory is not
/// bufferable (ARMv5; `dma_mem_bufferable=0`), strongly ordered, unless write-combining is wanted.
guest::MemoryType __get_dma_pgprot(dma_attrs attrs);
/// Fills with zeros; for a device that does not snoop, flushes them from both caches.
void __dma_clear_buffer(page* first, std::size_t size, bool coherent);
/// Whether an allocation may wait for memory: the rule's "blocking".
constexpr bool gfpflags_allow_blocking(gfp_t gfp) { return (gfp & __GFP_DIRECT_RECLAIM) != 0; }

// The atomic pool: a gen_pool of pages, `coherent_pool=` bytes, 256 KiB if not said.

/// At boot, and by tests. False: no memory.
bool dma_atomic_pool_init();
/// Zeroed; null: no room.
void* __alloc_from_pool(std::size_t size, page** first);
bool __in_atomic_pool(const void* address, std::size_t size);
/// False, and nothing happens: it is not of the pool.
bool __free_from_pool(void* address, std::size_t size);
std::size_t dma_atomic_pool_available();

// CMA areas: Linux 6.1, kernel/dma/contiguous.c.

/// The device's own area, else the default one, else null.
cma* dev_get_cma_area(const device& dev);
page* dma_alloc_from_contiguous(device& dev, std::size_t count, unsigned align);
bool dma_release_from_contiguous(device& dev, page* first, std::size_t count);
