// SPDX-License-Identifier: Apache-2.0
#include "sw/dma/dmabounce.hpp"

#include <algorithm>

#include "sw/arch/cacheflush.hpp"
#include "sw/dma/bounce_ops.hpp"
#include "sw/dma/dma_coherent.hpp"
#include "sw/dma/dma_direct.hpp"
#include "sw/dma/dma_pool.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/spinlock.hpp"
#include "sw/lib/list.hpp"
#include "sw/lib/result.hpp"
#include "sw/lib/string.hpp"
#include "sw/mm/level.hpp"
#include "sw/mm/slab.hpp"

struct dmabounce_pool {
  unsigned long size = 0;
  dma_pool* pool = nullptr;
  unsigned long allocs = 0;
};

/// One mapping, and where the device really works.
struct safe_buffer : guest::ListNode {
  void* ptr = nullptr;  ///< The original.
  std::size_t size = 0;
  dma_data_direction direction = DMA_NONE;
  dmabounce_pool* pool = nullptr;  ///< Null: allocated for this one.
  std::byte* safe = nullptr;
  dma_addr_t safe_dma_addr = 0;
};

struct dmabounce_device_info {
  guest::IntrusiveList<safe_buffer> safe_buffers;
  spinlock_t lock;
  unsigned long total_allocs = 0;
  unsigned long map_op_count = 0;
  unsigned long bounce_count = 0;
  dmabounce_pool small;
  dmabounce_pool large;
  dmabounce_needs_bounce needs_bounce = nullptr;
};

namespace {

constexpr bool to_device(dma_data_direction direction) { return direction != DMA_FROM_DEVICE; }
constexpr bool from_device(dma_data_direction direction) { return direction != DMA_TO_DEVICE; }

guest::ObjectCache<dmabounce_device_info> registrations;
guest::ObjectCache<safe_buffer> buffers;
guest::Level buffer_level{"safe buffers", [] { return buffers.live(); }};
guest::Level registration_level{"dmabounce devices", [] { return registrations.live(); }};

dmabounce_pool* pool_for(dmabounce_device_info& info, std::size_t size) {
  if (size <= info.small.size) return &info.small;
  return size <= info.large.size ? &info.large : nullptr;
}

/// As dma_alloc_attrs and dma_free_attrs do, but in any context: a mapping may end with interrupts
/// off, and atomic memory can be freed there.
void* take_coherent(device& dev, std::size_t size, dma_addr_t& handle) {
  void* memory = nullptr;
  if (dma_alloc_from_dev_coherent(dev, size, handle, memory)) return memory;
  return direct_dma_ops(dev).alloc(dev, size, handle, GFP_ATOMIC, 0);
}

void give_back_coherent(device& dev, std::size_t size, void* memory, dma_addr_t handle) {
  if (!dma_release_from_dev_coherent(dev, size, memory, handle))
    direct_dma_ops(dev).free(dev, size, memory, handle, 0);
}

}  // namespace

[[gnu::noinline]] safe_buffer* alloc_safe_buffer(device& dev, void* ptr, std::size_t size,
                                                 dma_data_direction direction) {
  dmabounce_device_info& info = *dev.dmabounce;
  safe_buffer* const buffer = buffers.make(GFP_ATOMIC);
  if (buffer == nullptr) return nullptr;
  buffer->ptr = ptr;
  buffer->size = size;
  buffer->direction = direction;
  buffer->pool = pool_for(info, size);
  void* safe = buffer->pool != nullptr
                   ? dma_pool_alloc(buffer->pool->pool, GFP_ATOMIC, &buffer->safe_dma_addr)
                   : take_coherent(dev, size, buffer->safe_dma_addr);
  if (safe == nullptr) {
    guest::printk(dev.name, ": no safe buffer of ", size, " bytes\n");
    buffers.destroy(buffer);
    return nullptr;
  }
  buffer->safe = static_cast<std::byte*>(safe);
  const guest::SpinGuard guard{info.lock};
  if (buffer->pool != nullptr) ++buffer->pool->allocs;
  ++info.total_allocs;
  info.safe_buffers.push_front(*buffer);
  return buffer;
}

namespace {

void free_safe_buffer(device& dev, safe_buffer* buffer) {
  {
    const guest::SpinGuard guard{dev.dmabounce->lock};
    buffer->unlink();
  }
  if (buffer->pool != nullptr) {
    dma_pool_free(buffer->pool->pool, buffer->safe, buffer->safe_dma_addr);
  } else {
    give_back_coherent(dev, buffer->size, buffer->safe, buffer->safe_dma_addr);
  }
  buffers.destroy(buffer);
}

/// A handle that stands for failure is nobody's.
bool valid(const device& dev, dma_addr_t handle, const char* operation) {
  if (handle != DMA_MAPPING_ERROR) return true;
  guest::printk(dev.name, ": ", operation, " of an invalid mapping\n");
  return false;
}

/// The buffer that holds this address; null: it was not bounced.
safe_buffer* find_safe_buffer(device& dev, dma_addr_t address) {
  if (dev.dmabounce == nullptr) return nullptr;
  const guest::SpinGuard guard{dev.dmabounce->lock};
  for (safe_buffer& buffer : dev.dmabounce->safe_buffers) {
    if (address - buffer.safe_dma_addr < buffer.size) return &buffer;
  }
  return nullptr;
}

/// 1, 0, or -E2BIG: larger than a mask lets any buffer be.
int needs_bounce(device& dev, dma_addr_t address, std::size_t size) {
  if (dev.dmabounce == nullptr) return 0;
  if (dev.dma_mask != nullptr) {
    const std::uint64_t mask = *dev.dma_mask;
    const std::uint64_t limit = (mask + 1) & ~mask;
    if (limit != 0 && size > limit) {
      guest::printk(dev.name, ": DMA mapping of ", size, " bytes is too large for mask ",
                    guest::hex(mask), "\n");
      return guest::to_errno(guest::Error::kTooBig);
    }
    if (((address | (address + size - 1)) & ~mask) != 0) return 1;
  }
  return dev.dmabounce->needs_bounce(&dev, address, size) != 0 ? 1 : 0;
}

void complain(const device& dev, const char* operation, const char* what) {
  guest::printk(dev.name, ": ", operation, " of a bounced buffer with another ", what,
                " than it was mapped with\n");
}

/// Copies the part of a safe buffer that [address, address + size) names, as far as there is one.
enum class Way { kIn, kOut };
void copy_part(device& dev, const safe_buffer& buffer, dma_addr_t address, std::size_t size,
               Way way) {
  const auto offset = static_cast<std::size_t>(address - buffer.safe_dma_addr);
  if (size > buffer.size - offset) complain(dev, "sync", "size");
  const std::size_t part = std::min(size, buffer.size - offset);
  auto* const original = static_cast<std::byte*>(buffer.ptr) + offset;
  if (way == Way::kIn) {
    memcpy(buffer.safe + offset, original, part);
  } else {
    memcpy(original, buffer.safe + offset, part);
  }
}

class DmabounceOps final : public BounceOps {
 public:
  dma_addr_t map_page(device& dev, page& page, std::size_t offset, std::size_t size,
                      dma_data_direction direction, dma_attrs attrs) const override;
  void unmap_page(device& dev, dma_addr_t handle, std::size_t size, dma_data_direction direction,
                  dma_attrs attrs) const override;
  void sync_single_for_cpu(device& dev, dma_addr_t handle, std::size_t size,
                           dma_data_direction direction) const override;
  void sync_single_for_device(device& dev, dma_addr_t handle, std::size_t size,
                              dma_data_direction direction) const override;
  /// Whatever it is, what it does not reach is bounced.
  bool dma_supported(device& /*dev*/, std::uint64_t mask) const override { return mask != 0; }
  /// Says yes, and keeps the mask that decides what is bounced.
  int set_dma_mask(device& dev, std::uint64_t mask) const override {
    return dev.dmabounce != nullptr ? 0 : direct_dma_ops(dev).set_dma_mask(dev, mask);
  }
};

// No barrier after the copy: coherent memory is bufferable, and the doorbell's writel() drains it.
dma_addr_t DmabounceOps::map_page(device& dev, page& page, std::size_t offset, std::size_t size,
                                  dma_data_direction direction, dma_attrs attrs) const {
  const phys_addr_t original = page_to_phys(&page) + static_cast<phys_addr_t>(offset);
  const int needed = needs_bounce(dev, phys_to_dma(dev, original), size);
  if (needed < 0) return DMA_MAPPING_ERROR;
  if (needed == 0) return direct_dma_ops(dev).map_page(dev, page, offset, size, direction, attrs);
  ++dev.dmabounce->map_op_count;
  safe_buffer* const buffer = alloc_safe_buffer(dev, phys_to_virt(original), size, direction);
  if (buffer == nullptr) return DMA_MAPPING_ERROR;
  if (to_device(direction) && !skips(attrs))
    copy_part(dev, *buffer, buffer->safe_dma_addr, size, Way::kIn);
  return buffer->safe_dma_addr;
}

// What was copied out may be code or user memory: it leaves L1, as in Linux.
void DmabounceOps::unmap_page(device& dev, dma_addr_t handle, std::size_t size,
                              dma_data_direction direction, dma_attrs attrs) const {
  if (!valid(dev, handle, "unmap")) return;
  safe_buffer* const buffer = find_safe_buffer(dev, handle);
  if (buffer == nullptr) return direct_dma_ops(dev).unmap_page(dev, handle, size, direction, attrs);
  if (handle != buffer->safe_dma_addr) return complain(dev, "unmap", "address");
  if (buffer->size != size) complain(dev, "unmap", "size");
  if (buffer->direction != direction) complain(dev, "unmap", "direction");
  ++dev.dmabounce->bounce_count;
  if (from_device(buffer->direction) && !skips(attrs)) {
    copy_part(dev, *buffer, handle, buffer->size, Way::kOut);
    dmac_flush_range(buffer->ptr, static_cast<std::byte*>(buffer->ptr) + buffer->size);
  }
  free_safe_buffer(dev, buffer);
}

void DmabounceOps::sync_single_for_cpu(device& dev, dma_addr_t handle, std::size_t size,
                                       dma_data_direction direction) const {
  if (!valid(dev, handle, "sync")) return;
  const safe_buffer* const buffer = find_safe_buffer(dev, handle);
  if (buffer == nullptr)
    return direct_dma_ops(dev).sync_single_for_cpu(dev, handle, size, direction);
  if (buffer->direction != direction) complain(dev, "sync", "direction");
  ++dev.dmabounce->bounce_count;
  if (from_device(buffer->direction)) copy_part(dev, *buffer, handle, size, Way::kOut);
}

void DmabounceOps::sync_single_for_device(device& dev, dma_addr_t handle, std::size_t size,
                                          dma_data_direction direction) const {
  if (!valid(dev, handle, "sync")) return;
  const safe_buffer* const buffer = find_safe_buffer(dev, handle);
  if (buffer == nullptr)
    return direct_dma_ops(dev).sync_single_for_device(dev, handle, size, direction);
  if (buffer->direction != direction) complain(dev, "sync", "direction");
  ++dev.dmabounce->bounce_count;
  if (to_device(buffer->direction)) copy_part(dev, *buffer, handle, size, Way::kIn);
}

const DmabounceOps bounce_ops;

bool init_pool(dmabounce_pool& pool, device& dev, const char* name, unsigned long size) {
  pool.size = size;
  pool.pool = dma_pool_create(name, &dev, size, 0, 0);
  return pool.pool != nullptr;
}

void destroy(dmabounce_device_info* info) {
  if (info->small.pool != nullptr) dma_pool_destroy(info->small.pool);
  if (info->large.pool != nullptr) dma_pool_destroy(info->large.pool);
  registrations.destroy(info);
}

}  // namespace

const dma_map_ops& dmabounce_ops = bounce_ops;

int dmabounce_register_dev(device* dev, unsigned long small, unsigned long large,
                           dmabounce_needs_bounce needs) {
  using guest::Error;
  using guest::to_errno;
  if (dev == nullptr || needs == nullptr) return to_errno(Error::kInvalid);
  if (dev->dmabounce != nullptr) return to_errno(Error::kBusy);
  get_dma_ops(dev);  // What the device tree says of it, first.
  dmabounce_device_info* const info = registrations.make(GFP_ATOMIC);
  if (info == nullptr) return to_errno(Error::kOutOfMemory);
  info->needs_bounce = needs;
  const bool made = init_pool(info->small, *dev, "small_dmabounce_pool", small) &&
                    (large == 0 || init_pool(info->large, *dev, "large_dmabounce_pool", large));
  if (!made) {
    guest::printk(dev->name, ": dmabounce: no pools of ", small, " and ", large, " bytes\n");
    destroy(info);
    return to_errno(Error::kOutOfMemory);
  }
  dev->dmabounce = info;
  set_dma_ops(dev, &dmabounce_ops);
  return 0;
}

void dmabounce_unregister_dev(device* dev) {
  if (dev == nullptr || dev->dmabounce == nullptr) {
    guest::printk(dev == nullptr ? "no device" : dev->name, ": never registered with dmabounce\n");
    return;
  }
  dmabounce_device_info* const info = dev->dmabounce;
  if (!info->safe_buffers.empty()) {
    for (const safe_buffer& buffer : info->safe_buffers)
      guest::printk(dev->name, ": dmabounce: a buffer of ", buffer.size,
                    " bytes is still mapped at ", guest::hex(buffer.safe_dma_addr), "\n");
    return;
  }
  dev->dmabounce = nullptr;
  set_dma_ops(dev, nullptr);
  destroy(info);
}

namespace guest {

DmabounceStatistics dmabounce_statistics(const device& dev) {
  if (dev.dmabounce == nullptr) return {};
  const dmabounce_device_info& info = *dev.dmabounce;
  const unsigned long pooled = info.small.allocs + info.large.allocs;
  return {info.small.allocs, info.large.allocs, info.total_allocs - pooled,
          info.total_allocs, info.map_op_count, info.bounce_count};
}

void print_dmabounce_statistics(TextSink& sink, const device& dev) {
  const DmabounceStatistics s = dmabounce_statistics(dev);
  print(sink, s.small, " ", s.large, " ", s.other, " ", s.total, " ", s.maps, " ", s.bounces, "\n");
}

std::size_t dmabounce_live() { return buffers.live(); }

}  // namespace guest
