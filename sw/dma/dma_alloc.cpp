// SPDX-License-Identifier: Apache-2.0
// Memory for both sides: Linux 6.1, kernel/dma/mapping.c and ops_helpers.c. Watched by symbol: none
// calls another one.
#include "sw/arch/irqflags.hpp"
#include "sw/dma/arm_dma_allocator.hpp"
#include "sw/dma/dma_coherent.hpp"
#include "sw/dma/dma_direct.hpp"
#include "sw/dma/dma_mapping.hpp"
#include "sw/dma/null_device.hpp"
#include "sw/kernel/console.hpp"
#include "sw/lib/string.hpp"
#include "sw/mm/slab.hpp"

using guest::device_or_null_device;

namespace {

constexpr gfp_t kZones = __GFP_DMA | __GFP_DMA32 | __GFP_HIGHMEM;

guest::ObjectCache<sg_table> tables;

/// Cacheable zeroed pages, mapped without cache maintenance.
page* allocate_mapped(device* dev, std::size_t size, dma_addr_t& handle,
                      dma_data_direction direction, gfp_t gfp) {
  device& served = device_or_null_device(dev);
  const dma_map_ops& ops = get_dma_ops(dev);
  if (size == 0 || (gfp & (kZones | __GFP_COMP)) != 0 || served.coherent_dma_mask == 0) {
    return nullptr;
  }
  const std::size_t bytes = guest::whole_pages(size);
  void* memory = alloc_pages_exact(bytes, gfp, dma_to_phys_limit(served, served.coherent_dma_mask));
  if (memory == nullptr) return nullptr;
  handle = ops.map_allocated(served, *virt_to_page(memory), bytes, direction);
  if (ops.mapping_error(served, handle)) {
    free_pages_exact(memory, bytes);
    return nullptr;
  }
  memset(memory, 0, bytes);
  return virt_to_page(memory);
}

/// What is freed may have to be unmapped for the CPU, which waits on some machines.
void warn_if_interrupts_are_off(device* dev, const char* function) {
  if (!irqs_disabled()) return;
  guest::printk("WARNING: ", dev_name(&device_or_null_device(dev)), ": ", function,
                " with interrupts off\n");
}

void free_mapped(device* dev, std::size_t size, page* first, dma_addr_t handle,
                 dma_data_direction direction) {
  const std::size_t bytes = guest::whole_pages(size);
  get_dma_ops(dev).unmap_page(device_or_null_device(dev), handle, bytes, direction,
                              DMA_ATTR_SKIP_CPU_SYNC);
  free_pages_exact(page_address(first), bytes);
}

}  // namespace

void* dma_alloc_attrs(device* dev, std::size_t size, dma_addr_t* handle, gfp_t gfp,
                      dma_attrs attrs) {
  if (size == 0) return nullptr;
  device& served = device_or_null_device(dev);
  const dma_map_ops& ops = get_dma_ops(dev);
  void* address = nullptr;
  if (dma_alloc_from_dev_coherent(served, size, *handle, address)) return address;
  return ops.alloc(served, size, *handle, gfp & ~kZones, attrs);
}

void dma_free_attrs(device* dev, std::size_t size, void* cpu_addr, dma_addr_t handle,
                    dma_attrs attrs) {
  if (cpu_addr == nullptr) return;
  device& served = device_or_null_device(dev);
  warn_if_interrupts_are_off(dev, "dma_free_attrs");
  if (dma_release_from_dev_coherent(served, size, cpu_addr, handle)) return;
  get_dma_ops(dev).free(served, size, cpu_addr, handle, attrs);
}

page* dma_alloc_pages(device* dev, std::size_t size, dma_addr_t* handle,
                      dma_data_direction direction, gfp_t gfp) {
  return allocate_mapped(dev, size, *handle, direction, gfp);
}

void dma_free_pages(device* dev, std::size_t size, page* first, dma_addr_t handle,
                    dma_data_direction direction) {
  warn_if_interrupts_are_off(dev, "dma_free_pages");
  free_mapped(dev, size, first, handle, direction);
}

sg_table* dma_alloc_noncontiguous(device* dev, std::size_t size, dma_data_direction direction,
                                  gfp_t gfp, dma_attrs attrs) {
  if ((attrs & ~DMA_ATTR_ALLOC_SINGLE_PAGES) != 0) return nullptr;
  sg_table* table = tables.make(gfp);
  if (table == nullptr) return nullptr;
  if (sg_alloc_table(table, 1, gfp) != 0) {
    tables.destroy(table);
    return nullptr;
  }
  page* first = allocate_mapped(dev, size, table->sgl->dma_address, direction, gfp);
  if (first == nullptr) {
    sg_free_table(table);
    tables.destroy(table);
    return nullptr;
  }
  sg_set_page(table->sgl, first, static_cast<unsigned>(guest::whole_pages(size)), 0);
  table->sgl->dma_length = table->sgl->length;
  return table;
}

void dma_free_noncontiguous(device* dev, std::size_t size, sg_table* table,
                            dma_data_direction direction) {
  warn_if_interrupts_are_off(dev, "dma_free_noncontiguous");
  free_mapped(dev, size, sg_page(table->sgl), table->sgl->dma_address, direction);
  sg_free_table(table);
  tables.destroy(table);
}

void* dma_vmap_noncontiguous(device* /*dev*/, std::size_t /*size*/, sg_table* table) {
  return page_address(sg_page(table->sgl));
}

void dma_vunmap_noncontiguous(device* /*dev*/, void* /*address*/) {}

int dma_mmap_noncontiguous(device* /*dev*/, vm_area_struct* area, std::size_t size,
                           sg_table* table) {
  return dma_mmap_frames(*area, page_to_phys(sg_page(table->sgl)) >> kPageShift,
                         guest::whole_pages(size));
}

int dma_mmap_attrs(device* dev, vm_area_struct* area, void* cpu_addr, dma_addr_t handle,
                   std::size_t size, dma_attrs attrs) {
  device& served = device_or_null_device(dev);
  int result = 0;
  if (dma_mmap_from_dev_coherent(served, *area, cpu_addr, size, result)) return result;
  return get_dma_ops(dev).mmap(served, *area, cpu_addr, handle, size, attrs);
}

int dma_mmap_pages(device* /*dev*/, vm_area_struct* area, std::size_t size, page* first) {
  return dma_mmap_frames(*area, page_to_phys(first) >> kPageShift, guest::whole_pages(size));
}

bool dma_can_mmap(device* /*dev*/) { return true; }

int dma_get_sgtable_attrs(device* dev, sg_table* table, void* cpu_addr, dma_addr_t handle,
                          std::size_t size, dma_attrs attrs) {
  return get_dma_ops(dev).get_sgtable(device_or_null_device(dev), *table, cpu_addr, handle, size,
                                      attrs);
}
