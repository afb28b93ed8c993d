// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/stress/supplies.hpp"

#include "sw/dma/dma_coherent.hpp"
#include "sw/kernel/device.hpp"
#include "sw/mm/remap.hpp"

namespace guest {
namespace {

constexpr std::size_t kBlockAlign = 64;
/// Of the static memory: windows of the transfers' ends, and behind them the device's own pool.
constexpr phys_addr_t kPoolOffset = 1U << 20;
constexpr std::size_t kPoolBytes = 256U << 10;

}  // namespace

Supplies::Supplies(device& dev, bool lends)
    : dev_{dev},
      lends_{lends},
      pool_{dma_pool_create("stress", &dev, kBlockBytes, kBlockAlign, kPageBytes)} {
  device* const memory = find_device("mmio-sram");
  const bool through_caches = dev.dma_coherent && dev.iommu_mapping == nullptr;
  if (memory == nullptr || through_caches || dev.dma_pfn_offset != 0) return;
  const Result<FdtRange> range = memory->of_node.reg(0);
  if (!range) return;
  static_memory_ = static_cast<phys_addr_t>(range->address);
  windows_ = static_cast<std::byte*>(ioremap_wc(static_memory_, kWindows * kWindowBytes));
}

Supplies::~Supplies() {
  if (has_device_memory()) dma_release_coherent_memory(&dev_);
  if (windows_ != nullptr) unremap_pages(windows_, kWindows * kWindowBytes);
  if (pool_ != nullptr) dma_pool_destroy(pool_);
}

std::span<std::byte> Supplies::window(unsigned place) const {
  return {windows_ + place * kWindowBytes, kWindowBytes};
}

phys_addr_t Supplies::window_address(unsigned place) const {
  return static_memory_ + static_cast<phys_addr_t>(place * kWindowBytes);
}

bool Supplies::may_allocate(bool& from_pool) const {
  from_pool = state_ == DeviceMemory::kDeclared;
  return state_ != DeviceMemory::kEnding;
}

void Supplies::change_device_memory(Random& random) {
  if (!can_declare()) return;
  if (state_ == DeviceMemory::kNone && random.below(128) == 0) {
    const phys_addr_t at = static_memory_ + kPoolOffset;
    if (dma_declare_coherent_memory(&dev_, at, at, kPoolBytes) != 0) return;
    state_ = DeviceMemory::kDeclared;
    ++times_declared_;
  } else if (state_ == DeviceMemory::kDeclared && random.below(64) == 0) {
    state_ = DeviceMemory::kEnding;
  }
  if (state_ == DeviceMemory::kEnding && in_use_ == 0) {
    dma_release_coherent_memory(&dev_);
    state_ = DeviceMemory::kNone;
  }
}

}  // namespace guest
