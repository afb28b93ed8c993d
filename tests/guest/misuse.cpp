// SPDX-License-Identifier: Apache-2.0
// What ends a mapping or frees memory wrongly is the checker's to name, with each of the operations
// (`ops=NAME`); and nothing is lost. Each misuse is a function: it is found there.
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/options.hpp"
#include "sw/measure/implementation.hpp"
#include "sw/mm/level.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::size_t kBytes = DmaBench::kBytes;
constexpr dma_data_direction kFrom = DMA_FROM_DEVICE;

/// Two pages besides the bench's.
std::byte* spare() {
  static std::byte* const page = alloc_bytes(2 * kPageBytes).data();
  return page;
}

/// Ends what a wrong call has left, unwatched: that has been named.
void end_quietly(device& dev, dma_addr_t handle, std::size_t size, dma_data_direction direction) {
  get_dma_ops(&dev).unmap_page(dev, handle, size, direction, 0);
}

// Each ends the bench's mapping wrongly. It is expected to be named, in that function.

void another_size(DmaBench& b, dma_addr_t h) { dma_unmap_single(&b.dev(), h, kBytes / 2, kFrom); }

void another_direction(DmaBench& b, dma_addr_t h) {
  dma_unmap_single(&b.dev(), h, kBytes, DMA_TO_DEVICE);
}

void no_direction(DmaBench& b, dma_addr_t h) {
  dma_unmap_single(&b.dev(), h, kBytes, DMA_NONE);
  dma_unmap_single(&b.dev(), h, kBytes, kFrom);
}

void ended_twice(DmaBench& b, dma_addr_t h) {
  dma_unmap_single(&b.dev(), h, kBytes, kFrom);
  dma_unmap_single(&b.dev(), h, kBytes, kFrom);
}

void another_handle(DmaBench& b, dma_addr_t h) {
  dma_unmap_single(&b.dev(), h + kBytes / 2, kBytes / 2, kFrom);
  dma_unmap_single(&b.dev(), h, kBytes, kFrom);
}

/// Behind the same IOMMU, or with the same buffers.
device& other_than(const device& dev) {
  static device other;
  other.name = "other";
  other.iommu_mapping = dev.iommu_mapping;
  other.io_tlb = dev.io_tlb;
  other.dmabounce = dev.dmabounce;
  set_dma_ops(&other, dev.dma_ops);
  return other;
}

void another_device(DmaBench& b, dma_addr_t h) {
  dma_unmap_single(&other_than(b.dev()), h, kBytes, kFrom);
}

void another_function(DmaBench& b, dma_addr_t h) {
  dma_unmap_resource(&b.dev(), h, kBytes, kFrom, 0);
}

void synced_afterwards(DmaBench& b, dma_addr_t h) {
  dma_unmap_single(&b.dev(), h, kBytes, kFrom);
  dma_sync_single_for_cpu(&b.dev(), h, kBytes, kFrom);
  dma_sync_single_for_device(&b.dev(), h, kBytes, kFrom);
}

void overlapping(DmaBench& b, dma_addr_t h) {
  const dma_addr_t again = dma_map_single(&b.dev(), b.begin() + kBytes / 2, kBytes / 2, kFrom);
  if (dma_mapping_error(&b.dev(), again) != 0) panic("not mapped");
  dma_unmap_single(&b.dev(), again, kBytes / 2, kFrom);
  dma_unmap_single(&b.dev(), h, kBytes, kFrom);
}

void failed_handle(DmaBench& b, dma_addr_t h) {
  dma_sync_single_for_cpu(&b.dev(), DMA_MAPPING_ERROR, kBytes, kFrom);
  dma_unmap_single(&b.dev(), DMA_MAPPING_ERROR, kBytes, kFrom);
  dma_unmap_single(&b.dev(), h, kBytes, kFrom);
}

void fewer_entries(DmaBench& b, dma_addr_t h) {
  scatterlist list[2];
  sg_init_table(list, 2);
  for (unsigned i = 0; i < 2; ++i) sg_set_buf(&list[i], spare() + 1024 * i, 512);
  check_equal(dma_map_sg(&b.dev(), list, 2, DMA_TO_DEVICE), 2, "entries for the device");
  dma_unmap_sg(&b.dev(), list, 1, DMA_TO_DEVICE);
  end_quietly(b.dev(), sg_dma_address(&list[1]), 512, DMA_TO_DEVICE);
  dma_unmap_single(&b.dev(), h, kBytes, kFrom);
}

using Misuse = void (*)(DmaBench&, dma_addr_t);

constexpr Misuse kMisuses[] = {
    another_size,   another_direction, no_direction,     ended_twice,
    another_handle, another_device,    another_function, synced_afterwards,
    overlapping,    failed_handle,     fewer_entries,
};

// Each frees wrongly what it has allocated.

struct Memory {
  explicit Memory(device& of) : dev{&of} {
    at = dma_alloc_coherent(dev, kBytes, &handle, GFP_KERNEL);
    if (at == nullptr) panic("no memory");
  }
  void free() const { dma_free_coherent(dev, kBytes, at, handle); }

  device* dev;
  void* at = nullptr;
  dma_addr_t handle = 0;
};

void memory_of_another_size(device& dev) {
  const Memory memory{dev};
  dma_free_coherent(&dev, 2 * kBytes, memory.at, memory.handle);
}

void memory_twice(device& dev) {
  const Memory memory{dev};
  dma_free_coherent(&dev, kBytes, memory.at, memory.handle);
  dma_free_coherent(&dev, kBytes, memory.at, memory.handle);
}

void memory_by_another_handle(device& dev) {
  const Memory one{dev};
  const Memory other{dev};
  dma_free_coherent(&dev, kBytes, one.at, other.handle);
  other.free();
}

void memory_never_allocated(device& dev) {
  alignas(kPageBytes) static std::byte memory[kBytes];
  dma_free_coherent(&dev, kBytes, memory, virt_to_phys(memory));
}

void memory_by_another_device(device& dev) {
  const Memory memory{dev};
  dma_free_coherent(&other_than(dev), kBytes, memory.at, memory.handle);
  // An IOMMU's operations know whose it is, and keep it.
  if (dev.iommu_mapping != nullptr)
    get_dma_ops(&dev).free(dev, kBytes, memory.at, memory.handle, 0);
}

struct Pages {
  explicit Pages(device& dev) {
    first = dma_alloc_pages(&dev, kBytes, &handle, kFrom, GFP_KERNEL);
    if (first == nullptr) panic("no pages");
  }
  page* first = nullptr;
  dma_addr_t handle = 0;
};

void pages_of_another_size(device& dev) {
  const Pages pages{dev};
  dma_free_pages(&dev, kBytes / 2, pages.first, pages.handle, kFrom);
}

void pages_of_another_direction(device& dev) {
  const Pages pages{dev};
  dma_free_pages(&dev, kBytes, pages.first, pages.handle, DMA_TO_DEVICE);
}

void pages_by_unmap(device& dev) {
  const Pages pages{dev};
  dma_unmap_page(&dev, pages.handle, kBytes, kFrom);
  free_pages_exact(page_address(pages.first), kBytes);
}

void table_of_another_direction(device& dev) {
  sg_table* const table = dma_alloc_noncontiguous(&dev, kBytes, kFrom, GFP_KERNEL, 0);
  if (table == nullptr) panic("no table");
  const std::size_t taken = free_page_count();
  dma_free_noncontiguous(&dev, kBytes, table, DMA_TO_DEVICE);
  check(free_page_count() > taken, "its pages are free");
}

using WrongFree = void (*)(device&);

constexpr WrongFree kWrongFrees[] = {
    memory_of_another_size,     memory_twice,
    memory_by_another_handle,   memory_never_allocated,
    memory_by_another_device,   pages_of_another_size,
    pages_of_another_direction, pages_by_unmap,
    table_of_another_direction,
};

/// Pools take their memory when they are first asked.
void fill_pools(device& dev, std::byte* first) {
  for (const std::size_t size : {std::size_t{512}, kBytes}) {
    dma_addr_t handles[3];
    std::byte* const buffers[3] = {first, spare(), spare() + kPageBytes};
    for (unsigned i = 0; i < 3; ++i) handles[i] = mapped(dev, buffers[i], size, kFrom);
    for (const dma_addr_t handle : handles) dma_unmap_single(&dev, handle, size, kFrom);
  }
}

void mappings() {
  DmaBench bench;
  check(spare() != nullptr, "memory");
  fill_pools(bench.dev(), bench.begin());
  for (const Misuse one : kMisuses) {
    remember_levels();
    const dma_addr_t handle = mapped(bench.dev(), bench.begin(), kBytes, kFrom);
    one(bench, handle);
    if (!at_remembered_levels(console())) end_quietly(bench.dev(), handle, kBytes, kFrom);
    check(at_remembered_levels(console()), "all is given back");
  }
}

void memory() {
  DmaBench bench;
  for (const WrongFree one : kWrongFrees) {
    remember_levels();
    one(bench.dev());
    check(at_remembered_levels(console()), "all is given back");
  }
}

// Each call has been looked at by itself.
void mappings_case() {
  mappings();
  remember_levels();
}
void memory_case() {
  memory();
  remember_levels();
}

constexpr Case kCases[] = {{"mappings", mappings_case}, {"memory", memory_case}};

}  // namespace

int guest_main() {
  const Result<Implementation> operations = Implementation::use(option("ops").value_or(""));
  if (!operations) panic("this board has no such operations");
  return run_case(kCases);
}
