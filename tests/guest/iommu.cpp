// SPDX-License-Identifier: Apache-2.0
// The PL330 behind an SMMU: what it reaches, what it does not, and what becomes of a forgotten
// invalidation or clean. All by Linux's interfaces.
#include "sw/arch/io_pointer.hpp"
#include "sw/arch/mmio.hpp"
#include "sw/dma/dma_page.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/device.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/options.hpp"
#include "sw/lib/string.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"
#include "tests/guest/support/iommu_bench.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::uint32_t kOld = 0x01D0'01D0;
constexpr std::uint32_t kNew = 0x4E3A'4E3A;

/// On an SMMU of two security states this board's software, all of it Secure, has to claim every
/// bank and stream mapping group before the driver comes: SCR1 leaves none to the Non-secure state.
void claim() {
  constexpr std::size_t kScr1 = 0x004;
  if (!has_option("secure")) return;
  device* const dev = find_device("arm,mmu-500");
  if (dev == nullptr) panic("no SMMU");
  writel(0, io_at(device_iomap(*dev).value_or(nullptr), kScr1));
}
Initcall initcall{Stage::kCache, claim};

/// One transfer from pages here and there to other pages here and there.
void scattered_case() {
  constexpr std::size_t kPages = 16;
  IommuBench bench;
  Scattered<kPages> source;
  Scattered<kPages> target;
  device* const dev = &bench.dev();
  for (std::size_t i = 0; i < source.kBytes; i += 4) {
    poke(source.at(i), static_cast<std::uint32_t>(i * 7));
    poke(target.at(i), kOld);
  }
  const std::size_t before = iova_pages_in_use();
  check_equal(dma_map_sg(dev, source.list.data(), kPages, DMA_TO_DEVICE), 1, "source segments");
  check_equal(dma_map_sg(dev, target.list.data(), kPages, DMA_FROM_DEVICE), 1, "target segments");
  check_equal(sg_dma_len(&source.list[0]), source.kBytes, "the segment's length");
  const bool copied =
      bench.copy(sg_dma_address(&target.list[0]), sg_dma_address(&source.list[0]), source.kBytes);
  check(copied, "the copy ends well");
  dma_unmap_sg(dev, source.list.data(), kPages, DMA_TO_DEVICE);
  dma_unmap_sg(dev, target.list.data(), kPages, DMA_FROM_DEVICE);
  bool same = true;
  for (std::size_t i = 0; i < source.kBytes; i += 4) same &= peek(target.at(i)) == i * 7;
  check(same, "all words arrived in order");
  check_equal(iova_pages_in_use() - before, 0, "I/O pages left");
  check_equal(bench.faults().count, 0, "faults");
}

void check_fault(IommuBench& bench, unsigned long iova, int flags) {
  const IommuBench::Fault fault = bench.faults();
  check(fault.count != 0, "the fault is reported");
  check_equal(static_cast<std::uint32_t>(fault.iova), static_cast<std::uint32_t>(iova),
              "its I/O address");
  check_equal(static_cast<std::uint32_t>(fault.flags), static_cast<std::uint32_t>(flags),
              "read or write");
}

/// The controller is as good as before.
void check_recovered(IommuBench& bench) {
  const dma_addr_t from = bench.map_page_of(kNew, DMA_TO_DEVICE);
  const dma_addr_t to = bench.map_page_of(kOld, DMA_FROM_DEVICE);
  check(bench.copy(to, from), "the next copy ends well");
  check_equal(bench.in_memory(bench.last_page()), kNew, "and copies");
}

void unmapped_case() {
  IommuBench bench;
  const dma_addr_t page = bench.map_page_of(kOld, DMA_BIDIRECTIONAL);
  check(!bench.copy(page, IommuBench::kUnmapped), "reading nothing fails");
  check_fault(bench, IommuBench::kUnmapped, IOMMU_FAULT_READ);
  check(!bench.copy(IommuBench::kUnmapped, page), "writing nothing fails");
  check_fault(bench, IommuBench::kUnmapped, IOMMU_FAULT_WRITE);
  check_recovered(bench);
}

/// The PL330 copies unprivileged.
void privileged_case() {
  IommuBench bench;
  dma_addr_t handle = 0;
  void* const memory =
      dma_alloc_attrs(&bench.dev(), kPageBytes, &handle, GFP_KERNEL, DMA_ATTR_PRIVILEGED);
  check(memory != nullptr, "memory");
  const dma_addr_t page = bench.map_page_of(kOld, DMA_BIDIRECTIONAL);
  check(!bench.copy(page, handle), "reading what is privileged fails");
  check_fault(bench, static_cast<unsigned long>(handle), IOMMU_FAULT_READ);
  dma_free_attrs(&bench.dev(), kPageBytes, memory, handle, DMA_ATTR_PRIVILEGED);
  check_recovered(bench);
}

/// Whoever prints is also who listens.
class Listener final : public TextSink {
 public:
  explicit Listener(TextSink& next) : next_{next} {}
  void write(std::string_view text) override {
    next_.write(text);
    const std::size_t size = text.size() < kBytes - used_ ? text.size() : kBytes - used_;
    memcpy(heard_ + used_, text.data(), size);
    used_ += size;
  }
  bool heard(std::string_view text) const {
    return std::string_view{heard_, used_}.find(text) != std::string_view::npos;
  }

 private:
  static constexpr std::size_t kBytes = 1024;
  TextSink& next_;
  char heard_[kBytes] = {};
  std::size_t used_ = 0;
};

void unhandled_case() {
  IommuBench bench;
  iommu_set_fault_handler(bench.domain(), nullptr, nullptr);
  const dma_addr_t page = bench.map_page_of(kOld, DMA_BIDIRECTIONAL);
  Listener listener{console()};
  set_console(&listener);
  check(!bench.copy(page, IommuBench::kUnmapped), "reading nothing fails");
  bench.faults();
  set_console(nullptr);
  check(listener.heard("arm-smmu 10400000.iommu: Unhandled context fault: fsr=0x"), "printed");
  check(listener.heard(", iova=0x0dead000, fsynr=0x"), "with the address");
  check(listener.heard(", cbfrsynra=0x1"), "and the stream");
}

void read_only_case() {
  IommuBench bench;
  const dma_addr_t from = bench.map_page_of(kNew, DMA_TO_DEVICE);
  const dma_addr_t to = bench.map_page_of(kOld, DMA_TO_DEVICE);
  std::byte* const target = bench.last_page();
  check(!bench.copy(to, from), "writing what may be read only fails");
  check_fault(bench, static_cast<unsigned long>(to), IOMMU_FAULT_WRITE);
  check_equal(bench.in_memory(target), kOld, "what was there stays");
  check_recovered(bench);
}

/// The device goes on to write where its mapping was.
void after_unmap(bool invalidated, bool cleaned = true) {
  IommuBench bench;
  const dma_addr_t first = bench.map_page_of(kNew, DMA_TO_DEVICE);
  const dma_addr_t to = bench.map_page_of(kOld, DMA_FROM_DEVICE);
  std::byte* const target = bench.last_page();
  check(bench.copy(to, first), "the mapping is used");
  io_pgtable_skip_invalidate = !invalidated;
  io_pgtable_skip_clean = !cleaned;
  bench.unmap_page(to);
  io_pgtable_skip_invalidate = false;
  io_pgtable_skip_clean = false;
  check_equal(peek(target), kNew, "what was copied");
  // The page is somebody else's now.
  for (std::size_t i = 0; i < kPageBytes; i += 4) poke(target + i, kOld);
  dma_page_flush(virt_to_phys(target), kPageBytes);
  check_equal(bench.copy(to, first) ? 1 : 0, invalidated ? 0 : 1,
              "the copy after the unmap ends well");
  check_equal(bench.in_memory(target), invalidated ? kOld : kNew, "the page's content");
  if (invalidated) check_fault(bench, static_cast<unsigned long>(to), IOMMU_FAULT_WRITE);
}

void after_unmap_case() { after_unmap(true); }
void after_unmap_not_invalidated_case() { after_unmap(false); }
void after_unmap_neither_case() { after_unmap(false, false); }

/// A descriptor that has not left the CPU's caches.
void table(bool cleaned) {
  IommuBench bench;
  const dma_addr_t from = bench.map_page_of(kNew, DMA_TO_DEVICE);
  io_pgtable_skip_clean = !cleaned;
  const dma_addr_t to = bench.map_page_of(kOld, DMA_FROM_DEVICE);
  io_pgtable_skip_clean = false;
  std::byte* const target = bench.last_page();
  check_equal(bench.copy(to, from) ? 1 : 0, cleaned ? 1 : 0, "the copy ends well");
  check_equal(bench.in_memory(target), cleaned ? kNew : kOld, "what was copied");
  if (!cleaned) check_fault(bench, static_cast<unsigned long>(to), IOMMU_FAULT_WRITE);
}

void table_cleaned_case() { table(true); }
void table_not_cleaned_case() { table(false); }

/// A block of 2 MiB of which a page is taken away.
void split_case() {
  constexpr unsigned kBlockOrder = 9;
  constexpr std::size_t kBlock = kPageBytes << kBlockOrder;
  constexpr unsigned long kIova = 0x4000'0000;
  IommuBench bench;
  page* const block = alloc_pages(GFP_KERNEL, kBlockOrder);
  if (block == nullptr) panic("no memory");
  auto* const memory = static_cast<std::byte*>(page_address(block));
  for (std::size_t i = 0; i < 3; ++i) poke(memory + i * kPageBytes, kNew + i);
  dma_page_flush(page_to_phys(block), 3 * kPageBytes);
  iommu_domain* const domain = bench.domain();
  check(iommu_map(domain, kIova, page_to_phys(block), kBlock, IOMMU_READ) == 0, "mapped");
  const dma_addr_t to = bench.map_page_of(kOld, DMA_FROM_DEVICE);
  std::byte* const target = bench.last_page();
  for (unsigned i = 0; i < 3; ++i) {
    check(bench.copy(to, kIova + i * kPageBytes), "the block is read");
    check_equal(bench.in_memory(target), kNew + i, "what is there");
  }
  check_equal(iommu_unmap(domain, kIova + kPageBytes, kPageBytes), kPageBytes, "unmapped");
  check(bench.copy(to, kIova), "the page before is there");
  check(!bench.copy(to, kIova + kPageBytes), "the page is gone");
  check_fault(bench, kIova + kPageBytes, IOMMU_FAULT_READ);
  check(bench.copy(to, kIova + 2 * kPageBytes), "the page behind is there");
  check_equal(bench.in_memory(target), kNew + 2, "what is there");
  check_equal(iommu_unmap(domain, kIova + 2 * kPageBytes, kBlock - 2 * kPageBytes),
              kBlock - 2 * kPageBytes, "unmapped");
  check_equal(iommu_unmap(domain, kIova, kPageBytes), kPageBytes, "unmapped");
  __free_pages(block, kBlockOrder);
}

constexpr Case kCases[] = {
    {"scattered", scattered_case},
    {"unmapped", unmapped_case},
    {"unhandled", unhandled_case},
    {"read_only", read_only_case},
    {"privileged", privileged_case},
    {"after_unmap", after_unmap_case},
    {"after_unmap_not_invalidated", after_unmap_not_invalidated_case},
    {"after_unmap_neither", after_unmap_neither_case},
    {"table_cleaned", table_cleaned_case},
    {"table_not_cleaned", table_not_cleaned_case},
    {"split", split_case},
};

}  // namespace

int guest_main() { return run_case(kCases); }
