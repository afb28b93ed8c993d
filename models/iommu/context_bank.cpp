// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/context_bank.hpp"

namespace linefill::smmu {

namespace {

using R = Register<ContextBank>;

}  // namespace

// IHI 0062, chapter 16. Reset values and reserved bits as an MMU-500 has them.
const RegisterTable<ContextBank>& ContextBank::registers() {
  using enum Access;
  using T = ContextBank;
  using enum Invalidation::Scope;
  static constexpr R kRows[]{
      R{0x000, "SCTLR", kReadWrite, 0x100}.stores(&T::sctlr_, 0x7FDF'E1FF),
      R{0x004, "ACTLR", kReadWrite, 0x3}.stores(&T::actlr_, 0).on_write(&T::write_actlr),
      R{0x008, "RESUME", kWriteOnly}.on_write(&T::write_resume),
      R{0x010, "TCR2", kReadWrite, 0x60}.stores(&T::tcr2_, 0x4003'C017),
      R{0x020, "TTBR0", kReadWrite}.stores(&T::ttbr0_),
      R{0x024, "TTBR0_HIGH", kReadWrite}.stores(&T::ttbr0_high_),
      R{0x028, "TTBR1", kReadWrite}.stores(&T::ttbr1_),
      R{0x02C, "TTBR1_HIGH", kReadWrite}.stores(&T::ttbr1_high_),
      R{0x030, "TCR", kReadWrite}.stores(&T::tcr_),
      R{0x034, "CONTEXTIDR", kReadWrite}.stores(&T::contextidr_),
      R{0x038, "PRRR_MAIR0", kReadWrite}.stores(&T::mair0_),
      R{0x03C, "NMRR_MAIR1", kReadWrite}.stores(&T::mair1_),
      R{0x050, "PAR", kReadWrite}.stores(&T::par_),
      R{0x054, "PAR_HIGH", kReadWrite}.stores(&T::par_high_),
      R{0x058, "FSR", kReadWrite}.computed(&T::peek_fsr).on_write(&T::write_fsr),
      R{0x05C, "FSRRESTORE", kWriteOnly}.on_write(&T::write_fsrrestore),
      R{0x060, "FAR", kReadWrite}.stores(&T::far_),
      R{0x064, "FAR_HIGH", kReadWrite}.stores(&T::far_high_),
      R{0x068, "FSYNR0", kReadWrite}.stores(&T::fsynr0_, 0x00FF'0F7F),
      R{0x06C, "FSYNR1", kReadWrite}.stores(&T::fsynr1_),
      R{0x070, "IPAFAR", kReadWrite}.stores(&T::ipafar_, 0xFFFF'F000),
      R{0x074, "IPAFAR_HIGH", kReadWrite}.stores(&T::ipafar_high_),
      R{0x600, "TLBIVA", kWriteOnly}.on_write(&T::write_tlbi<kAddress, false>),
      R{0x604, "TLBIVA_HIGH", kWriteOnly}.stores(&T::operand_high_),
      R{0x608, "TLBIVAA", kWriteOnly}.on_write(&T::write_tlbi<kAddressAllAsids, false>),
      R{0x60C, "TLBIVAA_HIGH", kWriteOnly}.stores(&T::operand_high_),
      R{0x610, "TLBIASID", kWriteOnly}.on_write(&T::write_tlbi<kAsid, false>),
      R{0x618, "TLBIALL", kWriteOnly}.on_write(&T::write_tlbi<kVmidStage1, false>),
      R{0x620, "TLBIVAL", kWriteOnly}.on_write(&T::write_tlbi<kAddress, true>),
      R{0x624, "TLBIVAL_HIGH", kWriteOnly}.stores(&T::operand_high_),
      R{0x628, "TLBIVAAL", kWriteOnly}.on_write(&T::write_tlbi<kAddressAllAsids, true>),
      R{0x62C, "TLBIVAAL_HIGH", kWriteOnly}.stores(&T::operand_high_),
      R{0x630, "TLBIIPAS2", kWriteOnly}.on_write(&T::write_tlbi<kIpa, false>),
      R{0x634, "TLBIIPAS2_HIGH", kWriteOnly}.stores(&T::operand_high_),
      R{0x638, "TLBIIPAS2L", kWriteOnly}.on_write(&T::write_tlbi<kIpa, true>),
      R{0x63C, "TLBIIPAS2L_HIGH", kWriteOnly}.stores(&T::operand_high_),
      R{0x7F0, "TLBSYNC", kWriteOnly}.on_write(&T::write_tlbsync),
      R{0x7F4, "TLBSTATUS", kReadOnly}.computed(&T::peek_tlbstatus),
      R{0x800, "ATS1PR", kWriteOnly}.on_write(&T::write_ats<false, true>),
      R{0x804, "ATS1PR_HIGH", kWriteOnly}.stores(&T::operand_high_),
      R{0x808, "ATS1PW", kWriteOnly}.on_write(&T::write_ats<true, true>),
      R{0x80C, "ATS1PW_HIGH", kWriteOnly}.stores(&T::operand_high_),
      R{0x810, "ATS1UR", kWriteOnly}.on_write(&T::write_ats<false, false>),
      R{0x814, "ATS1UR_HIGH", kWriteOnly}.stores(&T::operand_high_),
      R{0x818, "ATS1UW", kWriteOnly}.on_write(&T::write_ats<true, false>),
      R{0x81C, "ATS1UW_HIGH", kWriteOnly}.stores(&T::operand_high_),
      R{0x8F0, "ATSR", kReadOnly, 0},  // An operation is done before the next access.
  };
  static constexpr RegisterTable<T> kTable{kRows};
  return kTable;
}

const RegisterTable<ContextBank>& ContextBank::cbar_registers() {
  static constexpr R kRows[]{
      R{0, "CBAR", Access::kReadWrite, 0x2'0000}.stores(&ContextBank::cbar_)};
  static constexpr RegisterTable<ContextBank> kTable{kRows};
  return kTable;
}

const RegisterTable<ContextBank>& ContextBank::cbfrsynra_registers() {
  static constexpr R kRows[]{
      R{0, "CBFRSYNRA", Access::kReadWrite}.stores(&ContextBank::cbfrsynra_, 0xFFFF)};
  static constexpr RegisterTable<ContextBank> kTable{kRows};
  return kTable;
}

const RegisterTable<ContextBank>& ContextBank::cba2r_registers() {
  static constexpr R kRows[]{
      R{0, "CBA2R", Access::kReadWrite}.stores(&ContextBank::cba2r_, 0xFFFF'0003)};
  static constexpr RegisterTable<ContextBank> kTable{kRows};
  return kTable;
}

void ContextBank::reset() {
  registers().reset(*this);
  cbar_registers().reset(*this);
  cbfrsynra_registers().reset(*this);
  cba2r_registers().reset(*this);
  fsr_ = 0;
  operand_high_ = 0;
  held_.reset();
  terminated_.reset();
}

bool ContextBank::interrupt() const {
  return has(kCfie) && (fsr_ & (fsr::kFaults | fsr::kMulti | fsr::kStalled)) != 0;
}

void ContextBank::record(const ContextFault& fault, std::uint64_t address, bool write,
                         bool privileged, bool instruction, std::uint16_t stream) {
  if (faulted()) {
    fsr_ |= fsr::kMulti;
    return;
  }
  fsr_ = fsr::bit_of(fault.walk.kind);
  far_ = static_cast<std::uint32_t>(address);
  far_high_ = static_cast<std::uint32_t>(address >> 32);
  fsynr0_ = (fault.walk.level & 3U) | (write ? 1U << 4 : 0) | (privileged ? 1U << 5 : 0) |
            (instruction ? 1U << 6 : 0) | (fault.non_secure ? 1U << 8 : 0) |
            (fault.walk.kind == WalkFaultKind::kExternal ? 1U << 10 : 0);
  // The rest is of stage 2's format (IHI 0062, 17.3.1).
  if (fault.nested)
    fsynr0_ |= 1U << 2 | (fault.in_stage1_walk ? 1U << 3 : 0) | (fault.for_software ? 1U << 9 : 0) |
               fault.stage1_bank << 16;
  fsynr1_ = 0;
  ipafar_ = static_cast<std::uint32_t>(fault.ipa) & 0xFFFF'F000U;
  ipafar_high_ = static_cast<std::uint32_t>(fault.ipa >> 32);
  cbfrsynra_ = stream;
}

void ContextBank::hold(const Held& access) {
  held_ = access;
  fsr_ |= fsr::kStalled;
}

bool ContextBank::terminated(const Held& access) {
  if (terminated_ != access) return false;
  terminated_.reset();
  return true;
}

// CACHE_LOCK keeps software from changing how the caches are used.
void ContextBank::write_actlr(std::uint32_t value, const RegisterContext& /*context*/) {
  if (!user_.actlr_locked()) actlr_ = value & 3U;
}

void ContextBank::write_resume(std::uint32_t value, const RegisterContext& context) {
  if (!stalled()) return;
  fsr_ &= ~fsr::kStalled;
  if ((value & 1U) != 0) terminated_ = held_;
  held_.reset();
  user_.released(*this, context.now);
}

// FORMAT is not kept: it tells what CBA2R and TCR say.
std::uint32_t ContextBank::peek_fsr() const {
  return fsr_ | (user_.version2() ? static_cast<std::uint32_t>(format()) << 9 : 0);
}

// SS goes with RESUME only.
void ContextBank::write_fsr(std::uint32_t value, const RegisterContext& context) {
  fsr_ &= ~value | fsr::kStalled;
  user_.released(*this, context.now);
}

void ContextBank::write_fsrrestore(std::uint32_t value, const RegisterContext& /*context*/) {
  fsr_ = (fsr_ & fsr::kStalled) | (value & (fsr::kFaults | fsr::kMulti));
}

template <Invalidation::Scope kScope, bool kLeaf>
void ContextBank::write_tlbi(std::uint32_t value, const RegisterContext& context) {
  Invalidation operation;
  operation.scope = kScope;
  operation.leaf = kLeaf;
  const std::uint64_t both = std::uint64_t{operand_high_} << 32 | value;
  operand_high_ = 0;
  const bool wide = format() == TableFormat::kAArch64;
  if (kScope == Invalidation::Scope::kAsid) {
    operation.asid = static_cast<std::uint16_t>(wide ? value & 0xFFFFU : value & 0xFFU);
  } else if (wide || kScope == Invalidation::Scope::kIpa) {
    operation.address = both << 20 >> 8;  // Page number [43:0].
    operation.asid = static_cast<std::uint16_t>(both >> 48);
  } else {
    operation.address = value & 0xFFFF'F000U;
    operation.asid = static_cast<std::uint16_t>(value & 0xFFU);
  }
  user_.invalidate(number_, operation, context.now);
}

void ContextBank::write_tlbsync(std::uint32_t /*value*/, const RegisterContext& context) {
  user_.sync(number_, context.now);
}

template <bool kWrite, bool kPrivileged>
void ContextBank::write_ats(std::uint32_t value, const RegisterContext& context) {
  const bool wide = format() == TableFormat::kAArch64;
  const std::uint64_t address = (wide ? std::uint64_t{operand_high_} << 32 : 0) | value;
  operand_high_ = 0;
  const std::uint64_t par = user_.translate_for_software(*this, address & ~std::uint64_t{0xFFF},
                                                         kWrite, kPrivileged, context);
  par_ = static_cast<std::uint32_t>(par);
  par_high_ = static_cast<std::uint32_t>(par >> 32);
}

}  // namespace linefill::smmu
