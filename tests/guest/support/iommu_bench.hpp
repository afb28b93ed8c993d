// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "sw/dma/dma_iommu.hpp"
#include "sw/dma/dma_mapping.hpp"
#include "sw/dmaengine/channel.hpp"

namespace guest::test {

/// Memory of several pages that lie in no order, as a list of one entry a page.
template <std::size_t kPages>
class Scattered {
 public:
  static constexpr std::size_t kBytes = kPages * kPageBytes;

  Scattered() {
    std::byte* const block = alloc_bytes(kBytes).data();
    sg_init_table(list.data(), kPages);
    // 3 has no common divisor with a power of two: every page once, and no two neighbours.
    for (std::size_t i = 0; i < kPages; ++i) {
      sg_set_buf(&list[i], block + (3 * i + 1) % kPages * kPageBytes, kPageBytes);
    }
  }
  /// A word by its place in the list.
  std::byte* at(std::size_t offset) {
    return static_cast<std::byte*>(sg_virt(&list[offset / kPageBytes])) + offset % kPageBytes;
  }

  static_assert((kPages & (kPages - 1)) == 0);
  std::array<scatterlist, kPages> list{};
};

/// The PL330 behind the SMMU, copying between I/O addresses, and what the SMMU tells of its faults.
class IommuBench {
 public:
  static constexpr unsigned long kUnmapped = 0x0DEA'D000;

  IommuBench();
  IommuBench(const IommuBench&) = delete;
  IommuBench& operator=(const IommuBench&) = delete;
  /// Unmaps what `map_page_of` mapped.
  ~IommuBench();

  device& dev() const { return channel_->mapping_device(); }
  iommu_domain* domain() const { return iommu_get_domain_for_dev(&dev()); }
  /// Whether the copy ended well.
  bool copy(dma_addr_t to, dma_addr_t from, std::size_t size = kPageBytes);

  /// A mapped page that holds `value` in each word, the caches left clean.
  dma_addr_t map_page_of(std::uint32_t value, dma_data_direction direction);
  void unmap_page(dma_addr_t handle);
  /// The memory behind the page that `map_page_of` gave last.
  std::byte* last_page() const { return last_page_; }
  /// What memory, not the caches, holds there.
  std::uint32_t in_memory(std::byte* at) const;

  /// Hears of the faults of another domain, too.
  static void listen(iommu_domain* domain);

  struct Fault {
    unsigned count = 0;
    unsigned long iova = 0;
    int flags = -1;
  };
  /// What fault handlers were told since the last call.
  Fault faults();

 private:
  struct Page {
    dma_addr_t handle = 0;
    dma_data_direction direction = DMA_NONE;
  };

  std::optional<DmaChannel> channel_;
  std::byte* last_page_ = nullptr;
  std::array<Page, 8> mapped_{};
  std::size_t mapped_count_ = 0;
};

}  // namespace guest::test
