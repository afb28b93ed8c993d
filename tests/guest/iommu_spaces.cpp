// SPDX-License-Identifier: Apache-2.0
// Address spaces behind the SMMU: one on top of another, none at all, and what ARM Linux gets wrong
// with its own.
#include "sw/dma/dma_page.hpp"
#include "sw/drivers/clcd/clcd.hpp"
#include "sw/iommu/arm_smmu/arm_smmu.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/time.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"
#include "tests/guest/support/iommu_bench.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::uint32_t kOld = 0x01D0'01D0;
constexpr std::uint32_t kNew = 0x4E3A'4E3A;
constexpr int kReadWrite = IOMMU_READ | IOMMU_WRITE;

/// A page of `value` in memory.
std::byte* page_of(std::uint32_t value) {
  std::byte* const page = alloc_bytes(kPageBytes).data();
  if (page == nullptr) panic("no memory");
  for (std::size_t i = 0; i < kPageBytes; i += 4) poke(page + i, value);
  dma_page_flush(virt_to_phys(page), kPageBytes);
  return page;
}

/// Where the PL330's driver has its microcode: what another domain must map as well.
struct Inheritance {
  static constexpr std::size_t kPages = 64;

  explicit Inheritance(iommu_domain* domain) {
    for (std::size_t i = 0; i < kPages; ++i) pages[i] = iommu_iova_to_phys(domain, i * kPageBytes);
  }
  void map(iommu_domain* domain) const {
    for (std::size_t i = 0; i < kPages; ++i) {
      if (pages[i] == 0) continue;
      check(iommu_map(domain, i * kPageBytes, pages[i], kPageBytes, kReadWrite) == 0, "mapped");
    }
  }
  std::array<phys_addr_t, kPages> pages{};
};

// Stage 1's tables are read through stage 2, too: that maps DRAM as it is, and one page elsewhere.
void nested(bool invalidated) {
  constexpr phys_addr_t kDram = 0x6000'0000;
  constexpr std::size_t kDramBytes = 256U << 20;
  constexpr phys_addr_t kMoved = 0xA000'0000;  // An intermediate address with no memory.
  constexpr unsigned long kSource = 0x5000'0000;
  constexpr unsigned long kTarget = 0x5000'1000;
  IommuBench bench;
  const Inheritance inheritance{bench.domain()};
  device* const dev = &bench.dev();
  arm_iommu_detach_device(dev);
  iommu_domain* const lower = iommu_domain_alloc(&platform_bus_type);
  iommu_domain* const upper = iommu_domain_alloc(&platform_bus_type);
  check(arm_smmu_nest(upper, lower) == 0, "nested");
  bench.listen(lower);
  std::byte* const source = page_of(kNew);
  std::byte* const target = page_of(kOld);
  check(iommu_map(lower, kDram, kDram, kDramBytes, kReadWrite) == 0, "stage 2: DRAM");
  check(iommu_map(lower, kMoved, virt_to_phys(source), kPageBytes, IOMMU_READ) == 0,
        "stage 2: the moved page");
  inheritance.map(upper);
  check(iommu_map(upper, kSource, kMoved, kPageBytes, IOMMU_READ) == 0, "stage 1: source");
  check(iommu_map(upper, kTarget, virt_to_phys(target), kPageBytes, kReadWrite) == 0,
        "stage 1: target");
  check(iommu_attach_device(upper, dev) == 0, "attached");
  check(bench.copy(kTarget, kSource), "the copy ends well");
  check_equal(bench.in_memory(target), kNew, "through both stages");
  check_equal(bench.faults().count, 0, "faults");
  iommu_iotlb_gather gather;
  check_equal(iommu_unmap_fast(lower, kMoved, kPageBytes, &gather), kPageBytes, "stage 2 ends");
  if (invalidated) iommu_iotlb_sync(lower, &gather);
  check_equal(bench.copy(kTarget, kSource) ? 1 : 0, invalidated ? 0 : 1, "the copy ends well");
  check_equal(bench.faults().count != 0 ? 1 : 0, invalidated ? 1 : 0, "the fault is reported");
  iommu_detach_device(upper, dev);
  iommu_domain_free(upper);
  iommu_domain_free(lower);
}

void nested_case() { nested(true); }
void nested_not_invalidated_case() { nested(false); }

// A domain of stage 2 alone: it is asked for before the first attach.
void second_stage_case() {
  constexpr unsigned long kSource = 0x5000'0000;
  constexpr unsigned long kTarget = 0x5000'1000;
  IommuBench bench;
  const Inheritance inheritance{bench.domain()};
  device* const dev = &bench.dev();
  arm_iommu_detach_device(dev);
  iommu_domain* const domain = iommu_domain_alloc(&platform_bus_type);
  check(iommu_enable_nesting(domain) == 0, "iommu_enable_nesting");
  check(iommu_attach_device(domain, dev) == 0, "attached");
  check(iommu_enable_nesting(domain) == -1, "too late is -EPERM");
  const auto& its = static_cast<const smmu::ArmSmmuDomain&>(*domain);
  const std::uint32_t cbar = its.smmu->global1().read_relaxed(&smmu::GlobalSpace1::cbar, its.bank);
  check_equal(cbar >> 16 & 3, 0, "CBAR.TYPE: stage 2, stage 1 bypassed");
  bench.listen(domain);
  std::byte* const source = page_of(kNew);
  std::byte* const target = page_of(kOld);
  inheritance.map(domain);
  check(iommu_map(domain, kSource, virt_to_phys(source), kPageBytes, IOMMU_READ) == 0, "source");
  check(iommu_map(domain, kTarget, virt_to_phys(target), kPageBytes, kReadWrite) == 0, "target");
  check(bench.copy(kTarget, kSource), "the copy ends well");
  check_equal(bench.in_memory(target), kNew, "through stage 2");
  check_equal(bench.faults().count, 0, "faults");
  iommu_detach_device(domain, dev);
  iommu_domain_free(domain);
}

// A mapping of the program's own, of some addresses only.
void own_mapping_case() {
  constexpr dma_addr_t kBase = 0x5000'0000;
  constexpr std::uint64_t kMappingBytes = 1U << 20;
  IommuBench bench;
  const Inheritance inheritance{bench.domain()};
  device* const dev = &bench.dev();
  arm_iommu_detach_device(dev);
  check(PTR_ERR(arm_iommu_create_mapping(dev->bus, 0, 0)) == -22, "no addresses are -EINVAL");
  check(PTR_ERR(arm_iommu_create_mapping(dev->bus, 0, (1ULL << 32) + 1)) == -34,
        "more than 4 GiB are -ERANGE");
  dma_iommu_mapping* const mapping = arm_iommu_create_mapping(dev->bus, kBase, kMappingBytes);
  check(!IS_ERR(mapping), "arm_iommu_create_mapping");
  check(arm_iommu_attach_device(dev, mapping) == 0, "arm_iommu_attach_device");
  inheritance.map(bench.domain());
  const dma_addr_t from = bench.map_page_of(kNew, DMA_TO_DEVICE);
  const dma_addr_t to = bench.map_page_of(kOld, DMA_FROM_DEVICE);
  check(from >= kBase && to >= kBase && from < kBase + kMappingBytes && to < kBase + kMappingBytes,
        "addresses of the mapping");
  check(bench.copy(to, from), "the copy ends well");
  check_equal(bench.in_memory(bench.last_page()), kNew, "what was copied");
  bench.unmap_page(to);
  bench.unmap_page(from);
  arm_iommu_detach_device(dev);
  arm_iommu_release_mapping(mapping);
}

// With its domain gone a device's stream is unknown: blocked, and told by the global interrupt.
void blocked_case() {
  IommuBench bench;
  const dma_addr_t from = bench.map_page_of(kNew, DMA_TO_DEVICE);
  const dma_addr_t to = bench.map_page_of(kOld, DMA_FROM_DEVICE);
  std::byte* const target = bench.last_page();
  iommu_detach_device(bench.domain(), &bench.dev());
  check(!bench.copy(to, from), "the copy fails");
  check_equal(bench.in_memory(target), kOld, "nothing was written");
}

phys_addr_t supply = 0;  ///< Of pages, one after the other.

/// Maps a page where the device did not find one.
int supply_page(iommu_domain* domain, device* /*dev*/, unsigned long iova, int /*flags*/,
                void* served) {
  ++*static_cast<unsigned*>(served);
  const int result = iommu_map(domain, iova & ~(kPageBytes - 1), supply, kPageBytes, kReadWrite);
  supply += kPageBytes;
  return result;
}

// With `smmu=stall` a device's access waits until the handler has found memory for it.
void on_demand_case() {
  constexpr unsigned long kTarget = 0x5000'0000;
  constexpr unsigned kPages = 4;
  IommuBench bench;
  const dma_addr_t from = bench.map_page_of(kNew, DMA_TO_DEVICE);
  const std::span<std::byte> memory = alloc_bytes(kPages * kPageBytes);
  dma_page_flush(virt_to_phys(memory.data()), memory.size());
  supply = virt_to_phys(memory.data());
  unsigned served = 0;
  iommu_set_fault_handler(bench.domain(), supply_page, &served);
  for (unsigned i = 0; i < kPages; ++i) {
    check(bench.copy(kTarget + i * kPageBytes, from), "the copy ends well");
    check_equal(served, i + 1, "pages supplied");
    check_equal(bench.in_memory(memory.data() + i * kPageBytes), kNew, "what was copied");
  }
}

// With `smmu=bypass` such a stream passes, and its addresses are physical. The driver's microcode
// is where it was only for the SMMU.
void bypassed_case() {
  IommuBench bench;
  const dma_addr_t from = bench.map_page_of(kNew, DMA_TO_DEVICE);
  iommu_detach_device(bench.domain(), &bench.dev());
  check(!bench.copy(from, from), "the controller does not find its microcode");
  check_equal(bench.faults().count, 0, "faults");
}

/// The LCD goes on to scan a frame that was unmapped.
void zero_address(bool linux_fault) {
  linux_iommu_faults.zero_address = linux_fault;
  Clcd& display = *clcd();
  device* const dev = &display.dev();
  const std::size_t before = iova_pages_in_use();
  const std::span<std::byte> frame = alloc_bytes(display.frame_bytes());
  const dma_addr_t handle = mapped(*dev, frame.data(), frame.size(), DMA_TO_DEVICE);
  IommuBench::listen(iommu_get_domain_for_dev(dev));
  check_equal(handle == 0 ? 1 : 0, linux_fault ? 1 : 0, "I/O address 0 is handed out");
  const bool shown = display.enable(DmaAddress{static_cast<std::uint32_t>(handle)}) &&
                     display.wait_for_whole_frame();
  check(shown, "a frame is shown");
  check_equal(display.bus_errors(), 0, "bus errors");
  dma_unmap_single(dev, handle, frame.size(), DMA_TO_DEVICE);
  const std::size_t left = iova_pages_in_use() - before;
  check_equal(left, linux_fault ? frame.size() / kPageBytes : 0, "I/O pages left");
  msleep(40);  // Two frames and more.
  check_equal(display.bus_errors() != 0 ? 1 : 0, linux_fault ? 0 : 1,
              "the LCD hears that its frame is gone");
  display.disable();
  if (linux_fault) {
    iommu_unmap(iommu_get_domain_for_dev(dev), 0, frame.size());
    iova_free(*dev->iommu_mapping, 0, frame.size());
  }
  linux_iommu_faults = {};
}

void zero_address_case() { zero_address(false); }
void linux_zero_address_case() { zero_address(true); }

/// What is mapped at I/O address 0 is not synced either: the CPU goes on with what it had.
void linux_zero_address_synced_case() {
  constexpr std::uint64_t kMappingBytes = 1U << 20;
  constexpr unsigned long kSource = 0x5000'0000;
  linux_iommu_faults.zero_address = true;
  IommuBench bench;
  const Inheritance inheritance{bench.domain()};
  device* const dev = &bench.dev();
  arm_iommu_detach_device(dev);
  dma_iommu_mapping* const mapping = arm_iommu_create_mapping(dev->bus, 0, kMappingBytes);
  check(!IS_ERR(mapping) && arm_iommu_attach_device(dev, mapping) == 0, "attached");
  inheritance.map(bench.domain());
  check(
      iommu_map(bench.domain(), kSource, virt_to_phys(page_of(kNew)), kPageBytes, IOMMU_READ) == 0,
      "the source is mapped");
  std::byte* const target = page_of(kOld);
  check_equal(static_cast<std::uint32_t>(mapped(*dev, target, kPageBytes, DMA_FROM_DEVICE)), 0,
              "the target's I/O address");
  check_equal(peek(target), kOld, "the CPU looks");
  check(bench.copy(0, kSource), "the copy ends well");
  dma_sync_single_for_cpu(dev, 0, kPageBytes, DMA_FROM_DEVICE);
  check_equal(peek(target), kOld, "and does not see what the device wrote");
  check_equal(bench.in_memory(target), kNew, "though it is there");
  dma_unmap_single(dev, 0, kPageBytes, DMA_FROM_DEVICE);
  iommu_unmap(bench.domain(), 0, kPageBytes);
  iova_free(*mapping, 0, kPageBytes);
  arm_iommu_detach_device(dev);
  arm_iommu_release_mapping(mapping);
  linux_iommu_faults = {};
}

/// Several pages for who cannot wait.
void atomic_memory(bool linux_fault) {
  linux_iommu_faults.one_page_pool = linux_fault;
  IommuBench bench;
  const dma_addr_t from = bench.map_page_of(kNew, DMA_TO_DEVICE);
  dma_addr_t handle = 0;
  void* const memory = dma_alloc_coherent(&bench.dev(), 3 * kPageBytes, &handle, GFP_ATOMIC);
  if (memory == nullptr) panic("no memory");
  check(bench.copy(handle, from), "the first page is there");
  check_equal(peek(memory), kNew, "its content");
  auto* const third = static_cast<std::byte*>(memory) + 2 * kPageBytes;
  check_equal(bench.copy(handle + 2 * kPageBytes, from) ? 1 : 0, linux_fault ? 0 : 1,
              "the third page is there");
  check_equal(peek(third), linux_fault ? 0 : kNew, "its content");
  const IommuBench::Fault fault = bench.faults();
  check_equal(fault.count, linux_fault ? 1 : 0, "faults");
  if (linux_fault) {
    check_equal(fault.iova, static_cast<std::uint32_t>(handle) + 2 * kPageBytes, "its I/O address");
  }
  dma_free_coherent(&bench.dev(), 3 * kPageBytes, memory, handle);
  linux_iommu_faults = {};
}

void atomic_memory_case() { atomic_memory(false); }
void linux_atomic_memory_case() { atomic_memory(true); }

/// A device that sees the caches, as far as its descriptors let it.
void snooping(bool linux_fault) {
  linux_iommu_faults.never_cacheable = linux_fault;
  IommuBench bench;
  device* const dev = &bench.dev();
  std::byte* const source = page_of(kOld);
  std::byte* const target = page_of(kOld);
  for (std::size_t i = 0; i < kPageBytes; i += 4) poke(source + i, kNew);
  const dma_addr_t from = mapped(*dev, source, kPageBytes, DMA_TO_DEVICE);
  const dma_addr_t to = mapped(*dev, target, kPageBytes, DMA_FROM_DEVICE);
  check(bench.copy(to, from), "the copy ends well");
  dma_unmap_single(dev, from, kPageBytes, DMA_TO_DEVICE);
  dma_unmap_single(dev, to, kPageBytes, DMA_FROM_DEVICE);
  // What has left L1 by itself is seen in L2: only some are old.
  std::size_t old_words = 0;
  for (std::size_t i = 0; i < kPageBytes; i += 4) old_words += peek(target + i) == kOld ? 1U : 0U;
  check(linux_fault ? old_words > 0 : old_words == 0, "what was copied");
  linux_iommu_faults = {};
}

void snooping_case() { snooping(false); }
void linux_snooping_case() { snooping(true); }

constexpr Case kCases[] = {
    {"nested", nested_case},
    {"nested_not_invalidated", nested_not_invalidated_case},
    {"second_stage", second_stage_case},
    {"own_mapping", own_mapping_case},
    {"blocked", blocked_case},
    {"on_demand", on_demand_case},
    {"bypassed", bypassed_case},
    {"zero_address", zero_address_case},
    {"linux_zero_address", linux_zero_address_case},
    {"linux_zero_address_synced", linux_zero_address_synced_case},
    {"atomic_memory", atomic_memory_case},
    {"linux_atomic_memory", linux_atomic_memory_case},
    {"snooping", snooping_case},
    {"linux_snooping", linux_snooping_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
