// SPDX-License-Identifier: Apache-2.0
#include "models/checker/checker.hpp"

#include <algorithm>
#include <bit>

#include "models/checker/remedy.hpp"

namespace linefill {

namespace {

/// Calls `use(line, bytes)` for each line that the range touches.
template <class Use>
void for_each_line(PhysicalAddress address, std::uint32_t size, Use&& use) {
  while (size > 0) {
    const unsigned offset = line_offset(address);
    const std::uint32_t part = std::min(size, kLineBytes - offset);
    use(line_of(address), bytes_at(offset, part));
    address = address + part;
    size -= part;
  }
}

unsigned first_of(ByteMask bytes) { return static_cast<unsigned>(std::countr_zero(bytes)); }

/// Holds stores that each have their place in time.
constexpr bool store_buffer(CopyLevel level) {
  return level == CopyLevel::kStoreBuffer || level == CopyLevel::kL2StoreBuffer;
}
/// What it holds is on its way to memory.
constexpr bool buffer(CopyLevel level) {
  return store_buffer(level) || level == CopyLevel::kL2EvictionBuffer;
}

constexpr const char* kProcessorName = "cpu0";
/// More than a frame of a display that is drawn on, less than anyone would wait for a picture.
constexpr Time kFrame = 10ms;

}  // namespace

// --- A bus master reads
// -----------------------------------------------------------------------------

void Checker::device_read(PhysicalAddress address, std::uint32_t size, const Attributes& attributes,
                          Time time) {
  account(address, size, false, attributes, time);
  if (nothing_known_of(address, size)) return;
  for_each_line(address, size,
                [&](LineNumber line, ByteMask bytes) { read_line(line, bytes, attributes, time); });
}

void Checker::read_line(LineNumber line, ByteMask bytes, const Attributes& attributes, Time time) {
  ByteMask unseen = bytes;
  for (const CopyHolder* holder : holders_of(line)) {
    if (holder->level() == CopyLevel::kL1Instruction) continue;
    unseen &= ~read_behind(*holder, line, unseen, attributes, time);
  }
  if (memory_.empty()) return;
  const LineMarks& memory = memory_marks(line);
  ByteMask lost = memory.lost & unseen;
  if (attributes.origin.epoch != 0) lost = memory.origin.older(lost, attributes.origin.epoch);
  if (lost != 0) read_of_lost(line, lost, memory, party_of(attributes, time), "memory", time);
}

// Returns the bytes whose newest value is in `holder`: older copies behind it are then no finding.
ByteMask Checker::read_behind(const CopyHolder& holder, LineNumber line, ByteMask bytes,
                              const Attributes& attributes, Time time) {
  const CopyView view = holder.find(line);
  if (view.valid == 0) return 0;
  const ByteMask newer = view.marks->dirty & view.valid & ~view.marks->superseded & bytes;
  if (newer == 0) return 0;
  ByteMask wrong = 0;
  if (attributes.origin.epoch == 0 && attributes.table_walk) {
    wrong = newer;
  } else if (attributes.origin.epoch == 0) {
    wrong = invisible_for_long(line, newer, *view.marks, time);
  } else {
    wrong = view.marks->origin.older(newer, attributes.origin.epoch);
  }
  if (wrong == 0 || (attributes.table_walk && differs_for_software_only(holder, line, wrong)))
    return newer;
  const StoreOrigin store = view.marks->origin[first_of(wrong)];
  Finding finding;
  finding.kind = attributes.table_walk    ? FindingKind::kStaleWalkerRead
                 : buffer(holder.level()) ? FindingKind::kWriteNotDrained
                                          : FindingKind::kStaleDeviceRead;
  finding.cause = cause_of_dirty(holder.level());
  finding.time = time;
  finding.free_running = attributes.origin.epoch == 0 && !attributes.table_walk;
  finding.reader = party_of(attributes, time);
  finding.writer = party_of(writer_of(line, wrong, store));
  if (!buffer(holder.level()) && !attributes.table_walk)
    blame_declaration(finding, attributes.origin);
  raise(std::move(finding), line, wrong);
  return newer;
}

// Scan-out has no cause: what it reads may lag behind, but not by a whole frame. A store that is
// invisible to a free-running master again after that time is too old.
ByteMask Checker::invisible_for_long(LineNumber line, ByteMask newer, const LineMarks& marks,
                                     Time time) {
  const Mapping* mapping = ledger_.covering(raw(address_of(line)));
  if (mapping != nullptr && mapping->owner == Mapping::Owner::kCpu) return 0;
  const auto [entry, fresh] = invisible_.try_emplace(line);
  Invisible& seen = entry->second;
  const StoreOrigin store = marks.origin[first_of(newer)];
  if (fresh || seen.store.pc != store.pc || seen.store.epoch != store.epoch)
    seen = {0, store, time};
  const ByteMask again = time - seen.since >= kFrame ? seen.bytes & newer : 0;
  seen.bytes |= newer;
  return again;
}

// --- A bus master writes
// ----------------------------------------------------------------------------

// A store in a buffer that is no older than what caused this write is not overtaken: it comes over
// it.
void Checker::device_wrote(PhysicalAddress address, std::uint32_t size,
                           const Attributes& attributes, Time time) {
  account(address, size, true, attributes, time);
  if (early_) note_early(address, size, attributes, time);
  if (nothing_known_of(address, size)) return;
  for_each_line(address, size, [&](LineNumber line, ByteMask bytes) {
    bool copied = false;
    for (CopyHolder* holder : holders_of(line)) {
      const CopyView view = holder->find(line);
      if (view.valid == 0) continue;
      const ByteMask older = store_buffer(holder->level())
                                 ? view.marks->origin.older(bytes, attributes.origin.epoch)
                                 : bytes;
      if (older != 0) holder->overtaken(line, older);
      copied = true;
    }
    if (copied) overtake(line, {bytes, attributes.origin, time, io_address_of(attributes)});
    forget_memory_loss(line, bytes);
  });
}

void Checker::overtake(LineNumber line, const Overtaking& by) {
  if (!forgiven_.empty() && forgiven_.contains(line)) forgiven_[line] &= ~by.bytes;
  auto& all = overtakings_[line];
  std::erase_if(all, [&](Overtaking& old) { return (old.bytes &= ~by.bytes) == 0; });
  all.push_back(by);
  if (overtakings_.size() >= many_overtakings_) forget_overtakings();
}

// Who wrote around the caches is asked only while an older copy exists.
void Checker::forget_overtakings() {
  std::erase_if(overtakings_, [this](const auto& entry) {
    return held(entry.first, &LineMarks::superseded) == 0;
  });
  many_overtakings_ = std::max(kFewOvertakings, 2 * overtakings_.size());
}

ByteMask Checker::held(LineNumber line, ByteMask LineMarks::*mark) const {
  ByteMask bytes = 0;
  for (const CopyHolder* holder : holders_of(line)) {
    const CopyView view = holder->find(line);
    if (view.valid != 0) bytes |= view.marks->*mark;
  }
  return bytes;
}

Checker::Overtaking Checker::overtaking_of(LineNumber line, ByteMask bytes, Time time) const {
  const auto found = overtakings_.find(line);
  if (found != overtakings_.end()) {
    for (const Overtaking& by : found->second) {
      if ((by.bytes >> first_of(bytes) & 1U) != 0) return by;
    }
  }
  return {bytes, {}, time};
}

// --- The processor uses cached bytes
// ----------------------------------------------------------------

void Checker::stale_use(CopyLevel level, LineNumber line, ByteMask bytes, const CopyView& view,
                        const Origin& origin, Time time) {
  Party reader = party_of(origin, time);
  if (level == CopyLevel::kL1Instruction) reader.agent += " (instruction fetch)";
  const ByteMask superseded = view.marks->superseded & bytes & ~forgiven(line);
  if (superseded != 0) {
    const Overtaking by = overtaker(line, superseded, time);
    Finding finding;
    finding.kind = FindingKind::kStaleCpuRead;
    finding.cause = cause_of_stale(level, line, view, by);
    finding.time = time;
    finding.reader = reader;
    finding.writer = party_of(by.origin, by.time);
    finding.writer.io_address = by.io_address;
    blame_declaration(finding, by.origin);
    findings_.escalate(FindingKind::kSharedLine, raw(address_of(line)), "stale");
    raise(std::move(finding), line, superseded);
  }
  const ByteMask lost = view.marks->lost & bytes & ~view.marks->superseded;
  if (lost != 0)
    read_of_lost(line, lost, *view.marks, reader, level == CopyLevel::kL2 ? "l2" : "l1", time);
}

// Who made these bytes of a copy older: a store that is still in a cache or buffer, or the last
// write around.
Checker::Overtaking Checker::overtaker(LineNumber line, ByteMask bytes, Time time) const {
  for (const CopyHolder* holder : holders_of(line)) {
    const CopyView view = holder->find(line);
    const ByteMask newest =
        view.valid == 0 ? 0 : view.marks->dirty & ~view.marks->superseded & bytes;
    if (newest == 0) continue;
    const StoreOrigin store = view.marks->origin[first_of(newest)];
    return {newest, {MasterId::kProcessor, store.pc, store.epoch}, {}};
  }
  return overtaking_of(line, bytes, time);
}

void Checker::read_of_lost(LineNumber line, ByteMask lost, const LineMarks& marks, Party reader,
                           const char* level, Time time) {
  Finding finding;
  finding.kind = FindingKind::kLostCpuWrite;
  finding.cause = level;
  finding.time = time;
  finding.reader = std::move(reader);
  const Overtaking writer = writer_of(line, lost, marks.origin[first_of(lost)]);
  finding.writer = party_of(writer);
  blame_invalidate(finding, writer.origin);
  findings_.escalate(FindingKind::kSharedLine, raw(address_of(line)), "lost");
  raise(std::move(finding), line, lost);
}

void Checker::watched_access(PhysicalAddress address, std::uint32_t size, bool write,
                             const Origin& origin, Time time) {
  if (original_used(address, size, write, origin, time)) return;
  for_each_line(address, size, [&](LineNumber line, ByteMask bytes) {
    const Mapping* mapping = ledger_.partly_covering(line);
    if (mapping == nullptr || mapping->owner != Mapping::Owner::kDevice) return;
    const unsigned first = first_of(bytes);
    if (mapping->covers(raw(address_of(line)) + first)) return;
    if (is_told_coherent(mapping->device)) return;  // Its writes take from L1 what is newer there.
    Finding finding;
    finding.kind = FindingKind::kSharedLine;
    finding.severity = Severity::kWarning;
    finding.cause = write ? "store" : "load";
    finding.time = time;
    finding.reader = party_of(origin, time);
    finding.writer = {mapping->device, mapping->site, mapping->mapped};
    finding.device = mapping->device;
    finding.mapping = describe(*mapping);
    finding.mapping_site = mapping->site;
    finding.mapping_size = mapping->size;
    finding.address = raw(address_of(line)) + first;
    finding.offset = mapping->offset_of(finding.address);
    finding.length = static_cast<std::uint32_t>(std::popcount(bytes));
    finding.missing = remedy_for(finding, mapping);
    findings_.add(std::move(finding));
  });
}

// --- Around the caches, by the processor
// ------------------------------------------------------------

void Checker::uncached_access(PhysicalAddress address, std::uint32_t size, bool write,
                              const Attributes& attributes, Time time) {
  for_each_line(address, size, [&](LineNumber line, ByteMask bytes) {
    ByteMask unseen = bytes;  // Not yet found in a place that hides older copies behind it.
    for (const CopyHolder* holder : holders_of(line)) {
      if (holder->level() == CopyLevel::kL1Instruction) continue;
      // Walks around the L1 go through the L2, if TTBR.RGN says so.
      if (holder->level() == CopyLevel::kL2 && attributes.table_walk &&
          attributes.memory.outer != CachePolicy::kNonCacheable)
        continue;
      const CopyView view = holder->find(line);
      const ByteMask dirty =
          view.valid == 0 ? 0 : view.marks->dirty & ~view.marks->superseded & unseen;
      if (dirty == 0) continue;
      unseen &= ~dirty;
      if (buffer(holder->level())) continue;  // It leaves before the access.
      // A store makes its bytes the newest. Should the older ones be written over them, or be read,
      // that is the event.
      if (write) continue;
      Finding finding;
      finding.kind =
          attributes.table_walk ? FindingKind::kStaleWalkerRead : FindingKind::kAliasMismatch;
      finding.cause = cause_of_dirty(holder->level());
      finding.time = time;
      finding.reader = party_of(attributes.origin, time);
      if (attributes.table_walk) finding.reader.agent += " (table walk)";
      finding.writer = {kProcessorName, view.marks->origin[first_of(dirty)].pc, {}};
      raise(std::move(finding), line, dirty);
    }
    if (!write && !memory_.empty()) {
      const LineMarks& memory = memory_marks(line);
      const ByteMask lost = memory.lost & unseen;
      if (lost != 0)
        read_of_lost(line, lost, memory, party_of(attributes.origin, time), "memory", time);
    }
  });
}

void Checker::uncached_store_reached(CopyLevel level, LineNumber line, ByteMask bytes,
                                     const Origin& origin, Time time) {
  bool copied = false;
  for (const CopyHolder* holder : holders_of(line)) {
    const bool cache = holder->level() == CopyLevel::kL1Data ||
                       holder->level() == CopyLevel::kL1Instruction ||
                       holder->level() == CopyLevel::kL2;
    copied = copied || (cache && holder->find(line).valid != 0);
  }
  if (copied) overtake(line, {bytes, origin, time});
  if (!invisible_.empty())
    invisible_.erase(line);  // What a free-running master has not seen is new.
  if (level == CopyLevel::kMemory) forget_memory_loss(line, bytes);
}

// That L1 was invalidated after a write around the caches tells which level is to blame for what is
// stale.
void Checker::maintained(const Maintenance& operation) {
  if (overtakings_.empty() || operation.level != CopyLevel::kL1Data) return;
  if (operation.action == Maintenance::Action::kClean ||
      operation.action == Maintenance::Action::kSync)
    return;
  const auto found = overtakings_.find(operation.line);
  if (found == overtakings_.end()) return;
  for (Overtaking& by : found->second) by.l1_invalidated = true;
}

// --- Levels
// -----------------------------------------------------------------------------------------

void Checker::dropped_dirty(CopyLevel /*level*/, LineNumber line, const LineMarks& marks,
                            const Origin&, Time) {
  const ByteMask newest = marks.dirty & ~marks.superseded;
  if (newest != 0) memory_[line].lose(newest, marks);
}

void Checker::wrote_back_to_memory(CopyLevel from, LineNumber line, const LineMarks& marks,
                                   WriteBackCause cause, const Origin&, Time time) {
  if (marks.superseded != 0) {
    static constexpr const char* kCauses[] = {"eviction", "clean", "drain", "clean"};
    lose_device_write(from, line, marks.superseded, marks,
                      from == CopyLevel::kL2EvictionBuffer ? cause_of_dirty(from)
                                                           : kCauses[static_cast<unsigned>(cause)],
                      time);
  }
  // All 32 bytes of memory are now this copy's.
  if (marks.lost != 0) {
    LineMarks& memory = memory_[line];
    memory = {};
    memory.lose(marks.lost, marks);
  } else if (!memory_.empty()) {
    memory_.erase(line);
  }
}

void Checker::drained_to_memory(CopyLevel from, LineNumber line, ByteMask bytes,
                                const LineMarks& marks, const Origin& origin, Time time) {
  const ByteMask over = marks.superseded & bytes;
  if (over != 0) lose_device_write(from, line, over, marks, "drain", time);
  // It comes over what a device wrote while it was in the buffer.
  const ByteMask last = bytes & ~over;
  if (last != 0 && overtakings_.contains(line)) overtake(line, {last, origin, time});
  forget_memory_loss(line, bytes & ~over & ~marks.lost);
}

// Bytes that different writers made newer are different findings.
void Checker::lose_device_write(CopyLevel from, LineNumber line, ByteMask over,
                                const LineMarks& marks, const char* cause, Time time) {
  over &= ~forgiven(line);
  while (over != 0) {
    const Overtaking by = overtaking_of(line, over, time);
    const ByteMask part = over & by.bytes;
    over &= ~part;
    lose_write(from, line, part, marks, by, cause, time);
  }
}

const LineMarks& Checker::memory_marks(LineNumber line) {
  static const LineMarks kNone;
  if (memory_.empty()) return kNone;
  const auto found = memory_.find(line);
  return found == memory_.end() ? kNone : found->second;
}

void Checker::forget_memory_loss(LineNumber line, ByteMask bytes) {
  if (memory_.empty()) return;
  const auto found = memory_.find(line);
  if (found == memory_.end()) return;
  found->second.lost &= ~bytes;
  if (found->second.lost == 0) memory_.erase(found);
}

}  // namespace linefill
