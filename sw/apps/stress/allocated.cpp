// SPDX-License-Identifier: Apache-2.0
// Memory that the DMA layer gives: coherent, of each allocator, and cacheable.
#include <algorithm>

#include "sw/apps/stress/memory.hpp"

namespace guest {
namespace {

constexpr std::size_t kMostBytes = 16U << 10;

bool everywhere(const Supplies& /*supplies*/) { return true; }
void nothing(Memory& /*m*/, Random& /*random*/) {}

bool one_piece(Memory& m, Random& /*random*/) {
  m.add_piece(m.handle, m.bytes.size());
  return true;
}

// --- Coherent: both see it all the time

template <gfp_t kGfp, dma_attrs kAttrs>
bool take_shared(Memory& m, Random& /*random*/, std::size_t size) {
  m.attrs = kAttrs;
  if (!m.supplies->may_allocate(m.from_device)) return false;
  auto* const memory =
      static_cast<std::byte*>(dma_alloc_attrs(&m.supplies->dev(), size, &m.handle, kGfp, kAttrs));
  if (memory == nullptr) return false;
  m.supplies->allocated(m.from_device);
  m.bytes = {memory, size};
  return true;
}

void free_shared(Memory& m) {
  dma_free_attrs(&m.supplies->dev(), m.bytes.size(), m.bytes.data(), m.handle, m.attrs);
  m.supplies->freed(m.from_device);
}

template <gfp_t kGfp, dma_attrs kAttrs>
constexpr MemoryKind shared(std::string_view name) {
  return {name,    kMostBytes, everywhere, take_shared<kGfp, kAttrs>, free_shared, one_piece,
          nothing, nothing,    nothing};
}

// --- A small block

bool take_block(Memory& m, Random& /*random*/, std::size_t size) {
  // While the device has memory of its own, the pool would grow with that.
  if (m.supplies->pool() == nullptr || m.supplies->has_device_memory()) return false;
  auto* const block =
      static_cast<std::byte*>(dma_pool_alloc(m.supplies->pool(), GFP_KERNEL, &m.handle));
  if (block == nullptr) return false;
  m.bytes = {block, size};
  return true;
}

void free_block(Memory& m) { dma_pool_free(m.supplies->pool(), m.bytes.data(), m.handle); }

// --- Cacheable, and mapped from the beginning: the CPU has it first

bool take_pages(Memory& m, Random& /*random*/, std::size_t size) {
  page* const first = dma_alloc_pages(&m.supplies->dev(), size, &m.handle, m.direction, GFP_KERNEL);
  if (first == nullptr) return false;
  m.bytes = {static_cast<std::byte*>(page_address(first)), size};
  return true;
}

void free_pages(Memory& m) {
  dma_free_pages(&m.supplies->dev(), m.bytes.size(), virt_to_page(m.bytes.data()), m.handle,
                 m.direction);
}

bool take_noncoherent(Memory& m, Random& /*random*/, std::size_t size) {
  auto* const memory = static_cast<std::byte*>(
      dma_alloc_noncoherent(&m.supplies->dev(), size, &m.handle, m.direction, GFP_KERNEL));
  m.bytes = {memory, memory == nullptr ? 0 : size};
  return memory != nullptr;
}

void free_noncoherent(Memory& m) {
  dma_free_noncoherent(&m.supplies->dev(), m.bytes.size(), m.bytes.data(), m.handle, m.direction);
}

void pages_for_cpu(Memory& m, Random& random) { sync_ranges(m, random, dma_sync_single_for_cpu); }
void pages_for_device(Memory& m, Random& random) {
  sync_ranges(m, random, dma_sync_single_for_device);
}
bool map_pages(Memory& m, Random& random) {
  pages_for_device(m, random);
  return one_piece(m, random);
}

bool take_noncontiguous(Memory& m, Random& /*random*/, std::size_t size) {
  m.table = dma_alloc_noncontiguous(&m.supplies->dev(), size, m.direction, GFP_KERNEL, m.attrs);
  if (m.table == nullptr) return false;
  auto* const memory =
      static_cast<std::byte*>(dma_vmap_noncontiguous(&m.supplies->dev(), size, m.table));
  m.bytes = {memory, size};
  return true;
}

void free_noncontiguous(Memory& m) {
  dma_vunmap_noncontiguous(&m.supplies->dev(), m.bytes.data());
  dma_free_noncontiguous(&m.supplies->dev(), m.bytes.size(), m.table, m.direction);
}

void table_for_cpu(Memory& m, Random& /*random*/) {
  dma_sync_sgtable_for_cpu(&m.supplies->dev(), m.table, m.direction);
}
void table_for_device(Memory& m, Random& /*random*/) {
  dma_sync_sgtable_for_device(&m.supplies->dev(), m.table, m.direction);
}
/// The table has whole pages.
bool map_table(Memory& m, Random& random) {
  table_for_device(m, random);
  std::size_t left = m.bytes.size();
  for (const scatterlist& entry : SgRange{m.table->sgl, m.table->nents}) {
    const std::size_t size = std::min<std::size_t>(left, sg_dma_len(&entry));
    m.add_piece(sg_dma_address(&entry), size);
    left -= size;
  }
  return left == 0;
}

}  // namespace

const MemoryKind kCoherent = shared<GFP_KERNEL, 0>("coherent");
const MemoryKind kWriteCombining = shared<GFP_KERNEL, DMA_ATTR_WRITE_COMBINE>("wc");
const MemoryKind kContiguous = shared<GFP_KERNEL, DMA_ATTR_FORCE_CONTIGUOUS>("contiguous");
const MemoryKind kAtomic = shared<GFP_ATOMIC, 0>("atomic");
const MemoryKind kDeviceOnlyMemory =
    shared<GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING>("no kernel mapping");
const MemoryKind kPoolBlock{
    "pool", Supplies::kBlockBytes, everywhere, take_block, free_block, one_piece, nothing, nothing,
    nothing};
const MemoryKind kPages{"pages",   kMostBytes,    everywhere,    take_pages,      free_pages,
                        map_pages, pages_for_cpu, pages_for_cpu, pages_for_device};
const MemoryKind kNoncoherent{"noncoherent",    kMostBytes,       everywhere,
                              take_noncoherent, free_noncoherent, map_pages,
                              pages_for_cpu,    pages_for_cpu,    pages_for_device};
const MemoryKind kNoncontiguous{"noncontiguous",    kMostBytes,         everywhere,
                                take_noncontiguous, free_noncontiguous, map_table,
                                table_for_cpu,      table_for_cpu,      table_for_device};

}  // namespace guest
