// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "sw/dma/dma_map_ops.hpp"
#include "sw/lib/format.hpp"

// Bounce buffers for devices that cannot reach all memory: Linux 4.1, arch/arm/common/dmabounce.c.
// The device gets the address of a safe buffer in coherent memory; what it is to read is copied in
// at map, what it wrote is copied out at unmap, unless SKIP_CPU_SYNC (4.10), and a sync copies the
// part it names.

/// Whether the device cannot use these addresses, beside what its mask says.
using dmabounce_needs_bounce = int (*)(device* dev, dma_addr_t address, std::size_t size);

extern "C" {
/// Gives a device a pool of blocks of `small` bytes and, unless `large` is 0, one of `large` bytes,
/// and bounces what its mask or `needs_bounce` says. Larger buffers are allocated one by one. 0,
/// -EINVAL, -EBUSY (it is registered), or -ENOMEM.
int dmabounce_register_dev(device* dev, unsigned long small, unsigned long large,
                           dmabounce_needs_bounce needs_bounce);
/// Says which safe buffers are still in use, and keeps the device registered then.
void dmabounce_unregister_dev(device* dev);

struct safe_buffer;
/// Where the device works instead of at `ptr`; null: no memory. It can be watched.
safe_buffer* alloc_safe_buffer(device& dev, void* ptr, std::size_t size,
                               dma_data_direction direction);
}

/// What a registered device maps with. What is not bounced, and coherent memory, is the direct
/// operations' that suit the device (Linux takes `arm_dma_ops`, also where it snoops).
extern const dma_map_ops& dmabounce_ops;

namespace guest {

/// What Linux shows in the file `dmabounce_stats` of the device, in its order.
struct DmabounceStatistics {
  unsigned long small = 0;  ///< Safe buffers from the small pool.
  unsigned long large = 0;  ///< From the large one.
  unsigned long other = 0;  ///< Allocated for one mapping.
  unsigned long total = 0;
  unsigned long maps = 0;     ///< Mappings that were bounced.
  unsigned long bounces = 0;  ///< Unmaps and syncs of them.
};
/// All 0 for a device that is not registered.
DmabounceStatistics dmabounce_statistics(const device& dev);
/// Linux's line of six numbers.
void print_dmabounce_statistics(TextSink& sink, const device& dev);
/// Safe buffers in use, of all devices.
std::size_t dmabounce_live();

}  // namespace guest
