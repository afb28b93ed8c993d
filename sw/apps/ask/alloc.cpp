// SPDX-License-Identifier: Apache-2.0
// Which allocator gives coherent memory, and what that memory is: found out by asking the MMU, not
// the allocator.
#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "sw/apps/ask/answer.hpp"
#include "sw/arch/barrier.hpp"
#include "sw/arch/mmu.hpp"
#include "sw/dma/arm_dma_allocator.hpp"
#include "sw/dma/dma_coherent.hpp"
#include "sw/dma/dma_direct.hpp"
#include "sw/dma/dma_iommu.hpp"
#include "sw/dma/dma_mapping.hpp"
#include "sw/dmaengine/channel.hpp"
#include "sw/iommu/iommu.hpp"
#include "sw/kernel/options.hpp"
#include "sw/measure/content.hpp"
#include "sw/measure/implementation.hpp"
#include "sw/measure/table.hpp"
#include "sw/mm/remap.hpp"

namespace guest {
namespace {

constexpr std::size_t kPages = 4;
constexpr std::size_t kBytes = kPages * kPageBytes;

constexpr dma_attrs kNoMapping = DMA_ATTR_NO_KERNEL_MAPPING;

struct Request {
  std::string_view ops;
  std::string_view gfp_name;
  gfp_t gfp;
  dma_attrs attrs;
  std::string_view with_cma;     ///< The allocator that must serve it,
  std::string_view without_cma;  ///< by Linux 4.7's rule. Behind an IOMMU: pages, or the pool.

  bool mapped() const { return (attrs & kNoMapping) == 0; }
};
constexpr Request kRequests[] = {
    {"arm_dma_ops", "KERNEL", GFP_KERNEL, 0, "cma", "remap"},
    {"arm_dma_ops", "KERNEL", GFP_KERNEL, kNoMapping, "cma", "remap"},
    {"arm_dma_ops", "ATOMIC", GFP_ATOMIC, 0, "pool", "pool"},
    {"arm_dma_ops", "ATOMIC", GFP_ATOMIC, kNoMapping, "pool", "pool"},
    {"arm_coherent_dma_ops", "KERNEL", GFP_KERNEL, 0, "cma", "simple"},
    {"arm_coherent_dma_ops", "KERNEL", GFP_KERNEL, kNoMapping, "cma", "simple"},
    {"arm_coherent_dma_ops", "ATOMIC", GFP_ATOMIC, 0, "simple", "simple"},
    {"arm_coherent_dma_ops", "ATOMIC", GFP_ATOMIC, kNoMapping, "simple", "simple"},
    {"iommu_ops", "KERNEL", GFP_KERNEL, 0, "pages", "pages"},
    {"iommu_ops", "KERNEL", GFP_KERNEL, kNoMapping, "pages", "pages"},
    {"iommu_ops", "ATOMIC", GFP_ATOMIC, 0, "pool", "pool"},
    {"iommu_coherent_ops", "KERNEL", GFP_KERNEL, 0, "pages", "pages"},
    {"iommu_coherent_ops", "ATOMIC", GFP_ATOMIC, 0, "pages", "pages"},
};

/// Linux's names: L_PTE_MT_UNCACHED and so on.
std::string_view name_of(std::optional<MemoryType> type) {
  if (!type) return "none";
  switch (*type) {
    case MemoryType::kUncached:
      return "UNCACHED";
    case MemoryType::kBufferable:
      return "BUFFERABLE";
    case MemoryType::kWriteThrough:
      return "WRITETHROUGH";
    case MemoryType::kWriteBack:
      return "WRITEBACK";
    case MemoryType::kDevice:
      return "DEV_SHARED";
    case MemoryType::kWriteAllocate:
      return "WRITEALLOC";
  }
  return "?";
}

std::optional<MemoryType> type_at(const void* address) {
  const Result<MemoryType> type = memory_type_at(address);
  if (!type) return std::nullopt;
  return *type;
}

/// What an allocation turned out to be.
struct Found {
  std::string_view allocator = "pages";
  std::string_view address = "none";
  std::optional<MemoryType> type;   ///< Where the driver uses it.
  std::optional<MemoryType> alias;  ///< Where the kernel has it as well.
  std::size_t stretches = 0;        ///< Of physical memory.
};

class Inspector {
 public:
  Inspector(Answer& answer, DmaChannel& channel, const CoherentMemory& witness, device& dev)
      : answer_{answer}, channel_{channel}, witness_{witness}, dev_{dev} {}

  /// Tries also whether the memory is zeroed, and the same for the CPU and the device.
  Result<Found> allocate(const Request& request) {
    dma_addr_t handle = 0;
    const std::size_t own = dma_dev_coherent_available(dev_);
    const std::size_t pool = dma_atomic_pool_available();
    void* const memory = dma_alloc_attrs(&dev_, kBytes, &handle, request.gfp, request.attrs);
    if (memory == nullptr) return Error::kOutOfMemory;
    Found found;
    const arm_dma_buffer* const buffer = find_arm_dma_buffer(memory);
    if (buffer != nullptr) found.allocator = buffer->allocator->name();
    if (dma_dev_coherent_available(dev_) + kBytes == own) found.allocator = "own pool";
    if (buffer == nullptr && dma_atomic_pool_available() + kBytes == pool) found.allocator = "pool";
    look_at(found, request.mapped() ? memory : nullptr, handle);
    use(request.mapped() ? memory : nullptr, handle);
    dma_free_attrs(&dev_, kBytes, memory, handle, request.attrs);
    return found;
  }

 private:
  /// Where the device finds it.
  phys_addr_t place_of(dma_addr_t at) const {
    if (dev_.iommu_mapping == nullptr) return dma_to_phys(dev_, at);
    return iommu_iova_to_phys(dev_.iommu_mapping->domain, at);
  }

  void look_at(Found& found, const void* memory, dma_addr_t handle) const {
    const auto* const bytes = static_cast<const std::byte*>(memory);
    if (memory != nullptr) found.type = type_at(memory);
    if (memory != nullptr) found.address = is_remapped(memory) ? "remapped" : "linear";
    const void* const linear = phys_to_virt(place_of(handle));
    if (linear != memory) found.alias = type_at(linear);
    phys_addr_t next = 0;
    for (std::size_t at = 0; at < kBytes; at += kPageBytes) {
      const phys_addr_t place = place_of(handle + at);
      if (place != next) ++found.stretches;
      next = place + static_cast<phys_addr_t>(kPageBytes);
      if (bytes == nullptr) continue;
      const Result<phys_addr_t> mine = translate(bytes + at);
      answer_.expect(mine && *mine == place, "one page for the CPU and the device");
    }
  }

  void use(void* memory, dma_addr_t handle) {
    const auto zero = [](std::byte byte) { return byte == std::byte{0}; };
    const std::span<std::byte> copied = witness_.bytes().first(kBytes);
    answer_.expect(copy_to_witness(handle) && std::all_of(copied.begin(), copied.end(), zero),
                   "memory that is zero for the device");
    if (memory == nullptr) return;
    fill_content({static_cast<std::byte*>(memory), kBytes}, 1);
    wmb();
    answer_.expect(copy_to_witness(handle) && wrong_content(copied, 1) == 0,
                   "the device to see what the CPU writes");
  }

  bool copy_to_witness(dma_addr_t handle) {
    std::fill(witness_.bytes().begin(), witness_.bytes().end(), std::byte{0xEE});
    const DmaAddress from{static_cast<std::uint32_t>(handle)};
    return static_cast<bool>(channel_.copy(witness_.address(), from, kBytes));
  }

  Answer& answer_;
  DmaChannel& channel_;
  const CoherentMemory& witness_;
  device& dev_;
};

/// Leaves what somebody wrote in free memory.
void soil_free_memory() {
  constexpr std::size_t kMany = 4U << 20;
  const std::span<std::byte> bytes = alloc_bytes(kMany);
  std::fill(bytes.begin(), bytes.end(), std::byte{0xA5});
  free_bytes(bytes);
}

/// Of every two pages one is taken for as long as this lives: what is free is scattered.
class Fragments {
 public:
  Fragments() {
    for (page*& each : pages_) each = alloc_pages(GFP_KERNEL, 0);
    release(1);
  }
  Fragments(const Fragments&) = delete;
  Fragments& operator=(const Fragments&) = delete;
  ~Fragments() { release(0); }

 private:
  void release(std::size_t first) {
    for (std::size_t i = first; i < pages_.size(); i += 2) {
      if (pages_[i] != nullptr) __free_pages(pages_[i], 0);
    }
  }
  std::array<page*, 64> pages_{};
};

void check(Answer& answer, const Request& request, const Found& found, bool own_pool, bool cma) {
  const bool coherent =
      request.ops == "arm_coherent_dma_ops" || request.ops == "iommu_coherent_ops";
  const std::string_view allocator = own_pool ? "own pool"
                                     : cma    ? request.with_cma
                                              : request.without_cma;
  answer.expect(found.allocator == allocator, "Linux 4.7's choice of an allocator");
  const bool linear = coherent || (!own_pool && cma);
  if (request.mapped()) {
    answer.expect(found.type == (coherent ? MemoryType::kWriteAllocate : MemoryType::kBufferable),
                  "cached memory for a coherent device, else non-cacheable");
    answer.expect(found.address == (linear ? "linear" : "remapped"), "this address");
  }
  // What is remapped keeps the address it had, and so does what is not mapped, but in the pool.
  const bool alias = request.mapped() ? !linear : allocator != "pool" || !cma;
  answer.expect((found.alias == MemoryType::kWriteAllocate) == alias, "or not, a cached alias");
  const bool scattered = request.ops == "iommu_ops" && request.gfp == GFP_KERNEL;
  answer.expect((found.stretches == 1) == !scattered,
                "one stretch of memory, but from an IOMMU's blocking allocator");
}

void ask_for(Answer& answer, Table& table, const Request& request, bool own_pool, bool cma) {
  Result<Implementation> implementation = Implementation::use(request.ops);
  Result<DmaChannel> channel = DmaChannel::request_memcpy();
  if (!implementation || !implementation->right_here() || !channel) return;
  device& dev = implementation->dev();
  const Result<CoherentMemory> witness = CoherentMemory::allocate(dev, kBytes);
  const std::span<std::byte> pool = alloc_bytes(4 * kBytes);
  if (!answer.require(witness && !pool.empty(), "memory")) return;
  if (own_pool) {
    const phys_addr_t start = virt_to_phys(pool.data());
    const int declared = dma_declare_coherent_memory(&dev, start, start, pool.size());
    if (!answer.require(declared == 0, "a pool of its own")) return;
  }
  {
    const Fragments fragments;
    const Result<Found> found = Inspector{answer, *channel, *witness, dev}.allocate(request);
    if (answer.require(static_cast<bool>(found), "memory")) {
      table.row(request.ops, request.gfp_name, request.mapped() ? "yes" : "no", found->allocator,
                found->address, name_of(found->type), name_of(found->alias), found->stretches);
      check(answer, request, *found, own_pool, cma);
    }
  }
  if (own_pool) dma_release_coherent_memory(&dev);
  free_bytes(pool);
}

}  // namespace

void answer_alloc(Answer& answer) {
  const bool cma = option_number("cma", 0) != 0;
  soil_free_memory();
  Table table{20,         "16 KiB by",    "gfp   ",       "mapped",   "allocator",
              "address ", "memory type ", "linear alias", "stretches"};
  const std::string_view only = option("ops").value_or("");
  for (const Request& request : kRequests) {
    if (only.empty() || request.ops == only) ask_for(answer, table, request, false, cma);
  }
  if (only.empty()) ask_for(answer, table, kRequests[0], true, cma);
}

}  // namespace guest
