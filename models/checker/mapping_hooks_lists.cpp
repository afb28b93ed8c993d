// SPDX-License-Identifier: Apache-2.0
// Scatterlists: what is mapped by one, and how one is read.
#include "models/checker/mapping_hooks.hpp"
#include "models/checker/narrow_handles.hpp"

namespace linefill {

namespace {
constexpr std::uint32_t kScatterChain = 1;
constexpr std::uint32_t kScatterEnd = 2;
constexpr unsigned kMostSegments = 4096;
}  // namespace

// dma_map_sg_attrs(dev, sg, nents, dir, attrs) returns how many entries are to be used; their
// addresses are in the list after the return. dma_map_sgtable(dev, sgt, dir, attrs): {sgl, nents,
// orig_nents}.
void MappingHooks::attach_scatterlists(const Symbols& symbols) {
  hook(symbols, "dma_map_sg_attrs",
       [this](const HookedCall& c, std::uint32_t count, std::uint32_t) {
         if (count == 0) return look_at_failure(c, "dma_map_sg_attrs", 0);
         look_at_list(c, "dma_map_sg_attrs", c.r[1], c.r[2], c.stack[0]);
         const std::vector<Segment> mapped = segments(c.r[1], count);
         note_mapped(c, MappingFamily::kList, "dma_map_sg_attrs", mapped, c.r[3], c.r[2],
                     c.stack[0]);
         for (const Segment& s : mapped) {
           add(c, "dma_map_sg_attrs", s, c.r[3], c.stack[0], Mapping::Type::kStreaming);
         }
       });
  hook(symbols, "dma_map_sgtable", [this](const HookedCall& c, std::uint32_t error, std::uint32_t) {
    if (error != 0) return;
    const std::uint32_t count = program_.word(c.r[1] + 4).value_or(0);
    const std::vector<Segment> mapped = segments(program_.word(c.r[1]).value_or(0), count);
    note_mapped(c, MappingFamily::kList, "dma_map_sgtable", mapped, c.r[2],
                program_.word(c.r[1] + 8).value_or(0), c.r[3]);
    for (const Segment& s : mapped) {
      add(c, "dma_map_sgtable", s, c.r[2], c.r[3], Mapping::Type::kStreaming);
    }
  });
  hook(
      symbols, "dma_unmap_sg_attrs",
      [this](const HookedCall& c) {
        const std::vector<Segment> first = segments(c.r[1], 1);
        if (first.empty()) return;
        note_ended(c, MappingFamily::kList, "dma_unmap_sg_attrs", first[0], c.r[3], c.r[2]);
      },
      [this](const HookedCall& c, std::uint32_t, std::uint32_t) {
        if (!has_direction(c.r[3])) return;
        for (const Segment& s : segments(c.r[1], c.r[2])) end(s.address, c, c.stack[0]);
      });
}

void MappingHooks::for_each_entry(
    std::uint32_t list, std::uint32_t count,
    const std::function<void(std::uint32_t at, std::uint32_t link)>& use) const {
  const ScatterLayout layout = narrow_ ? kNarrowScatter : ScatterLayout{};
  std::uint32_t at = list;
  if (list == 0) return;
  for (unsigned steps = 0, used = 0; used < count && steps < kMostSegments; ++steps) {
    const std::uint32_t link = program_.word(at).value_or(kScatterEnd);
    if ((link & kScatterChain) != 0) {
      at = link & ~(kScatterChain | kScatterEnd);
      continue;
    }
    use(at, link);
    ++used;
    if ((link & kScatterEnd) != 0) break;
    at += layout.bytes;
  }
}

std::vector<MappingHooks::Segment> MappingHooks::segments(std::uint32_t scatterlist,
                                                          std::uint32_t count) const {
  std::vector<Segment> result;
  const ScatterLayout layout = narrow_ ? kNarrowScatter : ScatterLayout{};
  for_each_entry(scatterlist, count, [&](std::uint32_t at, std::uint32_t) {
    result.push_back({program_.word(at + layout.dma_address).value_or(0),
                      program_.word(at + layout.dma_length).value_or(0)});
  });
  return result;
}

}  // namespace linefill
