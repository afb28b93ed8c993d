// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/smmu_translator.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "models/translation/descriptor_bits.hpp"
#include "models/translation/memory_attributes.hpp"
#include "models/translation/translation_walker.hpp"

namespace linefill::smmu {

namespace {

constexpr std::uint64_t offset_in(std::uint64_t address, unsigned shift) {
  return address & ((std::uint64_t{1} << shift) - 1);
}

Tag tag_of(const Regime& regime) {
  if (regime.stage1 == nullptr) return {Stages::kStage2, regime.vmid, 0, false};
  return {regime.stage2 != nullptr ? Stages::kBoth : Stages::kStage1, regime.vmid,
          regime.stage1->asid(), regime.secure};
}

/// What the TLB keeps of a stage 1 in either format.
void keep_stage1(const Translation& translation, TlbEntry& entry) {
  entry.global = translation.global;
  entry.attributes = translation.attributes;
  entry.permission = translation.permission;
  entry.execute_never = translation.execute_never;
  entry.non_secure = translation.non_secure;
}

/// What stage 1's CBAR lays over its result where there is no stage 2: MemAttr and BPSHCFG.
MemoryAttributes overlay(const ContextBank& bank, const MemoryAttributes& attributes) {
  const unsigned shareability = bank.cbar() >> 8 & 3U;  // 1 outer, 2 inner, 3 non-shareable.
  const unsigned sh = shareability == 1 ? 2 : shareability == 2 ? 3 : 0;
  return combine(attributes, decode_mem_attr(bank.cbar() >> 12 & 0xFU, sh));
}

}  // namespace

/// One translation under way.
struct Translator::Job {
  const Wanted& access;
  const Regime& regime;
  TableMemory& memory;
  const WalkOptions& options;
  ContextFault& fault;
};

/// How one stage's walk reads its descriptors: out of the walk cache, else out of memory, and that
/// through stage 2 if it is stage 1's of two.
class Translator::StagePort final : public WalkPort, public LongWalkPort {
 public:
  StagePort(Translator& owner, Job& job, const Tag& tag, std::uint64_t address, bool big_endian)
      : owner_{owner},
        job_{job},
        tag_{tag},
        address_{address},
        big_endian_{big_endian},
        secure_{job.regime.secure_walks} {
    const WalkOptions& options = job.options;
    cached_ = tag.stages == Stages::kStage2 ? options.stage2_cache : options.stage1_cache;
  }

  /// For long descriptors, which are cached by level.
  void set_granule(unsigned shift) { granule_shift_ = shift; }

  BusResponse read_word(PhysicalAddress address, const MemoryAttributes& walk_attributes,
                        std::uint32_t& value) override {
    std::uint64_t wide = 0;
    const unsigned level = ++reads_;
    const BusResponse response =
        read(raw(address), 4, {tag_, level, 20, address_}, walk_attributes, wide);
    value = static_cast<std::uint32_t>(wide);
    if (response == BusResponse::kOkay && level == 1 && (value & 3U) == 1) keep(level, 20, wide);
    return response;
  }

  BusResponse read_long(std::uint64_t address, unsigned level,
                        const MemoryAttributes& walk_attributes, std::uint64_t& value) override {
    const unsigned shift = granule_shift_ + (3 - level) * (granule_shift_ - 3);
    const BusResponse response =
        read(address, 8, {tag_, level, shift, address_}, walk_attributes, value);
    // NSTable: what the table leads to is read as Non-secure.
    const std::uint64_t descriptor = big_endian_ ? swap_bytes(value) : value;
    if (level < 3 && (descriptor & 3U) == 3 && descriptor >> 63 != 0) secure_ = false;
    if (response == BusResponse::kOkay && level < 3 && (value & 3U) == 3) keep(level, shift, value);
    return response;
  }

  /// Stage 2 refused: the walk's own fault is not to be told.
  bool refused() const { return refused_; }
  /// Of the last descriptor: as the table above it gave it.
  std::uint64_t last_input() const { return last_input_; }

 private:
  BusResponse read(std::uint64_t address, unsigned size, const WalkCache::Key& key,
                   const MemoryAttributes& walk_attributes, std::uint64_t& value) {
    if (cached_ && owner_.walk_cache_.find(key, value)) {
      if (!job_.options.quiet) ++owner_.walk_cache_hits_;
      from_cache_ = true;
      return BusResponse::kOkay;
    }
    from_cache_ = false;
    last_input_ = address;
    if (tag_.stages == Stages::kBoth) {
      TlbEntry stage2;
      if (!owner_.walk_stage2(job_, address, true, stage2)) {
        refused_ = true;
        return BusResponse::kSlaveError;
      }
      address = stage2.output + offset_in(address, stage2.page_shift);
    }
    if (!job_.options.quiet) ++owner_.descriptor_reads_;
    std::array<std::byte, 8> data{};
    const BusResponse response =
        job_.memory.read(address, {data.data(), size}, walk_attributes, secure_);
    value = 0;
    for (unsigned i = 0; i < size; ++i) value |= std::to_integer<std::uint64_t>(data[i]) << (8 * i);
    return response;
  }

  void keep(unsigned level, unsigned shift, std::uint64_t value) {
    if (!cached_ || from_cache_ || big_endian_ || job_.options.quiet) return;
    owner_.walk_cache_.insert({tag_, level, shift, address_}, value);
  }

  Translator& owner_;
  Job& job_;
  Tag tag_;
  std::uint64_t address_;
  bool big_endian_;
  bool secure_ = true;
  bool cached_ = true;
  bool from_cache_ = false;
  bool refused_ = false;
  unsigned reads_ = 0;
  unsigned granule_shift_ = 12;
  std::uint64_t last_input_ = 0;
};

Translator::Translator(std::size_t tlb_entries, std::size_t walk_cache_entries,
                       Statistics& statistics)
    : tlb_{tlb_entries},
      walk_cache_{walk_cache_entries},
      walks_{statistics, "table_walks", "walks"},
      descriptor_reads_{statistics, "descriptor_reads", "descriptors"},
      walk_cache_hits_{statistics, "walk_cache_hits", "descriptors"},
      ipa_hits_{statistics, "ipa_cache_hits", "look-ups"} {}

void Translator::clear() {
  tlb_.clear();
  walk_cache_.clear();
}

void Translator::apply(const Invalidation& operation) {
  tlb_.apply(operation);
  walk_cache_.apply(operation);
}

const TlbEntry* Translator::find(const Wanted& access, const Regime& regime) const {
  return tlb_.find(access.address, tag_of(regime));
}

bool Translator::walk(const Wanted& access, const Regime& regime, TableMemory& memory,
                      const WalkOptions& options, TlbEntry& entry, ContextFault& fault) {
  Job job{access, regime, memory, options, fault};
  entry = {};
  entry.tag = tag_of(regime);
  if (!options.quiet) ++walks_;
  if (regime.stage1 == nullptr) return walk_stage2(job, access.address, false, entry);
  if (!walk_stage1(job, entry)) return false;
  if (regime.stage2 == nullptr) {
    if (regime.stage1->type() == BankType::kStage1)
      entry.attributes = overlay(*regime.stage1, entry.attributes);
    return true;
  }
  if (options.stage1_only) return true;
  // Stage 1's verdict comes before stage 2's fault.
  if (!check(access, regime, entry, fault)) return false;
  const std::uint64_t ipa = entry.output + offset_in(access.address, entry.page_shift);
  TlbEntry second;
  if (!walk_stage2(job, ipa, false, second)) return false;
  entry.page_shift = std::min(entry.page_shift, second.page_shift);
  entry.ipa = ipa & ~offset_in(ipa, entry.page_shift);
  entry.output = second.output + offset_in(entry.ipa, second.page_shift);
  entry.attributes = combine(entry.attributes, second.attributes);
  entry.stage2_readable = second.stage2_readable;
  entry.stage2_writable = second.stage2_writable;
  entry.stage2_execute_never = second.stage2_execute_never;
  entry.stage2_level = second.stage2_level;
  return true;
}

Meaning Translator::ask_tables(std::uint64_t address, const Regime& regime, TableMemory& memory) {
  TlbEntry entry;
  ContextFault fault;
  const bool there = walk({address}, regime, memory, kUntraced, entry, fault);
  return there ? entry.meaning_of(address) : Meaning{};
}

bool Translator::walk_stage1(Job& job, TlbEntry& entry) {
  const ContextBank& bank = *job.regime.stage1;
  StagePort port{*this, job, entry.tag, job.access.address, bank.has(ContextBank::kE)};
  entry.replaces = true;
  const bool done = bank.format() == TableFormat::kShort ? walk_short(job, port, entry)
                                                         : walk_long(job, port, entry);
  if (!done) {
    if (port.refused()) return false;
    job.fault.bank = bank.number();
    // What the bus refuses of a nested translation is stage 2's (IHI 0062, 3.10).
    const bool external = job.fault.walk.kind == WalkFaultKind::kExternal;
    if (external && job.regime.stage2 != nullptr) {
      job.fault.bank = job.regime.stage2->number();
      job.fault.stage2 = job.fault.nested = true;
      job.fault.stage1_bank = bank.number();
      job.fault.ipa = port.last_input();
    }
    return false;
  }
  return true;
}

bool Translator::walk_short(Job& job, StagePort& port, TlbEntry& entry) {
  constexpr unsigned kInputBits = 32;
  TranslationWalker walker{port};
  Translation translation;
  Fault fault;
  if (job.access.address >> kInputBits != 0) {
    job.fault.walk = {WalkFaultKind::kTranslation, 1};
    return false;
  }
  const VirtualAddress va{static_cast<std::uint32_t>(job.access.address)};
  if (!walker.walk(va, job.regime.stage1->short_registers(), translation, fault)) {
    if (!port.refused()) job.fault.walk = walk_fault_of(fault);
    return false;
  }
  const std::uint64_t address = raw(translation.pa);
  entry.page_shift = translation.page_shift;
  entry.output = address - offset_in(address, translation.page_shift);
  keep_stage1(translation, entry);
  entry.level = translation.page ? 2 : 1;
  return true;
}

bool Translator::walk_long(Job& job, StagePort& port, TlbEntry& entry) {
  const ContextBank& bank = *job.regime.stage1;
  LongTables tables;
  std::uint64_t address = job.access.address;
  unsigned level = 0;
  if (!bank.tables_for(address, tables, level)) {
    job.fault.walk = {WalkFaultKind::kTranslation, level};
    return false;
  }
  port.set_granule(tables.granule_shift);
  LongTranslation translation;
  WalkFault fault;
  if (!LongDescriptorWalker{port}.walk(address, tables, translation, fault)) {
    if (!port.refused()) job.fault.walk = fault;
    return false;
  }
  entry.page_shift = translation.page_shift;
  entry.output = translation.address - offset_in(translation.address, translation.page_shift);
  keep_stage1(translation, entry);
  // AArch64 executes nothing privileged that the unprivileged can write (ARMv8 D5.4.5).
  const bool user_writes = permits(translation.permission, true, false);
  entry.privileged_execute_never = translation.privileged_execute_never ||
                                   (bank.format() == TableFormat::kAArch64 && user_writes);
  entry.level = static_cast<std::uint8_t>(translation.level);
  return true;
}

bool Translator::walk_stage2(Job& job, std::uint64_t ipa, bool for_stage1_walk, TlbEntry& entry) {
  const ContextBank& bank = *job.regime.stage2;
  const Tag tag{Stages::kStage2, job.regime.vmid, 0, false};
  ContextFault fault;
  fault.bank = bank.number();
  fault.stage2 = true;
  fault.in_stage1_walk = for_stage1_walk;
  const bool combined = job.regime.stage1 != nullptr;
  fault.nested = combined;
  fault.stage1_bank = combined ? job.regime.stage1->number() : 0;
  fault.ipa = ipa;
  const TlbEntry* known = combined && job.options.ipa_cache ? tlb_.find(ipa, tag) : nullptr;
  if (known != nullptr) {
    if (!job.options.quiet) ++ipa_hits_;
    entry = *known;
  } else {
    StagePort port{*this, job, tag, ipa, bank.has(ContextBank::kE)};
    const LongTables tables = bank.stage2_tables();
    port.set_granule(tables.granule_shift);
    LongTranslation translation;
    if (!LongDescriptorWalker{port}.walk(ipa, tables, translation, fault.walk)) {
      job.fault = fault;
      return false;
    }
    entry.tag = tag;
    entry.global = true;
    entry.page_shift = translation.page_shift;
    entry.output = translation.address - offset_in(translation.address, translation.page_shift);
    entry.attributes = translation.attributes;
    entry.stage2_readable = translation.readable;
    entry.stage2_writable = translation.writable;
    entry.stage2_execute_never = translation.execute_never;
    entry.stage2_level = static_cast<std::uint8_t>(translation.level);
    if (combined && job.options.ipa_cache && !job.options.quiet) tlb_.insert(ipa, entry);
  }
  // A descriptor is read, whatever the access that it is read for.
  if (for_stage1_walk && !entry.stage2_readable) {
    fault.walk = {WalkFaultKind::kPermission, entry.stage2_level};
    job.fault = fault;
    return false;
  }
  return true;
}

bool Translator::check(const Wanted& access, const Regime& regime, const TlbEntry& entry,
                       ContextFault& fault) {
  if (regime.stage1 != nullptr) {
    const bool never =
        access.instruction &&
        (entry.execute_never || (access.privileged && entry.privileged_execute_never));
    if (never || !permits(entry.permission, access.write, access.privileged)) {
      fault = {};
      fault.bank = regime.stage1->number();
      fault.walk = {WalkFaultKind::kPermission, entry.level};
      return false;
    }
  }
  if (regime.stage2 == nullptr) return true;
  const bool allowed = access.write ? entry.stage2_writable : entry.stage2_readable;
  if (allowed && !(access.instruction && entry.stage2_execute_never)) return true;
  fault = {};
  fault.bank = regime.stage2->number();
  fault.walk = {WalkFaultKind::kPermission, entry.stage2_level};
  fault.stage2 = true;
  fault.nested = regime.stage1 != nullptr;
  fault.stage1_bank = fault.nested ? regime.stage1->number() : 0;
  fault.ipa = regime.stage1 != nullptr ? entry.ipa + offset_in(access.address, entry.page_shift)
                                       : access.address;
  return false;
}

MemoryAttributes Translator::attributes_of(const TlbEntry& entry,
                                           const MemoryAttributes& attributes) {
  return entry.replaces ? entry.attributes : combine(attributes, entry.attributes);
}

}  // namespace linefill::smmu
