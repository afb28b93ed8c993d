// SPDX-License-Identifier: Apache-2.0
// There is no memory, or not enough of it: whatever takes several pages fails at each of them in
// turn, says so, and has given back the others.
#include "tests/guest/support/shortage.hpp"

#include <array>

#include "sw/dma/dma_coherent.hpp"
#include "sw/dma/dma_iommu.hpp"
#include "sw/dma/dma_pool.hpp"
#include "sw/dma/dmabounce.hpp"
#include "sw/dma/dmam.hpp"
#include "sw/dma/swiotlb.hpp"
#include "sw/iommu/arm_smmu/arm_smmu.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/devres.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/options.hpp"
#include "sw/mm/level.hpp"
#include "sw/mm/remap.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"
#include "tests/guest/support/iommu_bench.hpp"

using namespace guest;
using namespace guest::test;

namespace {

device* pl330() { return find_device("arm,pl330"); }

constexpr int kNoMemory = to_errno(Error::kOutOfMemory);

/// What is tried must take pages one by one, as many as said.
template <class Attempt>
void expect_pages(std::size_t pages, std::string_view what, Attempt&& attempt,
                  bool keeps_tables = false) {
  check_equal(pages_until_it_works(attempt, keeps_tables), pages, what);
}

bool coherent_for(device* dev, std::size_t size) {
  dma_addr_t handle = 0;
  void* const memory = dma_alloc_coherent(dev, size, &handle, GFP_KERNEL);
  if (memory != nullptr) dma_free_coherent(dev, size, memory, handle);
  return memory != nullptr;
}
bool coherent() { return coherent_for(pl330(), kPageBytes); }

bool managed() {
  dma_addr_t handle = 0;
  void* const memory = dmam_alloc_coherent(pl330(), kPageBytes, &handle, GFP_KERNEL);
  if (memory != nullptr) dmam_free_coherent(pl330(), kPageBytes, memory, handle);
  return memory != nullptr;
}

bool noncontiguous() {
  sg_table* const table =
      dma_alloc_noncontiguous(pl330(), kPageBytes, DMA_TO_DEVICE, GFP_KERNEL, 0);
  if (table == nullptr) return false;
  dma_free_noncontiguous(pl330(), kPageBytes, table, DMA_TO_DEVICE);
  return true;
}

/// Three pages of entries.
bool long_table() {
  sg_table table;
  constexpr unsigned kEntries = 3 * kPageBytes / sizeof(scatterlist) - 10;
  const int result = sg_alloc_table(&table, kEntries, GFP_KERNEL);
  if (result == 0) {
    sg_free_table(&table);
  } else {
    check(result == kNoMemory && table.sgl == nullptr, "no table, and no part of one");
  }
  return result == 0;
}

bool block() {
  dma_pool* const pool = dma_pool_create("shortage", pl330(), 64, 64, 0);
  if (pool == nullptr) return false;
  dma_addr_t handle = 0;
  void* const memory = dma_pool_alloc(pool, GFP_KERNEL, &handle);
  if (memory != nullptr) dma_pool_free(pool, memory, handle);
  dma_pool_destroy(pool);
  return memory != nullptr;
}

bool managed_pool() {
  dma_pool* const pool = dmam_pool_create("shortage", pl330(), 64, 64, 0);
  if (pool != nullptr) dmam_pool_destroy(pool);
  return pool != nullptr;
}

// Static RAM: it takes no page itself.
constexpr phys_addr_t kSram = 0x4800'0000;

bool own_memory() {
  const int result = dma_declare_coherent_memory(pl330(), kSram, kSram, kPageBytes);
  if (result == 0) dma_release_declared_memory(pl330());
  check(result == 0 || result == kNoMemory, "out of memory");
  return result == 0;
}

bool managed_own_memory() {
  const int result = dmam_declare_coherent_memory(pl330(), kSram, kSram, kPageBytes);
  if (result == 0) dmam_release_declared_memory(pl330());
  check((pl330()->dma_mem != nullptr) == false, "it has none, or none any more");
  return result == 0;
}

bool bounced() {
  const auto always = [](device*, dma_addr_t, std::size_t) { return 1; };
  const int result = dmabounce_register_dev(pl330(), 512, 1024, always);
  if (result == 0) dmabounce_unregister_dev(pl330());
  check(result == 0 || result == kNoMemory, "out of memory");
  return result == 0;
}

void everywhere_case() {
  // The drivers' own allocations have brought a page of what remembers them.
  expect_pages(1, "a page", coherent);
  expect_pages(3, "a page, and two that remember it", managed);
  expect_pages(3, "a page, a list, and what remembers them", noncontiguous);
  expect_pages(3, "three pages of entries", long_table);
  expect_pages(3, "a pool, its page, and what remembers it", block);
  expect_pages(2, "a pool, what remembers it", managed_pool);
  expect_pages(1, "memory of its own", own_memory);
  expect_pages(2, "the same, and what remembers it", managed_own_memory);
  expect_pages(2, "bounce pools", bounced);
}

/// Slots are one block of memory, and a table.
void slots_case() {
  constexpr unsigned kSlots = IO_TLB_SEGSIZE;
  constexpr unsigned kOrder = 6;
  io_tlb_mem mem;
  {
    Shortage shortage;
    shortage.leave(2);
    check(!swiotlb_init(mem, kSlots, true), "no slots without memory");
    check_equal(free_page_count(), 2, "the table's pages are back");
    shortage.leave(0);
    shortage.leave_block(kOrder);
    check(!swiotlb_init(mem, kSlots, true), "no slots without a table");
    check_equal(free_page_count(), 1U << kOrder, "the slots' pages are back");
  }
  check(swiotlb_init(mem, kSlots, true) && swiotlb_exit(mem), "slots with both");
}

/// All addresses for remapped memory are used; memory is left.
void window_case() {
  constexpr std::size_t kBytes = 1U << 20;
  std::array<void*, 64> taken{};
  std::size_t count = 0;
  while (count < taken.size()) {
    taken[count] = remap_pages(kSram, kBytes, MemoryType::kBufferable);
    if (taken[count] == nullptr) break;
    ++count;
  }
  check(count > 0 && count < taken.size(), "the addresses come to an end");
  const std::size_t free = free_page_count();
  check(free > kBytes / kPageBytes, "memory does not");
  dma_addr_t handle = 0;
  check(dma_alloc_coherent(pl330(), kBytes, &handle, GFP_KERNEL) == nullptr, "none is remapped");
  check_equal(free_page_count(), free, "pages that were taken for it are back");
  check(dma_declare_coherent_memory(pl330(), kSram, kSram, kBytes) == kNoMemory,
        "nor a device's own");
  while (count-- != 0) unremap_pages(taken[count], kBytes);
}

/// The 17th of 16 that were made in advance.
void unmap_data_case() {
  std::array<dmaengine_unmap_data*, 16> all{};
  for (auto& each : all) each = dmaengine_get_unmap_data(pl330(), 1, GFP_KERNEL);
  check(all.back() != nullptr, "sixteen");
  check(dmaengine_get_unmap_data(pl330(), 1, GFP_KERNEL) == nullptr, "no more");
  for (auto* each : all) dmaengine_unmap_put(each);
  check(dmaengine_get_unmap_data(pl330(), -1, GFP_KERNEL) == nullptr, "less than none");
}

// --- Behind an IOMMU: page tables are pages, too.

device* lcd() { return find_device("arm,pl111"); }

/// An address space of the LCD's, with no tables but the root.
struct Space {
  explicit Space(std::uint64_t size)
      : mapping{arm_iommu_create_mapping(&platform_bus_type, 0x4000'0000, size)} {
    check(!IS_ERR(mapping) && arm_iommu_attach_device(lcd(), mapping) == 0, "a space");
  }
  Space(const Space&) = delete;
  Space& operator=(const Space&) = delete;
  ~Space() {
    arm_iommu_detach_device(lcd());
    arm_iommu_release_mapping(mapping);
  }
  dma_iommu_mapping* mapping;
};

bool attached() {
  iommu_domain* const domain = iommu_domain_alloc(&platform_bus_type);
  const int result = iommu_attach_device(domain, lcd());
  if (result == 0) iommu_detach_device(domain, lcd());
  iommu_domain_free(domain);
  check(result == 0 || result == kNoMemory, "out of memory");
  return result == 0;
}

bool mapping() {
  dma_iommu_mapping* const made = arm_iommu_create_mapping(&platform_bus_type, 0, 1U << 30);
  if (IS_ERR(made)) {
    check(PTR_ERR(made) == kNoMemory, "out of memory");
    return false;
  }
  arm_iommu_release_mapping(made);
  return true;
}

bool list_mapped(Scattered<4>& scattered) {
  const int count = static_cast<int>(scattered.list.size());
  const unsigned entries = dma_map_sg(pl330(), scattered.list.data(), count, DMA_TO_DEVICE);
  if (entries != 0) dma_unmap_sg(pl330(), scattered.list.data(), count, DMA_TO_DEVICE);
  return entries != 0;
}

constexpr unsigned long kFar = 0x7000'0000;  ///< I/O addresses that nobody has used.

bool far_page() {
  iommu_domain* const domain = iommu_get_domain_for_dev(pl330());
  const int result = iommu_map(domain, kFar, kSram, kPageBytes, IOMMU_READ);
  if (result == 0) iommu_unmap(domain, kFar, kPageBytes);
  check(result == 0 || result == kNoMemory, "out of memory");
  return result == 0;
}

/// Two pages, of which the second needs a table of its own: the first goes again.
bool two_tables() {
  constexpr unsigned long kBoundary = kFar + (64U << 20);
  constexpr unsigned long kStart = kBoundary - kPageBytes;
  iommu_domain* const domain = iommu_get_domain_for_dev(pl330());
  const int result = iommu_map(domain, kStart, kSram, 2 * kPageBytes, IOMMU_READ);
  if (result == 0) iommu_unmap(domain, kStart, 2 * kPageBytes);
  check(result == 0 || iommu_iova_to_phys(domain, kStart) == 0, "nothing stays mapped");
  return result == 0;
}

void behind_iommu_case() {
  const IommuBench bench;
  const dma_addr_t first = dma_map_resource(pl330(), kSram, kPageBytes, DMA_TO_DEVICE, 0);
  check(dma_mapping_error(pl330(), first) == 0, "the device has an address space");
  dma_unmap_resource(pl330(), first, kPageBytes, DMA_TO_DEVICE, 0);
  Scattered<4> list;
  const IommuUsage before = iommu_usage();
  expect_pages(1, "bits for addresses", mapping);
  expect_pages(0, "a list, with the tables that are there", [&] { return list_mapped(list); });
  const bool short_descriptors = option("smmu") == "short";
  expect_pages(short_descriptors ? 1 : 2, "a table of each level below the root", far_page, true);
  expect_pages(2, "two tables of the last level", two_tables, true);
  coherent();
  expect_pages(2, "memory, and what remembers it", coherent);
  check_equal(iommu_usage().domains, before.domains, "domains");
}

void new_space_case() {
  expect_pages(1, "a root table", attached);
  {
    const Space space{1U << 30};
    // Tables that were made stay.
    expect_pages(
        4, "a page, what remembers it, and tables of two levels",
        [] { return coherent_for(lcd(), kPageBytes); }, true);
    Shortage shortage;
    shortage.leave(20);
    check(coherent_for(lcd(), 16 * kPageBytes), "single pages do where no 16 are in a row");
  }
  // Two pages of addresses.
  const Space space{2 * kPageBytes};
  const std::size_t free = free_page_count();
  dma_addr_t handle = 0;
  check(dma_alloc_pages(lcd(), 4 * kPageBytes, &handle, DMA_TO_DEVICE, GFP_KERNEL) == nullptr,
        "no addresses for four");
  check_equal(free_page_count(), free, "their memory is back");
  Scattered<4> scattered;
  const std::size_t addresses = level_of("I/O pages");
  dma_set_max_seg_size(lcd(), kPageBytes);
  check_equal(dma_map_sg(lcd(), scattered.list.data(), 4, DMA_TO_DEVICE), 0, "not one by one");
  check_equal(level_of("I/O pages"), addresses, "the first two are back");
}

/// A boundary that no entry may cross.
void boundary_case() {
  const Space space{1U << 30};
  Scattered<16> scattered;
  constexpr unsigned kPages = 8;
  dma_set_seg_boundary(lcd(), kPages * kPageBytes - 1);
  const unsigned entries = dma_map_sg(lcd(), scattered.list.data(), 16, DMA_TO_DEVICE);
  check_equal(entries, 16 / kPages, "entries of eight pages");
  for (const scatterlist& entry : SgRange{scattered.list.data(), entries})
    check(sg_dma_address(&entry) % (kPages * kPageBytes) == 0, "none crosses it");
  dma_unmap_sg(lcd(), scattered.list.data(), 16, DMA_TO_DEVICE);
  // Alignment is to the size, or to 1 MiB.
  constexpr std::size_t kLarge = 3U << 20;
  const dma_addr_t large = mapped(*lcd(), alloc_bytes(kLarge).data(), kLarge, DMA_TO_DEVICE);
  check_equal(static_cast<std::uint32_t>(large % (1U << 20)), 0, "the start of a large mapping");
  dma_unmap_single(lcd(), large, kLarge, DMA_TO_DEVICE);
}

/// There is a page for the addresses of a device that maps something for the first time, and none
/// for its tables.
void first_use_case() {
  const std::span<std::byte> buffer = alloc_bytes(kPageBytes);
  Shortage shortage;
  shortage.leave(1);
  const dma_addr_t handle = dma_map_single(lcd(), buffer.data(), 64, DMA_TO_DEVICE);
  check(lcd()->iommu_mapping == nullptr, "it has no space");
  check_equal(free_page_count(), 1, "the page is back");
  if (dma_mapping_error(lcd(), handle) == 0) dma_unmap_single(lcd(), handle, 64, DMA_TO_DEVICE);
}

constexpr Case kCases[] = {
    {"everywhere", everywhere_case},
    {"slots", slots_case},
    {"window", window_case},
    {"unmap_data", unmap_data_case},
    {"behind_iommu", behind_iommu_case},
    {"new_space", new_space_case},
    {"boundary", boundary_case},
    {"first_use", first_use_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
