// SPDX-License-Identifier: Apache-2.0
#include "models/checker/mapping_rules.hpp"

#include <algorithm>

namespace linefill {

namespace {

bool has_direction(MappingFamily family) {
  return family != MappingFamily::kCoherent && family != MappingFamily::kPool;
}

/// An unmap without a direction: Linux stops there, our layer does nothing.
bool is_refused(const MappingCall& call) {
  return call.direction == DmaDirection::kNone &&
         (is_streaming(call.family) || call.family == MappingFamily::kResource);
}

/// How well a mapping fits the call that ends one at its address: the highest wins.
unsigned fit(const MappingCall& call, const MappingCall& mapping) {
  if (mapping.device != call.device) return mapping.family == call.family ? 1 : 0;
  unsigned value = 2;
  if (mapping.family == call.family) value += 4;
  if (mapping.size == call.size || call.family == MappingFamily::kList) value += 2;
  if (mapping.direction == call.direction) value += 1;
  return value;
}

}  // namespace

std::string describe(const MappingCall& mapping) {
  std::string text = mapping.function + " ";
  if (has_direction(mapping.family)) text += std::string{name_of(mapping.direction)} + " ";
  text += std::to_string(mapping.size) + " bytes of " + mapping.device_name;
  if (mapping.entries != 0) text += " (" + std::to_string(mapping.entries) + " entries)";
  return text;
}

std::string ending_of(MappingFamily family) {
  switch (family) {
    case MappingFamily::kPage:
      return "dma_unmap_single or dma_unmap_page";
    case MappingFamily::kList:
      return "dma_unmap_sg";
    case MappingFamily::kResource:
      return "dma_unmap_resource";
    case MappingFamily::kCoherent:
      return "dma_free_coherent";
    case MappingFamily::kPages:
      return "dma_free_pages";
    case MappingFamily::kTable:
      return "dma_free_noncontiguous";
    case MappingFamily::kPool:
      return "dma_pool_free";
  }
  return {};
}

void MappingRules::mapped(const MappingCall& call, std::vector<Segment> segments,
                          std::vector<Segment> memory) {
  if (memory.empty()) memory = segments;
  Record record{call, std::move(segments), std::move(memory)};
  record.checked = call.family != MappingFamily::kPage && call.family != MappingFamily::kResource;
  if (is_streaming(call.family) && !call.cpu_sync_skipped) look_for_overlap(record);
  look_at_limits(record);
  ended_.erase({call.device, call.address});
  live_.emplace(call.address, std::move(record));
}

// Two devices may have the same addresses for different memory; one device has not. As Linux
// (kernel/dma/debug.c), not for mappings that leave the caches alone.
void MappingRules::look_for_overlap(const Record& fresh) {
  const auto may_write = [](const MappingCall& call) {
    return call.direction != DmaDirection::kToDevice;
  };
  for (const auto& [address, other] : live_) {
    if (other.call.device != fresh.call.device || !is_streaming(other.call.family)) continue;
    if (other.call.cpu_sync_skipped) continue;
    if (!may_write(fresh.call) && !may_write(other.call)) continue;
    for (const Segment& a : fresh.memory) {
      const bool overlaps =
          std::any_of(other.memory.begin(), other.memory.end(), [&](const Segment& b) {
            return a.first < b.first + b.second && b.first < a.first + a.second;
          });
      if (!overlaps) continue;
      report(FindingKind::kApiOverlap, fresh.call, &other.call,
             ending_of(other.call.family) + " of the one before the other is mapped");
      return;
    }
  }
}

MappingRules::Live::iterator MappingRules::best_match(const MappingCall& call) {
  const auto [first, last] = live_.equal_range(call.address);
  auto best = live_.end();
  unsigned best_fit = 0;
  for (auto at = first; at != last; ++at) {
    const unsigned value = fit(call, at->second.call);
    if (value > best_fit) {
      best = at;
      best_fit = value;
    }
  }
  return best;
}

bool MappingRules::ended(const MappingCall& call) {
  const auto found = best_match(call);
  const auto before = ended_.find({call.device, call.address});
  // A bounce buffer lies in memory that is mapped for itself, and stays so.
  const bool again = before != ended_.end() && before->second.family == call.family;
  if (found == live_.end() || (found->second.call.family != call.family && again)) {
    if (before != ended_.end()) {
      report(FindingKind::kApiDoubleUnmap, call, &before->second, "one call less");
    } else {
      report(FindingKind::kApiUnmapUnknown, call, nullptr,
             "the handle that the mapping call returned");
    }
    return false;
  }
  compare(call, found->second);
  if (is_refused(call)) return false;
  // No pool takes another's block.
  if (call.family == MappingFamily::kPool && found->second.call.device != call.device) return false;
  look_at_check(call, found->second);
  ending_sites_.insert(found->second.call.site);
  ended_[{found->second.call.device, call.address}] = found->second.call;
  live_.erase(found);
  return true;
}

bool MappingRules::mixed_up(const MappingCall& call, std::uint32_t handle) {
  MappingCall owner = call;
  owner.address = handle;
  const auto found = best_match(owner);
  if (found == live_.end()) return false;
  report(FindingKind::kApiUnmapUnknown, call, &found->second.call,
         call.function + " with the address and the handle of one allocation");
  return true;
}

void MappingRules::compare(const MappingCall& call, const Record& record) {
  const MappingCall& mapping = record.call;
  if (mapping.device != call.device) {
    report(FindingKind::kApiWrongDevice, call, &mapping,
           call.function + (call.family == MappingFamily::kPool
                                ? " with the pool it was taken from"
                                : " with the device it was mapped for"));
  } else if (mapping.family != call.family) {
    report(FindingKind::kApiWrongFunction, call, &mapping, ending_of(mapping.family));
  } else if (mapping.entries != call.entries) {
    report(FindingKind::kApiEntryCountMismatch, call, &mapping,
           call.function + " with the " + std::to_string(mapping.entries) +
               " entries that were mapped, not the number that was returned");
  } else if (call.family != MappingFamily::kList && mapping.size != call.size) {
    report(FindingKind::kApiSizeMismatch, call, &mapping,
           call.function + " with the size " + std::to_string(mapping.size));
  } else if (has_direction(call.family) && mapping.direction != call.direction) {
    report(FindingKind::kApiDirectionMismatch, call, &mapping,
           call.function + " with " + std::string{name_of(mapping.direction)});
  }
}

void MappingRules::synced(const MappingCall& call) {
  const MappingCall* mapping = nullptr;
  for (auto& [address, record] : live_) {
    if (record.call.device != call.device || !has_direction(record.call.family)) continue;
    const bool inside =
        std::any_of(record.segments.begin(), record.segments.end(), [&](const Segment& s) {
          return call.address >= s.first && call.address - s.first <= s.second &&
                 call.size <= s.second - (call.address - s.first);
        });
    if (!inside) continue;
    look_at_check(call, record);
    const DmaDirection mapped = record.call.direction;
    if (mapped == call.direction || mapped == DmaDirection::kBidirectional) return;
    mapping = &record.call;
  }
  if (mapping == nullptr) {
    report(FindingKind::kApiSyncOutsideMapping, call, nullptr,
           "a sync of what is mapped, and of no more");
  } else {
    report(FindingKind::kApiDirectionMismatch, call, mapping,
           call.function + " with " + std::string{name_of(mapping->direction)});
  }
}

void MappingRules::report(FindingKind kind, const MappingCall& call, const MappingCall* mapping,
                          std::string missing, Severity severity) {
  Finding finding;
  finding.kind = kind;
  finding.severity = severity;
  finding.cause = call.function;
  finding.time = call.time;
  finding.address = call.address;
  finding.length = call.size;
  finding.device = call.device_name;
  finding.reader = {"cpu0", call.site, call.time};
  if (mapping != nullptr) {
    finding.mapping = describe(*mapping);
    finding.mapping_site = mapping->site;
    finding.mapping_size = mapping->size;
    finding.offset = std::int64_t{call.address} - mapping->address;
    finding.writer = {"cpu0", mapping->site, mapping->time};
  }
  finding.missing = std::move(missing);
  findings_.add(std::move(finding));
}

}  // namespace linefill
