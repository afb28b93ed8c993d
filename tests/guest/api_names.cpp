// SPDX-License-Identifier: Apache-2.0
// Names of the DMA API that no other program calls, with what they return on a board: masks,
// limits, what goes with its device, memory for user mode, lists, and the names of PCI and of old
// kernels.
#include <array>

#include "sw/arch/cacheflush.hpp"
#include "sw/dma/dma_iommu.hpp"
#include "sw/dma/dma_unmap_state.hpp"
#include "sw/dma/dmabounce.hpp"
#include "sw/dma/dmam.hpp"
#include "sw/dma/old_names.hpp"
#include "sw/dma/pci_dma_compat.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/devres.hpp"
#include "sw/kernel/main.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::size_t kBytes = DmaBench::kBytes;
constexpr std::uint32_t kOld = 0x01D0'01D0;
constexpr std::uint32_t kNew = 0x4E3A'4E3A;
constexpr std::uint64_t k32Bits = DMA_BIT_MASK(32);
constexpr std::uint64_t kTooFew = DMA_BIT_MASK(24);  ///< DRAM begins at 0x60000000.

/// A device of this program: 32 bits, not coherent, its limits its own.
struct OwnDevice {
  OwnDevice() {
    dev.name = "own";
    dev.dma_mask = &mask;
    dev.dma_parms = &limits;
  }
  std::uint64_t mask = k32Bits;
  device_dma_parameters limits;
  device dev;
};

void masks_case() {
  OwnDevice own;
  device* const dev = &own.dev;
  check(dma_set_mask(dev, k32Bits) == 0, "dma_set_mask");
  check(dma_set_mask(dev, kTooFew) == -5, "a mask below DRAM is -EIO");
  check(dma_set_coherent_mask(dev, k32Bits) == 0, "dma_set_coherent_mask");
  check(dma_set_coherent_mask(dev, kTooFew) == -5, "so is a coherent one");
  check(dma_set_mask_and_coherent(dev, k32Bits) == 0, "dma_set_mask_and_coherent");
  check(dma_get_mask(dev) == k32Bits, "dma_get_mask");
  check(dma_supported(dev, k32Bits) == 1, "dma_supported");
  check(dma_supported(dev, kTooFew) == 0, "not with fewer bits");
  check(dma_get_required_mask(dev) == DMA_BIT_MASK(31), "DRAM ends at 0x6FFFFFFF");
  dev->dma_mask = nullptr;
  check(dma_coerce_mask_and_coherent(dev, k32Bits) == 0, "dma_coerce_mask_and_coherent");
  check(dev->dma_mask == &dev->coherent_dma_mask, "both are one");
}

void limits_case() {
  OwnDevice own;
  device* const dev = &own.dev;
  check_equal(dma_get_max_seg_size(dev), 65536, "dma_get_max_seg_size");
  check(dma_set_max_seg_size(dev, 4096) == 0, "dma_set_max_seg_size");
  check_equal(dma_get_max_seg_size(dev), 4096, "what was set");
  check_equal(dma_get_seg_boundary(dev), 0xFFFF'FFFF, "dma_get_seg_boundary");
  check(dma_set_seg_boundary(dev, 0xFFFF) == 0, "dma_set_seg_boundary");
  check_equal(dma_get_seg_boundary(dev), 0xFFFF, "what was set");
  check(dma_set_min_align_mask(dev, 0xFFF) == 0, "dma_set_min_align_mask");
  dev->dma_parms = nullptr;
  check(dma_set_min_align_mask(dev, 0xFFF) == -5, "nowhere to keep it is -EIO");
  check_equal(dma_max_mapping_size(dev), 0xFFFF'FFFF, "dma_max_mapping_size");
  check_equal(static_cast<std::uint32_t>(dma_get_cache_alignment()), 32, "a line of both caches");
}

/// With swiotlb a mask must reach the slots, and a mapping fits a segment of 128 slots of 2 KiB.
void slots_case() {
  OwnDevice own;
  device* const dev = &own.dev;
  check(dma_set_mask(dev, k32Bits) == 0 && dma_supported(dev, k32Bits) == 1, "the slots");
  check(dma_supported(dev, kTooFew) == 0, "not with fewer bits");
  check_equal(dma_max_mapping_size(dev), 0xFFFF'FFFF, "what it reaches may have any size");
  check(dma_set_mask(dev, dma_get_required_mask(dev) - 1) == 0, "one byte less than all");
  check_equal(dma_max_mapping_size(dev), 128U * 2048, "dma_max_mapping_size");
  check(dma_set_min_align_mask(dev, 0xFFF) == 0, "a page is kept");
  check_equal(dma_max_mapping_size(dev), 128U * 2048 - 0x1000, "so a page may be lost");
}

/// With dmabounce any mask will do: what is beyond it is bounced.
void bounced_case() {
  OwnDevice own;
  const auto never = [](device*, dma_addr_t, std::size_t) { return 0; };
  check(dmabounce_register_dev(&own.dev, 512, 4096, never) == 0, "registered");
  check(dma_supported(&own.dev, kTooFew) == 1, "dma_supported");
  check(dma_set_mask(&own.dev, kTooFew) == 0, "dma_set_mask");
  check(dma_get_mask(&own.dev) == k32Bits, "the mask that decides stays");
  dmabounce_unregister_dev(&own.dev);
}

/// Behind an IOMMU: 32 bits, wherever DRAM is; user mode gets scattered pages.
void translated_case() {
  DmaBench bench;
  device* const dev = &bench.dev();
  check(dma_get_required_mask(dev) == k32Bits, "dma_get_required_mask");
  dma_addr_t handle = 0;
  void* const memory = dma_alloc_coherent(dev, kBytes, &handle, GFP_KERNEL);
  vm_area_struct area = *take_user_area(kBytes);
  check(dma_mmap_coherent(dev, &area, memory, handle, kBytes) == 0, "dma_mmap_coherent");
  area.vm_pgoff = kBytes / kPageBytes;
  check(dma_mmap_coherent(dev, &area, memory, handle, kBytes) == -6, "beyond it is -ENXIO");
  release_user_area(area);
  dma_free_coherent(dev, kBytes, memory, handle);
}

/// What a driver does not free goes with its device.
void managed_case() {
  OwnDevice own;
  device* const dev = &own.dev;
  dma_addr_t handle = 0;
  check(dmam_alloc_coherent(dev, kBytes, &handle, GFP_KERNEL) != nullptr, "dmam_alloc_coherent");
  check(dmam_alloc_attrs(dev, kBytes, &handle, GFP_KERNEL, DMA_ATTR_WRITE_COMBINE) != nullptr,
        "dmam_alloc_attrs");
  void* const freed = dmam_alloc_coherent(dev, kBytes, &handle, GFP_KERNEL);
  dmam_free_coherent(dev, kBytes, freed, handle);
  dma_pool* const pool = dmam_pool_create("managed", dev, 64, 64, 0);
  check(pool != nullptr, "dmam_pool_create");
  dma_pool* const destroyed = dmam_pool_create("destroyed", dev, 64, 64, 0);
  dmam_pool_destroy(destroyed);
  devres_release_all(dev);

  OwnDevice second;
  const std::span<std::byte> memory = alloc_bytes(2 * kPageBytes);
  const phys_addr_t start = virt_to_phys(memory.data());
  check(dmam_declare_coherent_memory(&second.dev, start, start, memory.size()) == 0,
        "dmam_declare_coherent_memory");
  check_equal(dma_dev_coherent_available(second.dev), 2 * kPageBytes, "what it has");
  dmam_release_declared_memory(&second.dev);
  check_equal(dma_dev_coherent_available(second.dev), 0, "what it had");
  check(dma_declare_coherent_memory(&second.dev, start, start, memory.size()) == 0, "again");
  dma_release_declared_memory(&second.dev);
}

/// Memory that need not be contiguous, for the device, the CPU and user mode.
void noncontiguous_case() {
  DmaBench bench;
  device* const dev = &bench.dev();
  sg_table* const table = dma_alloc_noncontiguous(dev, kBytes, DMA_TO_DEVICE, GFP_KERNEL, 0);
  check(table != nullptr, "dma_alloc_noncontiguous");
  auto* const memory = static_cast<std::byte*>(dma_vmap_noncontiguous(dev, kBytes, table));
  check(memory != nullptr, "dma_vmap_noncontiguous");
  for (std::size_t i = 0; i < kBytes; i += 4) poke(memory + i, kNew);
  dma_sync_sgtable_for_device(dev, table, DMA_TO_DEVICE);
  bench.device_copies(bench.coherent_physical(), sg_dma_address(table->sgl), kBytes);
  check(bench.all_seen(kNew), "the device read what the CPU stored");
  dma_sync_sgtable_for_cpu(dev, table, DMA_TO_DEVICE);
  vm_area_struct area = *take_user_area(kBytes);
  check(dma_mmap_noncontiguous(dev, &area, kBytes, table) == 0, "dma_mmap_noncontiguous");
  release_user_area(area);
  dma_vunmap_noncontiguous(dev, memory);
  dma_free_noncontiguous(dev, kBytes, table, DMA_TO_DEVICE);
}

void pages_case() {
  DmaBench bench;
  device* const dev = &bench.dev();
  dma_addr_t handle = 0;
  page* const first = dma_alloc_pages(dev, kBytes, &handle, DMA_FROM_DEVICE, GFP_KERNEL);
  check(first != nullptr, "dma_alloc_pages");
  vm_area_struct area = *take_user_area(kBytes);
  check(dma_mmap_pages(dev, &area, kBytes, first) == 0, "dma_mmap_pages");
  check(dma_can_mmap(dev), "dma_can_mmap");
  release_user_area(area);
  dma_free_pages(dev, kBytes, first, handle, DMA_FROM_DEVICE);

  void* const zeroed = dma_zalloc_coherent(dev, kBytes, &handle, GFP_KERNEL);
  check(peek(zeroed) == 0, "dma_zalloc_coherent");
  sg_table table{};
  check(dma_get_sgtable(dev, &table, zeroed, handle, kBytes) == 0, "dma_get_sgtable");
  check(table.sgl->length == kBytes || table.orig_nents == kBytes / kPageBytes, "its pages");
  sg_free_table(&table);
  dma_free_coherent(dev, kBytes, zeroed, handle);
}

/// Who chooses a device's operations.
void operations_case() {
  OwnDevice own;
  device* const dev = &own.dev;
  check(&get_dma_ops(dev) == &arm_dma_ops, "a device of no tree is not coherent");
  arch_setup_dma_ops(dev, 0, 1ULL << 32, nullptr, true);
  check(&get_dma_ops(dev) == &arm_coherent_dma_ops && dev->dma_coherent, "coherent");
  arch_setup_dma_ops(dev, 0, 1ULL << 32, nullptr, false);
  check(&get_dma_ops(dev) == &arm_dma_ops && !dev->dma_coherent, "not coherent");
  set_dma_ops(dev, &arm_coherent_dma_ops);
  check(&get_dma_ops(dev) == &arm_coherent_dma_ops, "set_dma_ops");
  of_dma_configure(dev);
  check(&get_dma_ops(dev) == &arm_dma_ops, "of_dma_configure");
}

/// What is needed to unmap, kept by the driver.
void unmap_state_case() {
  DmaBench bench;
  device* const dev = &bench.dev();
  struct {
    DEFINE_DMA_UNMAP_ADDR(address);
    DEFINE_DMA_UNMAP_LEN(length);
  } kept{};
  const dma_addr_t handle =
      dma_map_page(dev, virt_to_page(bench.begin()), 0, kBytes, DMA_BIDIRECTIONAL);
  check(dma_mapping_error(dev, handle) == 0, "dma_map_page");
  dma_unmap_addr_set(&kept, address, handle);
  dma_unmap_len_set(&kept, length, kBytes);
  dma_unmap_page(dev, dma_unmap_addr(&kept, address), dma_unmap_len(&kept, length),
                 DMA_BIDIRECTIONAL);
}

void pci_case() {
  static pci_dev pci;
  pci.dev.name = "pci";
  std::uint64_t mask = k32Bits;
  device_dma_parameters limits;
  pci.dev.dma_mask = &mask;
  pci.dev.dma_parms = &limits;
  DmaBench bench;
  check(pci_dma_supported(&pci, k32Bits) == 1, "pci_dma_supported");
  check(pci_set_dma_mask(&pci, k32Bits) == 0, "pci_set_dma_mask");
  check(pci_set_consistent_dma_mask(&pci, k32Bits) == 0, "pci_set_consistent_dma_mask");
  check(pci_set_dma_max_seg_size(&pci, 4096) == 0, "pci_set_dma_max_seg_size");
  check(pci_set_dma_seg_boundary(&pci, 0xFFFF'FFFF) == 0, "pci_set_dma_seg_boundary");
  dma_addr_t handle = 0;
  void* const zeroed = pci_zalloc_consistent(&pci, kBytes, &handle);
  check(peek(zeroed) == 0, "pci_zalloc_consistent");
  pci_free_consistent(&pci, kBytes, zeroed, handle);

  handle = pci_map_single(&pci, bench.begin(), kBytes, PCI_DMA_TODEVICE);
  check(pci_dma_mapping_error(&pci, handle) == 0, "pci_map_single");
  pci_dma_sync_single_for_cpu(&pci, handle, kBytes, PCI_DMA_TODEVICE);
  pci_dma_sync_single_for_device(&pci, handle, kBytes, PCI_DMA_TODEVICE);
  pci_unmap_single(&pci, handle, kBytes, PCI_DMA_TODEVICE);
  handle = pci_map_page(&pci, virt_to_page(bench.begin()), 64, 128, PCI_DMA_FROMDEVICE);
  check_equal(static_cast<std::uint32_t>(handle), bench.physical() + 64, "pci_map_page");
  check(pci_dma_mapping_error(&pci, handle) == 0, "it is mapped");
  pci_unmap_page(&pci, handle, 128, PCI_DMA_FROMDEVICE);
  scatterlist list;
  sg_init_one(&list, bench.begin(), kBytes);
  check(pci_map_sg(&pci, &list, 1, PCI_DMA_BIDIRECTIONAL) == 1, "pci_map_sg");
  pci_dma_sync_sg_for_cpu(&pci, &list, 1, PCI_DMA_BIDIRECTIONAL);
  pci_dma_sync_sg_for_device(&pci, &list, 1, PCI_DMA_BIDIRECTIONAL);
  pci_unmap_sg(&pci, &list, 1, PCI_DMA_BIDIRECTIONAL);

  dma_pool* const pool = pci_pool_create("pci", &pci, 64, 64, 0);
  void* const block = pci_pool_alloc(pool, GFP_KERNEL, &handle);
  check(block != nullptr, "pci_pool_alloc");
  pci_pool_free(pool, block, handle);
  pci_pool_destroy(pool);
}

void old_names_case() {
  DmaBench bench;
  device* const dev = &bench.dev();
  dma_addr_t handle = 0;
  void* const memory = dma_alloc_writecombine(dev, kBytes, &handle, GFP_KERNEL);
  check(memory != nullptr && handle != DMA_ERROR_CODE, "dma_alloc_writecombine");
  vm_area_struct area = *take_user_area(kBytes);
  check(dma_mmap_writecombine(dev, &area, memory, handle, kBytes) == 0, "dma_mmap_writecombine");
  release_user_area(area);
  dma_free_writecombine(dev, kBytes, memory, handle);
  void* const plain = dma_alloc_attrs(dev, kBytes, &handle, GFP_KERNEL,
                                      DMA_ATTR_WRITE_BARRIER | DMA_ATTR_NON_CONSISTENT);
  check(plain != nullptr, "attributes that say nothing on ARM");
  dma_free_attrs(dev, kBytes, plain, handle, DMA_ATTR_WRITE_BARRIER);

  // L1 is cleaned here, the L2 by its old names: the device sees what was stored.
  bench.put_in_memory(kOld);
  bench.store_all(kNew);
  dmac_clean_range(bench.begin(), bench.end());
  l2x0_clean_range(bench.physical(), bench.physical_end());
  bench.device_reads();
  check(bench.all_seen(kNew), "l2x0_clean_range");
  l2x0_flush_range(bench.physical(), bench.physical_end());
  dmac_unmap_area(bench.begin(), kBytes, DMA_FROM_DEVICE);
  l2x0_inv_range(bench.physical(), bench.physical_end());
  check(bench.all_are(kNew), "what was flushed stays");
  outer_inv_all();
  check(bench.all_are(kNew), "nothing is lost");
}

constexpr Case kCases[] = {
    {"slots", slots_case},
    {"bounced", bounced_case},
    {"translated", translated_case},
    {"masks", masks_case},
    {"limits", limits_case},
    {"managed", managed_case},
    {"noncontiguous", noncontiguous_case},
    {"pages", pages_case},
    {"operations", operations_case},
    {"unmap_state", unmap_state_case},
    {"pci", pci_case},
    {"old_names", old_names_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
