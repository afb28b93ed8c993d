// SPDX-License-Identifier: Apache-2.0
// What the DMA layer answers to requests that no other program makes: where Linux returns an error,
// or prints a line and goes on.
#include <algorithm>
#include <array>

#include "sw/arch/irqflags.hpp"
#include "sw/dma/dma_coherent.hpp"
#include "sw/dma/dma_iommu.hpp"
#include "sw/dma/dma_pool.hpp"
#include "sw/dma/dmabounce.hpp"
#include "sw/dma/swiotlb.hpp"
#include "sw/iommu/arm_smmu/arm_smmu.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/options.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"
#include "tests/guest/support/iommu_bench.hpp"

using namespace guest;
using namespace guest::test;

namespace {

// Linux's numbers: include/uapi/asm-generic/errno-base.h.
constexpr int kEnomem = -12;
constexpr int kEexist = -17;
constexpr int kEinval = -22;
constexpr int kErange = -34;

device* pl330() { return find_device("arm,pl330"); }

std::span<std::byte> buffer_of(std::size_t size) {
  const std::span<std::byte> buffer = alloc_bytes(size);
  if (buffer.empty()) panic("no memory");
  return buffer;
}

// --- Direct operations.

void lists_case() {
  std::array<scatterlist, 2> list{};
  sg_init_table(list.data(), 2);
  const std::span<std::byte> buffer = buffer_of(kPageBytes);
  for (scatterlist& entry : list) sg_set_buf(&entry, buffer.data(), 100);
  check(sg_nents(nullptr) == 0, "no list has no entries");
  check(sg_nents_for_len(list.data(), 201) == kEinval, "a list that is too short");
  check(sg_last(list.data(), 0) == nullptr, "nor a last one");
  check(sg_last(list.data(), 2) == &list[1], "the last of two");
  sg_table table;
  check(sg_alloc_table(&table, 0, GFP_KERNEL) == kEinval, "a table of nothing");
}

/// Coherent memory comes from where the mask reaches; the pool is where it is.
void beyond_the_mask_case() {
  device* const dev = pl330();
  dma_addr_t handle = 0;
  void* const memory = dma_alloc_coherent(dev, kPageBytes, &handle, GFP_ATOMIC);
  check(memory != nullptr, "memory of the atomic pool");
  dma_free_coherent(dev, kPageBytes, memory, handle);
  const std::uint64_t mask = dev->coherent_dma_mask;
  dev->coherent_dma_mask = handle + kPageBytes - 2;
  dma_addr_t other = 0;
  check(dma_alloc_coherent(dev, kPageBytes, &other, GFP_ATOMIC) == nullptr, "its last byte is out");
  check(other == DMA_MAPPING_ERROR, "no handle");
  dev->coherent_dma_mask = mask;
  void* const again = dma_alloc_coherent(dev, kPageBytes, &other, GFP_ATOMIC);
  check(again == memory && other == handle, "the pool has it back");
  {
    const InterruptGuard guard;
    dma_free_coherent(dev, kPageBytes, again, other);  // Says so: Linux warns.
  }
}

void pools_case() {
  device* const dev = pl330();
  constexpr phys_addr_t kSram = 0x4800'0000;
  check(dma_declare_coherent_memory(dev, kSram + 4, kSram + 4, kPageBytes) == kEinval, "no page");
  check(dma_declare_coherent_memory(dev, kSram, kSram, 0) == kEinval, "nothing");
  dma_pool* const pool = dma_pool_create("errors", dev, 64, 64, 0);
  dma_addr_t handle = 0;
  void* const block = dma_pool_alloc(pool, GFP_KERNEL, &handle);
  dma_pool_free(pool, block, handle + 64);  // Says so.
  dma_pool_free(pool, static_cast<std::byte*>(block) + 4, handle + 4);
  dma_addr_t next = 0;
  void* const other = dma_pool_alloc(pool, GFP_KERNEL, &next);
  check(other != block, "the block is not free");
  dma_pool_free(pool, other, next);
  dma_pool_free(pool, block, handle);
  dma_pool_destroy(pool);
}

/// What is freed with another handle, and what was never allocated: Linux warns of the latter.
template <bool own>
void freed() {
  constexpr phys_addr_t kOwnMemory = 0x4800'0000;
  device* const dev = pl330();
  if (own)
    check(dma_declare_coherent_memory(dev, kOwnMemory, kOwnMemory, 4 * kPageBytes) == 0, "its own");
  dma_addr_t handle = 0;
  void* const memory = dma_alloc_coherent(dev, kPageBytes, &handle, GFP_KERNEL);
  dma_free_coherent(dev, kPageBytes, static_cast<std::byte*>(memory) + kPageBytes / 2, handle);
  dma_free_coherent(dev, kPageBytes, memory, handle + kPageBytes);
  dma_addr_t other = 0;
  check(dma_alloc_coherent(dev, kPageBytes, &other, GFP_KERNEL) == memory && other == handle,
        "what was allocated there is free");
  dma_free_coherent(dev, kPageBytes, memory, handle);
  if (own) dma_release_declared_memory(dev);
}

// --- Bounce buffers.

bool wanted = false;
int as_told(device* /*dev*/, dma_addr_t /*address*/, std::size_t /*size*/) {
  return wanted ? 1 : 0;
}

void bounced_case() {
  DmaBench bench;
  device* const dev = &bench.dev();
  check(dmabounce_register_dev(nullptr, 512, 0, as_told) == kEinval, "no device");
  check(dmabounce_register_dev(dev, 512, 0, nullptr) == kEinval, "nobody decides");
  check(dmabounce_register_dev(dev, 0, 0, as_told) == kEnomem, "no pool of nothing");
  check(dmabounce_register_dev(dev, 512, 0, as_told) == 0, "registered");
  check(dmabounce_register_dev(dev, 512, 0, as_told) == to_errno(Error::kBusy), "once");
  const std::span<std::byte> buffer = buffer_of(kPageBytes);

  wanted = false;
  const dma_addr_t direct = mapped(*dev, buffer.data(), 512, DMA_TO_DEVICE);
  check(direct == virt_to_phys(buffer.data()), "the buffer itself");
  dma_unmap_single(dev, direct, 512, DMA_TO_DEVICE);

  // The device copies the first half of the safe buffer over the second.
  wanted = true;
  const dma_addr_t safe = mapped(*dev, buffer.data(), 512, DMA_BIDIRECTIONAL);
  check(safe != virt_to_phys(buffer.data()), "a copy");
  std::fill_n(buffer.begin(), 256, std::byte{1});
  dma_sync_single_for_device(dev, safe, 256, DMA_BIDIRECTIONAL);
  bench.device_copies(safe + 256, safe, 256);
  dma_sync_single_for_cpu(dev, safe, 512, DMA_BIDIRECTIONAL);
  check(buffer[256] == std::byte{1} && buffer[511] == std::byte{1}, "what the device wrote");
  dmabounce_unregister_dev(dev);  // Says what is mapped.
  check(dev->dmabounce != nullptr, "it stays registered");
  dma_unmap_single(dev, safe, 512, DMA_BIDIRECTIONAL);

  dma_addr_t handle = 0;
  void* const memory = dma_alloc_coherent(dev, kPageBytes, &handle, GFP_KERNEL);
  sg_table table;
  check(dma_get_sgtable(dev, &table, memory, handle, kPageBytes) == 0, "a table of its pages");
  check(sg_phys(table.sgl) == handle, "its memory is not bounced");
  sg_free_table(&table);
  dma_free_coherent(dev, kPageBytes, memory, handle);
  dmabounce_unregister_dev(dev);
  check(dev->dmabounce == nullptr, "unregistered");
  dmabounce_unregister_dev(dev);  // Says that it never was.
}

/// More than was mapped is synced: as much as there is.
void slots_case() {
  device* const dev = pl330();
  const std::span<std::byte> buffer = buffer_of(kPageBytes);
  const dma_addr_t safe = mapped(*dev, buffer.data(), 512, DMA_TO_DEVICE);
  check(is_swiotlb_buffer(*dev, static_cast<phys_addr_t>(safe)), "slots");
  const auto before = dev->io_tlb->copied_in;
  dma_sync_single_for_device(dev, safe, 1024, DMA_TO_DEVICE);
  check_equal(static_cast<std::uint32_t>(dev->io_tlb->copied_in - before), 512, "bytes copied");
  dma_sync_single_for_device(dev, safe + 1024, 16, DMA_TO_DEVICE);
  check_equal(static_cast<std::uint32_t>(dev->io_tlb->copied_in - before), 512, "and no more");
  dma_unmap_single(dev, safe, 512, DMA_TO_DEVICE);
}

/// The command line asks for what cannot be had.
void no_slots_case() {
  device* const dev = pl330();
  const std::span<std::byte> buffer = buffer_of(kPageBytes);
  const dma_addr_t handle = mapped(*dev, buffer.data(), 512, DMA_TO_DEVICE);
  check(handle == virt_to_phys(buffer.data()), "the buffer itself");
  dma_unmap_single(dev, handle, 512, DMA_TO_DEVICE);
}
void no_atomic_pool_case() {
  dma_addr_t handle = 0;
  check(dma_alloc_coherent(pl330(), kPageBytes, &handle, GFP_ATOMIC) == nullptr, "no pool");
}

// --- Behind an IOMMU.

constexpr unsigned long kIova = 0x7000'0000;
constexpr phys_addr_t kSram = 0x4800'0000;

/// The domain of a device that has one.
iommu_domain* domain_of_pl330() {
  const std::span<std::byte> buffer = buffer_of(kPageBytes);
  const dma_addr_t handle = mapped(*pl330(), buffer.data(), 64, DMA_TO_DEVICE);
  dma_unmap_single(pl330(), handle, 64, DMA_TO_DEVICE);
  return iommu_get_domain_for_dev(pl330());
}

void tables_case() {
  iommu_domain* const domain = domain_of_pl330();
  check(iommu_map(domain, kIova + 4, kSram, kPageBytes, IOMMU_READ) == kEinval, "no page");
  check(iommu_map(domain, kIova, kSram, kPageBytes, IOMMU_READ) == 0, "a page");
  check(iommu_map(domain, kIova, kSram, kPageBytes, IOMMU_READ) == kEexist, "it is mapped");
  // Of two pages the second is mapped: the first goes again.
  check(iommu_map(domain, kIova - kPageBytes, kSram, 2 * kPageBytes, IOMMU_READ) == kEexist,
        "one of two is mapped");
  check(iommu_iova_to_phys(domain, kIova - kPageBytes) == 0, "the other one is not");
  check_equal(iommu_unmap(domain, kIova, kPageBytes), kPageBytes, "unmapped");
  check_equal(iommu_unmap(domain, kIova, kPageBytes), 0, "nothing is left");

  // Where pages were, a block has room; where a block is, no page.
  const bool short_descriptors = option("smmu") == "short";
  const std::size_t block = short_descriptors ? 1U << 20 : 2U << 20;
  constexpr phys_addr_t kBlocks = 0x6000'0000;
  check(iommu_map(domain, kIova, kBlocks, block, IOMMU_READ) == 0, "a block");
  check(iommu_iova_to_phys(domain, kIova + block - 4) == kBlocks + block - 4, "all of it");
  check(iommu_map(domain, kIova + kPageBytes, kSram, kPageBytes, IOMMU_READ) == kEexist, "no page");
  check(iommu_map(domain, kIova, kBlocks, block, IOMMU_READ) == kEexist, "nor another");
  check_equal(iommu_unmap(domain, kIova, block), block, "unmapped");
  check(iommu_map(domain, kIova, kBlocks, kPageBytes, 0) == 0, "no access, no mapping");
  check(iommu_iova_to_phys(domain, kIova) == 0, "as Linux has it");
}

/// A page out of 16 MiB, which short descriptors have as one entry.
void supersection_case() {
  constexpr std::size_t kBytes = 16U << 20;
  constexpr phys_addr_t kStart = 0x6000'0000;
  iommu_domain* const domain = domain_of_pl330();
  check(iommu_map(domain, kIova, kStart, kBytes, IOMMU_READ) == 0, "mapped");
  const unsigned long hole = kIova + (5U << 20) + kPageBytes;
  check_equal(iommu_unmap(domain, hole, kPageBytes), kPageBytes, "a page of it");
  check(iommu_iova_to_phys(domain, hole) == 0, "it is gone");
  for (const unsigned long at : {kIova, hole - 4, hole + kPageBytes, kIova + kBytes - 4})
    check(iommu_iova_to_phys(domain, at) == kStart + (at - kIova), "the rest is there");
  iommu_unmap(domain, kIova, hole - kIova);
  iommu_unmap(domain, hole + kPageBytes, kIova + kBytes - hole - kPageBytes);
}

/// A list of which the second part is mapped already.
void list_case() {
  iommu_domain* const domain = domain_of_pl330();
  Scattered<4> scattered;
  check(iommu_map(domain, kIova + 2 * kPageBytes, kSram, kPageBytes, IOMMU_READ) == 0, "a page");
  check(iommu_map_sg(domain, kIova, scattered.list.data(), 4, IOMMU_READ) == kEexist,
        "the third page is mapped");
  check(iommu_iova_to_phys(domain, kIova) == 0, "the others are not");
  iommu_unmap(domain, kIova + 2 * kPageBytes, kPageBytes);
  check(iommu_map(domain, kIova + 3 * kPageBytes, kSram, kPageBytes, IOMMU_READ) == 0, "a page");
  check(iommu_map_sg(domain, kIova, scattered.list.data(), 4, IOMMU_READ) == kEexist, "the last");
  iommu_unmap(domain, kIova + 3 * kPageBytes, kPageBytes);
  for (scatterlist& entry : scattered.list) entry.length = 0;
  sg_table table;
  table.sgl = scattered.list.data();
  table.nents = table.orig_nents = 4;
  check(dma_map_sgtable(pl330(), &table, DMA_TO_DEVICE, 0) == kEinval, "a list without bytes");
}

/// Domains, and the hardware's contexts, come to an end.
void spaces_case() {
  domain_of_pl330();
  arm_iommu_detach_device(find_device("arm,pl111"));  // Never attached: says so.
  std::array<dma_iommu_mapping*, 64> all{};
  std::size_t count = 0;
  while (count < all.size()) {
    all[count] = arm_iommu_create_mapping(&platform_bus_type, 0, 1U << 20);
    if (IS_ERR(all[count])) break;
    ++count;
  }
  check(count > 0 && PTR_ERR(all[count]) == kEnomem, "no more address spaces");
  iommu_domain* domain = nullptr;
  std::array<iommu_domain*, 64> domains{};
  std::size_t more = 0;
  while (more < domains.size() && (domain = iommu_domain_alloc(&platform_bus_type)) != nullptr)
    domains[more++] = domain;
  check(domain == nullptr, "no more domains");
  // A device that has no address space yet gets none: it reaches no memory by the SMMU.
  device* const lcd = find_device("arm,pl111");
  const std::span<std::byte> buffer = buffer_of(kPageBytes);
  const dma_addr_t handle = dma_map_single(lcd, buffer.data(), 64, DMA_TO_DEVICE);
  check(lcd->iommu_mapping == nullptr, "no space for the LCD");
  if (dma_mapping_error(lcd, handle) == 0) dma_unmap_single(lcd, handle, 64, DMA_TO_DEVICE);
  while (more-- != 0) iommu_domain_free(domains[more]);
  while (count-- != 0) arm_iommu_release_mapping(all[count]);
  check(IS_ERR(arm_iommu_create_mapping(&platform_bus_type, 0, 1ULL << 33)), "beyond 32 bits");
  check(PTR_ERR(arm_iommu_create_mapping(&platform_bus_type, 0, 1ULL << 33)) == kErange, "ERANGE");
}

void nesting_case() {
  iommu_domain* const one = iommu_domain_alloc(&platform_bus_type);
  check(arm_smmu_nest(one, one) == kEinval, "a domain in itself");
  iommu_domain_free(one);
}

constexpr Case kCases[] = {
    {"lists", lists_case},
    {"beyond_the_mask", beyond_the_mask_case},
    {"pools", pools_case},
    {"freed", freed<false>},
    {"own_freed", freed<true>},
    {"bounced", bounced_case},
    {"slots", slots_case},
    {"no_slots", no_slots_case},
    {"no_atomic_pool", no_atomic_pool_case},
    {"tables", tables_case},
    {"supersection", supersection_case},
    {"list", list_case},
    {"spaces", spaces_case},
    {"nesting", nesting_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
