// SPDX-License-Identifier: Apache-2.0
// Accesses of bus masters with no IOMMU before them: whether software has given them the memory.
#include <algorithm>

#include "models/checker/checker.hpp"
#include "models/checker/remedy.hpp"

namespace linefill {

namespace {

bool allows(const Mapping& mapping, bool write) {
  return write ? mapping.device_may_write() : mapping.device_may_read();
}

}  // namespace

// The mappings of a device count for the master that is the device, and for one that serves it
// (`dmas`). Who is no device of the board (none at all, for Linux's null device) may be any of
// them.
bool Checker::may_use(MasterId master, const Mapping& mapping) const {
  if (!mapping.device.starts_with('/')) return true;
  const auto own = masters_.find(master);
  if (own != masters_.end() && own->second == mapping.device) return true;
  const auto clients = clients_.find(master);
  return clients != clients_.end() && clients->second.contains(mapping.device);
}

// Software that never maps anything for a device does not go by the mapping API: a boot loader, or
// a program of whose functions no names are known.
bool Checker::goes_by_mappings(MasterId master) const {
  const auto own = masters_.find(master);
  if (own != masters_.end() && ledger_.has_mapped(own->second)) return true;
  const auto clients = clients_.find(master);
  if (clients == clients_.end()) return false;
  return std::any_of(clients->second.begin(), clients->second.end(),
                     [this](const std::string& client) { return ledger_.has_mapped(client); });
}

void Checker::judge_direct(PhysicalAddress address, std::uint32_t size, bool write,
                           const Attributes& attributes, Time time) {
  if (attributes.table_walk) return;
  const MasterId master = attributes.origin.master;
  const std::uint32_t first = raw(address);
  // A fetch may bring in more than the program has.
  const std::uint32_t last = attributes.instruction ? first : first + size - 1;
  const auto given = [&](const Mapping& m) { return may_use(master, m) && allows(m, write); };
  Mapping* near = ledger_.live_near(first);
  const bool plain = near != nullptr && near->covers(last) && given(*near);
  if (plain && near->original) judge_bounced(*near, first, size, write, attributes, time);
  if (plain && !ledger_.in_free_block(first)) return;
  if (!goes_by_mappings(master)) return;
  for (const std::uint32_t at : {first, last}) {
    if (ledger_.find_live(at, given) != nullptr && !ledger_.in_free_block(at)) continue;
    // It may have run over the end of a mapping, in this access or with it.
    return raise_direct(at, last - at + 1, at == first ? at - 1 : first, write, attributes, time);
  }
}

void Checker::raise_direct(std::uint32_t at, std::uint32_t length, std::uint32_t beside, bool write,
                           const Attributes& attributes, Time time) {
  const MasterId master = attributes.origin.master;
  const auto used = [&](const Mapping& m) { return may_use(master, m); };
  const Mapping* live = ledger_.find_live(at, used);
  const Mapping* mapping = live;
  Finding finding;
  finding.kind = FindingKind::kDmaWrongDirection;
  if (live == nullptr || allows(*live, write)) {
    finding.kind = FindingKind::kDmaAfterUnmap;
    if (live == nullptr) mapping = ledger_.find_ended(at, used);
  }
  const Mapping* bounced = ledger_.bounced_over(at);
  if (mapping == nullptr && bounced != nullptr && may_use(master, *bounced)) {
    finding.kind = FindingKind::kBounceWrongAddress;
    mapping = bounced;
  } else if (mapping == nullptr) {
    finding.kind = FindingKind::kDmaOutsideMapping;
    mapping = ledger_.find_live(beside, used);
  }
  finding.cause = write ? "write" : "read";
  finding.time = time;
  finding.address = at;
  finding.length = length;
  finding.free_running = attributes.origin.epoch == 0;
  finding.device = name_of_master(master);
  finding.reader = party_of(attributes, time);
  if (mapping != nullptr) explain_by(finding, *mapping, at);
  finding.missing = remedy_for(finding, mapping);
  findings_.add(std::move(finding));
}

// What the processor has stored into the original since it was copied in does not reach the device.
void Checker::judge_bounced(Mapping& mapping, std::uint32_t at, std::uint32_t size, bool write,
                            const Attributes& attributes, Time time) {
  const std::uint32_t offset = at - mapping.address;
  if (write) {
    mapping.written.add(offset, size, attributes.origin.pc, time);
    return;
  }
  if (!mapping.stored.overlaps(offset, size)) return;
  Finding finding;
  finding.kind = FindingKind::kBounceNotCopied;
  finding.cause = "in";
  finding.time = time;
  finding.address = at;
  finding.length = size;
  finding.device = name_of_master(attributes.origin.master);
  finding.reader = party_of(attributes, time);
  explain_by(finding, mapping, at);
  finding.writer = {"cpu0", mapping.stored.pc, {}};
  finding.missing = remedy_for(finding, &mapping);
  findings_.add(std::move(finding));
}

// The processor uses memory that is mapped through a bounce buffer: what the device wrote is there,
// not here. True if it is such memory, in lines of its own.
bool Checker::original_used(PhysicalAddress address, std::uint32_t size, bool write,
                            const Origin& origin, Time time) {
  Mapping* mapping = ledger_.bounced_over(raw(address));
  if (mapping == nullptr) return false;
  if (mapping->being_copied || mapping->owner != Mapping::Owner::kDevice) return true;
  const std::uint32_t offset = raw(address) - *mapping->original;
  if (write) {
    if (mapping->device_may_read()) mapping->stored.add(offset, size, origin.pc, time);
    return true;
  }
  if (!mapping->device_may_write() || !mapping->written.overlaps(offset, size)) return true;
  Finding finding;
  finding.kind = FindingKind::kBounceNotCopied;
  finding.cause = "out";
  finding.time = time;
  finding.address = raw(address);
  finding.length = size;
  finding.device = mapping->device;
  finding.reader = party_of(origin, time);
  explain_by(finding, *mapping, mapping->address + offset);
  finding.writer = {mapping->device, mapping->written.pc, mapping->written.time};
  finding.missing = remedy_for(finding, mapping);
  findings_.add(std::move(finding));
  return true;
}

// The mapping that an access goes by, or should have.
void Checker::explain_by(Finding& finding, const Mapping& mapping, std::uint32_t at) {
  finding.mapping = describe(mapping);
  finding.mapping_site = mapping.site;
  finding.mapping_size = mapping.size;
  const bool original = finding.kind == FindingKind::kBounceWrongAddress;
  finding.offset = original ? std::int64_t{at} - *mapping.original : mapping.offset_of(at);
  const bool ended = mapping.owner == Mapping::Owner::kEnded;
  finding.writer = {ended ? "unmapped" : "mapped", mapping.site,
                    ended ? mapping.unmapped : mapping.mapped};
}

}  // namespace linefill
