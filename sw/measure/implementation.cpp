// SPDX-License-Identifier: Apache-2.0
#include "sw/measure/implementation.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "sw/dma/dma_iommu.hpp"
#include "sw/dma/dma_map_ops.hpp"
#include "sw/dma/dmabounce.hpp"
#include "sw/dma/swiotlb.hpp"
#include "sw/kernel/device.hpp"
#include "sw/mm/page.hpp"

namespace guest {

/// How one is put in use: kNoDevice where the board has no such thing.
struct Implementation::Row {
  std::string_view name;
  Traits traits;
  Result<void> (*start)(device& dev);
  void (*stop)(device& dev);
};

namespace {

bool behind_iommu(const device& dev) { return dev.of_node.has("iommus"); }
/// The port is the PL330's, or that of the IOMMU in front of it.
bool snooped(const device& dev) {
  const FdtNode at = behind_iommu(dev) ? dev.of_node.reference("iommus") : dev.of_node;
  return at.text("linefill,port") == "acp";
}
/// A device that snoops must not be given memory that is not cached.
bool direct(const device& dev) { return !behind_iommu(dev) && !snooped(dev); }

Result<void> start_direct(device& dev) {
  if (!direct(dev)) return Error::kNoDevice;
  set_dma_ops(&dev, &arm_dma_ops);
  return {};
}

Result<void> start_coherent(device& dev) {
  if (behind_iommu(dev)) return Error::kNoDevice;
  set_dma_ops(&dev, &arm_coherent_dma_ops);
  return {};
}

/// The address space was made when the PL330 was probed.
Result<void> start_translated(device& dev, const dma_map_ops& ops) {
  if (dev.iommu_mapping == nullptr) return Error::kNoDevice;
  set_dma_ops(&dev, &ops);
  return {};
}

Result<void> start_iommu(device& dev) { return start_translated(dev, iommu_ops); }
Result<void> start_coherent_iommu(device& dev) { return start_translated(dev, iommu_coherent_ops); }

void stop_nothing(device& /*dev*/) {}

/// Whatever the device's mask says.
int always(device* /*dev*/, dma_addr_t /*address*/, std::size_t /*size*/) { return 1; }

Result<void> start_dmabounce(device& dev) {
  constexpr unsigned long kSmall = kPageBytes;  // An entry of a list.
  constexpr unsigned long kLarge = 64UL << 10;
  if (!direct(dev)) return Error::kNoDevice;
  if (dmabounce_register_dev(&dev, kSmall, kLarge, always) != 0) return Error::kOutOfMemory;
  set_dma_ops(&dev, &dmabounce_ops);
  return {};
}

Result<void> start_swiotlb(device& dev) {
  constexpr unsigned kSlots = 1024;
  if (!direct(dev)) return Error::kNoDevice;
  if (!swiotlb_init(io_tlb_default_mem, kSlots, true)) return Error::kOutOfMemory;
  dev.io_tlb = &io_tlb_default_mem;
  set_dma_ops(&dev, &swiotlb_dma_ops);
  return {};
}

void stop_dmabounce(device& dev) { dmabounce_unregister_dev(&dev); }
void stop_swiotlb(device& dev) {
  dev.io_tlb = nullptr;
  swiotlb_exit(io_tlb_default_mem);
}

}  // namespace

const Implementation::Row Implementation::kRows[] = {
    {"arm_dma_ops", {.maintains = true}, start_direct, stop_nothing},
    {"arm_coherent_dma_ops", {.snooped = true}, start_coherent, stop_nothing},
    {"iommu_ops",
     {.maintains = true, .allocates = true, .translated = true},
     start_iommu,
     stop_nothing},
    {"iommu_coherent_ops",
     {.allocates = true, .translated = true, .snooped = true},
     start_coherent_iommu,
     stop_nothing},
    {"dmabounce_ops", {.allocates = true, .bounces = true}, start_dmabounce, stop_dmabounce},
    {"swiotlb_dma_ops", {.allocates = true, .bounces = true}, start_swiotlb, stop_swiotlb},
};

std::span<const std::string_view> Implementation::names() {
  static std::array<std::string_view, std::size(kRows)> names = [] {
    std::array<std::string_view, std::size(kRows)> all;
    std::transform(std::begin(kRows), std::end(kRows), all.begin(),
                   [](const Row& row) { return row.name; });
    return all;
  }();
  return names;
}

Result<Implementation> Implementation::use(std::string_view name) {
  device* const dev = find_device("arm,pl330");
  const Row* const row = std::find_if(std::begin(kRows), std::end(kRows),
                                      [&](const Row& each) { return each.name == name; });
  if (dev == nullptr || row == std::end(kRows)) return Error::kNoDevice;
  const dma_map_ops* const before = &get_dma_ops(dev);
  if (const Result<void> started = row->start(*dev); !started) return started.error();
  return Implementation{*dev, *row, before};
}

Implementation::Implementation(Implementation&& other) noexcept
    : dev_{std::exchange(other.dev_, nullptr)}, row_{other.row_}, before_{other.before_} {}

Implementation::~Implementation() {
  if (dev_ == nullptr) return;
  row_->stop(*dev_);
  set_dma_ops(dev_, before_);
}

bool Implementation::port_snoops() const { return snooped(*dev_); }
bool Implementation::right_here() const { return !row_->traits.snooped || port_snoops(); }
std::string_view Implementation::name() const { return row_->name; }
Implementation::Traits Implementation::traits() const { return row_->traits; }

}  // namespace guest
