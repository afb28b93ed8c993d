// SPDX-License-Identifier: Apache-2.0
// Accesses that are refused, held, or only asked about.
#include "models/iommu/smmu_block.hpp"
#include "models/translation/descriptor_bits.hpp"

namespace linefill::smmu {

namespace {

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

}  // namespace

// The order is that of IHI 0062, 3.7.3, RequestBufferStateMachine.
Verdict Block::context_fault(const Request& request, const Wanted& access,
                             const ContextFault& fault, Time now) {
  ContextBank& bank = banks_[fault.bank];
  // It is told when it is tried again.
  if (bank.stalled()) return hold();
  ++context_faults_;
  log_.guest_error("context bank ", fault.bank, ": ", request.write ? "write to " : "read from ",
                   hex(request.address), " of stream ", hex(request.stream, 4), ", FSR bits ",
                   hex(fsr::bit_of(fault.walk.kind), 2), ", level ", fault.walk.level);
  const bool another = bank.faulted();
  ContextFault told = fault;
  told.non_secure = secure_bank(fault.bank) && !request.attributes.secure;
  bank.record(told, request.address, access.write, access.privileged, access.instruction,
              request.stream);
  if (!version2() && bank.interrupt_index() >= config_.context_banks)
    global_space(secure_bank(fault.bank))
        .record(gfsr::kUnimplementedInterrupt, 0, request.address, request.stream);
  if (bank.has(ContextBank::kCfcfg) && !another) {
    // Software may still deal with it: not a mistake yet.
    bank.hold({request.stream, request.address, request.write});
    return hold();
  }
  tell_fault(request, kind_of(fault.walk.kind), now);
  return refuse_in(bank);
}

// IHI 0062, 3.7.3, CheckForFaultsInBank: without HUPCF nothing passes a fault that software has not
// dealt with.
std::optional<Verdict> Block::blocked_by(const ContextBank& bank) {
  if (!bank.faulted() || bank.has(ContextBank::kHupcf)) return {};
  if (bank.stalled()) return hold();
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

Verdict Block::global_fault(const Request& request, const RouteFault& fault, Time now) {
  ++global_faults_;
  tell_fault(request, IommuFault::kStream, now);
  log_.guest_error(request.write ? "write to " : "read from ", hex(request.address), " of stream ",
                   hex(request.stream, 4), ": sGFSR ", hex(fault.bits, 3));
  const std::uint32_t syndrome = (fault.nested ? 1U : 0) | (request.write ? 1U << 1 : 0) |
                                 (request.attributes.privileged ? 1U << 2 : 0) |
                                 (request.attributes.instruction ? 1U << 3 : 0);
  GlobalSpace& space = global_space(secure_access(request.attributes));
  space.record(fault.bits, syndrome, request.address, request.stream);
  return {(space.cr0() & GlobalSpace::kGfre) != 0 ? Verdict::Action::kAbort
                                                  : Verdict::Action::kZero};
}

void Block::released(ContextBank& /*bank*/, Time now) {
  if (!holding_) return;
  holding_ = false;
  if (released_) released_(now);
}

std::optional<Regime> Block::regime_for(std::uint16_t stream, bool secure) const {
  const Route route = this->route(stream, secure);
  if ((global_space(secure).cr0() & GlobalSpace::kClientPd) != 0) return Regime{};
  if (route.fault.bits != 0) return {};
  const std::uint32_t type = route.group == nullptr ? 1 : bits(route.group->s2cr, 17, 16);
  Regime regime;
  if (type == 1) return regime;
  if (type != 0 || regime_of(route.group->s2cr & 0xFFU, secure, regime).bits != 0) return {};
  if (regime.stage1 != nullptr && !regime.stage1->enabled()) regime.stage1 = nullptr;
  if (regime.stage2 != nullptr && !regime.stage2->enabled()) regime.stage2 = nullptr;
  return regime;
}

bool Block::stands_before(std::uint16_t stream) const {
  const auto regime = regime_for(stream, false);
  return !regime || regime->stage1 != nullptr || regime->stage2 != nullptr;
}

std::optional<std::uint64_t> Block::peek_translation(std::uint64_t address, bool write,
                                                     std::uint16_t stream, TableMemory& memory,
                                                     bool by_tables) {
  const auto regime = regime_for(stream, false);
  if (!regime) return {};
  if (regime->stage1 == nullptr && regime->stage2 == nullptr) return address;
  const Wanted access{address, write};
  TlbEntry entry;
  ContextFault fault;
  const TlbEntry* known = by_tables ? nullptr : translator_.find(access, *regime);
  if (known != nullptr) {
    entry = *known;
  } else if (!translator_.walk(access, *regime, memory, kUntraced, entry, fault)) {
    return {};
  }
  if (!Translator::check(access, *regime, entry, fault)) return {};
  return entry.output + (address & ((std::uint64_t{1} << entry.page_shift) - 1));
}

// --- What the checker is told --------------------------------------------------------------------

void Block::tell_fault(const Request& request, IommuFault kind, Time now) {
  if (observer_ == nullptr) return;
  observer_->iommu_refused(
      {request.address, request.size, request.write, request.attributes, self_}, kind, now);
}

}  // namespace linefill::smmu
