// SPDX-License-Identifier: Apache-2.0
// What does dma_map_* do? One mapping of 64 KiB and its end, by each set of operations there is.
#include <algorithm>
#include <iterator>

#include "sw/apps/ask/answer.hpp"
#include "sw/dma/dma_mapping.hpp"
#include "sw/measure/implementation.hpp"
#include "sw/measure/table.hpp"
#include "sw/mm/level.hpp"

namespace guest {
namespace {

constexpr std::size_t kBytes = 64U << 10;
constexpr std::uint64_t kLines = kBytes / 32;

struct Direction {
  dma_data_direction value;
  std::string_view name;
  std::uint64_t mapped;    ///< Lines that a non-coherent mapping must maintain at map, each level,
  std::uint64_t unmapped;  ///< and at unmap.
};
constexpr Direction kDirections[] = {{DMA_TO_DEVICE, "TO_DEVICE", kLines, 0},
                                     {DMA_FROM_DEVICE, "FROM_DEVICE", kLines, kLines},
                                     {DMA_BIDIRECTIONAL, "BIDIRECTIONAL", kLines, kLines}};

/// What a mapping holds while it lasts.
struct Held {
  std::size_t pages;
  std::size_t remapped;
  std::size_t io_pages;
  std::size_t slots;
};
Held held() {
  return {level_of("free pages"), level_of("remapped pages"), level_of("I/O pages"),
          level_of("bounce slots")};
}

void map_once(Answer& answer, Table& table, const Implementation& implementation,
              const Direction& direction, std::span<std::byte> buffer) {
  const Counters& counters = answer.counters();
  device& dev = implementation.dev();
  std::fill(buffer.begin(), buffer.end(), std::byte{0x5A});
  const Held before = held();
  counters.start();
  const dma_addr_t handle =
      dma_map_single_attrs(&dev, buffer.data(), buffer.size(), direction.value, 0);
  const Held during = held();
  if (dma_mapping_error(&dev, handle) == 0)
    dma_unmap_single_attrs(&dev, handle, buffer.size(), direction.value, 0);
  counters.stop();
  const std::uint64_t l1 = counters["l1-operations"];
  const std::uint64_t l2 = counters["l2-operations"];
  const std::uint64_t tlb = counters["tlb-operations"];
  table.row(implementation.name(), direction.name, before.pages - during.pages,
            during.remapped - before.remapped, during.io_pages - before.io_pages, tlb, l1, l2,
            during.slots - before.slots);
  answer.expect(dma_mapping_error(&dev, handle) == 0, "a mapping");
  const Implementation::Traits traits = implementation.traits();
  if (traits.bounces) return answer.expect(l1 < 8 * kLines, "copies, and slots");
  answer.expect(before.remapped == during.remapped, "no page-table entry of the CPU written");
  answer.expect(tlb == 0, "no TLB operation");
  const std::uint64_t lines = traits.maintains ? direction.mapped + direction.unmapped : 0;
  // The I/O page table's descriptors are cleaned, too.
  const std::uint64_t more = traits.translated ? kLines / 64 : 0;
  answer.expect(l1 >= lines && l1 <= lines + more,
                "L1 operations: each line at map, and at unmap unless TO_DEVICE");
  answer.expect(l2 >= lines && l2 <= lines + more, "as many L2 operations");
  answer.expect(during.io_pages - before.io_pages == (traits.translated ? kBytes / kPageBytes : 0),
                "an I/O address for each page behind an IOMMU, else none");
  if (!traits.allocates) answer.expect(before.pages == during.pages, "no page allocated");
}

}  // namespace

void answer_map(Answer& answer) {
  const std::span<std::byte> buffer = alloc_bytes(kBytes);
  if (!answer.require(!buffer.empty(), "memory")) return;
  Table table{22,          "64 KiB by", "direction    ", "pages",  "CPU PTEs",
              "I/O pages", "TLBI",      "L1 ops",        "L2 ops", "slots"};
  for (const std::string_view name : Implementation::names()) {
    Result<Implementation> implementation = Implementation::use(name);
    if (!implementation) continue;
    for (const Direction& direction : kDirections) {
      if (!implementation->traits().maintains && direction.value == DMA_BIDIRECTIONAL) continue;
      map_once(answer, table, *implementation, direction, buffer);
    }
  }
  free_bytes(buffer);
}

}  // namespace guest
