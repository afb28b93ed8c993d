// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/smmu_tlb.hpp"

#include <algorithm>

namespace linefill::smmu {

namespace {

/// Whether an operation means what is kept under `tag`, but for the address.
bool concerns(const Invalidation& operation, const Tag& tag, bool global) {
  using enum Invalidation::Scope;
  if (operation.secure != tag.secure || operation.scope == kHypervisor) return false;
  if (operation.scope == kAll) return true;
  if (operation.vmid != tag.vmid) return false;
  const bool stage1 = tag.stages != Stages::kStage2;
  switch (operation.scope) {
    case kVmid:
      return true;
    case kVmidStage1:
    case kAddressAllAsids:
      return stage1;
    case kAsid:
      return stage1 && !global && operation.asid == tag.asid;
    case kAddress:
      return stage1 && (global || operation.asid == tag.asid);
    default:
      return !stage1;
  }
}

bool by_address(Invalidation::Scope scope) {
  using enum Invalidation::Scope;
  return scope == kAddress || scope == kAddressAllAsids || scope == kIpa;
}

}  // namespace

void SmmuTlb::clear() {
  for (Slot& slot : entries_) slot.valid = false;
  next_ = 0;
}

const TlbEntry* SmmuTlb::find(std::uint64_t address, const Tag& tag) const {
  const auto hits = [&](const Slot& slot) {
    const TlbEntry& e = slot.entry;
    return slot.valid && e.page == address >> e.page_shift && e.tag.stages == tag.stages &&
           e.tag.secure == tag.secure && e.tag.vmid == tag.vmid &&
           (e.global || e.tag.asid == tag.asid);
  };
  if (hits(entries_[last_])) return &entries_[last_].entry;
  const auto found = std::find_if(entries_.begin(), entries_.end(), hits);
  if (found == entries_.end()) return nullptr;
  last_ = static_cast<std::size_t>(found - entries_.begin());
  return &found->entry;
}

const TlbEntry& SmmuTlb::insert(std::uint64_t address, const TlbEntry& entry) {
  auto place =
      std::find_if(entries_.begin(), entries_.end(), [](const Slot& s) { return !s.valid; });
  if (place == entries_.end()) {
    place = entries_.begin() + static_cast<std::ptrdiff_t>(next_);
    next_ = (next_ + 1) % entries_.size();
  }
  *place = {true, entry};
  place->entry.page = address >> entry.page_shift;
  return place->entry;
}

void SmmuTlb::apply(const Invalidation& operation) {
  for (Slot& slot : entries_) {
    const TlbEntry& e = slot.entry;
    if (!slot.valid || !concerns(operation, e.tag, e.global)) continue;
    if (by_address(operation.scope) && e.page != operation.address >> e.page_shift) continue;
    slot.valid = false;
  }
}

std::size_t SmmuTlb::used() const {
  return static_cast<std::size_t>(
      std::count_if(entries_.begin(), entries_.end(), [](const Slot& s) { return s.valid; }));
}

void WalkCache::clear() {
  for (Slot& slot : entries_) slot.valid = false;
  next_ = 0;
}

bool WalkCache::find(const Key& key, std::uint64_t& descriptor) const {
  for (const Slot& slot : entries_) {
    const Key& k = slot.key;
    if (!slot.valid || k.level != key.level || k.shift != key.shift ||
        k.tag.stages != key.tag.stages || k.tag.secure != key.tag.secure ||
        k.tag.vmid != key.tag.vmid || k.tag.asid != key.tag.asid ||
        k.address >> k.shift != key.address >> k.shift)
      continue;
    descriptor = slot.descriptor;
    return true;
  }
  return false;
}

void WalkCache::insert(const Key& key, std::uint64_t descriptor) {
  if (entries_.empty()) return;
  entries_[next_] = {true, key, descriptor};
  next_ = (next_ + 1) % entries_.size();
}

void WalkCache::apply(const Invalidation& operation) {
  if (operation.leaf) return;
  for (Slot& slot : entries_) {
    const Key& k = slot.key;
    if (!slot.valid || !concerns(operation, k.tag, false)) continue;
    if (by_address(operation.scope) && k.address >> k.shift != operation.address >> k.shift)
      continue;
    slot.valid = false;
  }
}

void Invalidations::clear() { pending_.clear(); }

void Invalidations::post(const Source& source, const Invalidation& operation, Time now) {
  const Time due = now + lazy_;
  const auto place = std::find_if(pending_.rbegin(), pending_.rend(),
                                  [&](const Pending& p) { return p.due <= due; });
  pending_.insert(place.base(), {source, due, false, operation});
}

void Invalidations::sync(const Source& source, Time now) {
  Time due = now;
  for (Pending& p : pending_) {
    if (!meant(source, p.source)) continue;
    due += hurried_;
    p.due = std::min(p.due, due);
    p.awaited = true;
  }
  std::stable_sort(pending_.begin(), pending_.end(),
                   [](const Pending& a, const Pending& b) { return a.due < b.due; });
}

bool Invalidations::active(const Source& source) const {
  return std::any_of(pending_.begin(), pending_.end(),
                     [&](const Pending& p) { return p.awaited && meant(source, p.source); });
}

}  // namespace linefill::smmu
