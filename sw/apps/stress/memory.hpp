// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "sw/apps/stress/supplies.hpp"
#include "sw/dma/dma_mapping.hpp"
#include "sw/measure/content.hpp"

namespace guest {

struct MemoryKind;

/// One end of a transfer: memory of some kind, and how it is made visible to the device. The order
/// of calls is take, map, (for_cpu, for_device)..., unmap, give_back.
struct Memory {
  /// What a device addresses as one stretch.
  struct Piece {
    std::uint32_t address;
    std::uint32_t size;
  };
  static constexpr unsigned kMostEntries = 40;
  static constexpr unsigned kPartSlots = 8;  ///< Of a chained list; the last one is the link.
  static constexpr unsigned kListSlots = kMostEntries + kMostEntries / (kPartSlots - 1) + 1;

  /// `cached`: memory of its own in the linear map, larger than any transfer by two lines.
  /// `number`: its place among those who share a supply.
  Memory(std::span<std::byte> cached, unsigned number) : arena{cached}, place{number} {}

  /// Memory of `size` bytes and of this kind; false: there is none now.
  bool take(const MemoryKind& wanted, Supplies& from, std::size_t size, dma_data_direction to,
            Random& random);
  void give_back();
  /// False: refused.
  bool map(Random& random);
  void unmap(Random& random);
  void for_cpu(Random& random);
  void for_device(Random& random);

  void add_piece(dma_addr_t address, std::size_t size);
  std::span<const Piece> all_pieces() const { return std::span{pieces}.first(piece_count); }
  /// What is one stretch from `offset` on; of no bytes behind the end.
  Piece piece_at(std::size_t offset) const;

  bool is_in_arena() const {
    return bytes.data() >= arena.data() && bytes.data() < arena.data() + arena.size();
  }

  std::span<std::byte> arena;
  unsigned place;
  Supplies* supplies = nullptr;
  const MemoryKind* kind = nullptr;
  std::span<std::byte> bytes;
  dma_data_direction direction = DMA_TO_DEVICE;
  dma_addr_t handle = 0;
  dma_attrs attrs = 0;       ///< Of the call that is made next.
  bool from_device = false;  ///< It is of the device's own pool.

  std::array<scatterlist, kListSlots> list{};
  sg_table own_table{};
  sg_table* table = nullptr;
  unsigned entries = 0;
  std::array<Piece, kMostEntries> pieces{};
  std::size_t piece_count = 0;
};

/// A way of getting memory that a device uses: a row of a table.
struct MemoryKind {
  std::string_view name;
  std::size_t most_bytes;
  bool (*here)(const Supplies&);
  bool (*take)(Memory&, Random&, std::size_t size);
  void (*give_back)(Memory&);
  bool (*map)(Memory&, Random&);
  void (*unmap)(Memory&, Random&);
  void (*for_cpu)(Memory&, Random&);
  void (*for_device)(Memory&, Random&);
};

/// dma_sync_single_for_cpu, or _for_device.
using SyncSingle = void(device*, dma_addr_t, std::size_t, dma_data_direction);
/// The whole of a memory that is one mapping, or two ranges of it.
void sync_ranges(Memory& memory, Random& random, SyncSingle* sync);

/// All kinds whose bytes the CPU can fill and read.
std::span<const MemoryKind> memory_kinds();
/// Seen by the device only: bytes go through it.
extern const MemoryKind kDeviceOnlyMemory;

// The rows: streaming.cpp, allocated.cpp, resource.cpp.
extern const MemoryKind kSingle, kPage, kList, kTable, kChained;
extern const MemoryKind kCoherent, kWriteCombining, kContiguous, kAtomic, kPoolBlock;
extern const MemoryKind kPages, kNoncoherent, kNoncontiguous;
extern const MemoryKind kResource;

}  // namespace guest
