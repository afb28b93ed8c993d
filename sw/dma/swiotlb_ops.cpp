// SPDX-License-Identifier: Apache-2.0
// The operations over the slots, and how the command line asks for them.
#include <string_view>

#include "sw/dma/bounce_ops.hpp"
#include "sw/dma/dma_direct.hpp"
#include "sw/dma/dma_mapping.hpp"
#include "sw/dma/dma_page.hpp"
#include "sw/dma/swiotlb.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/options.hpp"

namespace {

/// Slots: 1 MiB, where Linux takes 64.
constexpr unsigned kDefaultSlots = 512;

/// A slot has just been written by the CPU, for what the device does not write, too: invalidating
/// it for FROM_DEVICE would drop that.
void hand_over(const device& dev, phys_addr_t slot, std::size_t size,
               dma_data_direction direction) {
  if (!dev.dma_coherent)
    dma_page_cpu_to_dev(slot, size, direction == DMA_TO_DEVICE ? direction : DMA_BIDIRECTIONAL);
}

class SwiotlbOps final : public BounceOps {
 public:
  dma_addr_t map_page(device& dev, page& page, std::size_t offset, std::size_t size,
                      dma_data_direction direction, dma_attrs attrs) const override {
    const phys_addr_t original = page_to_phys(&page) + static_cast<phys_addr_t>(offset);
    const dma_addr_t direct = phys_to_dma(dev, original);
    if (!dev.io_tlb->force && dma_capable(dev, direct, size)) {
      if (!dev.dma_coherent && !skips(attrs)) dma_page_cpu_to_dev(original, size, direction);
      return direct;
    }
    const phys_addr_t slot = swiotlb_tbl_map_single(dev, original, size, direction, attrs);
    if (slot == kNoSlot) return DMA_MAPPING_ERROR;
    const dma_addr_t handle = phys_to_dma(dev, slot);
    if (!dma_capable(dev, handle, size)) {
      swiotlb_tbl_unmap_single(dev, slot, size, direction, DMA_ATTR_SKIP_CPU_SYNC);
      guest::printk(dev.name, ": swiotlb slots are beyond what the device reaches\n");
      return DMA_MAPPING_ERROR;
    }
    if (!skips(attrs)) hand_over(dev, slot, size, direction);
    return handle;
  }
  void unmap_page(device& dev, dma_addr_t handle, std::size_t size, dma_data_direction direction,
                  dma_attrs attrs) const override {
    const phys_addr_t address = dma_to_phys(dev, handle);
    if (!dev.dma_coherent && !skips(attrs)) dma_page_dev_to_cpu(address, size, direction);
    if (is_swiotlb_buffer(dev, address))
      swiotlb_tbl_unmap_single(dev, address, size, direction, attrs);
  }
  void sync_single_for_cpu(device& dev, dma_addr_t handle, std::size_t size,
                           dma_data_direction direction) const override {
    const phys_addr_t address = dma_to_phys(dev, handle);
    if (!dev.dma_coherent) dma_page_dev_to_cpu(address, size, direction);
    if (is_swiotlb_buffer(dev, address)) swiotlb_sync_single_for_cpu(dev, address, size, direction);
  }
  void sync_single_for_device(device& dev, dma_addr_t handle, std::size_t size,
                              dma_data_direction direction) const override {
    const phys_addr_t address = dma_to_phys(dev, handle);
    if (is_swiotlb_buffer(dev, address)) {
      swiotlb_sync_single_for_device(dev, address, size, direction);
      hand_over(dev, address, size, direction);
    } else if (!dev.dma_coherent) {
      dma_page_cpu_to_dev(address, size, direction);
    }
  }

  /// The device has to reach the slots.
  bool dma_supported(device& dev, std::uint64_t mask) const override {
    return phys_to_dma(dev, dev.io_tlb->end - 1) <= mask;
  }
  /// What is not bounced may have any size: Linux's dma_addressing_limited.
  std::size_t max_mapping_size(device& dev) const override {
    const dma_addr_t required = get_required_mask(dev);
    const bool limited =
        dma_get_mask(&dev) < required || (dev.bus_dma_limit != 0 && dev.bus_dma_limit < required);
    return limited || dev.io_tlb->force ? swiotlb_max_mapping_size(dev)
                                        : BounceOps::max_mapping_size(dev);
  }
};

const SwiotlbOps operations;

/// `swiotlb=SLOTS`, `swiotlb=SLOTS,force` or `swiotlb=force`: every device gets these operations.
bool init_as_asked(std::string_view asked) {
  unsigned slots = 0;
  std::size_t at = 0;
  for (; at < asked.size() && asked[at] >= '0' && asked[at] <= '9' && slots < 1U << 24; ++at)
    slots = 10 * slots + static_cast<unsigned>(asked[at] - '0');
  if (at == 0) slots = kDefaultSlots;
  std::string_view word = asked.substr(at);
  if (at != 0 && word.starts_with(',')) word.remove_prefix(1);
  const bool force = word == "force";
  if ((force || word.empty()) && swiotlb_init(io_tlb_default_mem, slots, force)) return true;
  guest::printk("swiotlb=", asked, ": expected SLOTS, SLOTS,force or force, and memory for them\n");
  return false;
}

const dma_map_ops* choose(device& dev, const guest::DmaSetup& /*setup*/) {
  if (io_tlb_default_mem.nslabs == 0) return nullptr;
  dev.io_tlb = &io_tlb_default_mem;
  return &operations;
}

void initialise() {
  const auto asked = guest::option("swiotlb");
  if (asked.has_value() && init_as_asked(*asked)) guest::dma_ops_choosers.bounce = choose;
}

guest::Initcall initcall{guest::Stage::kIommu, initialise};

}  // namespace

const dma_map_ops& swiotlb_dma_ops = operations;
