// SPDX-License-Identifier: Apache-2.0
// What comes through a coherency port, and what should have come through one.
#include <algorithm>
#include <bit>

#include "models/checker/checker.hpp"

namespace linefill {

void Checker::account_line(LineNumber line, ByteMask bytes, bool write,
                           const Attributes& attributes, Time time) {
  const auto first = static_cast<std::uint32_t>(std::countr_zero(bytes));
  const std::uint32_t end = std::bit_width(bytes);
  account(address_of(line) + first, end - first, write, attributes, time);
}

// Nothing that a non-cacheable store left in the core's buffer is seen there; what is below L1 is
// as good as the marks of the copy that served.
void Checker::port_read(LineNumber line, ByteMask bytes, CopyLevel served, const LineMarks& marks,
                        const Attributes& attributes, Time time) {
  on_port_.insert(attributes.origin.master);
  account_line(line, bytes, false, attributes, time);
  ByteMask unseen = bytes;
  for (const CopyHolder* holder : holders_of(line)) {
    const CopyLevel level = holder->level();
    if (level == CopyLevel::kL1Instruction || level == served) continue;
    const bool above = level == CopyLevel::kL1Data || level == CopyLevel::kStoreBuffer;
    const ByteMask missed = above ? unseen : unseen & marks.superseded;
    unseen &= ~read_behind(*holder, line, missed, attributes, time);
  }
  if ((marks.superseded & unseen) != 0)
    stale_port_read(line, marks.superseded & unseen, attributes, time);
  ByteMask lost = marks.lost & unseen & ~marks.superseded;
  if (attributes.origin.epoch != 0) lost = marks.origin.older(lost, attributes.origin.epoch);
  if (lost != 0)
    read_of_lost(line, lost, marks, party_of(attributes.origin, time),
                 served == CopyLevel::kL1Data ? "l1" : "l2", time);
}

// Memory is newer than the cached copy that served: somebody wrote around the caches.
void Checker::stale_port_read(LineNumber line, ByteMask bytes, const Attributes& attributes,
                              Time time) {
  const Overtaking by = overtaking_of(line, bytes, time);
  Finding finding;
  finding.kind = FindingKind::kStaleDeviceRead;
  finding.cause = "not_invalidated";
  finding.time = time;
  finding.reader = party_of(attributes.origin, time);
  finding.writer = party_of(by.origin, by.time);
  raise(std::move(finding), line, bytes);
}

// Below L1 the write has gone as a store of the processor around its L1 would have.
void Checker::port_wrote(LineNumber line, ByteMask bytes, const Attributes& attributes, Time time) {
  on_port_.insert(attributes.origin.master);
  account_line(line, bytes, true, attributes, time);
  if (early_) {
    const auto first = static_cast<std::uint32_t>(std::countr_zero(bytes));
    const std::uint32_t end = std::bit_width(bytes);
    note_early(address_of(line) + first, end - first, attributes, time);
  }
  bool copied = false;
  for (CopyHolder* holder : holders_of(line)) {
    const CopyLevel level = holder->level();
    if (level >= CopyLevel::kL2) continue;
    const CopyView view = holder->find(line);
    if (view.valid == 0) continue;
    const ByteMask older = level == CopyLevel::kStoreBuffer
                               ? view.marks->origin.older(bytes, attributes.origin.epoch)
                               : bytes;
    if (older != 0) holder->overtaken(line, older);
    copied = true;
  }
  if (copied) overtake(line, {bytes, attributes.origin, time});
}

bool Checker::is_told_coherent(const std::string& device) const {
  return std::any_of(expected_coherent_.begin(), expected_coherent_.end(),
                     [&](MasterId master) { return name_of_master(master) == device; });
}

// Software was told to leave out what would have made it right.
void Checker::blame_declaration(Finding& finding, const Origin& device) const {
  if (!expected_coherent_.contains(device.master)) return;
  finding.kind = FindingKind::kCoherencyMismatch;
  finding.cause = on_port_.contains(device.master) ? "attributes" : "port";
}

// Or it did what a device that is not coherent needs, and dropped what came through the port.
void Checker::blame_invalidate(Finding& finding, const Origin& writer) const {
  if (!on_port_.contains(writer.master)) return;
  finding.kind = FindingKind::kCoherencyMismatch;
  finding.cause = "invalidated";
}

// Who made these bytes the newest: by a store of the processor, or through a coherency port.
Checker::Overtaking Checker::writer_of(LineNumber line, ByteMask bytes,
                                       const StoreOrigin& store) const {
  const Overtaking processor{bytes, {MasterId::kProcessor, store.pc, store.epoch}, {}};
  const auto found = overtakings_.find(line);
  if (found == overtakings_.end()) return processor;
  for (const Overtaking& by : found->second) {
    const bool same = by.origin.pc == store.pc && by.origin.epoch == store.epoch;
    if ((by.bytes & bytes) != 0 && same && on_port_.contains(by.origin.master)) return by;
  }
  return processor;
}

// Of the processor's stores no time is kept.
Party Checker::party_of(const Overtaking& by) const {
  Party party = party_of(by.origin, by.time);
  party.io_address = by.io_address;
  if (by.origin.master == MasterId::kProcessor) party.time.reset();
  return party;
}

}  // namespace linefill
