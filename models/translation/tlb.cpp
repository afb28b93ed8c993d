// SPDX-License-Identifier: Apache-2.0
#include "models/translation/tlb.hpp"

#include <algorithm>

namespace linefill {

bool Tlb::find(VirtualAddress va, std::uint8_t asid, Translation& translation) {
  for (const std::uint8_t shift : kShifts) {
    if (in_use_[index_of(shift)] == 0) continue;
    const std::uint32_t page = raw(va) >> shift;
    const Entry* set = set_of(page);
    for (unsigned way = 0; way < kWays; ++way) {
      const Entry& entry = set[way];
      if (!entry.valid || entry.page != page || entry.translation.page_shift != shift) continue;
      if (!entry.translation.global && entry.asid != asid) continue;
      translation = entry.translation;
      translation.pa = translation.pa + (raw(va) & ((1U << shift) - 1));
      ++hits_;
      return true;
    }
  }
  ++misses_;
  return false;
}

void Tlb::insert(VirtualAddress va, std::uint8_t asid, const Translation& translation) {
  const unsigned shift = translation.page_shift;
  const std::uint32_t page = raw(va) >> shift;
  Entry* set = set_of(page);
  Entry* place = std::find_if(set, set + kWays, [](const Entry& e) { return !e.valid; });
  if (place == set + kWays) {
    auto& next = next_[page % kSets];
    place = &set[next];
    next = static_cast<std::uint8_t>((next + 1U) % kWays);
    --in_use_[index_of(place->translation.page_shift)];
  }
  *place = {true, asid, page, translation};
  place->translation.pa = PhysicalAddress{raw(translation.pa) & ~((1U << shift) - 1)};
  ++in_use_[index_of(translation.page_shift)];
}

template <class Condition>
void Tlb::drop_if(Condition condition) {
  ++invalidations_;
  for (Entry& entry : entries_) {
    if (!entry.valid || !condition(entry)) continue;
    entry.valid = false;
    --in_use_[index_of(entry.translation.page_shift)];
  }
}

template <class Condition>
unsigned Tlb::drop_at(VirtualAddress va, Condition condition) {
  unsigned largest = 0;
  drop_if([&](const Entry& entry) {
    const unsigned shift = entry.translation.page_shift;
    if (entry.page != raw(va) >> shift || !condition(entry)) return false;
    largest = std::max(largest, shift);
    return true;
  });
  return largest;
}

void Tlb::invalidate_all() {
  drop_if([](const Entry&) { return true; });
}

void Tlb::invalidate_asid(std::uint8_t asid) {
  drop_if([asid](const Entry& entry) { return !entry.translation.global && entry.asid == asid; });
}

unsigned Tlb::invalidate_address(VirtualAddress va, std::uint8_t asid) {
  return drop_at(
      va, [asid](const Entry& entry) { return entry.translation.global || entry.asid == asid; });
}

unsigned Tlb::invalidate_address_all(VirtualAddress va) {
  return drop_at(va, [](const Entry&) { return true; });
}

unsigned Tlb::used() const {
  return static_cast<unsigned>(
      std::count_if(entries_.begin(), entries_.end(), [](const Entry& e) { return e.valid; }));
}

}  // namespace linefill
