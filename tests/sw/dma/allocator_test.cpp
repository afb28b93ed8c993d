// SPDX-License-Identifier: Apache-2.0
// Which allocator serves which request (Linux 4.7, arch/arm/mm/dma-mapping.c, __dma_alloc), and
// what each leaves behind.
#include <algorithm>
#include <cstring>
#include <string>

#include "sw/arch/irqflags.hpp"
#include "sw/dma/arm_dma_allocator.hpp"
#include "sw/dma/dma_coherent.hpp"
#include "sw/dma/pci_dma_compat.hpp"
#include "sw/kernel/options.hpp"
#include "sw/mm/cma.hpp"
#include "tests/support/catch.hpp"
#include "tests/sw/dma/dma_fixture.hpp"

using namespace guest;
using guest::test::DmaFixture;
using guest::test::Log;

namespace {

/// With an atomic pool, and 1 MiB of DRAM for CMA if asked.
struct Allocators : DmaFixture {
  static constexpr std::size_t kCmaBytes = 1U << 20;
  explicit Allocators(bool with_cma = false) {
    set_command_line("coherent_pool=64K");
    page_init(machine.dram(), HostMachine::kDramStart, HostMachine::kDramBytes, all.data());
    page_release(HostMachine::kDramStart + kCmaBytes, HostMachine::kDramBytes - kCmaBytes);
    std::memset(machine.dram(), 0xEE, HostMachine::kDramBytes);
    if (with_cma) {
      REQUIRE(area.init(HostMachine::kDramStart, kCmaBytes));
      dma_contiguous_default_area = &area;
    }
    REQUIRE(dma_atomic_pool_init());
    log().clear();
  }
  ~Allocators() { dma_contiguous_default_area = nullptr; }
  Allocators(const Allocators&) = delete;
  Allocators& operator=(const Allocators&) = delete;

  std::size_t cma_pages_taken() const { return area.pages() - area.free_pages(); }

  cma area;
  std::vector<page> all{std::vector<page>(HostMachine::kDramBytes / kPageBytes)};
};

bool is_zero(const void* memory, std::size_t size) {
  const auto* bytes = static_cast<const unsigned char*>(memory);
  return std::all_of(bytes, bytes + size, [](unsigned char b) { return b == 0; });
}

}  // namespace

TEST_CASE("the allocator follows from gfp, CMA area and coherence", "[sw][dma]") {
  struct Row {
    gfp_t gfp;
    bool with_cma;
    bool coherent;
    const char* allocator;
  };
  const Row row = GENERATE(values<Row>({{GFP_KERNEL, false, false, "remap"},
                                        {GFP_KERNEL, false, true, "simple"},
                                        {GFP_KERNEL, true, false, "cma"},
                                        {GFP_KERNEL, true, true, "cma"},
                                        {GFP_ATOMIC, false, false, "pool"},
                                        {GFP_ATOMIC, false, true, "simple"},
                                        {GFP_ATOMIC, true, false, "pool"},
                                        {GFP_ATOMIC, true, true, "simple"}}));
  const dma_attrs attrs = GENERATE(as<dma_attrs>{}, 0, DMA_ATTR_NO_KERNEL_MAPPING);
  CAPTURE(row.gfp, row.with_cma, row.coherent, attrs);
  Allocators bench{row.with_cma};
  bench.dev.dma_coherent = row.coherent;
  const std::size_t pages_before = free_page_count();
  const std::size_t pool_before = dma_atomic_pool_available();
  const std::size_t cma_before = bench.cma_pages_taken();

  dma_addr_t handle = 0;
  void* memory = dma_alloc_attrs(&bench.dev, 3 * kPageBytes, &handle, row.gfp, attrs);
  REQUIRE(memory != nullptr);
  const arm_dma_buffer* buffer = find_arm_dma_buffer(memory);
  REQUIRE(buffer != nullptr);
  CHECK(buffer->allocator->name() == std::string{row.allocator});
  CHECK(page_to_phys(buffer->first) == handle);
  CHECK(is_zero(page_address(buffer->first), 3 * kPageBytes));
  if (attrs != 0) {
    CHECK(memory == buffer->first);  // The page, as a cookie.
  } else {
    CHECK(is_zero(memory, 3 * kPageBytes));
    const std::string allocator = row.allocator;
    const bool linear =
        allocator == "simple" || allocator == "cma" || (allocator == "pool" && row.with_cma);
    CHECK(virt_addr_valid(memory) == linear);
  }
  dma_free_attrs(&bench.dev, 3 * kPageBytes, memory, handle, attrs);
  CHECK(find_arm_dma_buffer(memory) == nullptr);
  CHECK(free_page_count() == pages_before);
  CHECK(dma_atomic_pool_available() == pool_before);
  CHECK(bench.cma_pages_taken() == cma_before);
}

TEST_CASE("CMA memory changes its linear map and leaves no cacheable alias", "[sw][dma]") {
  Allocators bench{true};
  dma_addr_t handle = 0;
  void* memory = dma_alloc_wc(&bench.dev, kPageBytes, &handle, GFP_KERNEL);
  const std::string where = "0x10000+4096";  // Behind the atomic pool's 64 KiB.
  CHECK(bench.log() ==
        Log{"flush " + where, "outer_flush " + where, "memory_type " + where + " 1"});
  bench.log().clear();
  dma_free_wc(&bench.dev, kPageBytes, memory, handle);
  CHECK(bench.log() == Log{"memory_type " + where + " 7"});
}

TEST_CASE_METHOD(Allocators, "pool memory is zeroed each time it is handed out", "[sw][dma]") {
  pci_dev pci;
  pci.dev.name = "pci";
  dma_addr_t handle = 0;
  void* memory = pci_alloc_consistent(&pci, kPageBytes, &handle);
  REQUIRE(memory != nullptr);
  std::memset(memory, 0x55, kPageBytes);
  pci_free_consistent(&pci, kPageBytes, memory, handle);
  CHECK(pci_alloc_consistent(&pci, kPageBytes, &handle) == memory);
  CHECK(is_zero(memory, kPageBytes));
}

TEST_CASE_METHOD(Allocators, "pci_alloc_consistent empties the atomic pool, and then fails",
                 "[sw][dma]") {
  std::vector<std::pair<void*, dma_addr_t>> taken;
  dma_addr_t handle = 0;
  // A null pci_dev means a null device.
  while (void* memory = pci_alloc_consistent(nullptr, kPageBytes, &handle)) {
    taken.emplace_back(memory, handle);
  }
  CHECK(taken.size() == 16);
  CHECK(dma_atomic_pool_available() == 0);
  CHECK(dma_alloc_coherent(&dev, kPageBytes, &handle, GFP_KERNEL) != nullptr);
  for (const auto& [memory, at] : taken) pci_free_consistent(nullptr, kPageBytes, memory, at);
  CHECK(dma_atomic_pool_available() == 64U << 10);
}

TEST_CASE_METHOD(Allocators, "a pool allocation is aligned to its size's power of two",
                 "[sw][dma]") {
  dma_addr_t handle = 0;
  REQUIRE(dma_alloc_coherent(&dev, kPageBytes, &handle, GFP_ATOMIC) != nullptr);
  const dma_addr_t first = handle;
  REQUIRE(dma_alloc_coherent(&dev, 3 * kPageBytes, &handle, GFP_ATOMIC) != nullptr);
  CHECK(handle == first + 4 * kPageBytes);
}

TEST_CASE("the pool has the size the option says, 256 KiB without", "[sw][dma]") {
  DmaFixture bench;
  const auto [options, bytes] =
      GENERATE(table<const char*, std::size_t>({{"", 256U << 10},
                                                {"coherent_pool=8K", 8192},
                                                {"coherent_pool=4100", 8192},
                                                {"coherent_pool=0", 0}}));
  set_command_line(options);
  CHECK(dma_atomic_pool_init());
  CHECK(dma_atomic_pool_available() == bytes);
}

TEST_CASE_METHOD(Allocators, "freeing what is not out, or with another size, is said",
                 "[sw][dma]") {
  dma_addr_t handle = 0;
  const std::size_t before = free_page_count();
  void* memory = dma_alloc_coherent(&dev, 5000, &handle, GFP_KERNEL);
  dma_free_coherent(&dev, 5000, at(0x1000), handle);
  CHECK(find_arm_dma_buffer(memory) != nullptr);
  dma_free_coherent(&dev, 100, memory, handle);  // Frees all of it, nothing is lost.
  dma_free_coherent(&dev, 5000, memory, handle);
  CHECK(free_page_count() == before);
  CHECK(console_text() ==
        "WARNING: test: Freeing invalid buffer\n"
        "WARNING: test: freeing 4096 bytes of a buffer of 8192\n"
        "WARNING: test: Freeing invalid buffer\n");
}

TEST_CASE_METHOD(Allocators, "freeing with another allocation's handle is said", "[sw][dma]") {
  dma_addr_t handle = 0;
  void* memory = dma_alloc_coherent(&dev, 64, &handle, GFP_ATOMIC);
  REQUIRE(memory != nullptr);
  dma_free_coherent(&dev, 64, memory, handle + kPageBytes);
  CHECK(console_text().find("WARNING: test: freeing a buffer at 0x") == 0);
  CHECK(dma_atomic_pool_available() == 64U << 10);
}

TEST_CASE_METHOD(Allocators, "freeing with interrupts off is said, whatever it is", "[sw][dma]") {
  device owner;  // Of a pool of its own.
  owner.name = "owner";
  REQUIRE(dma_declare_coherent_memory(&owner, HostMachine::kDramStart, 0, kPageBytes) == 0);
  dma_addr_t own = 0;
  dma_addr_t handle = 0;
  dma_addr_t mapped = 0;
  void* of_pool = dma_alloc_coherent(&owner, 64, &own, GFP_KERNEL);
  void* memory = dma_alloc_coherent(&dev, 64, &handle, GFP_ATOMIC);
  page* pages = dma_alloc_pages(&dev, 64, &mapped, DMA_TO_DEVICE, GFP_KERNEL);
  sg_table* table = dma_alloc_noncontiguous(&dev, 64, DMA_TO_DEVICE, GFP_KERNEL, 0);
  {
    const InterruptGuard guard;
    dma_free_coherent(&owner, 64, of_pool, own);
    dma_free_coherent(&dev, 64, memory, handle);
    dma_free_pages(&dev, 64, pages, mapped, DMA_TO_DEVICE);
    dma_free_noncontiguous(&dev, 64, table, DMA_TO_DEVICE);
  }
  CHECK(console_text() ==
        "WARNING: owner: dma_free_attrs with interrupts off\n"
        "WARNING: test: dma_free_attrs with interrupts off\n"
        "WARNING: test: dma_free_pages with interrupts off\n"
        "WARNING: test: dma_free_noncontiguous with interrupts off\n");
  CHECK(dma_atomic_pool_available() == 64U << 10);
  CHECK(dma_dev_coherent_available(owner) == kPageBytes);
  dma_release_coherent_memory(&owner);
}

TEST_CASE_METHOD(Allocators, "memory comes from where the coherent mask reaches", "[sw][dma]") {
  // DRAM is at 0x60000000; the page allocator gives the end of it first.
  dev.dma_pfn_offset = HostMachine::kDramStart >> kPageShift;
  dev.coherent_dma_mask = DMA_BIT_MASK(22);
  dma_addr_t handle = 0;
  CHECK(dma_alloc_coherent(&dev, 64, &handle, GFP_KERNEL) != nullptr);
  CHECK(handle < 4U << 20);
  dev.coherent_dma_mask = DMA_BIT_MASK(12);
  CHECK(dma_alloc_coherent(&dev, 64, &handle, GFP_KERNEL) == nullptr);
  dev.coherent_dma_mask = 0;
  CHECK(dma_alloc_coherent(&dev, 64, &handle, GFP_KERNEL) == nullptr);
}

TEST_CASE_METHOD(Allocators, "where coherent memory is not bufferable only wc is", "[sw][dma]") {
  CHECK(__get_dma_pgprot(0) == MemoryType::kBufferable);
  set_command_line("dma_mem_bufferable=0");
  CHECK(__get_dma_pgprot(0) == MemoryType::kUncached);
  CHECK(__get_dma_pgprot(DMA_ATTR_WRITE_COMBINE) == MemoryType::kBufferable);
}
