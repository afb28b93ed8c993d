// SPDX-License-Identifier: Apache-2.0
// For the checker: whether what the TLBs have kept is what the tables say. All descriptors of a
// walk count, of both stages, and what walk caches have given; only what they mean, so not their
// format, nor bits that are software's.
#include "models/iommu/smmu_block.hpp"

namespace linefill::smmu {

/// Tables as the processor has stored them, though it may be that no walk sees that yet.
class Block::NewestTables final : public TableMemory {
 public:
  NewestTables(TableMemory& memory, const Observer& observer)
      : memory_{memory}, observer_{observer} {}
  BusResponse read(std::uint64_t address, std::span<std::byte> data,
                   const MemoryAttributes& walk_attributes, bool secure) override {
    const BusResponse response = memory_.read(address, data, walk_attributes, secure);
    if (response == BusResponse::kOkay)
      observer_.overlay_newest(PhysicalAddress{static_cast<std::uint32_t>(address)}, data);
    return response;
  }

 private:
  TableMemory& memory_;
  const Observer& observer_;
};

// A walk that finds memory's old descriptors is a stale walk: the entry's age is not to blame for
// that. What a walk cache has given is.
void Block::note_tables(const Regime& regime, std::uint64_t address, TlbEntry& entry) {
  if (observer_ == nullptr || peek_ == nullptr) return;
  entry.known = entry.meaning_of(address);
  if (translator_.ask_tables(address, regime, *peek_) != entry.known) return;
  NewestTables newest{*peek_, *observer_};
  entry.known = translator_.ask_tables(address, regime, newest);
}

void Block::judge_use(const Request& request, const Regime& regime, const TlbEntry& entry,
                      Time now) {
  if (observer_ == nullptr || peek_ == nullptr) return;
  const Meaning used = entry.meaning_of(request.address);
  const auto changed = [&](const Meaning& tables) {
    return tables != used && tables != entry.known;
  };
  NewestTables newest{*peek_, *observer_};
  const bool walks_see_it = changed(translator_.ask_tables(request.address, regime, *peek_));
  if (!walks_see_it && !changed(translator_.ask_tables(request.address, regime, newest))) return;
  observer_->iommu_stale({request.address, request.size, request.write, request.attributes, self_},
                         request.address + used.distance, walks_see_it, now);
}

// A walk has failed that would not, if it had read all tables.
void Block::judge_refusal(const Request& request, const Wanted& access, const Regime& regime,
                          Time now) {
  if (observer_ == nullptr || peek_ == nullptr) return;
  TlbEntry entry;
  ContextFault fault;
  const bool there = translator_.walk(access, regime, *peek_, kUntraced, entry, fault);
  if (!there || !Translator::check(access, regime, entry, fault)) return;
  observer_->iommu_stale({request.address, request.size, request.write, request.attributes, self_},
                         access.address + entry.meaning_of(access.address).distance, true, now);
}

}  // namespace linefill::smmu
