// SPDX-License-Identifier: Apache-2.0
// Accesses through an IOMMU: judged in the device's own addresses.
#include <array>
#include <bit>
#include <cstring>

#include "models/checker/checker.hpp"
#include "models/checker/remedy.hpp"
#include "models/core/long_descriptor.hpp"

namespace linefill {

namespace {
constexpr std::uint32_t kPageOffset = 0xFFF;  // No IOMMU translates these bits.
}

Party Checker::party_of(const Attributes& attributes, Time time) const {
  Party party = party_of(attributes.origin, time);
  if (attributes.table_walk) party.agent += " (table walk)";
  party.io_address = io_address_of(attributes);
  return party;
}

// Of a walker's read: whether what `holder` has of a long descriptor is news to software only.
bool Checker::differs_for_software_only(const CopyHolder& holder, LineNumber line,
                                        ByteMask bytes) const {
  if (!memory_view_ || std::popcount(bytes) != sizeof(std::uint64_t)) return false;
  std::array<std::byte, kLineBytes> below{};
  if (!memory_view_(address_of(line), below)) return false;
  std::array<std::byte, kLineBytes> above = below;
  holder.overlay(line, above);
  const auto descriptor = [&](const std::array<std::byte, kLineBytes>& copy) {
    std::uint64_t value = 0;
    std::memcpy(&value, &copy.at(static_cast<std::size_t>(std::countr_zero(bytes))), sizeof value);
    return value;
  };
  return same_to_walkers(descriptor(below), descriptor(above));
}

// A store hides what is below it: the lowest place comes first.
void Checker::overlay_newest(PhysicalAddress address, std::span<std::byte> data) const {
  const LineNumber line = line_of(address);
  const unsigned offset = line_offset(address);
  for (auto holder = holders_.rbegin(); holder != holders_.rend(); ++holder) {
    if (!copies_.may_be_held(line)) return;
    const CopyView view = (*holder)->find(line);
    if (view.valid == 0) continue;
    const ByteMask newest = view.newest() & view.marks->dirty;
    std::array<std::byte, kLineBytes> copy{};
    (*holder)->overlay(line, copy);
    for (std::size_t i = 0; i < data.size() && offset + i < kLineBytes; ++i) {
      if ((newest >> (offset + i) & 1U) != 0) data[i] = copy.at(offset + i);
    }
  }
}

std::optional<std::uint32_t> Checker::io_address_of(const Attributes& attributes) {
  if (!attributes.translated) return {};
  return attributes.io_address;
}

// The party's address for the byte at `address`, in the page that is known of it.
void Checker::point_at(Party& party, std::uint32_t address) {
  if (party.io_address)
    party.io_address = (*party.io_address & ~kPageOffset) | (address & kPageOffset);
}

// Of a transfer, the first and the last beat.
void Checker::account(PhysicalAddress address, std::uint32_t size, bool write,
                      const Attributes& attributes, Time time) {
  if (attributes.origin.epoch != 0 && !attributes.table_walk) {
    ledger_.accessed(raw(address), time);
    Ledger* space = attributes.translated
                        ? io_space_of(attributes.origin.master, attributes.io_address)
                        : nullptr;
    if (space != nullptr) space->accessed(attributes.io_address, time);
  }
  if (attributes.translated) {
    judge_io(address, size, write, attributes, time);
  } else {
    judge_direct(address, size, write, attributes, time);
  }
}

void Checker::raise_io(Finding finding, const IommuAccess& access) {
  const std::string master = name_of_master(access.attributes.origin.master);
  const auto io = static_cast<std::uint32_t>(access.io_address);
  finding.length = access.size;
  finding.free_running = access.attributes.origin.epoch == 0;
  finding.device = master;
  finding.reader = party_of(access.attributes.origin, finding.time);
  finding.reader.io_address = io;
  Ledger* space = io_space_of(access.attributes.origin.master, io);
  const Mapping* mapping = space != nullptr ? space->covering(io) : nullptr;
  if (mapping != nullptr) {
    explain_by(finding, *mapping, io);
    const bool ended = mapping->owner == Mapping::Owner::kEnded;
    if (finding.cause.empty()) finding.cause = ended ? "unmapped" : "in_mapping";
  }
  if (finding.cause.empty()) finding.cause = "never_mapped";
  finding.missing = remedy_for(finding, mapping);
  findings_.add(std::move(finding));
}

void Checker::iommu_refused(const IommuAccess& access, IommuFault kind, Time time) {
  Finding finding;
  finding.kind = FindingKind::kIommuTranslationFault;
  finding.time = time;
  finding.address = static_cast<std::uint32_t>(access.io_address);
  switch (kind) {
    case IommuFault::kPermission:
      finding.kind = FindingKind::kIommuPermissionFault;
      finding.cause = access.write ? "write" : access.attributes.instruction ? "fetch" : "read";
      break;
    case IommuFault::kOther:
      finding.cause = "tables";
      break;
    case IommuFault::kStream:
      finding.cause = "stream";
      break;
    default:
      break;
  }
  raise_io(std::move(finding), access);
}

void Checker::iommu_stale(const IommuAccess& access, std::uint64_t output, bool walks_see_it,
                          Time time) {
  Finding finding;
  finding.kind = FindingKind::kIotlbStale;
  finding.cause = walks_see_it ? "not_invalidated" : "not_cleaned";
  finding.time = time;
  finding.address = static_cast<std::uint32_t>(output);
  stale_translation_ = {access.attributes.origin.master, access.io_address};
  raise_io(std::move(finding), access);
}

// A master serves clients, too (`dmas`), and what is mapped for them has addresses of the same bus:
// the space in which something is live at `at`, else the master's own. Null: there is none.
Ledger* Checker::io_space_of(MasterId master, std::uint32_t at) {
  Ledger* const own = ledger_.find_io_space(name_of_master(master));
  const auto clients = clients_.find(master);
  if (clients == clients_.end() || (own != nullptr && own->live_near(at) != nullptr)) return own;
  for (const std::string& client : clients->second) {
    Ledger* const space = ledger_.find_io_space(client);
    if (space != nullptr && space->live_near(at) != nullptr) return space;
  }
  return own;
}

// What an old translation has let pass is told already. A page in which nothing was mapped for DMA
// is another's business behind an IOMMU: the IOMMU's own interface put it there.
void Checker::judge_io(PhysicalAddress address, std::uint32_t size, bool write,
                       const Attributes& attributes, Time time) {
  const MasterId master = attributes.origin.master;
  if (stale_translation_.master == master && stale_translation_.io_address == attributes.io_address)
    return;
  const bool by_mappings = on_moving_bus_.contains(master) && goes_by_mappings(master);
  // A fetch may bring in more than the program has.
  const std::uint32_t last = attributes.io_address + (attributes.instruction ? 0 : size - 1);
  for (const std::uint32_t at : {attributes.io_address, last}) {
    Ledger* space = io_space_of(master, at);
    if (space == nullptr) return;
    const Mapping* mapping = space->covering(at);
    const bool live = mapping != nullptr && mapping->owner != Mapping::Owner::kEnded;
    const bool wrong_way =
        live && !(write ? mapping->device_may_write() : mapping->device_may_read());
    if (live && !wrong_way && !space->in_free_block(at)) continue;
    if (mapping == nullptr && !by_mappings &&
        !space->any_within(at & ~kPageOffset, at | kPageOffset))
      continue;
    Finding finding;
    finding.kind = wrong_way            ? FindingKind::kDmaWrongDirection
                   : mapping != nullptr ? FindingKind::kDmaAfterUnmap
                                        : FindingKind::kDmaOutsideMapping;
    finding.cause = write ? "write" : "read";
    finding.time = time;
    finding.address = raw(address) + (at - attributes.io_address);
    return raise_io(std::move(finding), {at, last - at + 1, write, attributes, {}});
  }
}

}  // namespace linefill
