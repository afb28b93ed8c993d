// SPDX-License-Identifier: Apache-2.0
#include "models/checker/ledger.hpp"

#include <algorithm>
#include <iterator>

namespace linefill {

std::string_view name_of(DmaDirection direction) {
  static constexpr std::string_view kNames[] = {"DMA_BIDIRECTIONAL", "DMA_TO_DEVICE",
                                                "DMA_FROM_DEVICE", "DMA_NONE"};
  return kNames[static_cast<unsigned>(direction)];
}

void Mapping::Uncopied::add(std::uint32_t offset, std::uint32_t size, std::uint32_t by, Time at) {
  first = end == 0 ? offset : std::min(first, offset);
  end = std::max(end, offset + size);
  pc = by;
  time = at;
}

Mapping& Ledger::map(Mapping mapping) {
  // What ended and now belongs to a new mapping is that one's.
  auto old = ended_mappings_.lower_bound(mapping.address);
  while (old != ended_mappings_.end() && old->first < mapping.address + mapping.size) {
    old = ended_mappings_.erase(old);
  }
  recent_ = {};
  mapped_for_.insert(mapping.device);
  const std::uint32_t at = mapping.address;
  Mapping& added = live_.emplace(at, std::move(mapping))->second;
  if (added.original) originals_[*added.original] = &added;
  return added;
}

Mapping* Ledger::live_at(std::uint32_t address) {
  const auto behind = live_.upper_bound(address);
  if (behind == live_.begin() || std::prev(behind)->first != address) return nullptr;
  return &std::prev(behind)->second;
}

Mapping* Ledger::live_at(std::uint32_t address, Mapping::Type type, const std::string& device) {
  const auto [first, last] = live_.equal_range(address);
  for (auto at = last; at != first;) {
    --at;
    if (at->second.type == type && at->second.device == device) return &at->second;
  }
  return live_at(address);
}

void Ledger::end(std::uint32_t address, Time entered, Time now) {
  if (const Mapping* latest = live_at(address)) end(*latest, entered, now);
}

void Ledger::end(const Mapping& mapping, Time entered, Time now) {
  const auto [first, last] = live_.equal_range(mapping.address);
  for (auto at = first; at != last; ++at) {
    if (&at->second == &mapping) return end(at, entered, now);
  }
}

void Ledger::end(Mappings::iterator at, Time entered, Time now) {
  recent_ = {};
  if (at->second.original) originals_.erase(*at->second.original);
  Mapping mapping = std::move(at->second);
  live_.erase(at);
  mapping.owner = Mapping::Owner::kEnded;
  mapping.unmap_entered = entered;
  mapping.unmapped = now;
  const bool whole = mapping.type == Mapping::Type::kStreaming && !mapping.io_address;
  if (ended_ && whole) ended_(mapping);
  if (freed_ && mapping.type == Mapping::Type::kCoherent) freed_(mapping.address, mapping.size);
  if (mapping.type == Mapping::Type::kCoherent) {
    blocks_.erase(blocks_.lower_bound(mapping.address),
                  blocks_.lower_bound(mapping.address + mapping.size));
  }
  ended_mappings_.erase(mapping.address);
  ended_mappings_.emplace(mapping.address, std::move(mapping));
}

Mapping* Ledger::find_live(std::uint32_t address, const Accepts& wanted) {
  for (auto at = live_.upper_bound(address); at != live_.begin();) {
    --at;
    if (at->second.covers(address) && wanted(at->second)) return &at->second;
  }
  return nullptr;
}

const Mapping* Ledger::find_ended(std::uint32_t address, const Accepts& wanted) const {
  for (auto at = ended_mappings_.upper_bound(address); at != ended_mappings_.begin();) {
    --at;
    if (at->second.covers(address) && wanted(at->second)) return &at->second;
  }
  return nullptr;
}

Mapping* Ledger::bounced_over(std::uint32_t original) {
  const auto behind = originals_.upper_bound(original);
  if (behind == originals_.begin()) return nullptr;
  const auto& [first, mapping] = *std::prev(behind);
  return original - first < mapping->size ? mapping : nullptr;
}

void Ledger::take_block(std::uint32_t address, std::uint32_t size) {
  blocks_[address] = {size, true};
}

void Ledger::free_block(std::uint32_t address) {
  const auto block = blocks_.find(address);
  if (block != blocks_.end()) block->second.taken = false;
}

bool Ledger::in_free_block(std::uint32_t address) const {
  if (blocks_.empty()) return false;
  const auto behind = blocks_.upper_bound(address);
  if (behind == blocks_.begin()) return false;
  const auto& [first, block] = *std::prev(behind);
  return !block.taken && address - first < block.size;
}

bool Ledger::any_within(std::uint32_t first, std::uint32_t last) {
  if (find(live_, first) != nullptr) return true;
  const auto next = live_.lower_bound(first);
  return next != live_.end() && next->first <= last;
}

Ledger& Ledger::io_space(const std::string& master) {
  auto& space = io_spaces_[master];
  if (space == nullptr) space = std::make_unique<Ledger>();
  space->ended_ = ended_;
  return *space;
}

Ledger* Ledger::find_io_space(const std::string& master) {
  const auto found = io_spaces_.find(master);
  return found == io_spaces_.end() ? nullptr : found->second.get();
}

// Remembered while no mapping begins or ends, if none begins within it.
Mapping* Ledger::look_up(std::uint32_t address) {
  Mapping* const found = find(live_, address);
  if (found == nullptr) return nullptr;
  const auto next = live_.upper_bound(address);
  if (&std::prev(next)->second != found) return found;
  Recent& recent = recent_[next_recent_++ % recent_.size()];
  recent = {found, found->address, found->size};
  if (next != live_.end()) recent.size = std::min(recent.size, next->first - recent.first);
  return found;
}

template <class Wanted>
Mapping* Ledger::find(Mappings& in, std::uint32_t address, Wanted&& wanted) {
  auto at = in.upper_bound(address);
  // Mappings may overlap by mistake; a few steps back find the nearest that covers.
  for (int steps = 0; at != in.begin() && steps < 8; ++steps) {
    --at;
    if (at->second.covers(address) && wanted(at->second)) return &at->second;
  }
  return nullptr;
}

Mapping* Ledger::find(Mappings& in, std::uint32_t address) {
  return find(in, address, [](const Mapping&) { return true; });
}

Mapping* Ledger::covering(std::uint32_t address) {
  if (Mapping* live = find(live_, address)) return live;
  return find(ended_mappings_, address);
}

const Mapping* Ledger::given_to(const std::string& device, std::uint32_t address) const {
  auto& self = const_cast<Ledger&>(*this);
  const auto coherent = [](const Mapping& m) { return m.type == Mapping::Type::kCoherent; };
  const auto own = [&](const Mapping& m) { return m.device == device; };
  if (Mapping* allocation = find(self.live_, address, coherent)) return allocation;
  if (Mapping* live = find(self.live_, address, own)) return live;
  return find(self.ended_mappings_, address, own);
}

const Mapping* Ledger::partly_covering(LineNumber line) const { return partly(live_, line); }

const Mapping* Ledger::ended_partly_covering(LineNumber line) const {
  return partly(ended_mappings_, line);
}

const Mapping* Ledger::partly(const Mappings& in, LineNumber line) {
  const std::uint32_t first = raw(address_of(line));
  const auto holds_part = [&](const Mapping& m) {
    const bool touches = m.address < first + kLineBytes && first < m.address + m.size;
    const bool all = m.address <= first && first + kLineBytes <= m.address + m.size;
    return touches && !all && m.type == Mapping::Type::kStreaming && m.device_may_write();
  };
  for (const auto& [address, mapping] : in) {
    if (address >= first + kLineBytes) break;
    if (holds_part(mapping)) return &mapping;
  }
  return nullptr;
}

}  // namespace linefill
