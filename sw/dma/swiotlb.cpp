// SPDX-License-Identifier: Apache-2.0
#include "sw/dma/swiotlb.hpp"

#include <algorithm>

#include "sw/dma/dma_direct.hpp"
#include "sw/dma/dma_mapping.hpp"
#include "sw/kernel/console.hpp"
#include "sw/lib/string.hpp"
#include "sw/mm/level.hpp"

io_tlb_mem io_tlb_default_mem;

namespace {

constexpr unsigned kMostSlots = 1U << 16;
guest::Level slot_level{"bounce slots", [] { return std::size_t{io_tlb_default_mem.used}; }};

constexpr unsigned nr_slots(std::uint64_t bytes) {
  return static_cast<unsigned>((bytes + IO_TLB_SIZE - 1) >> IO_TLB_SHIFT);
}

/// The bits of an address that the device wants kept.
std::size_t min_align_mask(const device& dev) {
  return dev.dma_parms != nullptr ? dev.dma_parms->min_align_mask : 0;
}

/// Those of them below a slot's size.
std::size_t offset_in_slot(const device& dev, phys_addr_t address) {
  return address & min_align_mask(dev) & (IO_TLB_SIZE - 1);
}

phys_addr_t slot_addr(const io_tlb_mem& mem, unsigned slot) {
  return mem.start + (slot << IO_TLB_SHIFT);
}

unsigned slot_of(const io_tlb_mem& mem, phys_addr_t address) {
  return static_cast<unsigned>((address - mem.start) >> IO_TLB_SHIFT);
}

/// Counts anew the free slots of a segment from each of its slots on.
void count_segment(io_tlb_mem& mem, unsigned slot) {
  const unsigned first = slot / IO_TLB_SEGSIZE * IO_TLB_SEGSIZE;
  std::uint16_t run = 0;
  for (unsigned i = first + IO_TLB_SEGSIZE; i-- > first;) {
    run = mem.slots[i].free_run == 0 ? std::uint16_t{0} : static_cast<std::uint16_t>(run + 1);
    mem.slots[i].free_run = run;
  }
}

void release_slots(io_tlb_mem& mem, unsigned first, unsigned count) {
  for (unsigned i = first; i < first + count; ++i) mem.slots[i] = {0, 0, 0, 1};
  count_segment(mem, first);
}

/// What a device asks of where its slots lie.
struct Constraints {
  std::uint64_t boundary;  ///< Slots from one multiple of the segment boundary to the next.
  std::uint64_t first;     ///< The slot number on the device's bus, within that, of slot 0.
  std::size_t align_mask;  ///< Bits of a slot's address that are those of the original's.
  phys_addr_t original;
  unsigned stride;

  bool spans_boundary(unsigned slot, unsigned count) const {
    return ((first + slot) & (boundary - 1)) + count > boundary;
  }
};

Constraints constraints_of(device& dev, phys_addr_t original, std::size_t bytes) {
  const io_tlb_mem& mem = *dev.io_tlb;
  const std::uint64_t boundary = dma_get_seg_boundary(&dev);
  const std::size_t align_mask = min_align_mask(dev) & ~(IO_TLB_SIZE - 1);
  auto stride = static_cast<unsigned>((align_mask >> IO_TLB_SHIFT) + 1);
  if (bytes >= kPageBytes) stride <<= kPageShift - IO_TLB_SHIFT;
  return {nr_slots(boundary + 1), (phys_to_dma(dev, mem.start) & boundary) >> IO_TLB_SHIFT,
          align_mask, original, stride};
}

/// The first of `count` free slots in a row; -1: none. Each slot is looked at once: a search that
/// ends where it began may never come there again (Linux's did, up to 6.2).
int find_slots(io_tlb_mem& mem, const Constraints& wanted, unsigned count) {
  const auto wrap = [&](unsigned slot) { return slot < mem.nslabs ? slot : 0U; };
  unsigned slot = wrap((mem.index + wanted.stride - 1) / wanted.stride * wanted.stride);
  for (unsigned looked_at = 0; looked_at < mem.nslabs + wanted.stride;) {
    const bool aligned = ((slot_addr(mem, slot) ^ wanted.original) & wanted.align_mask) == 0;
    if (aligned && mem.slots[slot].free_run >= count && !wanted.spans_boundary(slot, count))
      return static_cast<int>(slot);
    const unsigned step = aligned ? wanted.stride : 1;
    slot = wrap(slot + step);
    looked_at += step;
  }
  return -1;
}

int take_slots(device& dev, phys_addr_t original, std::size_t size) {
  io_tlb_mem& mem = *dev.io_tlb;
  const std::size_t bytes = size + offset_in_slot(dev, original);
  const unsigned count = nr_slots(bytes);
  const guest::SpinGuard guard{mem.lock};
  const int found = count <= IO_TLB_SEGSIZE && count <= mem.nslabs - mem.used
                        ? find_slots(mem, constraints_of(dev, original, bytes), count)
                        : -1;
  if (found < 0) {
    ++mem.failures;
    return -1;
  }
  const auto first = static_cast<unsigned>(found);
  for (unsigned i = first; i < first + count; ++i)
    mem.slots[i] = {0, 0, static_cast<std::uint16_t>(first), 0};
  mem.slots[first].orig_addr = original;
  mem.slots[first].size = static_cast<std::uint32_t>(size);
  count_segment(mem, first);
  mem.index = first + count < mem.nslabs ? first + count : 0;
  mem.used += count;
  mem.used_hiwater = std::max(mem.used_hiwater, mem.used);
  ++mem.maps;
  return found;
}

/// The first slot of the mapping that holds `address`; null: none does.
io_tlb_slot* mapping_at(device& dev, phys_addr_t address, const char* operation) {
  const io_tlb_mem* mem = dev.io_tlb;
  if (is_swiotlb_buffer(dev, address)) {
    const io_tlb_slot& slot = mem->slots[slot_of(*mem, address)];
    if (slot.free_run == 0) return &mem->slots[slot.first];
  }
  guest::printk(dev.name, ": swiotlb: ", operation, " at ", guest::hex(address),
                ", where nothing is mapped\n");
  return nullptr;
}

/// Where the bytes of a mapping begin in its slots.
phys_addr_t begin_of(const device& dev, const io_tlb_slot& first) {
  const io_tlb_mem& mem = *dev.io_tlb;
  return slot_addr(mem, static_cast<unsigned>(&first - mem.slots)) +
         static_cast<phys_addr_t>(offset_in_slot(dev, first.orig_addr));
}

}  // namespace

bool swiotlb_init(io_tlb_mem& mem, unsigned slots, bool force) {
  if (mem.nslabs != 0 || slots == 0 || slots > kMostSlots) return false;
  slots = (slots + IO_TLB_SEGSIZE - 1) / IO_TLB_SEGSIZE * IO_TLB_SEGSIZE;
  const std::size_t bytes = std::size_t{slots} << IO_TLB_SHIFT;
  void* const memory = alloc_pages_exact(bytes, GFP_KERNEL | __GFP_ZERO);
  void* const table = alloc_pages_exact(slots * sizeof(io_tlb_slot), GFP_KERNEL);
  if (memory == nullptr || table == nullptr) {
    if (memory != nullptr) free_pages_exact(memory, bytes);
    if (table != nullptr) free_pages_exact(table, slots * sizeof(io_tlb_slot));
    return false;
  }
  mem = {};
  mem.start = virt_to_phys(memory);
  mem.end = mem.start + static_cast<phys_addr_t>(bytes);
  mem.nslabs = slots;
  mem.force = force;
  mem.slots = static_cast<io_tlb_slot*>(table);
  for (unsigned i = 0; i < slots; i += IO_TLB_SEGSIZE) release_slots(mem, i, IO_TLB_SEGSIZE);
  return true;
}

bool swiotlb_exit(io_tlb_mem& mem) {
  if (mem.used != 0) return false;
  if (mem.nslabs != 0) {
    free_pages_exact(phys_to_virt(mem.start), mem.end - mem.start);
    free_pages_exact(mem.slots, mem.nslabs * sizeof(io_tlb_slot));
  }
  mem = {};
  return true;
}

bool is_swiotlb_buffer(const device& dev, phys_addr_t address) {
  return dev.io_tlb != nullptr && address >= dev.io_tlb->start && address < dev.io_tlb->end;
}

// Bits of the original address take room in the first slots.
std::size_t swiotlb_max_mapping_size(const device& dev) {
  const std::size_t lost = (min_align_mask(dev) + IO_TLB_SIZE - 1) & ~(IO_TLB_SIZE - 1);
  const std::size_t most = IO_TLB_SEGSIZE * IO_TLB_SIZE;
  return lost < most ? most - lost : 0;
}

[[gnu::noinline]] void swiotlb_bounce(device* dev, phys_addr_t tlb_addr, std::size_t size,
                                      dma_data_direction direction) {
  const io_tlb_slot* const first = mapping_at(*dev, tlb_addr, "copy");
  if (first == nullptr) return;
  const phys_addr_t offset = tlb_addr - begin_of(*dev, *first);
  if (offset > first->size || size > first->size - offset) {
    guest::printk(dev->name, ": swiotlb: ", size, " bytes from ", offset, " of a mapping of ",
                  first->size, "\n");
    if (offset > first->size) return;
    size = first->size - offset;
  }
  void* const original = phys_to_virt(first->orig_addr + offset);
  void* const slot = phys_to_virt(tlb_addr);
  if (direction == DMA_TO_DEVICE) {
    memcpy(slot, original, size);
    dev->io_tlb->copied_in += size;
  } else {
    memcpy(original, slot, size);
    dev->io_tlb->copied_out += size;
  }
}

phys_addr_t swiotlb_tbl_map_single(device& dev, phys_addr_t orig_addr, std::size_t size,
                                   dma_data_direction /*direction*/, dma_attrs attrs) {
  if (dev.io_tlb == nullptr || dev.io_tlb->nslabs == 0 || size == 0) return kNoSlot;
  const int found = take_slots(dev, orig_addr, size);
  if (found < 0) {
    const io_tlb_mem& mem = *dev.io_tlb;
    if ((attrs & DMA_ATTR_NO_WARN) == 0)
      guest::printk(dev.name, ": swiotlb buffer is full (sz: ", size, " bytes), total ", mem.nslabs,
                    " (slots), used ", mem.used, " (slots)\n");
    return kNoSlot;
  }
  const phys_addr_t address = begin_of(dev, dev.io_tlb->slots[found]);
  swiotlb_bounce(&dev, address, size, DMA_TO_DEVICE);
  return address;
}

void swiotlb_tbl_unmap_single(device& dev, phys_addr_t tlb_addr, std::size_t size,
                              dma_data_direction direction, dma_attrs attrs) {
  const io_tlb_slot* const first = mapping_at(dev, tlb_addr, "unmap");
  if (first == nullptr) return;
  if ((attrs & DMA_ATTR_SKIP_CPU_SYNC) == 0 && direction != DMA_TO_DEVICE)
    swiotlb_bounce(&dev, tlb_addr, size, DMA_FROM_DEVICE);
  io_tlb_mem& mem = *dev.io_tlb;
  const unsigned count = nr_slots(first->size + offset_in_slot(dev, first->orig_addr));
  const guest::SpinGuard guard{mem.lock};
  release_slots(mem, static_cast<unsigned>(first - mem.slots), count);
  mem.used -= count;
}

void swiotlb_sync_single_for_cpu(device& dev, phys_addr_t tlb_addr, std::size_t size,
                                 dma_data_direction direction) {
  if (direction != DMA_TO_DEVICE) swiotlb_bounce(&dev, tlb_addr, size, DMA_FROM_DEVICE);
}

void swiotlb_sync_single_for_device(device& dev, phys_addr_t tlb_addr, std::size_t size,
                                    dma_data_direction direction) {
  if (direction != DMA_FROM_DEVICE) swiotlb_bounce(&dev, tlb_addr, size, DMA_TO_DEVICE);
}
