// SPDX-License-Identifier: Apache-2.0
#include "models/iommu/global_space.hpp"

namespace linefill::smmu {

// Reset values and reserved bits as an MMU-500 has them: no global stall, configuration faults are
// not reported, conflicts of stream matches always fault.
// NOLINTNEXTLINE(readability-function-size): a table.
const RegisterTable<GlobalSpace>& GlobalSpace::registers() {
  using enum Access;
  using R = Register<GlobalSpace>;
  using T = GlobalSpace;
  static constexpr R kRows[]{
      R{0x000, "sCR0", kReadWrite, 0x0020'0001}.stores(&T::cr0_, 0xBFDF'FCC7),
      R{0x008, "sCR2", kReadWrite}.stores(&T::cr2_, 0xFFFF),
      R{0x010, "sACR", kReadWrite, 0x0400'001C}.stores(&T::acr_, 0x0700'071C),
      R{0x020, "IDR0", kReadOnly}.computed(&T::peek_id<0>),
      R{0x024, "IDR1", kReadOnly}.computed(&T::peek_id<1>),
      R{0x028, "IDR2", kReadOnly}.computed(&T::peek_id<2>),
      R{0x02C, "IDR3", kReadOnly},
      R{0x030, "IDR4", kReadOnly},
      R{0x034, "IDR5", kReadOnly},
      R{0x038, "IDR6", kReadOnly},
      R{0x03C, "IDR7", kReadOnly}.computed(&T::peek_id<7>),
      R{0x040, "sGFAR", kReadWrite}.stores(&T::gfar_),
      R{0x044, "sGFAR_HIGH", kReadWrite}.stores(&T::gfar_high_),
      R{0x048, "sGFSR", kReadWrite}.stores(&T::gfsr_, 0).on_write(&T::write_gfsr),
      R{0x04C, "sGFSRRESTORE", kWriteOnly}.on_write(&T::write_gfsrrestore),
      R{0x050, "sGFSYNR0", kReadWrite}.stores(&T::gfsynr0_, 0x3F),
      R{0x054, "sGFSYNR1", kReadWrite}.stores(&T::gfsynr1_, 0x7FFF),
      R{0x058, "sGFSYNR2", kReadWrite}.stores(&T::gfsynr2_),
      R{0x064, "TLBIVMID", kWriteOnly}.on_write(&T::write_tlbivmid<Invalidation::Scope::kVmid>),
      R{0x068, "TLBIALLNSNH", kWriteOnly}.on_write(&T::write_tlbiall),
      R{0x06C, "TLBIALLH", kWriteOnly}.on_write(&T::write_hypervisor_tlbi),
      R{0x070, "sTLBGSYNC", kWriteOnly}.on_write(&T::write_tlbgsync),
      R{0x074, "sTLBGSTATUS", kReadOnly}.computed(&T::peek_tlbgstatus),
      R{0x078, "TLBIVAH", kWriteOnly}.on_write(&T::write_hypervisor_tlbi),
      R{0x07C, "TLBIVAH_HIGH", kWriteOnly}.stores(&T::operand_high_),
      R{0x0B0, "TLBIVALH64", kWriteOnly}.on_write(&T::write_hypervisor_tlbi),
      R{0x0B4, "TLBIVALH64_HIGH", kWriteOnly}.stores(&T::operand_high_),
      R{0x0B8, "TLBIVMIDS1", kWriteOnly}.on_write(
          &T::write_tlbivmid<Invalidation::Scope::kVmidStage1>),
      R{0x0C0, "TLBIVAH64", kWriteOnly}.on_write(&T::write_hypervisor_tlbi),
      R{0x0C4, "TLBIVAH64_HIGH", kWriteOnly}.stores(&T::operand_high_),
      R{0x100, "GATS1UR", kWriteOnly}.on_write(&T::write_gats<false, false, false>),
      R{0x104, "GATS1UR_HIGH", kWriteOnly}.stores(&T::operand_high_),
      R{0x108, "GATS1UW", kWriteOnly}.on_write(&T::write_gats<true, false, false>),
      R{0x10C, "GATS1UW_HIGH", kWriteOnly}.stores(&T::operand_high_),
      R{0x110, "GATS1PR", kWriteOnly}.on_write(&T::write_gats<false, true, false>),
      R{0x114, "GATS1PR_HIGH", kWriteOnly}.stores(&T::operand_high_),
      R{0x118, "GATS1PW", kWriteOnly}.on_write(&T::write_gats<true, true, false>),
      R{0x11C, "GATS1PW_HIGH", kWriteOnly}.stores(&T::operand_high_),
      R{0x120, "GATS12UR", kWriteOnly}.on_write(&T::write_gats<false, false, true>),
      R{0x124, "GATS12UR_HIGH", kWriteOnly}.stores(&T::operand_high_),
      R{0x128, "GATS12UW", kWriteOnly}.on_write(&T::write_gats<true, false, true>),
      R{0x12C, "GATS12UW_HIGH", kWriteOnly}.stores(&T::operand_high_),
      R{0x130, "GATS12PR", kWriteOnly}.on_write(&T::write_gats<false, true, true>),
      R{0x134, "GATS12PR_HIGH", kWriteOnly}.stores(&T::operand_high_),
      R{0x138, "GATS12PW", kWriteOnly}.on_write(&T::write_gats<true, true, true>),
      R{0x13C, "GATS12PW_HIGH", kWriteOnly}.stores(&T::operand_high_),
      R{0x180, "GPAR", kReadWrite}.stores(&T::gpar_),
      R{0x184, "GPAR_HIGH", kReadWrite}.stores(&T::gpar_high_),
      R{0x188, "GATSR", kReadOnly},
      R{0xFD0, "PIDR4", kReadOnly, 0x04},
      R{0xFD4, "PIDR5", kReadOnly},
      R{0xFD8, "PIDR6", kReadOnly},
      R{0xFDC, "PIDR7", kReadOnly},
      R{0xFE0, "PIDR0", kReadOnly, 0x81},
      R{0xFE4, "PIDR1", kReadOnly, 0xB4},
      R{0xFE8, "PIDR2", kReadOnly}.computed(&T::peek_id<T::kPidr2>),
      R{0xFEC, "PIDR3", kReadOnly},
      R{0xFF0, "CIDR0", kReadOnly, 0x0D},
      R{0xFF4, "CIDR1", kReadOnly, 0xF0},
      R{0xFF8, "CIDR2", kReadOnly, 0x05},
      R{0xFFC, "CIDR3", kReadOnly, 0xB1},
  };
  static constexpr RegisterTable<T> kTable{kRows};
  return kTable;
}

// Reserved where there is one security state. No monitor contexts: nothing else of theirs. In SCR1,
// faults outside and configuration faults are not recorded (IHI 0062, 3.10).
const RegisterTable<GlobalSpace>& GlobalSpace::secure_registers() {
  using R = Register<GlobalSpace>;
  using T = GlobalSpace;
  static constexpr R kRows[]{
      R{0x004, "SCR1", Access::kReadWrite}.stores(&T::scr1_, 0x0D00'FFFF),
      R{0x060, "STLBIALL", Access::kWriteOnly}.on_write(&T::write_tlbi_secure),
  };
  static constexpr RegisterTable<T> kTable{kRows};
  return kTable;
}

void GlobalSpace::reset() {
  registers().reset(*this);
  operand_high_ = 0;
}

void GlobalSpace::record(std::uint32_t bits, std::uint32_t syndrome, std::uint64_t address,
                         std::uint16_t stream) {
  if (gfsr_ != 0) {
    gfsr_ |= gfsr::kMulti;
    return;
  }
  gfsr_ = bits;
  gfar_ = static_cast<std::uint32_t>(address);
  gfar_high_ = static_cast<std::uint32_t>(address >> 32);
  gfsynr0_ = syndrome;
  gfsynr1_ = stream;
}

void GlobalSpace::write_gfsr(std::uint32_t value, const RegisterContext& /*context*/) {
  gfsr_ &= ~value;
}

void GlobalSpace::write_gfsrrestore(std::uint32_t value, const RegisterContext& /*context*/) {
  gfsr_ = value & (gfsr::kFaults | gfsr::kMulti);
}

// --- TLB maintenance: VMIDs are the Non-secure state's, whoever asks -----------------------------

void GlobalSpace::write_tlbi_secure(std::uint32_t /*value*/, const RegisterContext& context) {
  Invalidation operation;
  operation.secure = true;
  user_.invalidate_globally(secure_, operation, context.now);
}

void GlobalSpace::write_tlbiall(std::uint32_t /*value*/, const RegisterContext& context) {
  user_.invalidate_globally(secure_, {}, context.now);
}

template <Invalidation::Scope kScope>
void GlobalSpace::write_tlbivmid(std::uint32_t value, const RegisterContext& context) {
  Invalidation operation;
  operation.scope = kScope;
  operation.vmid = static_cast<std::uint16_t>(value & (user_.vmid16() ? 0xFFFFU : 0xFFU));
  user_.invalidate_globally(secure_, operation, context.now);
}

// There are no hypervisor contexts: what they would have is of no VMID and no bank.
void GlobalSpace::write_hypervisor_tlbi(std::uint32_t /*value*/, const RegisterContext& context) {
  operand_high_ = 0;
  Invalidation operation;
  operation.scope = Invalidation::Scope::kHypervisor;
  user_.invalidate_globally(secure_, operation, context.now);
}

void GlobalSpace::write_tlbgsync(std::uint32_t /*value*/, const RegisterContext& context) {
  user_.sync_globally(secure_, context.now);
}

template <bool kWrite, bool kPrivileged, bool kBoth>
void GlobalSpace::write_gats(std::uint32_t value, const RegisterContext& context) {
  const GlobalQuestion question{
      value & 0xFFFU, std::uint64_t{operand_high_} << 32 | (value & ~std::uint32_t{0xFFF}), kWrite,
      kPrivileged, kBoth};
  operand_high_ = 0;
  const std::uint64_t par = user_.translate_globally(secure_, question, context);
  gpar_ = static_cast<std::uint32_t>(par);
  gpar_high_ = static_cast<std::uint32_t>(par >> 32);
}

}  // namespace linefill::smmu
