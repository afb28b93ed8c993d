// SPDX-License-Identifier: Apache-2.0
// What is said in findings: causes, parties, mappings.
#include <algorithm>
#include <bit>

#include "models/checker/checker.hpp"
#include "models/checker/remedy.hpp"

namespace linefill {

// Where newer bytes were than those that were used.
const char* Checker::cause_of_dirty(CopyLevel level) {
  switch (level) {
    case CopyLevel::kL1Data:
      return "l1_dirty";
    case CopyLevel::kL2:
      return "l2_dirty";
    case CopyLevel::kStoreBuffer:
      return "store_buffer";
    case CopyLevel::kL2StoreBuffer:
      return "l2_store_buffer";
    case CopyLevel::kL2EvictionBuffer:
      return "l2_eviction_buffer";
    default:
      return "";
  }
}

// What left an older copy for the processor to use.
const char* Checker::cause_of_stale(CopyLevel level, LineNumber line, const CopyView& view,
                                    const Overtaking& by) const {
  // Code that was written as data is no alias: the instruction cache is never coherent.
  if (by.origin.master == MasterId::kProcessor && level != CopyLevel::kL1Instruction)
    return "alias";
  if (view.filled_stale && (by.l1_invalidated || !l1_speculates_)) return "outer_not_invalidated";
  if (view.fill_cause == FillCause::kSpeculative) return "speculative_fill";
  if (!view.filled_stale) return "not_invalidated";
  // It came from an outer copy that was older already: what brought that one in brought this one.
  for (const CopyHolder* holder : holders_) {
    if (holder->level() != CopyLevel::kL2) continue;
    const CopyView outer = holder->find(line);
    if (outer.valid != 0 && outer.fill_cause == FillCause::kSpeculative) return "speculative_fill";
  }
  return "not_invalidated";
}

// Whether the older bytes were written back because of a neighbour of a mapping in the same line:
// also when the mapping has just ended, if none of the stores were to it.
bool Checker::shares_line(LineNumber line, ByteMask dirty) const {
  const Mapping* live = ledger_.partly_covering(line);
  if (live != nullptr && !live->cpu_sync_skipped) return true;
  const Mapping* mapping = live != nullptr ? live : ledger_.ended_partly_covering(line);
  if (mapping == nullptr || dirty == 0) return false;
  for (unsigned b = 0; b < kLineBytes; ++b) {
    if ((dirty >> b & 1U) != 0 && mapping->covers(raw(address_of(line)) + b)) return false;
  }
  return true;
}

// What a coherent allocation held is nobody's once it is given back: whoever has the pages next
// writes what it needs of a line, and the rest may be as old as it likes.
void Checker::forgive(PhysicalAddress address, std::uint32_t size) {
  constexpr std::uint32_t kPage = 4096;  // Allocations are of whole pages.
  const std::uint32_t first = raw(address) & ~(kPage - 1);
  for (std::uint32_t at = first; at < raw(address) + size || at % kPage != 0; at += kLineBytes) {
    const LineNumber line = line_of(PhysicalAddress{at});
    const ByteMask older = held(line, &LineMarks::superseded);
    if (older != 0) forgiven_[line] |= older;
  }
  if (forgiven_.size() < many_forgiven_) return;
  std::erase_if(forgiven_, [this](const auto& entry) {
    return held(entry.first, &LineMarks::superseded) == 0;
  });
  many_forgiven_ = std::max(kFewOvertakings, 2 * forgiven_.size());
}

ByteMask Checker::forgiven(LineNumber line) const {
  if (forgiven_.empty()) return 0;
  const auto found = forgiven_.find(line);
  return found == forgiven_.end() ? 0 : found->second;
}

void Checker::lose_write(CopyLevel from, LineNumber line, ByteMask over, const LineMarks& marks,
                         const Overtaking& by, const char* cause, Time time) {
  // A processor's own uncached store that its own write-back overwrites is the alias's fault.
  const bool by_device = by.origin.master != MasterId::kProcessor;
  Finding finding;
  finding.kind = by_device ? FindingKind::kLostDeviceWrite : FindingKind::kAliasMismatch;
  finding.cause = by_device ? cause : cause_of_dirty(from);
  if (by_device && shares_line(line, marks.dirty)) finding.cause = "shared_line";
  finding.time = time;
  // Who used the older bytes: the store that made the line dirty, and so had it written back.
  const ByteMask dirty = marks.dirty != 0 ? marks.dirty : over;
  finding.reader = {name_of_master(MasterId::kProcessor),
                    marks.origin[static_cast<unsigned>(std::countr_zero(dirty))].pc,
                    {}};
  finding.writer = party_of(by.origin, by.time);
  finding.writer.io_address = by.io_address;
  blame_declaration(finding, by.origin);
  findings_.escalate(FindingKind::kSharedLine, raw(address_of(line)), "lost");
  raise(std::move(finding), line, over);
}

void Checker::raise(Finding finding, LineNumber line, ByteMask bytes) {
  const auto first = static_cast<unsigned>(std::countr_zero(bytes));
  finding.bytes = bytes;
  finding.address = raw(address_of(line)) + first;
  point_at(finding.reader, finding.address);
  point_at(finding.writer, finding.address);
  finding.length = 32 - first - static_cast<unsigned>(std::countl_zero(bytes));
  const Mapping* mapping = finding.free_running
                               ? ledger_.given_to(finding.reader.agent, finding.address)
                               : ledger_.covering(finding.address);
  if (mapping != nullptr) {
    finding.mapping = describe(*mapping);
    finding.mapping_site = mapping->site;
    finding.mapping_size = mapping->size;
    finding.offset = mapping->offset_of(finding.address);
    finding.device = mapping->device;
  }
  finding.missing = remedy_for(finding, mapping);
  if (finding.device.empty()) {
    finding.device =
        finding.reader.agent.starts_with('/') ? finding.reader.agent : finding.writer.agent;
  }
  findings_.add(std::move(finding));
}

Party Checker::party_of(const Origin& origin, Time time) const {
  return {name_of_master(origin.master), origin.pc, time};
}

std::string Checker::name_of_master(MasterId master) const {
  if (master == MasterId::kProcessor) return "cpu0";
  const auto found = masters_.find(master);
  return found != masters_.end() ? found->second
                                 : "master " + std::to_string(static_cast<int>(master));
}

}  // namespace linefill
