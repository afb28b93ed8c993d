// SPDX-License-Identifier: Apache-2.0
// An I/O address that the device has used means other memory at once: nothing of the SMMU's TLBs
// may be left of the first meaning, whatever was mapped and unmapped at a time.
#include "sw/dma/dma_page.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"
#include "tests/guest/support/iommu_bench.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::uint32_t kOld = 0x01D0'01D0;
constexpr std::uint32_t kNew = 0x4E3A'4E3A;
constexpr unsigned long kIova = 0x5000'0000;
constexpr unsigned long kTarget = 0x5800'0000;
constexpr std::size_t kLarge = 64U << 10;
constexpr std::size_t kBlock = 2U << 20;
constexpr std::size_t kAt = kPageBytes;  ///< What the device reads, in each block.

/// Two blocks, old bytes at `kAt` of the first, new ones of the second; and where the device copies
/// them to.
struct Bench {
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;
  Bench() {
    both = alloc_pages(GFP_KERNEL, kOrder);
    if (both == nullptr) panic("no memory");
    first = page_to_phys(both);
    second = first + static_cast<phys_addr_t>(kBlock);
    auto* const memory = static_cast<std::byte*>(page_address(both));
    for (std::size_t i = 0; i < kPageBytes; i += 4) {
      poke(memory + kAt + i, kOld);
      poke(memory + kBlock + kAt + i, kNew);
    }
    dma_page_flush(first, 2 * kBlock);
    target = memory + 2 * kAt;
    map_target(iommu.domain());
  }
  ~Bench() {
    if (iommu.domain() != nullptr) iommu_unmap(iommu.domain(), kTarget, kPageBytes);
    __free_pages(both, kOrder);
  }
  void map_target(iommu_domain* domain) const {
    check(iommu_map(domain, kTarget, virt_to_phys(target), kPageBytes, IOMMU_WRITE) == 0,
          "the target is mapped");
  }
  void map(unsigned long iova, phys_addr_t start, std::size_t size) const {
    check(iommu_map(iommu.domain(), iova, start, size, IOMMU_READ) == 0, "mapped");
  }
  void unmap(unsigned long iova, std::size_t size) const {
    check_equal(iommu_unmap(iommu.domain(), iova, size), size, "unmapped");
  }
  void reads(std::uint32_t value) {
    check(iommu.copy(kTarget, kIova + kAt), "the device reads");
    check_equal(iommu.in_memory(target), value, "what it read");
  }

  static constexpr unsigned kOrder = 10;
  IommuBench iommu;
  page* both = nullptr;
  phys_addr_t first = 0;
  phys_addr_t second = 0;
  std::byte* target = nullptr;
};

/// `size` bytes are mapped and unmapped in one.
void whole(std::size_t size) {
  Bench bench;
  const unsigned long from = size > kAt ? 0 : kAt;
  bench.map(kIova + from, bench.first + static_cast<phys_addr_t>(from), size);
  bench.reads(kOld);
  bench.unmap(kIova + from, size);
  bench.map(kIova + from, bench.second + static_cast<phys_addr_t>(from), size);
  bench.reads(kNew);
  bench.unmap(kIova + from, size);
}
void page_case() { whole(kPageBytes); }
void large_case() { whole(kLarge); }
void block_case() { whole(kBlock); }

/// Of `size` bytes, one page gets another meaning.
void split(std::size_t size) {
  Bench bench;
  bench.map(kIova, bench.first, size);
  bench.reads(kOld);
  bench.unmap(kIova + kAt, kPageBytes);
  bench.map(kIova + kAt, bench.second + static_cast<phys_addr_t>(kAt), kPageBytes);
  bench.reads(kNew);
  bench.unmap(kIova, size);
}
void split_large_case() { split(kLarge); }
void split_block_case() { split(kBlock); }

/// A block that was mapped by the page goes as a whole, with its table; if nobody tells the SMMU,
/// the device goes on by the table that is gone.
void table(bool invalidated) {
  Bench bench;
  for (std::size_t at = 0; at < kBlock; at += kPageBytes)
    bench.map(kIova + at, bench.first + static_cast<phys_addr_t>(at), kPageBytes);
  bench.reads(kOld);
  io_pgtable_skip_invalidate = !invalidated;
  bench.unmap(kIova, kBlock);
  io_pgtable_skip_invalidate = false;
  bench.map(kIova, bench.second, kBlock);
  bench.reads(invalidated ? kNew : kOld);
  bench.unmap(kIova, kBlock);
}
void table_case() { table(true); }
void table_not_invalidated_case() { table(false); }

/// Everything is invalidated instead of what was unmapped.
void all_case() {
  Bench bench;
  iommu_domain* const domain = bench.iommu.domain();
  bench.map(kIova + kAt, bench.first + static_cast<phys_addr_t>(kAt), kPageBytes);
  bench.reads(kOld);
  iommu_iotlb_gather gather;
  check_equal(iommu_unmap_fast(domain, kIova + kAt, kPageBytes, &gather), kPageBytes, "unmapped");
  iommu_flush_iotlb_all(domain);
  bench.map(kIova + kAt, bench.second + static_cast<phys_addr_t>(kAt), kPageBytes);
  bench.reads(kNew);
  bench.unmap(kIova + kAt, kPageBytes);
}

/// A domain is freed with all that is mapped in it, and another one takes its place.
void freed_case() {
  constexpr std::size_t kInherited = 64;  // Pages: the microcode's.
  Bench bench;
  device* const dev = &bench.iommu.dev();
  std::array<phys_addr_t, kInherited> inherited{};
  for (std::size_t i = 0; i < kInherited; ++i)
    inherited[i] = iommu_iova_to_phys(bench.iommu.domain(), i * kPageBytes);
  arm_iommu_detach_device(dev);
  for (const phys_addr_t source : {bench.first, bench.second}) {
    iommu_domain* const domain = iommu_domain_alloc(&platform_bus_type);
    check(iommu_attach_device(domain, dev) == 0, "attached");  // With that it gets its tables.
    for (std::size_t i = 0; i < kInherited; ++i) {
      if (inherited[i] == 0) continue;
      const int result =
          iommu_map(domain, i * kPageBytes, inherited[i], kPageBytes, IOMMU_READ | IOMMU_WRITE);
      check(result == 0, "mapped");
    }
    bench.map_target(domain);
    check(iommu_map(domain, kIova, source, kBlock, IOMMU_READ) == 0, "mapped");
    bench.reads(source == bench.first ? kOld : kNew);
    iommu_detach_device(domain, dev);
    iommu_domain_free(domain);
  }
}

/// A table in memory that was used before: its empty entries are empty for the SMMU, too.
void fresh_table_case() {
  constexpr unsigned kPages = 64;
  constexpr std::uint32_t kLooksMapped = 0xFFFF'FFFF;
  Bench bench;
  std::array<page*, kPages> used{};
  for (page*& one : used) {
    one = alloc_pages(GFP_KERNEL, 0);
    if (one == nullptr) panic("no memory");
    auto* const memory = static_cast<std::byte*>(page_address(one));
    for (std::size_t i = 0; i < kPageBytes; i += 4) poke(memory + i, kLooksMapped);
    dma_page_flush(page_to_phys(one), kPageBytes);
  }
  for (page* const one : used) __free_pages(one, 0);
  constexpr unsigned long kOther = kIova + 64 * kPageBytes;
  bench.map(kIova + kAt, bench.first + static_cast<phys_addr_t>(kAt), kPageBytes);
  bench.reads(kOld);
  check(!bench.iommu.copy(kTarget, kOther), "what is not mapped is not read");
  check(bench.iommu.faults().count != 0, "and the fault is reported");
  bench.unmap(kIova + kAt, kPageBytes);
}

constexpr Case kCases[] = {
    {"page", page_case},
    {"large", large_case},
    {"block", block_case},
    {"split_large", split_large_case},
    {"split_block", split_block_case},
    {"table", table_case},
    {"table_not_invalidated", table_not_invalidated_case},
    {"all", all_case},
    {"freed", freed_case},
    {"fresh_table", fresh_table_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
