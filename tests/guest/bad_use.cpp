// SPDX-License-Identifier: Apache-2.0
// What each of the operations (`ops=NAME`) makes of calls that cannot be right: what is returned is
// what Linux returns, and nothing is lost.
#include <span>
#include <utility>

#include "sw/dma/dma_pool.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/options.hpp"
#include "sw/measure/implementation.hpp"
#include "sw/mm/level.hpp"
#include "sw/mm/vma.hpp"
#include "tests/guest/support/dma_bench.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::size_t kBytes = DmaBench::kBytes;
constexpr std::size_t kHuge = std::size_t{1} << 30;  // More than there is.
constexpr dma_data_direction kFrom = DMA_FROM_DEVICE;
constexpr int kIoError = -5;    // -EIO
constexpr int kNoAddress = -6;  // -ENXIO
constexpr int kInvalid = -22;   // -EINVAL

/// The device, and memory of its own.
struct Given {
  device* dev;
  std::byte* memory;
  std::byte* coherent;
  dma_addr_t coherent_handle;

  dma_addr_t map(void* at, std::size_t size, dma_data_direction direction) const {
    return checked(dma_map_single(dev, at, size, direction));
  }
  dma_addr_t checked(dma_addr_t handle) const {
    check((dma_mapping_error(dev, handle) != 0) == (handle == DMA_MAPPING_ERROR),
          "dma_mapping_error knows it");
    return handle;
  }
  /// A list of one entry, said to have `entries`.
  int map_list(page* of, int entries, dma_data_direction direction) const {
    scatterlist list[1];
    sg_init_table(list, 1);
    sg_set_page(&list[0], of, 64, 0);
    return static_cast<int>(dma_map_sg(dev, list, entries, direction));
  }
  page* first() const { return virt_to_page(memory); }
};

using Call = std::int64_t (*)(const Given&);

struct Row {
  const char* what;
  Call call;
  std::int64_t expected;
};

constexpr auto kFailed = static_cast<std::int64_t>(DMA_MAPPING_ERROR);

std::int64_t without_mask(const Given& g) {
  std::uint64_t* const mask = std::exchange(g.dev->dma_mask, nullptr);
  const dma_addr_t handle = g.map(g.memory, kBytes, kFrom);
  g.dev->dma_mask = mask;
  return static_cast<std::int64_t>(handle);
}

/// Two pages, for a device that reaches less than one.
std::int64_t out_of_mask(const Given& g) {
  const std::uint64_t mask = std::exchange(*g.dev->dma_mask, 0xFFF);
  const dma_addr_t handle = g.map(g.memory, 2 * kBytes, kFrom);
  *g.dev->dma_mask = mask;
  return static_cast<std::int64_t>(handle);
}

std::int64_t list_out_of_mask(const Given& g) {
  const std::uint64_t mask = std::exchange(*g.dev->dma_mask, 0xF);
  const int entries = g.map_list(g.first(), 1, kFrom);
  *g.dev->dma_mask = mask;
  return entries;
}

/// A table of one entry that says it has `entries`.
int map_table(const Given& g, unsigned entries) {
  scatterlist list[1];
  sg_init_one(list, g.memory, 64);
  sg_table table{list, 1, entries};
  return dma_map_sgtable(g.dev, &table, kFrom, 0);
}

/// 1 if the reason is Linux's: -EIO, of an IOMMU -EINVAL.
std::int64_t table_out_of_mask(const Given& g) {
  const std::uint64_t mask = std::exchange(*g.dev->dma_mask, 0xF);
  const int error = map_table(g, 1);
  *g.dev->dma_mask = mask;
  return error == (g.dev->iommu_mapping == nullptr ? kIoError : kInvalid) ? 1 : error;
}

std::int64_t alloc(const Given& g, std::size_t size) {
  dma_addr_t handle = 0;
  // In one piece: a few at a time an IOMMU's are all taken first, one by one.
  const dma_attrs attrs = DMA_ATTR_FORCE_CONTIGUOUS | DMA_ATTR_NO_WARN;
  return dma_alloc_attrs(g.dev, size, &handle, GFP_KERNEL, attrs) != nullptr ? 1 : 0;
}

std::int64_t alloc_without_mask(const Given& g) {
  const std::uint64_t mask = std::exchange(g.dev->coherent_dma_mask, 0);
  const std::int64_t got = alloc(g, kBytes);
  g.dev->coherent_dma_mask = mask;
  return got;
}

std::int64_t alloc_pages_of(const Given& g, std::size_t size) {
  dma_addr_t handle = 0;
  return dma_alloc_pages(g.dev, size, &handle, kFrom, GFP_KERNEL | __GFP_NOWARN) != nullptr ? 1 : 0;
}

std::int64_t pool(const Given& g, std::size_t size, std::size_t align, std::size_t boundary) {
  return dma_pool_create("blocks", g.dev, size, align, boundary) != nullptr ? 1 : 0;
}

/// A window of two pages over an allocation of one.
std::int64_t mmap_too_long(const Given& g) {
  vm_area_struct area{};
  area.vm_start = 0x1000'0000;
  area.vm_end = area.vm_start + 2 * kBytes;
  return dma_mmap_coherent(g.dev, &area, g.coherent, g.coherent_handle, kBytes);
}

constexpr Row kRows[] = {
    {"null", [](const Given& g) { return std::int64_t(g.map(nullptr, kBytes, kFrom)); }, kFailed},
    {"no bytes", [](const Given& g) { return std::int64_t(g.map(g.memory, 0, kFrom)); }, kFailed},
    {"no direction", [](const Given& g) { return std::int64_t(g.map(g.memory, kBytes, DMA_NONE)); },
     kFailed},
    {"no page",
     [](const Given& g) {
       return std::int64_t(g.checked(dma_map_page(g.dev, nullptr, 0, kBytes, kFrom)));
     },
     kFailed},
    {"remapped memory",
     [](const Given& g) {
       if (!is_remapped(g.coherent)) return kFailed;  // A device that snoops has no such memory.
       return std::int64_t(g.map(g.coherent, kBytes, kFrom));
     },
     kFailed},
    {"no mask", without_mask, kFailed},
    {"out of the mask", out_of_mask, kFailed},
    {"more than there is",
     [](const Given& g) {
       return std::int64_t(g.checked(dma_map_page(g.dev, g.first(), 0, 0xFFFF'F000, kFrom)));
     },
     kFailed},
    {"a resource that is DRAM",
     [](const Given& g) {
       const phys_addr_t at = virt_to_phys(g.memory);
       return std::int64_t(g.checked(dma_map_resource(g.dev, at, 4, kFrom, 0)));
     },
     kFailed},
    {"a resource without bytes",
     [](const Given& g) {
       return std::int64_t(g.checked(dma_map_resource(g.dev, 0x1000'9000, 0, kFrom, 0)));
     },
     kFailed},
    {"no list", [](const Given& g) { return std::int64_t(dma_map_sg(g.dev, nullptr, 1, kFrom)); },
     0},
    {"a list of none", [](const Given& g) { return std::int64_t(g.map_list(g.first(), 0, kFrom)); },
     0},
    {"a list of less than none",
     [](const Given& g) { return std::int64_t(g.map_list(g.first(), -1, kFrom)); }, 0},
    {"a list that is longer than its table",
     [](const Given& g) { return std::int64_t(g.map_list(g.first(), 2, kFrom)); }, 0},
    {"a list without direction",
     [](const Given& g) { return std::int64_t(g.map_list(g.first(), 1, DMA_NONE)); }, 0},
    {"a list without a page",
     [](const Given& g) { return std::int64_t(g.map_list(nullptr, 1, kFrom)); }, 0},
    {"a list out of the mask", list_out_of_mask, 0},
    {"a table that is too short", [](const Given& g) { return std::int64_t{map_table(g, 2)}; },
     kInvalid},
    {"a table of none", [](const Given& g) { return std::int64_t{map_table(g, 0)}; }, kIoError},
    {"a table out of the mask", table_out_of_mask, 1},
    {"memory of no bytes", [](const Given& g) { return alloc(g, 0); }, 0},
    {"more memory than there is", [](const Given& g) { return alloc(g, kHuge); }, 0},
    {"memory without a mask", alloc_without_mask, 0},
    {"pages of no bytes", [](const Given& g) { return alloc_pages_of(g, 0); }, 0},
    {"more pages than there are", [](const Given& g) { return alloc_pages_of(g, kHuge); }, 0},
    {"a pool of no bytes", [](const Given& g) { return pool(g, 0, 0, 0); }, 0},
    {"a pool that is not aligned", [](const Given& g) { return pool(g, 64, 48, 0); }, 0},
    {"a pool over its boundary", [](const Given& g) { return pool(g, 64, 0, 32); }, 0},
    {"user mode gets more than there is", mmap_too_long, kNoAddress},
    {"no device's mask",
     [](const Given&) { return std::int64_t(dma_set_mask(nullptr, DMA_BIT_MASK(32))); }, kIoError},
    {"no coherent mask",
     [](const Given& g) { return std::int64_t(dma_set_coherent_mask(g.dev, 0)); }, kIoError},
    {"no device's segments",
     [](const Given&) { return std::int64_t(dma_set_max_seg_size(nullptr, 512)); }, kIoError},
    {"nothing to free",
     [](const Given& g) {
       dma_free_coherent(g.dev, kBytes, nullptr, 0);
       dma_unmap_sg(g.dev, nullptr, 1, kFrom);
       dma_pool_destroy(nullptr);
       return std::int64_t{0};
     },
     0},
};

void returned() {
  DmaBench bench;
  const std::span<std::byte> memory = alloc_bytes(2 * kBytes);
  dma_addr_t handle = 0;
  void* const coherent = dma_alloc_coherent(&bench.dev(), kBytes, &handle, GFP_KERNEL);
  check(!memory.empty() && coherent != nullptr, "memory");
  const Given given{&bench.dev(), memory.data(), static_cast<std::byte*>(coherent), handle};
  for (const Row& row : kRows) {
    remember_levels();
    const std::int64_t result = row.call(given);
    check_equal(static_cast<std::uint32_t>(result), static_cast<std::uint32_t>(row.expected),
                row.what);
    check((result < 0) == (row.expected < 0), row.what);
    check(at_remembered_levels(console()), row.what);
  }
  dma_free_coherent(&bench.dev(), kBytes, coherent, handle);
}

// Each call has been looked at by itself.
void returned_case() {
  returned();
  remember_levels();
}

constexpr Case kCases[] = {{"returned", returned_case}};

}  // namespace

int guest_main() {
  const Result<Implementation> operations = Implementation::use(option("ops").value_or(""));
  if (!operations) panic("this board has no such operations");
  return run_case(kCases);
}
