// SPDX-License-Identifier: Apache-2.0
#include "models/checker/mapping_hooks.hpp"

#include <algorithm>
#include <vector>

#include "models/checker/narrow_handles.hpp"

namespace linefill {

unsigned MappingHooks::attach(const Symbols& symbols) {
  hooked_ = 0;
  narrow_ = has_narrow_handles(symbols);
  attach_streaming(symbols);
  attach_scatterlists(symbols);
  attach_syncs(symbols);
  attach_coherent(symbols);
  attach_pages(symbols);
  attach_memory(symbols);
  if (rules_ != nullptr) {
    attach_limits(symbols);
    attach_pools(symbols);
  }
  return hooked_;
}

void MappingHooks::hook(const Symbols& symbols, const char* name,
                        FunctionHooks::OnReturn on_return) {
  hook(symbols, name, {}, std::move(on_return));
}

void MappingHooks::hook(const Symbols& symbols, const char* name, FunctionHooks::OnEntry on_entry,
                        FunctionHooks::OnReturn on_return) {
  const auto entry = symbols.address_of(name);
  if (!entry) return;
  const unsigned handle = narrow_ ? handle_argument(name) : 0;
  if (handle != 0) {
    if (on_entry) {
      on_entry = [handle, next = std::move(on_entry)](const HookedCall& c) {
        next(widened(c, handle));
      };
    }
    if (on_return) {
      on_return = [handle, next = std::move(on_return)](const HookedCall& c, std::uint32_t low,
                                                        std::uint32_t high) {
        next(widened(c, handle), low, high);
      };
    }
  }
  hooks_.hook(*entry, std::move(on_entry), std::move(on_return));
  ++hooked_;
}

MappingCall MappingHooks::rules_call(const HookedCall& call, MappingFamily family,
                                     const char* function, Segment segment,
                                     std::uint32_t direction) const {
  return {.family = family,
          .function = function,
          .device = call.r[0],
          .device_name = device_name(call.r[0]),
          .address = segment.address,
          .size = segment.size,
          .direction = static_cast<DmaDirection>(std::min(direction, 3U)),
          .site = call.return_address,
          .time = program_.now()};
}

void MappingHooks::note_mapped(const HookedCall& call, MappingFamily family, const char* function,
                               const std::vector<Segment>& segments, std::uint32_t direction,
                               unsigned entries, std::uint32_t attributes,
                               std::optional<std::uint32_t> original) {
  if (rules_ == nullptr || segments.empty() || segments[0].address == kMappingError ||
      (segments[0].size == 0 && family != MappingFamily::kList)) {
    return;
  }
  MappingCall noted = rules_call(call, family, function, segments[0], direction);
  noted.entries = entries;
  noted.cpu_sync_skipped = (attributes & kSkipCpuSync) != 0;
  std::vector<MappingRules::Segment> covered;
  covered.reserve(segments.size());
  for (const Segment& s : segments) covered.emplace_back(s.address, s.size);
  rules_->mapped(noted, std::move(covered), memory_of(noted.device_name, segments, original));
}

void MappingHooks::note_ended(const HookedCall& call, MappingFamily family, const char* function,
                              Segment segment, std::uint32_t direction, unsigned entries) {
  if (rules_ == nullptr) return;
  MappingCall noted = rules_call(call, family, function, segment, direction);
  noted.entries = entries;
  rules_->ended(noted);
}

// dma_map_page_attrs(dev, page, offset, size, dir, attrs), dma_unmap_page_attrs(dev, addr:64, size,
// dir, attrs) and the same two for a resource: dma_map_resource(dev, phys, size, dir, attrs).
void MappingHooks::attach_streaming(const Symbols& symbols) {
  using Family = MappingFamily;
  hook(symbols, "dma_map_page_attrs",
       [this](const HookedCall& c, std::uint32_t handle, std::uint32_t) {
         const Segment segment{handle, c.r[3]};
         if (handle == kMappingError) return look_at_failure(c, "dma_map_page_attrs", c.r[3]);
         look_at_memory(c, "dma_map_page_attrs", c.r[1], {c.r[2], c.r[3]}, false, c.stack[1]);
         const auto original = original_of(c.r[1], c.r[2], handle, device_name(c.r[0]));
         note_mapped(c, Family::kPage, "dma_map_page_attrs", {segment}, c.stack[0], 0, c.stack[1],
                     original);
         add(c, "dma_map_page_attrs", segment, c.stack[0], c.stack[1], Mapping::Type::kStreaming,
             original);
       });
  hook(symbols, "dma_map_resource",
       [this](const HookedCall& c, std::uint32_t handle, std::uint32_t) {
         const Segment segment{handle, c.r[2]};
         note_mapped(c, Family::kResource, "dma_map_resource", {segment}, c.r[3], 0);
         add(c, "dma_map_resource", segment, c.r[3], c.stack[0], Mapping::Type::kStreaming);
       });
  const auto unmap = [&](const char* name, Family family) {
    hook(
        symbols, name,
        [this, name, family](const HookedCall& c) {
          if (failed(c, family, name)) return;
          if (has_direction(c.stack[1])) begin_copy(c.r[2], c);
          note_ended(c, family, name, {c.r[2], c.stack[0]}, c.stack[1]);
        },
        [this](const HookedCall& c, std::uint32_t, std::uint32_t) {
          if (has_direction(c.stack[1])) end(c.r[2], c, c.stack[2]);
        });
  };
  unmap("dma_unmap_page_attrs", Family::kPage);
  unmap("dma_unmap_resource", Family::kResource);
}

// dma_sync_single_for_*(dev, addr:64, size, dir), dma_sync_sg_for_*(dev, sg, nents, dir).
void MappingHooks::attach_syncs(const Symbols& symbols) {
  using Owner = Mapping::Owner;
  const auto single = [&](const char* name, Owner owner) {
    hook(
        symbols, name,
        [this, name](const HookedCall& c) {
          if (failed(c, MappingFamily::kPage, name)) return;
          if (has_direction(c.stack[1])) begin_copy(c.r[2], c);
          if (rules_ == nullptr) return;
          rules_->synced(
              rules_call(c, MappingFamily::kPage, name, {c.r[2], c.stack[0]}, c.stack[1]));
        },
        [this, owner](const HookedCall& c, std::uint32_t, std::uint32_t) {
          if (!has_direction(c.stack[1])) return;
          set_owner(c.r[2], c, owner);
          Mapping* mapping = space_of(c.r[2], device_name(c.r[0])).live_near(c.r[2]);
          if (mapping == nullptr || !mapping->original) return;
          end_copy(*mapping, c, c.r[2], c.stack[0],
                   owner == Owner::kCpu ? "sync_for_cpu" : "sync_for_device");
        });
  };
  const auto list = [&](const char* name, Owner owner) {
    hook(
        symbols, name,
        [this, name](const HookedCall& c) {
          const std::vector<Segment> first = segments(c.r[1], 1);
          if (rules_ == nullptr || first.empty()) return;
          rules_->synced(rules_call(c, MappingFamily::kList, name, first[0], c.r[3]));
        },
        [this, owner](const HookedCall& c, std::uint32_t, std::uint32_t) {
          if (!has_direction(c.r[3])) return;
          for (const Segment& s : segments(c.r[1], c.r[2])) set_owner(s.address, c, owner);
        });
  };
  single("dma_sync_single_for_cpu", Owner::kCpu);
  single("dma_sync_single_for_device", Owner::kDevice);
  list("dma_sync_sg_for_cpu", Owner::kCpu);
  list("dma_sync_sg_for_device", Owner::kDevice);
}

// dma_alloc_attrs(dev, size, *handle, gfp, attrs), dma_free_attrs(dev, size, cpu_addr, handle:64,
// attrs).
void MappingHooks::attach_coherent(const Symbols& symbols) {
  hook(symbols, "dma_alloc_attrs",
       [this](const HookedCall& c, std::uint32_t cpu_address, std::uint32_t) {
         const auto handle = program_.word(c.r[2]);
         if (cpu_address == 0) no_buffer_ = program_.now();
         if (cpu_address == 0 || !handle) return;
         note_mapped(c, MappingFamily::kCoherent, "dma_alloc_attrs", {{*handle, c.r[1]}}, 0, 0);
         add(c, "dma_alloc_attrs", {*handle, c.r[1]}, 0, c.stack[0], Mapping::Type::kCoherent);
         coherent_[cpu_address] = *handle;
       });
  hook(
      symbols, "dma_free_attrs",
      [this](const HookedCall& c) {
        if (c.r[2] == 0 || rules_ == nullptr) return;  // Null: nothing is freed, as in Linux.
        note_freed(
            rules_call(c, MappingFamily::kCoherent, "dma_free_attrs", {c.stack[0], c.r[1]}, 0),
            c.r[2]);
      },
      [this](const HookedCall& c, std::uint32_t, std::uint32_t) {
        const auto own = coherent_.find(c.r[2]);
        if (own == coherent_.end()) return;
        end(own->second, c, 0, Mapping::Type::kCoherent);
        coherent_.erase(own);
      });
}

// What is freed is the memory, whatever handle comes with it.
void MappingHooks::note_freed(MappingCall call, std::uint32_t cpu_address) {
  const auto own = coherent_.find(cpu_address);
  if (own == coherent_.end()) {
    if (rules_->mixed_up(call, call.address)) return;  // Nothing is freed.
  } else if (own->second != call.address) {
    rules_->mixed_up(call, own->second);
    call.address = own->second;
  }
  rules_->ended(call);
}

// dma_alloc_pages(dev, size, *handle, dir, gfp) returns a page, dma_free_pages(dev, size, page,
// handle:64, dir). dma_alloc_noncontiguous(dev, size, dir, gfp, attrs) returns a table,
// dma_free_noncontiguous(dev, size, sgt, dir). Cacheable memory, mapped at once; the CPU has it
// until it is synced for the device.
void MappingHooks::attach_pages(const Symbols& symbols) {
  hook(symbols, "dma_alloc_pages", [this](const HookedCall& c, std::uint32_t page, std::uint32_t) {
    const auto handle = program_.word(c.r[2]);
    if (page == 0 || !handle) return;
    note_mapped(c, MappingFamily::kPages, "dma_alloc_pages", {{*handle, c.r[1]}}, c.r[3], 0);
    add(c, "dma_alloc_pages", {*handle, c.r[1]}, c.r[3], 0, Mapping::Type::kStreaming);
    set_owner(*handle, c, Mapping::Owner::kCpu);
  });
  hook(
      symbols, "dma_free_pages",
      [this](const HookedCall& c) {
        note_ended(c, MappingFamily::kPages, "dma_free_pages", {c.stack[0], c.r[1]}, c.stack[2]);
      },
      [this](const HookedCall& c, std::uint32_t, std::uint32_t) { end(c.stack[0], c, 0); });
  const auto table_segments = [this](std::uint32_t table) {
    return segments(program_.word(table).value_or(0), program_.word(table + 4).value_or(0));
  };
  hook(symbols, "dma_alloc_noncontiguous",
       [this, table_segments](const HookedCall& c, std::uint32_t table, std::uint32_t) {
         if (table == 0) return;
         const std::vector<Segment> mapped = table_segments(table);
         note_mapped(c, MappingFamily::kTable, "dma_alloc_noncontiguous", mapped, c.r[2], 0);
         for (const Segment& s : mapped) {
           add(c, "dma_alloc_noncontiguous", s, c.r[2], 0, Mapping::Type::kStreaming);
           set_owner(s.address, c, Mapping::Owner::kCpu);
         }
       });
  // The table does not outlive the call.
  hook(symbols, "dma_free_noncontiguous",
       [this, table_segments](const HookedCall& c) {
         const std::vector<Segment> mapped = table_segments(c.r[2]);
         if (!mapped.empty()) {
           note_ended(c, MappingFamily::kTable, "dma_free_noncontiguous", mapped[0], c.r[3]);
         }
         for (const Segment& s : mapped) end(s.address, c, 0);
       },
       {});
}

void MappingHooks::add(const HookedCall& call, const char* function, Segment segment,
                       std::uint32_t direction, std::uint32_t attributes, Mapping::Type type,
                       std::optional<std::uint32_t> original) {
  if (segment.address == kMappingError || segment.size == 0 || direction > 3) return;
  Mapping mapping;
  mapping.type = type;
  mapping.address = segment.address;
  mapping.size = segment.size;
  mapping.direction = static_cast<DmaDirection>(direction);
  mapping.cpu_sync_skipped = (attributes & kSkipCpuSync) != 0;
  mapping.function = function;
  mapping.device = device_name(call.r[0]);
  mapping.site = call.return_address;
  mapping.map_entered = call.entered;
  mapping.mapped = program_.now();
  const auto pieces = look_up_ ? look_up_(mapping.device, mapping.address, mapping.size)
                               : std::optional<std::vector<IoPiece>>{};
  if (pieces) return add_pieces(ledger_.io_space(mapping.device).map(mapping), *pieces);
  mapping.original = original;
  Mapping& added = ledger_.map(std::move(mapping));
  watch_edges(added, true);
  if (original) end_copy(added, call, added.address, added.size, "map");
}

// Findings about bytes in memory find the piece, those about a device's addresses the whole.
void MappingHooks::add_pieces(Mapping& mapping, const std::vector<IoPiece>& pieces) {
  for (const IoPiece& p : pieces) {
    Mapping piece = mapping;
    piece.address = p.address;
    piece.size = p.size;
    piece.pieces.clear();
    piece.io_address = mapping.address + p.offset;
    mapping.pieces.push_back(p.address);
    watch_edges(ledger_.map(std::move(piece)), true);
  }
}

// A handle is an address of the device's I/O space, if it has one and knows it.
Ledger& MappingHooks::space_of(std::uint32_t address, const std::string& device) {
  Ledger* space = ledger_.find_io_space(device);
  return space != nullptr && space->covering(address) != nullptr ? *space : ledger_;
}

void MappingHooks::end(std::uint32_t address, const HookedCall& call, std::uint32_t attributes,
                       Mapping::Type type) {
  const std::string device = device_name(call.r[0]);
  Ledger& space = space_of(address, device);
  Mapping* mapping = space.live_at(address, type, device);
  if (mapping == nullptr) return;
  if ((attributes & kSkipCpuSync) != 0) mapping->cpu_sync_skipped = true;
  for (const std::uint32_t at : mapping->pieces) {
    Mapping* piece = ledger_.live_at(at, type, device);
    if (piece == nullptr) continue;
    piece->cpu_sync_skipped = mapping->cpu_sync_skipped;
    watch_edges(*piece, false);
    ledger_.end(*piece, call.entered, program_.now());
  }
  if (&space == &ledger_) watch_edges(*mapping, false);
  if (mapping->original) end_copy(*mapping, call, address, mapping->size, "unmap");
  space.end(*mapping, call.entered, program_.now());
}

void MappingHooks::set_owner(std::uint32_t address, const HookedCall& call, Mapping::Owner owner) {
  Mapping* mapping = space_of(address, device_name(call.r[0])).covering(address);
  if (mapping == nullptr || mapping->owner == Mapping::Owner::kEnded) return;
  mapping->owner = owner;
  for (const std::uint32_t at : mapping->pieces) {
    if (Mapping* piece = ledger_.live_at(at)) piece->owner = owner;
  }
}

// Lines that the mapping shares with its neighbours, if a device may write them.
void MappingHooks::watch_edges(const Mapping& mapping, bool on) {
  if (mapping.original) {
    const std::uint32_t behind = *mapping.original + mapping.size;
    for (std::uint32_t at = *mapping.original & ~(kLineBytes - 1); at < behind; at += kLineBytes)
      program_.watch_line(line_of(PhysicalAddress{at}), on);
    return;
  }
  if (mapping.type != Mapping::Type::kStreaming || !mapping.device_may_write()) return;
  const std::uint32_t end = mapping.address + mapping.size;
  if (mapping.address % kLineBytes != 0)
    program_.watch_line(line_of(PhysicalAddress{mapping.address}), on);
  if (end % kLineBytes != 0) program_.watch_line(line_of(PhysicalAddress{end}), on);
}

// A device's first word points to its name, in Linux (kobj.name) and in our guest.
std::string MappingHooks::device_name(std::uint32_t device) const {
  std::string name;
  std::uint32_t at = program_.word(device).value_or(0);
  while (at != 0 && name.size() < 64) {
    const auto word = program_.word(at & ~3U);
    if (!word) break;
    const char c = static_cast<char>(*word >> (8 * (at % 4)));
    if (c < ' ' || c > '~') break;
    name += c;
    ++at;
  }
  const auto known = paths_.find(name);
  return known == paths_.end() ? name : known->second;
}

}  // namespace linefill
