// SPDX-License-Identifier: Apache-2.0
// Address translation operations (IHI 0062, chapter 4), and the formats of PAR (16.5.14, 9.6.20).
#include "models/iommu/smmu_block.hpp"
#include "models/translation/memory_attributes.hpp"
#include "models/translation/par.hpp"

namespace linefill::smmu {

namespace {

constexpr std::uint64_t kFault = 1U << 0;
constexpr std::uint64_t kInvalidContext = 1U << 29;
constexpr std::uint64_t kUnimplementedBank = 1U << 30;
constexpr std::uint64_t kTerminated = 1U << 31;

std::uint64_t par_of(const ContextFault& fault, const ContextBank& bank) {
  const auto format = static_cast<std::uint64_t>(bank.format());
  return kFault | fsr::bit_of(fault.walk.kind) | format << 8 |
         std::uint64_t{fault.walk.level & 3U} << 32 | std::uint64_t{fault.stage2} << 35;
}

/// In the format of stage 1's tables.
std::uint64_t par_of(std::uint64_t output, const TlbEntry& entry, const ContextBank& bank,
                     bool secure) {
  const bool non_secure = secure && entry.non_secure;
  if (bank.format() == TableFormat::kShort)
    return short_par(static_cast<std::uint32_t>(output), entry.page_shift, non_secure,
                     entry.attributes);
  constexpr std::uint64_t kAddress = ((std::uint64_t{1} << 48) - 1) & ~std::uint64_t{0xFFF};
  constexpr std::uint64_t kLong = 1U << 11;
  const std::uint64_t sh = entry.attributes.shareable ? 2 : 0;
  return std::uint64_t{encode_mair(entry.attributes)} << 56 | (output & kAddress) | kLong |
         sh << 7 | std::uint64_t{non_secure} << 9;
}

}  // namespace

bool Block::software_walk(const Wanted& access, Regime regime, bool both,
                          const RegisterContext& context, TlbEntry& entry, ContextFault& fault) {
  if (regime.stage1 != nullptr && !regime.stage1->enabled()) regime.stage1 = nullptr;
  if (regime.stage2 != nullptr && !regime.stage2->enabled()) regime.stage2 = nullptr;
  const bool direct = regime.stage1 == nullptr && (regime.stage2 == nullptr || !both);
  if (direct) {
    entry.page_shift = 12;
    entry.output = access.address & ~std::uint64_t{0xFFF};
    return true;
  }
  Request request;
  request.address = access.address;
  request.attributes.origin = context.attributes.origin;
  Time now = context.now;
  const bool partly = !both && regime.stage2 != nullptr;
  const TlbEntry* const known = partly ? nullptr : translator_.find(access, regime);
  if (known != nullptr) {
    entry = *known;
  } else {
    WalkOptions options = walk_options();
    options.stage1_only = partly;
    if (!walk_in_time(request, access, regime, options, entry, fault, now)) return false;
  }
  if (partly) regime.stage2 = nullptr;
  return Translator::check(access, regime, entry, fault);
}

// What stage 2 refuses is its bank's to tell; stage 1 is told that the operation was terminated. No
// operation is held, even where accesses would be.
std::uint64_t Block::translate_for_software(ContextBank& bank, std::uint64_t address, bool write,
                                            bool privileged, const RegisterContext& context) {
  advance(context.now);
  Regime regime;
  if (const RouteFault fault = regime_of(bank.number(), secure_bank(bank.number()), regime);
      fault.bits != 0) {
    constexpr std::uint32_t kAts = 1U << 6;
    if (bank.type() != BankType::kNested) return kInvalidContext | kFault;
    spaces_[0].record(fault.bits, kAts | 1U, 0, 0);
    return kTerminated | kFault;
  }
  if (regime.stage1 == nullptr) return kInvalidContext | kFault;
  if (regime.stage2 != nullptr && regime.stage2->faulted() &&
      !regime.stage2->has(ContextBank::kHupcf))
    return kTerminated | kFault;
  const Wanted access{address, write, privileged, false};
  TlbEntry entry;
  ContextFault fault;
  if (software_walk(access, regime, false, context, entry, fault))
    return par_of(entry.output + (address & ((std::uint64_t{1} << entry.page_shift) - 1)), entry,
                  bank, regime.secure);
  if (!fault.stage2) return par_of(fault, bank);
  fault.for_software = true;
  banks_[fault.bank].record(fault, address, write, privileged, false, 0);
  return kTerminated | kFault;
}

// Secure software may ask about the banks of both states (IHI 0062, 4.3).
std::uint64_t Block::translate_globally(bool secure, const GlobalQuestion& question,
                                        const RegisterContext& context) {
  advance(context.now);
  const unsigned bank = question.bank;
  const bool seen = bank < banks_.size() && (secure || !secure_bank(bank));
  if (!seen || banks_[bank].type() == BankType::kStage2) {
    spaces_[index_of(secure)].record(gfsr::kUnimplementedBank, 0, question.address, 0);
    return kUnimplementedBank | kFault;
  }
  Regime regime;
  const RouteFault refused = regime_of(bank, secure_bank(bank), regime);
  if (refused.bits == gfsr::kUnimplementedBank) return kUnimplementedBank | kFault;
  if (refused.bits != 0) return kInvalidContext | kFault;
  const Wanted access{question.address, question.write, question.privileged, false};
  TlbEntry entry;
  ContextFault fault;
  if (!software_walk(access, regime, question.both, context, entry, fault))
    return par_of(fault, banks_[fault.bank]);
  const std::uint64_t in_page = question.address & ((std::uint64_t{1} << entry.page_shift) - 1);
  return par_of(entry.output + in_page, entry, banks_[bank], secure_bank(bank));
}

}  // namespace linefill::smmu
