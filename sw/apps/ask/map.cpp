// SPDX-License-Identifier: Apache-2.0
// What does dma_map_* do? One mapping of 64 KiB and its end, by each set of operations there is.
#include <algorithm>
#include <array>
#include <iterator>

#include "sw/apps/ask/answer.hpp"
#include "sw/arch/mmu.hpp"
#include "sw/dma/dma_direct.hpp"
#include "sw/dma/dma_iommu.hpp"
#include "sw/dma/dmabounce.hpp"
#include "sw/dmaengine/channel.hpp"
#include "sw/iommu/iommu.hpp"
#include "sw/kernel/options.hpp"
#include "sw/lib/string.hpp"
#include "sw/measure/content.hpp"
#include "sw/measure/implementation.hpp"
#include "sw/measure/table.hpp"
#include "sw/mm/level.hpp"
#include "sw/mm/remap.hpp"

namespace guest {
namespace {

constexpr std::size_t kBytes = 64U << 10;
constexpr std::uint64_t kLines = kBytes / 32;
constexpr std::size_t kPages = kBytes / kPageBytes;

struct Direction {
  std::string_view name;
  std::string_view title;
  dma_data_direction value;

  bool device_reads() const { return value != DMA_FROM_DEVICE; }
  bool device_writes() const { return value != DMA_TO_DEVICE; }
};
constexpr Direction kDirections[] = {{"to_device", "64 KiB TO_DEVICE", DMA_TO_DEVICE},
                                     {"from_device", "64 KiB FROM_DEVICE", DMA_FROM_DEVICE},
                                     {"bidirectional", "64 KiB BIDIRECTIONAL", DMA_BIDIRECTIONAL}};

/// At map, and at unmap.
struct Both {
  std::uint64_t map = 0;
  std::uint64_t unmap = 0;
  bool operator==(const Both&) const = default;
};
void print_to(TextSink& sink, const Both& both) { print(sink, both.map, "+", both.unmap); }

/// What the CPU's page tables say of the window where pages are remapped, and of a buffer.
class Translations {
 public:
  explicit Translations(const std::byte* buffer) {
    for (std::size_t i = 0; i < kPages; ++i) pages_[i] = at(buffer + i * kPageBytes);
    const auto* window = reinterpret_cast<const std::byte*>(kRemapStart);
    for (std::size_t i = kPages; i < kAll; ++i) pages_[i] = at(window + (i - kPages) * kPageBytes);
  }
  /// How many pages are not what they were.
  std::size_t changed_since(const Translations& before) const {
    std::size_t changed = 0;
    for (std::size_t i = 0; i < kAll; ++i) changed += pages_[i] != before.pages_[i] ? 1U : 0U;
    return changed;
  }

 private:
  static constexpr std::size_t kAll = kPages + kRemapBytes / kPageBytes;

  static std::uint32_t at(const std::byte* address) {
    const Result<phys_addr_t> page = translate(address);
    const Result<MemoryType> type = memory_type_at(address);
    return page && type ? *page | static_cast<std::uint32_t>(*type) << 1 | 1 : 0;
  }

  std::array<std::uint32_t, kAll> pages_;
};

/// What a mapping did. Operations are the simulator's counts; pages and slots are what is missing
/// while it lasts.
struct Work {
  bool mapped = false;
  std::size_t pages = 0;
  std::size_t cpu_ptes = 0;
  std::size_t io_ptes = 0;
  Both cpu_tlb;
  Both io_tlb;
  Both l1;
  Both l2;
  std::size_t slots = 0;
  Both copied;            ///< Bytes that came where the device looks, and back.
  std::size_t wrong = 0;  ///< Bytes, for the device or for the CPU.
};

class Mapper {
 public:
  Mapper(const Counters& counters, const Implementation& implementation, DmaChannel& channel,
         const CoherentMemory& card, const Direction& direction, std::uint32_t seed)
      : counters_{counters},
        dev_{implementation.dev()},
        channel_{channel},
        card_{card},
        direction_{direction},
        seed_{seed},
        buffer_{alloc_bytes(kBytes)},
        expected_{alloc_bytes(kBytes)} {}
  Mapper(const Mapper&) = delete;
  Mapper& operator=(const Mapper&) = delete;
  ~Mapper() {
    free_bytes(expected_);
    free_bytes(buffer_);
  }

  Work measure() {
    Work work;
    if (buffer_.empty() || expected_.empty()) return work;
    fill_content(expected_, seed_);
    count(work);
    if (work.mapped) use(work);
    return work;
  }

 private:
  dma_addr_t map() {
    return dma_map_single_attrs(&dev_, buffer_.data(), kBytes, direction_.value, 0);
  }
  void unmap(dma_addr_t handle) {
    dma_unmap_single_attrs(&dev_, handle, kBytes, direction_.value, 0);
  }

  /// Where the device finds a byte of the mapping; 0: nowhere.
  phys_addr_t place_of(dma_addr_t handle) const {
    if (dev_.iommu_mapping == nullptr) return dma_to_phys(dev_, handle);
    return iommu_iova_to_phys(dev_.iommu_mapping->domain, handle);
  }

  /// A mapping and its end, and nothing between that would be counted.
  void count(Work& work) {
    static Translations before{buffer_.data()};
    before = Translations{buffer_.data()};
    memcpy(buffer_.data(), expected_.data(), kBytes);
    const std::size_t pages = level_of("free pages");
    const std::size_t slots = level_of("bounce slots") + dmabounce_live();
    counters_.start();
    const dma_addr_t handle = map();
    counters_.stop();
    work.mapped = dma_mapping_error(&dev_, handle) == 0;
    if (!work.mapped) return;
    take(work, &Both::map);
    work.pages = pages - level_of("free pages");
    work.slots = level_of("bounce slots") + dmabounce_live() - slots;
    const phys_addr_t place = place_of(handle);
    look_at_tables(work, before, handle);
    counters_.start();
    unmap(handle);
    counters_.stop();
    take(work, &Both::unmap);
    if (place != virt_to_phys(buffer_.data())) work.copied.map = bytes_that_came(place);
  }

  void take(Work& work, std::uint64_t Both::*when) const {
    work.cpu_tlb.*when = counters_["tlb-operations"];
    work.io_tlb.*when = counters_["io-tlb-operations"];
    work.l1.*when = counters_["l1-operations"];
    work.l2.*when = counters_["l2-operations"];
  }

  void look_at_tables(Work& work, const Translations& before, dma_addr_t handle) const {
    static Translations during{buffer_.data()};
    during = Translations{buffer_.data()};
    work.cpu_ptes = during.changed_since(before);
    if (dev_.iommu_mapping == nullptr) return;
    const phys_addr_t start = virt_to_phys(buffer_.data());
    for (std::size_t at = 0; at < kBytes; at += kPageBytes)
      work.io_ptes += place_of(handle + at) == start + at ? 1U : 0U;
  }

  /// How much of the buffer's content is in memory at `place`, after the mapping: by words, of
  /// which none is right by chance.
  std::size_t bytes_that_came(phys_addr_t place) const {
    void* const window = remap_pages(place, kBytes, MemoryType::kBufferable);
    if (window == nullptr) return 0;
    const auto* came = static_cast<const std::uint32_t*>(window);
    const auto* wanted = reinterpret_cast<const std::uint32_t*>(expected_.data());
    std::size_t words = 0;
    for (std::size_t i = 0; i < kBytes / sizeof(std::uint32_t); ++i)
      words += came[i] == wanted[i] ? 1U : 0U;
    unremap_pages(window, kBytes);
    return words * sizeof(std::uint32_t);
  }

  /// The same mapping once more, with the device's part: are the data right?
  void use(Work& work) {
    memcpy(buffer_.data(), expected_.data(), kBytes);
    const dma_addr_t handle = map();
    if (dma_mapping_error(&dev_, handle) != 0) {
      work.mapped = false;
      return;
    }
    const bool elsewhere = place_of(handle) != virt_to_phys(buffer_.data());
    const DmaAddress mapped{static_cast<std::uint32_t>(handle)};
    if (direction_.device_reads()) {
      const bool done{channel_.copy(card_.address(), mapped, kBytes)};
      work.wrong += done ? wrong_content(card_.bytes(), seed_) : kBytes;
    }
    bool written = true;
    if (direction_.device_writes()) {
      fill_content(card_.bytes(), ~seed_);
      written = static_cast<bool>(channel_.copy(mapped, card_.address(), kBytes));
    }
    unmap(handle);
    if (!direction_.device_writes()) return;
    const std::size_t wrong = written ? wrong_content(buffer_, ~seed_) : kBytes;
    work.wrong += wrong;
    if (elsewhere) work.copied.unmap = kBytes - wrong;
  }

  const Counters& counters_;
  device& dev_;
  DmaChannel& channel_;
  const CoherentMemory& card_;
  const Direction& direction_;
  std::uint32_t seed_;
  std::span<std::byte> buffer_;
  std::span<std::byte> expected_;
};

/// linux-4.1's arch/arm/mm/dma-mapping.c, arch/arm/common/dmabounce.c; 6.1's kernel/dma/swiotlb.c.
void check(Answer& answer, const Work& work, const Implementation& implementation,
           const Direction& direction) {
  const Implementation::Traits traits = implementation.traits();
  const bool writes = direction.device_writes();
  const bool has_slots = implementation.name() == "swiotlb_dma_ops";
  const bool has_pools = implementation.name() == "dmabounce_ops";
  answer.expect(work.mapped && work.wrong == 0, "a mapping, and the right bytes at both ends");
  answer.expect(work.cpu_ptes == 0, "no page-table entry of the CPU changed");
  answer.expect(work.cpu_tlb == Both{}, "no TLB operation of the CPU");
  // Lines of 16 I/O descriptors of 8 bytes, which the table walker does not find in the caches.
  const std::uint64_t tables = traits.translated && !traits.snooped ? kPages * 8 / 32 : 0;
  const bool maintained = traits.maintains || has_slots;
  const Both lines{(maintained ? kLines : 0) + tables,
                   (maintained && writes ? kLines : 0) + tables};
  answer.expect(work.l2 == lines, "L2: each line at map, and at unmap unless TO_DEVICE");
  // dmabounce: __cpuc_flush_dcache_area of what was copied back.
  answer.expect(work.l1 == (has_pools ? Both{0, writes ? kLines : 0} : lines),
                "L1: as L2; of a safe buffer's owner, what was copied back");
  answer.expect(work.io_ptes == (traits.translated ? kPages : 0), "an I/O descriptor a page");
  answer.expect(work.io_tlb == Both{0, traits.translated ? kPages : 0},
                "an I/O TLB operation a page at unmap");
  answer.expect(work.slots == (has_slots   ? kBytes / 2048
                               : has_pools ? 1
                                           : 0),
                "slots of 2 KiB, or one safe buffer");
  if (!traits.allocates) answer.expect(work.pages == 0, "no page allocated");
  const bool copied_in = has_slots || (has_pools && direction.device_reads());
  const bool copied_out = traits.bounces && writes;
  answer.expect(work.copied == Both{copied_in ? kBytes : 0, copied_out ? kBytes : 0},
                "bytes copied where it bounces, and nowhere else");
}

}  // namespace

void answer_map(Answer& answer) {
  const std::string_view wanted = option("direction").value_or("from_device");
  const std::string_view only = option("ops").value_or("");
  const auto* const direction =
      std::find_if(std::begin(kDirections), std::end(kDirections),
                   [&](const Direction& each) { return each.name == wanted; });
  if (!answer.require(direction != std::end(kDirections),
                      "direction= to_device, from_device or bidirectional"))
    return;
  Result<DmaChannel> channel = DmaChannel::request_memcpy();
  if (!answer.require(static_cast<bool>(channel), "a channel")) return;
  Table table{20,        direction->title, "pages",     "PTEs",        "TLBI", "IO PTEs",
              "IO TLBI", "L1 ops   ",      "L2 ops   ", "copied     ", "slots"};
  std::uint32_t seed = 0;
  for (const std::string_view name : Implementation::names()) {
    if (!only.empty() && name != only) continue;
    Result<Implementation> implementation = Implementation::use(name);
    if (!implementation || !implementation->right_here()) continue;
    const Result<CoherentMemory> card = CoherentMemory::allocate(channel->mapping_device(), kBytes);
    if (!answer.require(static_cast<bool>(card), "memory")) return;
    const Work work =
        Mapper{answer.counters(), *implementation, *channel, *card, *direction, ++seed}.measure();
    table.row(name, work.pages, work.cpu_ptes, work.cpu_tlb.map + work.cpu_tlb.unmap, work.io_ptes,
              work.io_tlb.map + work.io_tlb.unmap, work.l1, work.l2, work.copied, work.slots);
    check(answer, work, *implementation, *direction);
  }
  answer.expect(seed != 0, "operations that this board has");
}

}  // namespace guest
