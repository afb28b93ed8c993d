// SPDX-License-Identifier: Apache-2.0
// Cacheable memory that is mapped for the device, in each form the API has.
#include <algorithm>

#include "sw/apps/stress/memory.hpp"
#include "sw/arch/cacheflush.hpp"

namespace guest {
namespace {

constexpr std::size_t kMostBytes = 16U << 10;
constexpr std::size_t kLine = kCacheLineBytes;
constexpr unsigned kFewEntries = 4;

bool everywhere(const Supplies& /*supplies*/) { return true; }

/// Anywhere in the arena, but in lines of its own.
bool take(Memory& m, Random& random, std::size_t size) {
  const std::size_t room = m.arena.size() - size - 2 * kLine;
  std::size_t start = kLine + random.below(static_cast<std::uint32_t>(room));
  if (random.below(2) == 0) start &= ~(kLine - 1);
  m.bytes = m.arena.subspan(start, size);
  return true;
}

void give_back(Memory& /*m*/) {}

// --- One stretch

bool map_single(Memory& m) {
  m.handle = dma_map_single_attrs(&m.supplies->dev(), m.bytes.data(), m.bytes.size(), m.direction,
                                  m.attrs);
  return dma_mapping_error(&m.supplies->dev(), m.handle) == 0;
}

bool map_page(Memory& m) {
  const auto offset = reinterpret_cast<std::uintptr_t>(m.bytes.data()) & (kPageBytes - 1);
  m.handle = dma_map_page_attrs(&m.supplies->dev(), virt_to_page(m.bytes.data()), offset,
                                m.bytes.size(), m.direction, m.attrs);
  return dma_mapping_error(&m.supplies->dev(), m.handle) == 0;
}

void single_for_cpu(Memory& m, Random& random) { sync_ranges(m, random, dma_sync_single_for_cpu); }
void single_for_device(Memory& m, Random& random) {
  sync_ranges(m, random, dma_sync_single_for_device);
}

void unmap_single(Memory& m) {
  dma_unmap_single_attrs(&m.supplies->dev(), m.handle, m.bytes.size(), m.direction, m.attrs);
}
void unmap_page(Memory& m) {
  dma_unmap_page_attrs(&m.supplies->dev(), m.handle, m.bytes.size(), m.direction, m.attrs);
}

// --- Lists

/// Lays `count` entries out: one array, or parts that are chained.
void lay_out(Memory& m, unsigned count, bool chained) {
  constexpr unsigned kPart = Memory::kPartSlots;
  scatterlist* part = m.list.data();
  unsigned left = count;
  const unsigned links = chained && count > kPart ? (count - 2) / (kPart - 1) : 0;
  sg_init_table(part, count + links);
  for (; chained && left > kPart; left -= kPart - 1, part += kPart)
    sg_chain(part, kPart, part + kPart);
  m.entries = count;
  m.own_table = {m.list.data(), count, count};
  m.table = &m.own_table;
}

/// Random entries, each of whole lines but the first and the last.
void cut_list(Memory& m, Random& random, unsigned most, bool chained) {
  std::array<std::span<std::byte>, Memory::kMostEntries> cuts;
  unsigned count = 0;
  for (std::span<std::byte> left = m.bytes; !left.empty();) {
    const auto start = reinterpret_cast<std::uintptr_t>(left.data());
    std::size_t size = left.size();
    if (count + 1 < most && size > 4 * kLine) {
      const std::size_t largest = most > kFewEntries ? std::min(size, 16 * kLine) : size;
      size = 1 + random.below(static_cast<std::uint32_t>(largest - kLine));
      size = ((start + size + kLine - 1) & ~(kLine - 1)) - start;
    }
    cuts[count++] = left.first(size);
    left = left.subspan(size);
  }
  lay_out(m, count, chained);
  unsigned i = 0;
  for (scatterlist& entry : SgRange{m.list.data(), count}) {
    sg_set_buf(&entry, cuts[i].data(), static_cast<unsigned>(cuts[i].size()));
    ++i;
  }
}

bool add_pieces(Memory& m, unsigned mapped) {
  for (const scatterlist& entry : SgRange{m.list.data(), mapped})
    m.add_piece(sg_dma_address(&entry), sg_dma_len(&entry));
  return mapped != 0;
}

bool map_list(Memory& m) {
  return add_pieces(m, dma_map_sg_attrs(&m.supplies->dev(), m.list.data(),
                                        static_cast<int>(m.entries), m.direction, m.attrs));
}
bool map_table(Memory& m) {
  if (dma_map_sgtable(&m.supplies->dev(), m.table, m.direction, m.attrs) != 0) return false;
  return add_pieces(m, m.table->nents);
}

void unmap_list(Memory& m) {
  dma_unmap_sg_attrs(&m.supplies->dev(), m.list.data(), static_cast<int>(m.entries), m.direction,
                     m.attrs);
}
void unmap_table(Memory& m) {
  dma_unmap_sgtable(&m.supplies->dev(), m.table, m.direction, m.attrs);
}

void list_for_cpu(Memory& m, Random& /*random*/) {
  dma_sync_sg_for_cpu(&m.supplies->dev(), m.list.data(), static_cast<int>(m.entries), m.direction);
}
void list_for_device(Memory& m, Random& /*random*/) {
  dma_sync_sg_for_device(&m.supplies->dev(), m.list.data(), static_cast<int>(m.entries),
                         m.direction);
}
void table_for_cpu(Memory& m, Random& /*random*/) {
  dma_sync_sgtable_for_cpu(&m.supplies->dev(), m.table, m.direction);
}
void table_for_device(Memory& m, Random& /*random*/) {
  dma_sync_sgtable_for_device(&m.supplies->dev(), m.table, m.direction);
}

// --- With their cache operations, or without and synced

template <bool (*kMap)(Memory&), void (*kForDevice)(Memory&, Random&)>
bool mapped(Memory& m, Random& random) {
  const bool late = random.below(2) == 0;
  m.attrs = late ? DMA_ATTR_SKIP_CPU_SYNC : 0;
  if (!kMap(m)) return false;
  if (late) kForDevice(m, random);
  return true;
}

template <bool (*kMap)(Memory&), void (*kForDevice)(Memory&, Random&)>
bool mapped_as_one(Memory& m, Random& random) {
  if (!mapped<kMap, kForDevice>(m, random)) return false;
  m.add_piece(m.handle, m.bytes.size());
  return true;
}

template <bool (*kMap)(Memory&), void (*kForDevice)(Memory&, Random&), unsigned kMost,
          bool kIsChained>
bool mapped_in_pieces(Memory& m, Random& random) {
  cut_list(m, random, kMost, kIsChained);
  return mapped<kMap, kForDevice>(m, random);
}

template <void (*kUnmap)(Memory&), void (*kForCpu)(Memory&, Random&)>
void unmapped(Memory& m, Random& random) {
  const bool early = random.below(4) == 0;
  m.attrs = early ? DMA_ATTR_SKIP_CPU_SYNC : 0;
  if (early) kForCpu(m, random);
  kUnmap(m);
}

constexpr unsigned kMany = Memory::kMostEntries;

constexpr MemoryKind a_list(std::string_view name, bool (*mapped_so)(Memory&, Random&)) {
  return {name,
          kMostBytes,
          everywhere,
          take,
          give_back,
          mapped_so,
          unmapped<unmap_list, list_for_cpu>,
          list_for_cpu,
          list_for_device};
}

}  // namespace

void sync_ranges(Memory& m, Random& random, SyncSingle* sync) {
  const std::size_t size = m.bytes.size();
  if (random.below(2) == 0) return sync(&m.supplies->dev(), m.handle, size, m.direction);
  // Two ranges make a whole; the border may be within a line.
  const std::size_t part = 1 + random.below(static_cast<std::uint32_t>(size));
  sync(&m.supplies->dev(), m.handle, part, m.direction);
  if (part != size) sync(&m.supplies->dev(), m.handle + part, size - part, m.direction);
}

const MemoryKind kSingle{"single",
                         kMostBytes,
                         everywhere,
                         take,
                         give_back,
                         mapped_as_one<map_single, single_for_device>,
                         unmapped<unmap_single, single_for_cpu>,
                         single_for_cpu,
                         single_for_device};
const MemoryKind kPage{"page",
                       kMostBytes,
                       everywhere,
                       take,
                       give_back,
                       mapped_as_one<map_page, single_for_device>,
                       unmapped<unmap_page, single_for_cpu>,
                       single_for_cpu,
                       single_for_device};
const MemoryKind kList =
    a_list("sg", mapped_in_pieces<map_list, list_for_device, kFewEntries, false>);
const MemoryKind kTable{"sgtable",
                        kMostBytes,
                        everywhere,
                        take,
                        give_back,
                        mapped_in_pieces<map_table, table_for_device, kFewEntries, false>,
                        unmapped<unmap_table, table_for_cpu>,
                        table_for_cpu,
                        table_for_device};
const MemoryKind kChained =
    a_list("chained sg", mapped_in_pieces<map_list, list_for_device, kMany, true>);

}  // namespace guest
