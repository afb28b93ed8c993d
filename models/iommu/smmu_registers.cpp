// SPDX-License-Identifier: Apache-2.0
// The registers of global space 0 (IHI 0062, chapter 10) and what they start.
#include "models/iommu/smmu_block.hpp"

namespace linefill::smmu {

// Reset values and reserved bits as an MMU-500 has them: no global stall, configuration faults are
// not reported, conflicts of stream matches always fault.
const RegisterTable<Block>& Block::registers() {
  using enum Access;
  using R = Register<Block>;
  using T = Block;
  static constexpr R kRows[]{
      R{0x000, "sCR0", kReadWrite, 0x0020'0001}.stores(&T::cr0_, 0xBFDF'FCC7),
      R{0x008, "sCR2", kReadWrite}.stores(&T::cr2_, 0xFFFF),
      R{0x010, "sACR", kReadWrite, 0x0400'001C}.stores(&T::sacr_, 0x0700'071C),
      R{0x020, "IDR0", kReadOnly}.computed(&T::peek_id0),
      R{0x024, "IDR1", kReadOnly}.computed(&T::peek_id1),
      R{0x028, "IDR2", kReadOnly}.computed(&T::peek_id2),
      R{0x02C, "IDR3", kReadOnly},
      R{0x030, "IDR4", kReadOnly},
      R{0x034, "IDR5", kReadOnly},
      R{0x038, "IDR6", kReadOnly},
      R{0x03C, "IDR7", kReadOnly}.computed(&T::peek_id7),
      R{0x040, "sGFAR", kReadWrite}.stores(&T::gfar_),
      R{0x044, "sGFAR_HIGH", kReadWrite}.stores(&T::gfar_high_),
      R{0x048, "sGFSR", kReadWrite}.stores(&T::gfsr_, 0).on_write(&T::write_gfsr),
      R{0x04C, "sGFSRRESTORE", kWriteOnly}.on_write(&T::write_gfsrrestore),
      R{0x050, "sGFSYNR0", kReadWrite}.stores(&T::gfsynr0_, 0x3F),
      R{0x054, "sGFSYNR1", kReadWrite}.stores(&T::gfsynr1_, 0x7FFF),
      R{0x058, "sGFSYNR2", kReadWrite}.stores(&T::gfsynr2_),
      R{0x060, "sTLBIALL", kWriteOnly}.on_write(&T::write_tlbiall),
      R{0x064, "TLBIVMID", kWriteOnly}.on_write(&T::write_tlbivmid),
      R{0x068, "TLBIALLNSNH", kWriteOnly}.on_write(&T::write_tlbiall),
      R{0x06C, "TLBIALLH", kWriteOnly}.on_write(&T::write_hypervisor_tlbi),
      R{0x070, "sTLBGSYNC", kWriteOnly}.on_write(&T::write_tlbgsync),
      R{0x074, "sTLBGSTATUS", kReadOnly}.computed(&T::peek_tlbgstatus),
      R{0x078, "TLBIVAH", kWriteOnly}.on_write(&T::write_hypervisor_tlbi),
      R{0x07C, "TLBIVAH_HIGH", kWriteOnly}.stores(&T::operand_high_),
      R{0x0B0, "TLBIVALH64", kWriteOnly}.on_write(&T::write_hypervisor_tlbi),
      R{0x0B4, "TLBIVALH64_HIGH", kWriteOnly}.stores(&T::operand_high_),
      R{0x0B8, "TLBIVMIDS1", kWriteOnly}.on_write(&T::write_tlbivmids1),
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
      R{0xFE8, "PIDR2", kReadOnly}.computed(&T::peek_pidr2),
      R{0xFEC, "PIDR3", kReadOnly},
      R{0xFF0, "CIDR0", kReadOnly, 0x0D},
      R{0xFF4, "CIDR1", kReadOnly, 0xF0},
      R{0xFF8, "CIDR2", kReadOnly, 0x05},
      R{0xFFC, "CIDR3", kReadOnly, 0xB1},
  };
  static constexpr RegisterTable<T> kTable{kRows};
  return kTable;
}

const RegisterTable<StreamGroup>& StreamGroup::smr_registers() {
  static constexpr Register<StreamGroup> kRows[]{
      Register<StreamGroup>{0, "SMR", Access::kReadWrite}.stores(&StreamGroup::smr, 0xFFFF'7FFF)};
  static constexpr RegisterTable<StreamGroup> kTable{kRows};
  return kTable;
}

// EXIDVALID is for extended stream IDs, which it has not.
const RegisterTable<StreamGroup>& StreamGroup::s2cr_registers() {
  static constexpr Register<StreamGroup> kRows[]{
      Register<StreamGroup>{0, "S2CR", Access::kReadWrite}.stores(&StreamGroup::s2cr, 0x3FFF'FBFF)};
  static constexpr RegisterTable<StreamGroup> kTable{kRows};
  return kTable;
}

bool Block::global_interrupt() const {
  constexpr std::uint32_t kGfie = 1U << 2;
  return (cr0_ & kGfie) != 0 && (gfsr_ & (gfsr::kFaults | gfsr::kMulti)) != 0;
}

bool Block::context_interrupt(unsigned line) const {
  if (version2()) return line < banks_.size() && banks_[line].interrupt();
  for (const ContextBank& bank : banks_) {
    if (bank.interrupt_index() == line && bank.interrupt()) return true;
  }
  return false;
}

void Block::write_gfsr(std::uint32_t value, const RegisterContext& /*context*/) { gfsr_ &= ~value; }

void Block::write_gfsrrestore(std::uint32_t value, const RegisterContext& /*context*/) {
  gfsr_ = value & (gfsr::kFaults | gfsr::kMulti);
}

// --- TLB maintenance ---------------------------------------------------------------------------

void Block::invalidate(unsigned bank, const Invalidation& operation, Time now) {
  Invalidation complete = operation;
  if (bank != Invalidations::kGlobal) complete.vmid = banks_[bank].vmid(vmid16());
  ++invalidations_;
  pending_.post(bank, complete, now);
}

void Block::sync(unsigned bank, Time now) {
  ++syncs_;
  pending_.sync(bank, now);
}

void Block::write_tlbiall(std::uint32_t /*value*/, const RegisterContext& context) {
  invalidate(Invalidations::kGlobal, {}, context.now);
}

void Block::write_tlbivmid(std::uint32_t value, const RegisterContext& context) {
  Invalidation operation;
  operation.scope = Invalidation::Scope::kVmid;
  operation.vmid = static_cast<std::uint16_t>(value & (vmid16() ? 0xFFFFU : 0xFFU));
  invalidate(Invalidations::kGlobal, operation, context.now);
}

void Block::write_tlbivmids1(std::uint32_t value, const RegisterContext& context) {
  Invalidation operation;
  operation.scope = Invalidation::Scope::kVmidStage1;
  operation.vmid = static_cast<std::uint16_t>(value & (vmid16() ? 0xFFFFU : 0xFFU));
  invalidate(Invalidations::kGlobal, operation, context.now);
}

// There are no hypervisor contexts, so nothing of theirs is kept.
void Block::write_hypervisor_tlbi(std::uint32_t /*value*/, const RegisterContext& /*context*/) {
  operand_high_ = 0;
  ++invalidations_;
}

void Block::write_tlbgsync(std::uint32_t /*value*/, const RegisterContext& context) {
  sync(Invalidations::kGlobal, context.now);
}

// --- Address translation operations ------------------------------------------------------------

template <bool kWrite, bool kPrivileged, bool kBoth>
void Block::write_gats(std::uint32_t value, const RegisterContext& context) {
  const unsigned number = value & 0xFFFU;
  const std::uint64_t address =
      std::uint64_t{operand_high_} << 32 | (value & ~std::uint32_t{0xFFF});
  operand_high_ = 0;
  const std::uint64_t par =
      translate_globally(number, address, kWrite, kPrivileged, kBoth, context);
  gpar_ = static_cast<std::uint32_t>(par);
  gpar_high_ = static_cast<std::uint32_t>(par >> 32);
}

}  // namespace linefill::smmu
