// SPDX-License-Identifier: Apache-2.0
// What is looked at besides the arguments: whether failure was asked for, what the device can take,
// and what is never ended.
#include <algorithm>

#include "models/checker/mapping_rules.hpp"

namespace linefill {

namespace {
/// Rings of buffers are mapped at one place, too; they are smaller, or some of them end.
constexpr unsigned kGrowing = 64;
}  // namespace

// All mappings with this handle: as Linux, which cannot tell them apart either.
void MappingRules::checked(std::uint32_t device, std::uint32_t handle) {
  const auto [first, last] = live_.equal_range(handle);
  for (auto at = first; at != last; ++at) {
    if (at->second.call.device == device) at->second.checked = true;
  }
}

void MappingRules::look_at_check(const MappingCall& use, Record& record) {
  if (!checks_expected_ || record.checked) return;
  record.checked = true;
  report(FindingKind::kApiUncheckedError, use, &record.call,
         "dma_mapping_error(dev, handle) after " + record.call.function, Severity::kWarning);
}

void MappingRules::used_failed(const MappingCall& call) {
  report(FindingKind::kApiUncheckedError, call, nullptr,
         "dma_mapping_error(dev, handle), and no " + call.function + " if it says so");
}

void MappingRules::bad_memory(const MappingCall& call, const char* cause) {
  MappingCall bad = call;
  bad.function = cause;
  report(FindingKind::kApiBadMemory, bad, nullptr, "memory from kmalloc() or alloc_pages()");
}

void MappingRules::no_buffer(const MappingCall& call) {
  report(FindingKind::kBounceExhausted, call, nullptr,
         "unmaps before, fewer bytes at a time, or more buffers");
}

// Unless what was copied was old, which is told already.
void MappingRules::not_copied(const MappingCall& call, const char* step, Time since) {
  if (findings_.last_occurrence() >= since) return;
  MappingCall bad = call;
  bad.function = step;
  report(FindingKind::kBounceNotCopied, bad, &call, "the copy in " + std::string{step});
}

bool MappingRules::beyond_mask(const Record& record) const {
  const auto found = limits_.find(record.call.device);
  if (found == limits_.end()) return false;
  const bool coherent = record.call.family == MappingFamily::kCoherent;
  const std::uint64_t mask = coherent ? found->second.coherent_mask : found->second.mask;
  return std::any_of(record.segments.begin(), record.segments.end(), [&](const Segment& s) {
    return s.second != 0 && std::uint64_t{s.first} + s.second - 1 > mask;
  });
}

void MappingRules::look_at_limits(const Record& record) {
  const MappingCall& call = record.call;
  const auto found = limits_.find(call.device);
  if (found == limits_.end()) return;
  if (beyond_mask(record)) {
    report(FindingKind::kApiMaskViolation, call, nullptr,
           "operations that keep the device's mask, or refuse");
  }
  if (call.family != MappingFamily::kList) return;
  const Limits& limits = found->second;
  for (const auto& [address, size] : record.segments) {
    if (size == 0) continue;
    MappingCall segment = call;
    segment.address = address;
    segment.size = size;
    if (size > limits.longest_segment) {
      segment.function = "length";
      report(FindingKind::kApiSegmentLimit, segment, &call,
             "entries of at most " + std::to_string(limits.longest_segment) + " bytes");
    }
    if (((address ^ (address + size - 1)) & ~limits.segment_boundary) != 0) {
      segment.function = "boundary";
      report(FindingKind::kApiSegmentLimit, segment, &call,
             "entries that do not cross the device's boundary");
    }
  }
}

void MappingRules::set_mask(const MappingCall& call, std::uint64_t mask, bool coherent) {
  Limits& limits = limits_[call.device];
  (coherent ? limits.coherent_mask : limits.mask) = mask;
  for (const auto& [address, record] : live_) {
    const bool of_this = (record.call.family == MappingFamily::kCoherent) == coherent;
    if (!of_this || record.call.device != call.device || !beyond_mask(record)) continue;
    MappingCall late = call;
    late.address = record.call.address;
    late.size = record.call.size;
    report(FindingKind::kApiMaskViolation, late, &record.call,
           call.function + " before " + record.call.function);
  }
}

void MappingRules::set_longest_segment(std::uint32_t device, std::uint32_t bytes) {
  limits_[device].longest_segment = bytes;
}

void MappingRules::set_segment_boundary(std::uint32_t device, std::uint32_t mask) {
  limits_[device].segment_boundary = mask;
}

void MappingRules::report_leak(const MappingCall& mapping, const char* cause, Time time) {
  MappingCall leak = mapping;
  leak.function = cause;
  leak.time = time;
  report(FindingKind::kApiLeak, leak, &mapping, ending_of(mapping.family));
}

// As Linux: when a driver has let go of a device, its allocations count, too.
void MappingRules::device_gone(const MappingCall& call) {
  for (const auto& [address, record] : live_) {
    if (record.call.device == call.device) report_leak(record.call, "device_gone", call.time);
  }
}

// A block's device is its pool.
void MappingRules::pool_destroyed(const MappingCall& call) {
  for (auto at = live_.begin(); at != live_.end();) {
    const bool out =
        at->second.call.device == call.device && at->second.call.family == MappingFamily::kPool;
    if (out) report_leak(at->second.call, "pool_destroyed", call.time);
    at = out ? live_.erase(at) : std::next(at);
  }
}

void MappingRules::run_ended(bool by_itself, Time time) {
  std::map<std::uint32_t, unsigned> live_of_site;
  for (const auto& [address, record] : live_) ++live_of_site[record.call.site];
  for (const auto& [address, record] : live_) {
    const MappingCall& call = record.call;
    if (by_itself && is_streaming(call.family)) {
      report_leak(call, "guest_ended", time);
    } else if (call.family != MappingFamily::kPool && live_of_site[call.site] >= kGrowing &&
               !ending_sites_.contains(call.site)) {
      report_leak(call, "growing", time);
    }
  }
}

}  // namespace linefill
