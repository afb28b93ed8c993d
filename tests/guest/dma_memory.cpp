// SPDX-License-Identifier: Apache-2.0
// Memory for both sides from each allocator: what the CPU's translation says of it, and that a
// device and the CPU see each other's stores through it without a cache operation.
#include <string_view>

#include "sw/arch/arm/cp15.hpp"
#include "sw/arch/barrier.hpp"
#include "sw/dma/arm_dma_allocator.hpp"
#include "sw/dma/dma_pool.hpp"
#include "sw/dma/dmabounce.hpp"
#include "sw/dma/pci_dma_compat.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/mm/remap.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::size_t kBytes = DmaBench::kBytes;
constexpr std::uint32_t kOld = 0x0BAD'0BAD;
constexpr std::uint32_t kNew = 0x600D'600D;

// PAR of ATS1CPR, B4.1.112: INNER in bits 6 to 4, OUTER in bits 3 and 2.
constexpr std::uint32_t kNonCacheable = 0;
constexpr std::uint32_t kStronglyOrdered = 0x10;
constexpr std::uint32_t kWriteAllocate = 0x54;

std::uint32_t attributes(const void* address) {
  return cp15::translate_privileged_read(reinterpret_cast<std::uintptr_t>(address)) & 0x7C;
}

bool all_are(const std::byte* memory, std::uint32_t value) {
  bool all = true;
  for (std::size_t i = 0; i < kBytes; i += 4) all = all && peek(memory + i) == value;
  return all;
}

struct Memory {
  std::byte* address = nullptr;
  dma_addr_t handle = 0;
};

/// The CPU stores, the device reads; the device writes, the CPU loads. Barriers, and nothing else.
void used_by_both(DmaBench& bench, const Memory& memory) {
  check(all_are(memory.address, 0), "it is zeroed");
  bench.put_in_memory(kOld);
  for (std::size_t i = 0; i < kBytes; i += 4) poke(memory.address + i, kNew);
  bench.device_copies(bench.coherent_physical(), memory.handle, kBytes);
  check(bench.all_seen(kNew), "the device read what the CPU stored");
  for (std::size_t i = 0; i < kBytes; i += 4) poke(bench.coherent() + i, kOld);
  bench.device_copies(memory.handle, bench.coherent_physical(), kBytes);
  rmb();
  check(all_are(memory.address, kOld), "the CPU loads what the device wrote");
}

/// One allocation by `gfp` and `attrs`, from the allocator that is expected.
void from(std::string_view allocator, gfp_t gfp, dma_attrs attrs, std::uint32_t type) {
  DmaBench bench;
  for (unsigned again = 0; again < 2; ++again) {
    Memory memory;
    memory.address =
        static_cast<std::byte*>(dma_alloc_attrs(&bench.dev(), kBytes, &memory.handle, gfp, attrs));
    if (memory.address == nullptr) panic("no memory");
    const arm_dma_buffer* buffer = find_arm_dma_buffer(memory.address);
    check(buffer != nullptr && buffer->allocator->name() == allocator, allocator);
    check_equal(attributes(memory.address), type, "the memory's attributes");
    check_equal(translate(memory.address).value_or(0), static_cast<std::uint32_t>(memory.handle),
                "where it is");
    used_by_both(bench, memory);
    dma_free_attrs(&bench.dev(), kBytes, memory.address, memory.handle, attrs);
  }
}

void remap_case() { from("remap", GFP_KERNEL, 0, kNonCacheable); }
void write_combining_case() { from("remap", GFP_KERNEL, DMA_ATTR_WRITE_COMBINE, kNonCacheable); }
void strongly_ordered_case() { from("remap", GFP_KERNEL, 0, kStronglyOrdered); }
void pool_case() { from("pool", GFP_ATOMIC, 0, kNonCacheable); }
/// With cma= on the command line. The linear map changes, and changes back.
void cma_case() {
  from("cma", GFP_KERNEL, 0, kNonCacheable);
  DmaBench bench;
  dma_addr_t handle = 0;
  void* memory = dma_alloc_coherent(&bench.dev(), kBytes, &handle, GFP_KERNEL);
  check(virt_addr_valid(memory), "it has its linear address");
  dma_free_coherent(&bench.dev(), kBytes, memory, handle);
  check_equal(attributes(memory), kWriteAllocate, "the attributes of free CMA memory");
}

/// No kernel mapping: the page as a cookie, usable by the device alone.
void no_kernel_mapping_case() {
  DmaBench bench;
  dma_addr_t handle = 0;
  void* cookie =
      dma_alloc_attrs(&bench.dev(), kBytes, &handle, GFP_KERNEL, DMA_ATTR_NO_KERNEL_MAPPING);
  check_equal(page_to_phys(static_cast<page*>(cookie)), static_cast<std::uint32_t>(handle),
              "the cookie's page");
  for (std::size_t i = 0; i < kBytes; i += 4) poke(bench.coherent() + i, kNew);
  bench.device_copies(handle, bench.coherent_physical(), kBytes);
  for (std::size_t i = 0; i < kBytes; i += 4) poke(bench.coherent() + i, kOld);
  bench.device_copies(bench.coherent_physical(), handle, kBytes);
  check(bench.all_seen(kNew), "the device reads what it wrote");
  dma_free_attrs(&bench.dev(), kBytes, cookie, handle, DMA_ATTR_NO_KERNEL_MAPPING);
}

/// pci_alloc_consistent takes all of the atomic pool, and then nothing.
void pci_empties_the_pool_case() {
  Memory taken[64 + 1];
  unsigned count = 0;
  while (count < 65) {
    Memory& next = taken[count];
    next.address = static_cast<std::byte*>(pci_alloc_consistent(nullptr, kPageBytes, &next.handle));
    if (next.address == nullptr) break;
    ++count;
  }
  check_equal(count, 64, "pages of the pool");
  check_equal(static_cast<std::uint32_t>(dma_atomic_pool_available()), 0, "what is left");
  for (unsigned i = 0; i < count; ++i) {
    pci_free_consistent(nullptr, kPageBytes, taken[i].address, taken[i].handle);
  }
}

/// Blocks of a pool are coherent memory, too.
void blocks_case() {
  DmaBench bench;
  dma_pool* pool = dma_pool_create("blocks", &bench.dev(), 64, 64, 0);
  Memory source;
  Memory target;
  source.address = static_cast<std::byte*>(dma_pool_alloc(pool, GFP_KERNEL, &source.handle));
  target.address = static_cast<std::byte*>(dma_pool_zalloc(pool, GFP_ATOMIC, &target.handle));
  check_equal(attributes(source.address), kNonCacheable, "the blocks' attributes");
  for (std::size_t i = 0; i < 64; i += 4) poke(source.address + i, kNew);
  bench.device_copies(target.handle, source.handle, 64);
  rmb();
  check_equal(peek(target.address + 60), kNew, "the last word");
  dma_pool_free(pool, source.address, source.handle);
  dma_pool_free(pool, target.address, target.handle);
  dma_pool_destroy(pool);
}

/// Cacheable memory, mapped for one direction and kept right by syncs.
void noncoherent(DmaBench& bench, bool sync) {
  dma_addr_t handle = 0;
  auto* memory = static_cast<std::byte*>(
      dma_alloc_noncoherent(&bench.dev(), kBytes, &handle, DMA_TO_DEVICE, GFP_KERNEL));
  check_equal(attributes(memory), kWriteAllocate, "the memory's attributes");
  for (std::size_t i = 0; i < kBytes; i += 4) poke(memory + i, kOld);
  dma_cache_sync(&bench.dev(), memory, kBytes, DMA_TO_DEVICE);
  for (std::size_t i = 0; i < kBytes; i += 4) poke(memory + i, kNew);
  if (sync) dma_sync_single_for_device(&bench.dev(), handle, kBytes, DMA_TO_DEVICE);
  bench.device_copies(bench.coherent_physical(), handle, kBytes);
  if (sync) {
    check(bench.all_seen(kNew), "the device read what the CPU stored");
  } else {
    check(bench.most_seen(kOld, kNew), "the device read what was stored before");
  }
  dma_free_noncoherent(&bench.dev(), kBytes, memory, handle, DMA_TO_DEVICE);
}
/// The other direction: lines that speculation brings back meanwhile are dropped.
void noncoherent_received(DmaBench& bench) {
  dma_addr_t handle = 0;
  auto* memory = static_cast<std::byte*>(
      dma_alloc_noncoherent(&bench.dev(), kBytes, &handle, DMA_FROM_DEVICE, GFP_KERNEL));
  for (std::size_t i = 0; i < kBytes; i += 4) {
    poke(memory + i, kOld);
    poke(bench.coherent() + i, kNew);
  }
  dma_sync_single_for_device(&bench.dev(), handle, kBytes, DMA_FROM_DEVICE);
  bench.device_copies(handle, bench.coherent_physical(), kBytes);
  dma_sync_single_for_cpu(&bench.dev(), handle, kBytes, DMA_FROM_DEVICE);
  std::size_t right = 0;
  for (std::size_t i = 0; i < kBytes; i += 4) right += peek(memory + i) == kNew ? 4U : 0U;
  check_equal(static_cast<std::uint32_t>(right), kBytes, "bytes as the device wrote them");
  dma_free_noncoherent(&bench.dev(), kBytes, memory, handle, DMA_FROM_DEVICE);
}
void noncoherent_case() {
  DmaBench bench;
  noncoherent(bench, true);
  noncoherent_received(bench);
}
void noncoherent_not_synced_case() {
  DmaBench bench;
  noncoherent(bench, false);
}

/// Where all that a driver maps is bounced: this memory is not.
void noncoherent_dmabounce(bool sync) {
  DmaBench bench;
  const auto always = [](device*, dma_addr_t, std::size_t) { return 1; };
  check(dmabounce_register_dev(&bench.dev(), 512, 4096, always) == 0, "registered");
  noncoherent(bench, sync);
  if (sync) noncoherent_received(bench);
  check_equal(dmabounce_statistics(bench.dev()).total, 0, "safe buffers");
  dmabounce_unregister_dev(&bench.dev());
}
void noncoherent_dmabounce_case() { noncoherent_dmabounce(true); }
void noncoherent_dmabounce_not_synced_case() { noncoherent_dmabounce(false); }

/// On a board whose masters see DRAM 16 MiB lower (dma-ranges): coherent memory and mappings.
constexpr std::uint32_t kBusOffset = 0x0100'0000;

void bus_offset_case() {
  DmaBench bench;
  check_equal(static_cast<std::uint32_t>(bench.coherent_physical()),
              translate(bench.coherent()).value_or(0) - kBusOffset, "the handle");
  bench.put_in_memory(kOld);
  bench.store_all(kNew);
  const dma_addr_t source = mapped(bench.dev(), bench.begin(), kBytes, DMA_TO_DEVICE);
  check_equal(static_cast<std::uint32_t>(source), bench.physical() - kBusOffset,
              "a mapping's handle");
  bench.device_copies(bench.coherent_physical(), source, kBytes);
  check(bench.all_seen(kNew), "the device read what the CPU stored");
  dma_unmap_single(&bench.dev(), source, kBytes, DMA_TO_DEVICE);
  constexpr phys_addr_t kRegister = 0x1000'5080;
  const dma_addr_t handle = dma_map_resource(&bench.dev(), kRegister, 4, DMA_TO_DEVICE, 0);
  check(dma_mapping_error(&bench.dev(), handle) == 0, "a register is mapped");
  check_equal(static_cast<std::uint32_t>(handle), kRegister, "a register's handle");
  dma_unmap_resource(&bench.dev(), handle, 4, DMA_TO_DEVICE, 0);
}

/// A driver that gives the device physical addresses gets memory 16 MiB higher.
void bus_offset_forgotten_case() {
  DmaBench bench;
  for (std::size_t i = 0; i < kBytes; i += 4) poke(bench.coherent() + i, kNew);
  const dma_addr_t wrong = translate(bench.coherent()).value_or(0);
  bench.device_copies(bench.coherent_physical(), wrong, kBytes);
  check(!bench.all_seen(kNew), "the device read something else");
}

constexpr Case kCases[] = {
    {"bus_offset", bus_offset_case},
    {"bus_offset_forgotten", bus_offset_forgotten_case},
    {"remap", remap_case},
    {"write_combining", write_combining_case},
    {"strongly_ordered", strongly_ordered_case},
    {"pool", pool_case},
    {"cma", cma_case},
    {"no_kernel_mapping", no_kernel_mapping_case},
    {"pci_empties_the_pool", pci_empties_the_pool_case},
    {"blocks", blocks_case},
    {"noncoherent", noncoherent_case},
    {"noncoherent_not_synced", noncoherent_not_synced_case},
    {"noncoherent_dmabounce", noncoherent_dmabounce_case},
    {"noncoherent_dmabounce_not_synced", noncoherent_dmabounce_not_synced_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
