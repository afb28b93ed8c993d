// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sw/dma/dma_map_ops.hpp"
#include "sw/kernel/spinlock.hpp"

// The software I/O TLB: bounce buffers in slots of one stretch of memory, for devices that do not
// reach all of it. Linux 6.1, kernel/dma/swiotlb.c.

inline constexpr unsigned IO_TLB_SHIFT = 11;
inline constexpr std::size_t IO_TLB_SIZE = std::size_t{1} << IO_TLB_SHIFT;
/// The most slots of one mapping, which lies within one such segment: 256 KiB.
inline constexpr unsigned IO_TLB_SEGSIZE = 128;

/// One slot.
struct io_tlb_slot {
  phys_addr_t orig_addr = 0;   ///< Of the mapping that begins here.
  std::uint32_t size = 0;      ///< In bytes, of the mapping that begins here.
  std::uint16_t first = 0;     ///< Of a slot in use: where its mapping begins.
  std::uint16_t free_run = 0;  ///< Free slots from here on, within the segment; 0: in use.
};

/// A stretch of slots.
struct io_tlb_mem {
  phys_addr_t start = 0;
  phys_addr_t end = 0;
  unsigned nslabs = 0;
  unsigned index = 0;  ///< Where the next search begins.
  bool force = false;  ///< Every mapping is bounced, reachable or not.
  io_tlb_slot* slots = nullptr;
  spinlock_t lock;

  unsigned used = 0;  ///< Slots.
  unsigned used_hiwater = 0;
  std::uint64_t maps = 0;       ///< Mappings that were given slots.
  std::uint64_t failures = 0;   ///< For which there were none.
  std::uint64_t copied_in = 0;  ///< Bytes.
  std::uint64_t copied_out = 0;
};

/// What devices use that have none of their own.
extern io_tlb_mem io_tlb_default_mem;

/// Makes `mem` of `slots`, rounded up to whole segments. False: no memory, or too many (65536), or
/// it is there already.
bool swiotlb_init(io_tlb_mem& mem, unsigned slots, bool force);
/// Gives the memory back. False, and it stays: some slot is in use.
bool swiotlb_exit(io_tlb_mem& mem);

inline constexpr phys_addr_t kNoSlot = ~phys_addr_t{0};
/// Takes slots of the device's `io_tlb` for `size` bytes and copies them in, whatever the
/// direction: what the device does not write is then what it was. The slots respect the device's
/// segment boundary, keep the bits of its `min_align_mask` of `orig_addr`, and those of a page or
/// more begin on a page. kNoSlot: there are none, or the size is 0 or more than a segment.
extern "C" phys_addr_t swiotlb_tbl_map_single(device& dev, phys_addr_t orig_addr, std::size_t size,
                                              dma_data_direction direction, dma_attrs attrs);
/// Copies out, unless TO_DEVICE or SKIP_CPU_SYNC, and frees the slots.
void swiotlb_tbl_unmap_single(device& dev, phys_addr_t tlb_addr, std::size_t size,
                              dma_data_direction direction, dma_attrs attrs);
/// Copies the part of a mapping that [tlb_addr, tlb_addr + size) names, as its direction allows.
void swiotlb_sync_single_for_cpu(device& dev, phys_addr_t tlb_addr, std::size_t size,
                                 dma_data_direction direction);
void swiotlb_sync_single_for_device(device& dev, phys_addr_t tlb_addr, std::size_t size,
                                    dma_data_direction direction);
/// Whether an address lies in the device's slots.
bool is_swiotlb_buffer(const device& dev, phys_addr_t address);
/// How much fits into one mapping of this device that is bounced.
std::size_t swiotlb_max_mapping_size(const device& dev);

extern "C" {
/// Copies `size` bytes of the mapping that `tlb_addr` is in: TO_DEVICE into the slots, FROM_DEVICE
/// out of them.
void swiotlb_bounce(device* dev, phys_addr_t tlb_addr, std::size_t size,
                    dma_data_direction direction);
}

/// Operations for every device, coherent or not, that has an `io_tlb`: 4.1's arm64 set. A mapping
/// is bounced if the device does not reach it or the slots say `force`. A device that does not
/// snoop has the slots cleaned after the copy in and invalidated before the copy out.
extern const dma_map_ops& swiotlb_dma_ops;
