// SPDX-License-Identifier: Apache-2.0
// Memory for both sides through an IOMMU: scattered pages that are contiguous for the device and,
// remapped, for the CPU.
#include <algorithm>
#include <new>
#include <utility>

#include "sw/arch/cacheflush.hpp"
#include "sw/arch/irqflags.hpp"
#include "sw/dma/arm_dma_allocator.hpp"
#include "sw/dma/iommu_ops.hpp"
#include "sw/kernel/console.hpp"
#include "sw/lib/result.hpp"
#include "sw/lib/string.hpp"
#include "sw/mm/level.hpp"
#include "sw/mm/remap.hpp"

namespace guest {
namespace {

/// Where pages come from, and how the CPU reaches them.
enum class Source : std::uint8_t {
  kScattered,   ///< Single pages, remapped.
  kContiguous,  ///< The CMA area, and nothing if there is none: remapped.
  kSimple,      ///< One block, by its own address: for devices that see the caches.
  kPool,        ///< The atomic pool: for who cannot wait.
};

/// What `alloc` gave, to be found again by what it returned. The pages' table follows it.
struct Buffer : ListNode {
  device* dev = nullptr;
  void* cookie = nullptr;   ///< What the caller has.
  void* address = nullptr;  ///< The CPU's; null with NO_KERNEL_MAPPING.
  dma_addr_t handle = 0;    ///< The device's.
  std::size_t count = 0;
  Source source = Source::kScattered;

  page** table() { return reinterpret_cast<page**>(this + 1); }
  std::span<page*> pages() { return {table(), count}; }
  std::size_t size() const { return count * kPageBytes; }
  static std::size_t bytes(std::size_t count) {
    return sizeof(Buffer) + count * sizeof(page*);  // NOLINT: a table of pointers.
  }
};

IntrusiveList<Buffer> buffers;
std::size_t live_buffers = 0;

Buffer* find(const device& dev, const void* cookie) {
  const InterruptGuard guard;
  for (Buffer& buffer : buffers) {
    if (buffer.cookie == cookie && buffer.dev == &dev) return &buffer;
  }
  return nullptr;
}

/// Out of the list, so that nobody else frees it; null: it is not there.
Buffer* take(const device& dev, const void* cookie) {
  const InterruptGuard guard;
  Buffer* const buffer = find(dev, cookie);
  if (buffer != nullptr) buffer->unlink();
  return buffer;
}

Level level{"buffers of IOMMU operations", [] { return live_buffers; }};

Buffer* make_buffer(device& dev, std::size_t count) {
  void* const memory = alloc_pages_exact(Buffer::bytes(count), GFP_ATOMIC);
  if (memory == nullptr) return nullptr;
  // Whole lines: the page may have been a device's, and what stale lines of it hold is to be gone.
  memset(memory, 0, (Buffer::bytes(count) + kCacheLineBytes - 1) & ~(kCacheLineBytes - 1));
  auto* const buffer = ::new (memory) Buffer;
  buffer->dev = &dev;
  buffer->count = count;
  ++live_buffers;
  return buffer;
}

void destroy(Buffer& buffer) {
  const std::size_t bytes = Buffer::bytes(buffer.count);
  --live_buffers;
  buffer.~Buffer();
  free_pages_exact(&buffer, bytes);
}

/// Large blocks first, single pages as a last resort: Linux's iommu_order_array.
bool take_scattered(Buffer& buffer, dma_attrs attrs) {
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
    __dma_clear_buffer(block, count * kPageBytes, false);
    for (std::size_t i = 0; i < count; ++i) buffer.table()[done + i] = block + i;
    done += count;
  }
  if (done == buffer.count) return true;
  for (std::size_t i = 0; i < done; ++i) __free_pages(buffer.table()[i], 0);
  return false;
}

page* take_block(Buffer& buffer) {
  if (buffer.source == Source::kPool) {
    page* first = nullptr;
    buffer.address = __alloc_from_pool(buffer.size(), &first);
    return buffer.address == nullptr ? nullptr : first;
  }
  page* first = nullptr;
  if (buffer.source == Source::kContiguous) {
    first = dma_alloc_from_contiguous(*buffer.dev, buffer.count, get_order(buffer.size()));
  } else if (void* const memory = alloc_pages_exact(buffer.size(), GFP_ATOMIC); memory != nullptr) {
    first = virt_to_page(memory);
  }
  if (first == nullptr) return nullptr;
  const bool simple = buffer.source == Source::kSimple;
  __dma_clear_buffer(first, buffer.size(), simple);
  if (simple) buffer.address = page_address(first);
  return first;
}

bool take_pages(Buffer& buffer, dma_attrs attrs) {
  if (buffer.source == Source::kScattered) return take_scattered(buffer, attrs);
  page* const first = take_block(buffer);
  if (first == nullptr) return false;
  for (std::size_t i = 0; i < buffer.count; ++i) buffer.table()[i] = first + i;
  return true;
}

void give_back_pages(Buffer& buffer) {
  if (buffer.source == Source::kPool) {
    __free_from_pool(buffer.address, buffer.size());
  } else if (buffer.source == Source::kContiguous) {
    dma_release_from_contiguous(*buffer.dev, buffer.table()[0], buffer.count);
  } else {
    for (page* each : buffer.pages()) __free_pages(each, 0);
  }
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

/// What the caller gets: an address for the CPU, or the table as a cookie.
void* make_cookie(Buffer& buffer, dma_attrs attrs) {
  if ((attrs & DMA_ATTR_NO_KERNEL_MAPPING) != 0) return buffer.table();
  if (buffer.address == nullptr)
    buffer.address = remap_pages(buffer.pages(), __get_dma_pgprot(attrs));
  return buffer.address;
}

Source choose_source(gfp_t gfp, dma_attrs attrs, bool coherent) {
  if (coherent) return Source::kSimple;
  if (!gfpflags_allow_blocking(gfp)) return Source::kPool;
  return (attrs & DMA_ATTR_FORCE_CONTIGUOUS) != 0 ? Source::kContiguous : Source::kScattered;
}

}  // namespace

void* IommuDmaOps::alloc(device& dev, std::size_t size, dma_addr_t& handle, gfp_t gfp,
                         dma_attrs attrs) const {
  handle = DMA_MAPPING_ERROR;
  Buffer* const buffer = make_buffer(dev, whole_pages(size) >> kPageShift);
  if (buffer == nullptr) return nullptr;
  buffer->source = choose_source(gfp, attrs, coherent_);
  if (!take_pages(*buffer, attrs)) {
    destroy(*buffer);
    return nullptr;
  }
  dma_iommu_mapping& mapping = *dev.iommu_mapping;
  const bool first_only = buffer->source == Source::kPool && linux_iommu_faults.one_page_pool;
  const bool mapped = map_pages(mapping, *buffer, first_only ? 1 : buffer->count,
                                prot(DMA_BIDIRECTIONAL, attrs), handle);
  const bool reached = mapped && handle + buffer->size() - 1 <= dev.coherent_dma_mask;
  buffer->cookie = reached ? make_cookie(*buffer, attrs) : nullptr;
  if (buffer->cookie == nullptr) {
    if (mapped) iommu_release(mapping, std::exchange(handle, DMA_MAPPING_ERROR), buffer->size());
    give_back_pages(*buffer);
    destroy(*buffer);
    return nullptr;
  }
  buffer->handle = handle;
  const InterruptGuard guard;
  buffers.push_back(*buffer);
  return buffer->cookie;
}

void IommuDmaOps::free(device& dev, std::size_t size, void* cpu_addr, dma_addr_t handle,
                       dma_attrs /*attrs*/) const {
  Buffer* const buffer = take(dev, cpu_addr);
  if (buffer == nullptr) {
    printk("trying to free invalid coherent area: ", hex(cpu_addr), "\n");
    return;
  }
  warn_of_other_extent(dev, {whole_pages(size), handle}, {buffer->size(), buffer->handle});
  iommu_release(*dev.iommu_mapping, buffer->handle, buffer->size());
  if (is_remapped(buffer->address) && buffer->source != Source::kPool)
    unremap_pages(buffer->address, buffer->size());
  give_back_pages(*buffer);
  destroy(*buffer);
}

int IommuDmaOps::mmap(device& dev, vm_area_struct& area, void* cpu_addr, dma_addr_t /*handle*/,
                      std::size_t size, dma_attrs attrs) const {
  Buffer* const buffer = find(dev, cpu_addr);
  const std::size_t count = whole_pages(size) >> kPageShift;
  const std::size_t wanted = vma_pages(&area);
  if (buffer == nullptr || count > buffer->count || area.vm_pgoff >= count ||
      wanted > count - area.vm_pgoff) {
    return to_errno(Error::kNoAddress);
  }
  area.vm_page_prot = coherent_ ? MemoryType::kWriteAllocate : __get_dma_pgprot(attrs);
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
