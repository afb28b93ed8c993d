// SPDX-License-Identifier: Apache-2.0
// Memory for both sides through an IOMMU: scattered pages that are contiguous for the device and,
// remapped, for the CPU.
#include <algorithm>
#include <new>

#include "sw/arch/irqflags.hpp"
#include "sw/dma/dma_page.hpp"
#include "sw/dma/iommu_ops.hpp"
#include "sw/kernel/console.hpp"
#include "sw/lib/result.hpp"
#include "sw/lib/string.hpp"
#include "sw/mm/remap.hpp"

namespace guest {
namespace {

constexpr gfp_t kMayBlock = 0x400;  ///< __GFP_DIRECT_RECLAIM

/// What `alloc` gave, to be found again by what it returned. The pages' table follows it.
struct Buffer : ListNode {
  const device* dev = nullptr;
  void* cookie = nullptr;  ///< What the caller has.
  std::size_t count = 0;
  bool remapped = false;

  page** table() { return reinterpret_cast<page**>(this + 1); }
  std::span<page*> pages() { return {table(), count}; }
  static std::size_t bytes(std::size_t count) { return sizeof(Buffer) + count * sizeof(page*); }
};

IntrusiveList<Buffer> buffers;

Buffer* find(const device& dev, const void* cookie) {
  const InterruptGuard guard;
  for (Buffer& buffer : buffers) {
    if (buffer.cookie == cookie && buffer.dev == &dev) return &buffer;
  }
  return nullptr;
}

Buffer* make_buffer(device& dev, std::size_t count) {
  void* const memory = alloc_pages_exact(Buffer::bytes(count), GFP_ATOMIC);
  if (memory == nullptr) return nullptr;
  auto* const buffer = ::new (memory) Buffer;
  buffer->dev = &dev;
  buffer->count = count;
  return buffer;
}

void destroy(Buffer& buffer) {
  const std::size_t bytes = Buffer::bytes(buffer.count);
  buffer.~Buffer();
  free_pages_exact(&buffer, bytes);
}

/// Nothing of the pages is in the caches, and they hold zeros.
void clear(page& first, std::size_t size, bool coherent) {
  memset(page_address(&first), 0, size);
  if (!coherent) dma_page_flush(page_to_phys(&first), size);
}

/// Large blocks first, single pages as a last resort: Linux's iommu_order_array.
bool take_scattered(Buffer& buffer, dma_attrs attrs, bool coherent) {
  static constexpr std::array<unsigned, 4> kOrders{9, 8, 4, 0};
  const bool single = (attrs & DMA_ATTR_ALLOC_SINGLE_PAGES) != 0;
  std::size_t at = single ? kOrders.size() - 1 : 0;
  std::size_t done = 0;
  while (done < buffer.count) {
    while (buffer.count - done < std::size_t{1} << kOrders[at]) ++at;
    page* const block = alloc_pages(GFP_ATOMIC, kOrders[at]);
    if (block == nullptr && kOrders[at] == 0) break;
    if (block == nullptr) {
      ++at;
      continue;
    }
    const std::size_t count = std::size_t{1} << kOrders[at];
    clear(*block, count * kPageBytes, coherent);
    for (std::size_t i = 0; i < count; ++i) buffer.table()[done + i] = block + i;
    done += count;
  }
  if (done == buffer.count) return true;
  for (std::size_t i = 0; i < done; ++i) __free_pages(buffer.table()[i], 0);
  return false;
}

bool take_contiguous(Buffer& buffer, bool coherent) {
  const std::size_t bytes = buffer.count * kPageBytes;
  void* const memory = alloc_pages_exact(bytes, GFP_ATOMIC);
  if (memory == nullptr) return false;
  page* const first = virt_to_page(memory);
  clear(*first, bytes, coherent);
  for (std::size_t i = 0; i < buffer.count; ++i) buffer.table()[i] = first + i;
  return true;
}

void give_back_pages(Buffer& buffer) {
  for (page* each : buffer.pages()) __free_pages(each, 0);
}

/// Maps the buffer's pages one after the other. `count` is less than all for a fault of Linux's.
bool map_pages(dma_iommu_mapping& mapping, Buffer& buffer, std::size_t count, int prot,
               dma_addr_t& iova) {
  const std::size_t bytes = buffer.count * kPageBytes;
  iova = iova_alloc(mapping, bytes);
  if (iova == DMA_MAPPING_ERROR) return false;
  const auto first = static_cast<unsigned long>(iova);
  for (std::size_t i = 0; i < count;) {
    std::size_t run = 1;
    while (i + run < count && buffer.table()[i + run] == buffer.table()[i] + run) ++run;
    if (iommu_map(mapping.domain, first + i * kPageBytes, page_to_phys(buffer.table()[i]),
                  run * kPageBytes, prot) != 0) {
      iommu_unmap(mapping.domain, first, i * kPageBytes);
      iova_free(mapping, iova, bytes);
      return false;
    }
    i += run;
  }
  return true;
}

/// What the CPU gets: a second, non-cacheable address; the pages' own; or the table as a cookie.
void* address_for_cpu(Buffer& buffer, dma_attrs attrs, bool coherent) {
  if ((attrs & DMA_ATTR_NO_KERNEL_MAPPING) != 0) return buffer.table();
  buffer.remapped = true;
  return remap_pages(buffer.pages(),
                     coherent ? MemoryType::kWriteAllocate : MemoryType::kBufferable);
}

}  // namespace

void* IommuDmaOps::alloc(device& dev, std::size_t size, dma_addr_t& handle, gfp_t gfp,
                         dma_attrs attrs) const {
  const std::size_t bytes = whole_pages(size);
  Buffer* const buffer = make_buffer(dev, bytes >> kPageShift);
  if (buffer == nullptr) return nullptr;
  const bool atomic = (gfp & kMayBlock) == 0;
  const bool contiguous = atomic || (attrs & DMA_ATTR_FORCE_CONTIGUOUS) != 0;
  if (!(contiguous ? take_contiguous(*buffer, coherent_)
                   : take_scattered(*buffer, attrs, coherent_))) {
    destroy(*buffer);
    return nullptr;
  }
  dma_iommu_mapping& mapping = *dev.iommu_mapping;
  const bool first_only = atomic && linux_iommu_faults.one_page_pool;
  const bool mapped = map_pages(mapping, *buffer, first_only ? 1 : buffer->count,
                                prot(DMA_BIDIRECTIONAL, attrs), handle);
  const bool reached = mapped && handle + bytes - 1 <= dev.coherent_dma_mask;
  void* const cookie = reached ? address_for_cpu(*buffer, attrs, coherent_) : nullptr;
  if (cookie == nullptr) {
    if (mapped) iommu_release(mapping, handle, bytes);
    give_back_pages(*buffer);
    destroy(*buffer);
    return nullptr;
  }
  buffer->cookie = cookie;
  const InterruptGuard guard;
  buffers.push_back(*buffer);
  return cookie;
}

void IommuDmaOps::free(device& dev, std::size_t size, void* cpu_addr, dma_addr_t handle,
                       dma_attrs /*attrs*/) const {
  Buffer* const buffer = find(dev, cpu_addr);
  if (buffer == nullptr || buffer->count != whole_pages(size) >> kPageShift) {
    printk("trying to free invalid coherent area: ", hex(cpu_addr), "\n");
    return;
  }
  {
    const InterruptGuard guard;
    buffer->unlink();
  }
  if (buffer->remapped) unremap_pages(cpu_addr, size);
  iommu_release(*dev.iommu_mapping, handle, whole_pages(size));
  give_back_pages(*buffer);
  destroy(*buffer);
}

int IommuDmaOps::mmap(device& dev, vm_area_struct& area, void* cpu_addr, dma_addr_t /*handle*/,
                      std::size_t size, dma_attrs /*attrs*/) const {
  Buffer* const buffer = find(dev, cpu_addr);
  const std::size_t count = whole_pages(size) >> kPageShift;
  const std::size_t wanted = vma_pages(&area);
  if (buffer == nullptr || count > buffer->count || area.vm_pgoff >= count ||
      wanted > count - area.vm_pgoff) {
    return to_errno(Error::kNoAddress);
  }
  area.vm_page_prot = coherent_ ? MemoryType::kWriteAllocate : MemoryType::kBufferable;
  for (std::size_t i = 0; i < wanted; ++i) {
    const int result =
        vm_insert_page(&area, area.vm_start + i * kPageBytes, buffer->table()[area.vm_pgoff + i]);
    if (result != 0) return result;
  }
  return 0;
}

int IommuDmaOps::get_sgtable(device& dev, sg_table& table, void* cpu_addr, dma_addr_t /*handle*/,
                             std::size_t size, dma_attrs /*attrs*/) const {
  Buffer* const buffer = find(dev, cpu_addr);
  const std::size_t count = whole_pages(size) >> kPageShift;
  if (buffer == nullptr || count > buffer->count) return to_errno(Error::kNoAddress);
  return sg_alloc_table_from_pages(&table, buffer->table(), static_cast<unsigned>(count), 0, size,
                                   GFP_KERNEL);
}

}  // namespace guest
