// SPDX-License-Identifier: Apache-2.0
// Memory that is no DRAM: mapped as another device's registers are.
#include "sw/apps/stress/memory.hpp"

namespace guest {
namespace {

bool here(const Supplies& supplies) { return supplies.has_static_memory(); }
void nothing(Memory& /*m*/, Random& /*random*/) {}
void keep(Memory& /*m*/) {}

bool take(Memory& m, Random& random, std::size_t size) {
  const std::span<std::byte> window = m.supplies->window(m.place);
  const auto room = static_cast<std::uint32_t>(window.size() - size);
  m.bytes = window.subspan(random.below(room + 1), size);
  return true;
}

bool map(Memory& m, Random& /*random*/) {
  const auto offset = static_cast<phys_addr_t>(m.bytes.data() - m.supplies->window(m.place).data());
  m.handle = dma_map_resource(&m.supplies->dev(), m.supplies->window_address(m.place) + offset,
                              m.bytes.size(), m.direction, 0);
  if (dma_mapping_error(&m.supplies->dev(), m.handle) != 0) return false;
  m.add_piece(m.handle, m.bytes.size());
  return true;
}

void unmap(Memory& m, Random& /*random*/) {
  dma_unmap_resource(&m.supplies->dev(), m.handle, m.bytes.size(), m.direction, 0);
}

}  // namespace

const MemoryKind kResource{
    "resource", Supplies::kWindowBytes, here, take, keep, map, unmap, nothing, nothing};

}  // namespace guest
