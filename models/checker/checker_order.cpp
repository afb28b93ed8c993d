// SPDX-License-Identifier: Apache-2.0
// Loads that the processor did before an earlier one, and what devices wrote between the two.
#include <algorithm>

#include "models/checker/checker.hpp"

namespace linefill {

namespace {

bool overlap(PhysicalAddress a, std::uint32_t a_size, PhysicalAddress b, std::uint32_t b_size) {
  return raw(a) - raw(b) < b_size || raw(b) - raw(a) < a_size;
}

}  // namespace

void Checker::load_overtook(const EarlyLoadOf& load, Time) {
  early_.emplace();
  early_->load = load;
}

// A device that writes data and flag as one access writes the data first, or has no order to keep.
void Checker::note_early(PhysicalAddress address, std::uint32_t size, const Attributes& attributes,
                         Time time) {
  Early& early = *early_;
  if (early.over) return;
  const EarlyLoadOf& load = early.load;
  if (overlap(address, size, load.address, load.size)) {
    const unsigned offset = line_offset(load.address);
    const std::uint32_t first = std::max(raw(address), raw(load.address)) - raw(load.address);
    const std::uint32_t end = std::min(raw(address) + size - raw(load.address), load.size);
    early.newer |= bytes_at(offset + first, end - first);
    early.by = {early.newer, attributes.origin, time, io_address_of(attributes)};
    early.flagged = false;
  }
  if (early.newer != 0 && attributes.origin.master == early.by.origin.master &&
      overlap(address, size, load.earlier, load.earlier_size)) {
    early.flagged = true;
  }
}

void Checker::overtaken_load_done(bool news, Time time) {
  if (!early_) return;
  early_->over = true;
  early_->news = news;
  early_->done = time;
}

// Many loads are done early to nobody's harm. It is one only if what the earlier load gave may have
// told the program that the bytes are there: the same device has set it, after it wrote them.
bool Checker::guards(const Early& early, const Mapping* mapping) const {
  if (early.newer == 0 || !early.news) return false;
  if (early.load.earlier_in_memory) return early.flagged;
  if (!register_owner_) return false;
  const std::string owner = register_owner_(early.load.earlier);
  const MasterId writer = early.by.origin.master;
  const auto clients = clients_.find(writer);
  return owner == name_of_master(writer) || (mapping != nullptr && owner == mapping->device) ||
         (clients != clients_.end() && clients->second.contains(owner));
}

void Checker::early_load_used(const Origin& origin, Time time) {
  if (!early_) return;
  const Early early = *early_;
  early_.reset();
  const EarlyLoadOf& load = early.load;
  if (!early.over || !guards(early, ledger_.covering(raw(load.address)))) return;
  Finding finding;
  finding.kind = FindingKind::kReadNotOrdered;
  finding.cause = load.earlier_in_memory ? "memory" : "register";
  finding.time = time;
  finding.reader = party_of(origin, time);
  finding.writer = party_of(early.by);
  finding.guard = party_of({origin.master, load.earlier_pc, origin.epoch}, early.done);
  finding.guard_address = raw(load.earlier);
  raise(std::move(finding), line_of(load.address), early.newer);
}

}  // namespace linefill
