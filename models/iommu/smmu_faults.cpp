// SPDX-License-Identifier: Apache-2.0
// Accesses that are refused, held, or only asked about.
#include <array>

#include "models/iommu/smmu_block.hpp"
#include "models/translation/descriptor_bits.hpp"
#include "models/translation/memory_attributes.hpp"

namespace linefill::smmu {

namespace {

constexpr std::uint32_t kGfre = 1U << 1;

IommuFault kind_of(WalkFaultKind kind) {
  switch (kind) {
    case WalkFaultKind::kPermission:
      return IommuFault::kPermission;
    case WalkFaultKind::kTranslation:
      return IommuFault::kTranslation;
    default:
      return IommuFault::kOther;
  }
}

/// PAR of a translation that failed: F, and the bits that FSR would have.
std::uint64_t par_of(const ContextFault& fault) {
  switch (fault.walk.kind) {
    case WalkFaultKind::kAddressSize:
      return fsr::kAddressSize | 1U;
    case WalkFaultKind::kAccessFlag:
      return fsr::kAccessFlag | 1U;
    case WalkFaultKind::kPermission:
      return fsr::kPermission | 1U;
    case WalkFaultKind::kExternal:
      return fsr::kExternal | 1U;
    default:
      return fsr::kTranslation | 1U;
  }
}

/// PAR of long descriptors (ARM ARM B4.1.112): ATTR, PA, SH.
std::uint64_t par_of(std::uint64_t output, const MemoryAttributes& attributes) {
  constexpr std::uint64_t kAddress = ((std::uint64_t{1} << 48) - 1) & ~std::uint64_t{0xFFF};
  constexpr std::uint64_t kLong = 1U << 11;
  const std::uint64_t sh = attributes.shareable ? 2 : 0;
  return std::uint64_t{encode_mair(attributes)} << 56 | (output & kAddress) | kLong | sh << 7;
}

}  // namespace

Verdict Block::context_fault(const Request& request, const Wanted& access,
                             const ContextFault& fault, Time now) {
  ContextBank& bank = banks_[fault.bank];
  ++context_faults_;
  log_.guest_error("context bank ", fault.bank, ": ", request.write ? "write to " : "read from ",
                   hex(request.address), " of stream ", hex(request.stream, 4), ", FSR bits ",
                   hex(par_of(fault) & ~1U, 2), ", level ", fault.walk.level);
  bank.record(fault, request.address, access.write, access.privileged, access.instruction,
              request.stream);
  if (config_.version == 1 && bank.interrupt_index() >= config_.context_banks)
    gfsr_ |= gfsr::kUnimplementedInterrupt;
  if (bank.has(ContextBank::kCfcfg)) {
    // Software may still deal with it: not a mistake yet.
    if (!bank.stalled()) bank.hold({request.stream, request.address, request.write});
    return hold();
  }
  tell_fault(request, kind_of(fault.walk.kind), now);
  return refuse_in(bank);
}

Verdict Block::hold() {
  ++stalls_;
  holding_ = true;
  return {Verdict::Action::kHold};
}

// What becomes of an access that a bank's fault, its own or another's, keeps from going on.
Verdict Block::refuse_in(const ContextBank& bank) const {
  using Action = Verdict::Action;
  return {bank.has(ContextBank::kCfre) ? Action::kAbort : Action::kZero};
}

Verdict Block::global_fault(const Request& request, std::uint32_t fault, Time now) {
  ++global_faults_;
  tell_fault(request, IommuFault::kStream, now);
  log_.guest_error(request.write ? "write to " : "read from ", hex(request.address), " of stream ",
                   hex(request.stream, 4), ": sGFSR ", hex(fault, 3));
  if (gfsr_ != 0) {
    gfsr_ |= gfsr::kMulti;
  } else {
    gfsr_ = fault;
    gfar_ = static_cast<std::uint32_t>(request.address);
    gfar_high_ = static_cast<std::uint32_t>(request.address >> 32);
    gfsynr0_ = (request.write ? 1U << 1 : 0) | (request.attributes.privileged ? 1U << 2 : 0) |
               (request.attributes.instruction ? 1U << 3 : 0);
    gfsynr1_ = request.stream;
  }
  return {(cr0_ & kGfre) != 0 ? Verdict::Action::kAbort : Verdict::Action::kZero};
}

void Block::released(ContextBank& /*bank*/, Time now) {
  if (!holding_) return;
  holding_ = false;
  if (released_) released_(now);
}

std::optional<Regime> Block::regime_for(std::uint16_t stream) const {
  const Route route = this->route(stream);
  if ((cr0_ & 1U) != 0) return Regime{};
  if (route.fault != 0) return {};
  const std::uint32_t type = route.group == nullptr ? 1 : bits(route.group->s2cr, 17, 16);
  Regime regime;
  if (type == 1) return regime;
  if (type != 0 || regime_of(route.group->s2cr & 0xFFU, regime) != 0) return {};
  if (regime.stage1 != nullptr && !regime.stage1->enabled()) regime.stage1 = nullptr;
  if (regime.stage2 != nullptr && !regime.stage2->enabled()) regime.stage2 = nullptr;
  return regime;
}

bool Block::stands_before(std::uint16_t stream) const {
  const auto regime = regime_for(stream);
  return !regime || regime->stage1 != nullptr || regime->stage2 != nullptr;
}

std::optional<std::uint64_t> Block::peek_translation(std::uint64_t address, bool write,
                                                     std::uint16_t stream, TableMemory& memory,
                                                     bool by_tables) {
  const auto regime = regime_for(stream);
  if (!regime) return {};
  if (regime->stage1 == nullptr && regime->stage2 == nullptr) return address;
  const Wanted access{address, write};
  TlbEntry entry;
  ContextFault fault;
  const TlbEntry* known = by_tables ? nullptr : translator_.find(access, *regime);
  if (known != nullptr) {
    entry = *known;
  } else if (!translator_.walk(access, *regime, memory, {false, false, false, true}, entry,
                               fault)) {
    return {};
  }
  if (!Translator::check(access, *regime, entry, fault)) return {};
  return entry.output + (address & ((std::uint64_t{1} << entry.page_shift) - 1));
}

std::uint64_t Block::translate_for_software(ContextBank& bank, std::uint64_t address, bool write,
                                            bool privileged, const RegisterContext& context) {
  return software_translation(bank, address, write, privileged, false, context);
}

std::uint64_t Block::software_translation(ContextBank& bank, std::uint64_t address, bool write,
                                          bool privileged, bool both,
                                          const RegisterContext& context) {
  advance(context.now);
  Regime regime;
  if (regime_of(bank.number(), regime) != 0) return fsr::kTranslation | 1U;
  // An operation on a stage 2 bank has no stage 1 to translate.
  if (regime.stage1 == nullptr) return fsr::kTranslation | 1U;
  if (!both) regime.stage2 = nullptr;
  if (!regime.stage1->enabled()) regime.stage1 = nullptr;
  if (regime.stage2 != nullptr && !regime.stage2->enabled()) regime.stage2 = nullptr;
  if (regime.stage1 == nullptr && regime.stage2 == nullptr) return par_of(address, {});
  const Wanted access{address, write, privileged, false};
  Request request;
  request.address = address;
  request.attributes.origin = context.attributes.origin;
  Time now = context.now;
  TlbEntry entry;
  ContextFault fault;
  if (const TlbEntry* known = translator_.find(access, regime); known != nullptr) {
    entry = *known;
  } else if (!walk_in_time(request, access, regime, entry, fault, now)) {
    return par_of(fault);
  }
  if (!Translator::check(access, regime, entry, fault)) return par_of(fault);
  return par_of(entry.output + (address & ((std::uint64_t{1} << entry.page_shift) - 1)),
                entry.attributes);
}

// --- What the checker is told --------------------------------------------------------------------

void Block::tell_fault(const Request& request, IommuFault kind, Time now) {
  if (observer_ == nullptr) return;
  observer_->iommu_refused(
      {request.address, request.size, request.write, request.attributes, self_}, kind, now);
}

// What memory has at an entry's descriptor; its own value where that cannot be told.
std::uint64_t Block::peek_descriptor(const TlbEntry& entry) const {
  if (peek_ == nullptr || entry.descriptor_bytes == 0) return entry.descriptor;
  std::array<std::byte, 8> data{};
  const std::span<std::byte> place{data.data(), entry.descriptor_bytes};
  if (peek_->read(entry.descriptor_at, place, {}) != BusResponse::kOkay) return entry.descriptor;
  std::uint64_t value = 0;
  for (unsigned i = 0; i < entry.descriptor_bytes; ++i)
    value |= std::to_integer<std::uint64_t>(data[i]) << (8 * i);
  return value;
}

// A walker that is coherent reads a newer descriptor than memory has: no change is seen before that
// is written back.
void Block::tell_use(const Request& request, const TlbEntry& entry, std::uint64_t output,
                     Time now) {
  if (observer_ == nullptr) return;
  const std::uint64_t value = peek_descriptor(entry);
  if (value == entry.descriptor || value == entry.in_memory) return;
  observer_->iommu_stale({request.address, request.size, request.write, request.attributes, self_},
                         entry.descriptor_at, output, now);
}

}  // namespace linefill::smmu
