// SPDX-License-Identifier: Apache-2.0
// Each kind of thing that a program can take, taken and not given back: the look at the end names
// it, and has nothing to say once it is given back.
#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "sw/dma/dma_iommu.hpp"
#include "sw/dma/dma_pool.hpp"
#include "sw/dma/dmabounce.hpp"
#include "sw/dma/dmam.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/devres.hpp"
#include "sw/kernel/main.hpp"
#include "sw/lib/format.hpp"
#include "sw/mm/level.hpp"
#include "tests/guest/support/copy_job.hpp"
#include "tests/guest/support/harness.hpp"

using namespace guest;
using namespace guest::test;

namespace {

constexpr std::size_t kBytes = 4 * kPageBytes;

/// One thing, taken and given back.
struct Kind {
  std::string_view name;  ///< Its level's.
  void (*take)();
  void (*give_back)();
};

void expect_named(std::span<const Kind> kinds) {
  for (const Kind& kind : kinds) {
    remember_levels();
    kind.take();
    std::array<char, 1024> text{};
    BufferSink said{text};
    check(!at_remembered_levels(said), kind.name);
    std::array<char, 100> start{};
    BufferSink expected{start};
    print(expected, "leak: ", kind.name, ": ");
    check(said.text().find(expected.text()) != std::string_view::npos, kind.name);
    kind.give_back();
    check(at_remembered_levels(console()), "all is given back");
  }
}

device* pl330() { return find_device("arm,pl330"); }

// What was taken.
page* pages = nullptr;
vm_area_struct area;
void* memory = nullptr;
void* block = nullptr;
dma_addr_t handle = 0;
dma_pool* pool = nullptr;
dma_chan* channel = nullptr;
dma_async_tx_descriptor* descriptor = nullptr;
dmaengine_unmap_data* unmap_data = nullptr;
iommu_domain* domain = nullptr;

template <gfp_t gfp>
void allocate() {
  memory = dma_alloc_coherent(pl330(), kBytes, &handle, gfp);
}
void release() { dma_free_coherent(pl330(), kBytes, memory, handle); }

void map() {
  static const std::span<std::byte> buffer = alloc_bytes(kPageBytes);
  handle = dma_map_single(pl330(), buffer.data(), 100, DMA_TO_DEVICE);
  check(dma_mapping_error(pl330(), handle) == 0, "it is mapped");
}
void unmap() { dma_unmap_single(pl330(), handle, 100, DMA_TO_DEVICE); }

void make_pool() { pool = dma_pool_create("leaks", pl330(), 64, 64, 0); }
void destroy_pool() { dma_pool_destroy(pool); }

int always(device* /*dev*/, dma_addr_t /*address*/, std::size_t /*size*/) { return 1; }
void bounce() { dmabounce_register_dev(pl330(), 512, 0, always); }
void end_bounce() { dmabounce_unregister_dev(pl330()); }

void take_channel() { channel = memcpy_channel(); }
void release_channel() { dma_release_channel(channel); }

constexpr Kind kEverywhere[]{
    {"free pages", [] { pages = alloc_pages(GFP_KERNEL, 2); }, [] { __free_pages(pages, 2); }},
    {"user pages", [] { area = *take_user_area(kBytes); }, [] { release_user_area(area); }},
    {"remapped pages", allocate<GFP_KERNEL>, release},
    {"coherent allocations", allocate<GFP_KERNEL>, release},
    {"bytes of the atomic pool", allocate<GFP_ATOMIC>, release},
    {"DMA pools", make_pool, destroy_pool},
    {"blocks of DMA pools",
     [] {
       make_pool();
       block = dma_pool_alloc(pool, GFP_KERNEL, &handle);
     },
     [] {
       dma_pool_free(pool, block, handle);
       destroy_pool();
     }},
    {"managed resources",
     [] { memory = dmam_alloc_coherent(pl330(), kBytes, &handle, GFP_KERNEL); },
     [] { dmam_free_coherent(pl330(), kBytes, memory, handle); }},
    {"dmabounce devices", bounce, end_bounce},
    {"safe buffers",
     [] {
       bounce();
       map();
     },
     [] {
       unmap();
       end_bounce();
     }},
    {"DMA channels", take_channel, release_channel},
    {"DMA descriptors",
     [] {
       take_channel();
       allocate<GFP_KERNEL>();
       descriptor = dmaengine_prep_dma_memcpy(channel, handle, handle, 64, DMA_CTRL_ACK);
     },
     [] {
       release_channel();  // It frees what was not submitted.
       release();
     }},
    {"unmap data of DMA descriptors",
     [] { unmap_data = dmaengine_get_unmap_data(pl330(), 1, GFP_KERNEL); },
     [] { dmaengine_unmap_put(unmap_data); }},
};

constexpr Kind kBehindIommu[]{
    {"I/O pages", map, unmap},
    {"buffers of IOMMU operations", allocate<GFP_KERNEL>, release},
    {"IOMMU domains", [] { domain = iommu_domain_alloc(&platform_bus_type); },
     [] { iommu_domain_free(domain); }},
    // Tables that their address space has forgotten.
    {"IOMMU page-table pages", [] { memory = TableMemory{}.allocate(kPageBytes); },
     [] { TableMemory{}.release(memory, kPageBytes); }},
};

constexpr Kind kContiguous[]{{"pages of the CMA area", allocate<GFP_KERNEL>, release}};
constexpr Kind kSlots[]{{"bounce slots", map, unmap}};

constexpr Case kCases[] = {
    {"everywhere", [] { expect_named(kEverywhere); }},
    {"behind_iommu", [] { expect_named(kBehindIommu); }},
    {"contiguous", [] { expect_named(kContiguous); }},
    {"slots", [] { expect_named(kSlots); }},
    // Nobody gives it back: the program fails.
    {"forgotten",
     [] {
       take_channel();
       check(channel != nullptr, "a channel");
     }},
};

}  // namespace

int guest_main() { return run_case(kCases); }
