// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/smmu_block.hpp"

#include <algorithm>

#include "models/translation/descriptor_bits.hpp"
#include "models/translation/memory_attributes.hpp"

namespace linefill::smmu {

namespace {

constexpr std::uint64_t kBusEnd = std::uint64_t{1} << 32;

enum class StreamType : std::uint8_t { kTranslate, kBypass, kFault, kReserved };

/// MTCFG, MemAttr and SHCFG of sCR0, S2CR and SCTLR, where an access is not translated.
MemoryAttributes overridden(MemoryAttributes memory, bool mtcfg, unsigned mem_attr,
                            unsigned shcfg) {
  if (mtcfg) memory = decode_mem_attr(mem_attr, memory.shareable ? 2 : 0);
  if (memory.normal() && shcfg != 0) memory.shareable = shcfg != 3;
  return memory;
}

/// NSCFG of sCR0, S2CR and SCTLR: it is the Secure state's only.
bool secured(bool secure, unsigned nscfg) { return nscfg < 2 ? secure : nscfg == 2; }

Wanted access_of(const Request& request, const StreamGroup& group) {
  Wanted access{request.address, request.write, request.attributes.privileged,
                request.attributes.instruction};
  const std::uint32_t privilege = bits(group.s2cr, 25, 24);
  if (privilege >= 2) access.privileged = privilege == 3;
  const std::uint32_t instruction = bits(group.s2cr, 27, 26);
  if (instruction >= 2) access.instruction = instruction == 3;
  access.instruction = access.instruction && !access.write;
  return access;
}

}  // namespace

/// Tables behind the walker's port: each read takes its time on the bus.
class Block::BusTables final : public TableMemory {
 public:
  BusTables(BusPort& port, const Origin& cause, Time& now) : port_{port}, now_{now} {
    attributes_.origin = cause;
    attributes_.table_walk = true;
  }
  BusResponse read(std::uint64_t address, std::span<std::byte> data,
                   const MemoryAttributes& walk_attributes, bool secure) override {
    if (address >= kBusEnd) return BusResponse::kDecodeError;
    attributes_.secure = secure;
    attributes_.memory = walk_attributes;
    return port_.read(PhysicalAddress{static_cast<std::uint32_t>(address)}, data, attributes_,
                      now_);
  }

 private:
  BusPort& port_;
  Time& now_;
  Attributes attributes_;
};

Block::Block(const Config& config, BusPort& tables, Log& log, Statistics& statistics)
    : config_{config},
      tables_{tables},
      log_{log},
      groups_(config.stream_groups),
      spaces_{GlobalSpace{false, static_cast<GlobalSpaceUser&>(*this)},
              GlobalSpace{true, static_cast<GlobalSpaceUser&>(*this)}},
      translator_{config.tlb_entries, config.walk_cache_entries, statistics},
      pending_{config.invalidation, config.lazy_invalidation},
      translated_{statistics, "translated", "accesses"},
      bypassed_{statistics, "bypassed", "accesses"},
      hits_{statistics, "tlb_hits", "look-ups"},
      misses_{statistics, "tlb_misses", "look-ups"},
      walk_time_{statistics, "walk_time", "picoseconds"},
      waits_{statistics, "walker_waits", "walks"},
      context_faults_{statistics, "context_faults", "faults"},
      global_faults_{statistics, "global_faults", "faults"},
      stalls_{statistics, "stalls", "accesses"},
      invalidations_{statistics, "tlb_invalidations", "operations"},
      syncs_{statistics, "tlb_syncs", "operations"} {
  for (unsigned n = 0; n < config.context_banks; ++n)
    banks_.emplace_back(n, static_cast<ContextBankUser&>(*this));
  reset();
}

void Block::reset() {
  for (GlobalSpace& space : spaces_) space.reset();
  spaces_[1].share_all(config_.context_banks, config_.stream_groups);
  for (ContextBank& bank : banks_) bank.reset();
  std::fill(groups_.begin(), groups_.end(), StreamGroup{});
  translator_.clear();
  pending_.clear();
  walker_free_.fill(Time{0});
  holding_ = false;
}

void Block::advance(Time now) {
  pending_.collect(now, [this](const Invalidation& operation) { translator_.apply(operation); });
}

Verdict Block::translate(const Request& request, Time& now) {
  advance(now);
  const bool secure = secure_access(request.attributes);
  const std::uint32_t cr0 = global_space(secure).cr0();
  if ((cr0 & GlobalSpace::kClientPd) != 0) return bypass(request, cr0);
  const Route route = this->route(request.stream, secure);
  if (route.fault.bits != 0) return global_fault(request, route.fault, now);
  if (route.group == nullptr) return bypass(request, cr0);
  const std::uint32_t s2cr = route.group->s2cr;
  Request routed = request;
  if (secure) routed.attributes.secure = secured(true, bits(s2cr, 19, 18));
  switch (static_cast<StreamType>(bits(s2cr, 17, 16))) {
    case StreamType::kTranslate:
      return translate_in_bank(routed, *route.group, secure, now);
    case StreamType::kBypass:
      if (forbidden_fetch(secure, request.attributes.instruction, routed.attributes.secure))
        return global_fault(request, {gfsr::kPermission}, now);
      return pass(routed, overridden(request.attributes.memory, bit(s2cr, 11), bits(s2cr, 15, 12),
                                     bits(s2cr, 9, 8)));
    default:
      return global_fault(request, {gfsr::kInvalidContext}, now);
  }
}

unsigned Block::non_secure_banks() const {
  return config_.two_states ? bits(spaces_[1].scr1(), 7, 0) : config_.context_banks;
}

unsigned Block::non_secure_groups() const {
  return config_.two_states ? bits(spaces_[1].scr1(), 15, 8) : config_.stream_groups;
}

bool Block::forbidden_fetch(bool secure, bool instruction, bool leaves_secure) const {
  return secure && instruction && !leaves_secure && (spaces_[1].scr1() & GlobalSpace::kSif) != 0;
}

/// The group that a stream of a security state matches, among that state's; none means that it is
/// let through.
Block::Route Block::route(std::uint16_t stream, bool secure) const {
  Route route;
  for (unsigned n = 0; n < groups_.size(); ++n) {
    if (secure_group(n) != secure || !groups_[n].matches(stream)) continue;
    if (route.group != nullptr) return {nullptr, {gfsr::kStreamMatchConflict}};
    route.group = &groups_[n];
  }
  if (route.group == nullptr && (global_space(secure).cr0() & GlobalSpace::kUsfcfg) != 0)
    route.fault.bits = gfsr::kUnidentifiedStream;
  return route;
}

// The banks that take part, from the one that S2CR names (IHI 0062, 3.8.4).
Block::RouteFault Block::regime_of(unsigned bank, bool secure, Regime& regime) const {
  if (bank >= banks_.size() || secure_bank(bank) != secure) return {gfsr::kUnimplementedBank};
  regime.secure = secure;
  regime.secure_walks = secure || !config_.two_states;
  const ContextBank& first = banks_[bank];
  const BankType type = first.type();
  if (type == BankType::kStage2) {
    if (!config_.stage2 || secure) return {gfsr::kInvalidContext, true};
    regime.stage2 = &first;
  } else {
    const bool nested = type == BankType::kNested;
    if (!config_.stage1 || type == BankType::kStage1Fault ||
        (nested && (!config_.nested() || secure)))
      return {gfsr::kInvalidContext, true};
    regime.stage1 = &first;
    if (nested) {
      if (first.stage2_bank() >= banks_.size() || secure_bank(first.stage2_bank()))
        return {gfsr::kUnimplementedBank, true};
      const ContextBank& second = banks_[first.stage2_bank()];
      const bool widens =
          first.format() == TableFormat::kAArch64 && second.format() != TableFormat::kAArch64;
      if (second.type() != BankType::kStage2 || widens) return {gfsr::kInvalidContext, true};
      regime.stage2 = &second;
    }
  }
  if (secure) return {};
  regime.vmid = (regime.stage2 != nullptr ? regime.stage2 : regime.stage1)->vmid(vmid16());
  return {};
}

Verdict Block::translate_in_bank(const Request& request, const StreamGroup& group, bool secure,
                                 Time& now) {
  Regime regime;
  const RouteFault fault = regime_of(group.s2cr & 0xFFU, secure, regime);
  if (fault.bits != 0) return global_fault(request, fault, now);
  // A bank whose SCTLR.M is clear does not take part, but has a say in the memory type.
  Request untranslated = request;
  if (regime.stage1 != nullptr && !regime.stage1->enabled()) {
    const std::uint32_t sctlr = regime.stage1->sctlr();
    untranslated.attributes.memory = overridden(request.attributes.memory, bit(sctlr, 20),
                                                bits(sctlr, 19, 16), bits(sctlr, 23, 22));
    if (secure)
      untranslated.attributes.secure = secured(request.attributes.secure, bits(sctlr, 29, 28));
    const Wanted access = access_of(request, group);
    if (forbidden_fetch(secure, access.instruction, untranslated.attributes.secure)) {
      const bool wide = regime.stage1->format() == TableFormat::kAArch64;
      return context_fault(request, access,
                           {regime.stage1->number(), {WalkFaultKind::kPermission, wide ? 0U : 1U}},
                           now);
    }
    regime.stage1 = nullptr;
  }
  if (regime.stage2 != nullptr && !regime.stage2->enabled()) regime.stage2 = nullptr;
  if (regime.stage1 == nullptr && regime.stage2 == nullptr)
    return pass(untranslated, untranslated.attributes.memory);
  return look_up(untranslated, access_of(request, group), regime, now);
}

Verdict Block::look_up(const Request& request, const Wanted& access, const Regime& regime,
                       Time& now) {
  const ContextBank::Held held{request.stream, request.address, request.write};
  for (const ContextBank* bank : {regime.stage1, regime.stage2}) {
    if (bank == nullptr) continue;
    if (banks_[bank->number()].terminated(held)) {
      tell_fault(request, IommuFault::kTranslation, now);
      return refuse_in(*bank);
    }
    if (const auto verdict = blocked_by(*bank)) return *verdict;
  }
  now += config_.hit_cycles * config_.period;
  ContextFault fault;
  const TlbEntry* entry = translator_.find(access, regime);
  const bool hit = entry != nullptr;
  TlbEntry walked;
  if (hit) {
    ++hits_;
    now = std::max(now, entry->ready);
  } else {
    ++misses_;
    if (!walk_in_time(request, access, regime, walk_options(), walked, fault, now)) {
      judge_refusal(request, access, regime, now);
      return context_fault(request, access, fault, now);
    }
    walked.ready = now;
    note_tables(regime, access.address, walked);
    entry = &translator_.keep(access, walked);
  }
  const std::uint64_t in_page = access.address & ((std::uint64_t{1} << entry->page_shift) - 1);
  const std::uint64_t output = entry->output + in_page;
  judge_use(request, regime, *entry, now);
  if (!Translator::check(access, regime, *entry, fault))
    return context_fault(request, access, fault, now);
  const bool leaves_secure = regime.secure ? !entry->non_secure : request.attributes.secure;
  if (forbidden_fetch(regime.secure, access.instruction, leaves_secure))
    return context_fault(request, access,
                         {regime.stage1->number(), {WalkFaultKind::kPermission, entry->level}},
                         now);
  ++translated_;
  return {Verdict::Action::kPass, output,
          Translator::attributes_of(*entry, request.attributes.memory), true, leaves_secure};
}

// A walk begins when a walker is free.
bool Block::walk_in_time(const Request& request, const Wanted& access, const Regime& regime,
                         const WalkOptions& options, TlbEntry& entry, ContextFault& fault,
                         Time& now) {
  Time* const walkers_end = walker_free_.data() + config_.walkers;
  Time* const walker = std::min_element(walker_free_.data(), walkers_end);
  if (*walker > now) ++waits_;
  const Time start = std::max(now, *walker);
  now = start;
  BusTables tables{tables_, request.attributes.origin, now};
  const bool done = translator_.walk(access, regime, tables, options, entry, fault);
  *walker = now;
  walk_time_ += static_cast<std::uint64_t>((now - start).count());
  return done;
}

WalkOptions Block::walk_options() const {
  const std::uint32_t acr = spaces_[0].acr();
  return {bit(acr, 2), bit(acr, 3), bit(acr, 4), false, false};
}

Verdict Block::bypass(const Request& request, std::uint32_t configuration) {
  Request passed = request;
  if (secure_access(request.attributes))
    passed.attributes.secure = secured(true, bits(configuration, 29, 28));
  return pass(passed, overridden(request.attributes.memory, bit(configuration, 20),
                                 bits(configuration, 19, 16), bits(configuration, 23, 22)));
}

Verdict Block::pass(const Request& request, const MemoryAttributes& memory) {
  ++bypassed_;
  return {Verdict::Action::kPass, request.address, memory, false, request.attributes.secure};
}

}  // namespace linefill::smmu
