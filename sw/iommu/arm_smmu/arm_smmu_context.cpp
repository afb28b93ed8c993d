// SPDX-License-Identifier: Apache-2.0
// Context banks and the tables they walk.
#include "sw/iommu/arm_smmu/arm_smmu.hpp"
#include "sw/kernel/console.hpp"

namespace guest::smmu {
namespace {

using Stage = ArmSmmuDomain::Stage;

class DomainOps final : public iommu_domain_ops {
 public:
  int attach_dev(iommu_domain& domain, device& dev) const override {
    auto* const smmu = static_cast<ArmSmmu*>(of_iommu_configure(&dev));
    ArmSmmuDomain& its = own(domain);
    if (its.smmu != nullptr && its.smmu != smmu) return to_errno(Error::kInvalid);
    if (const int result = smmu->open(its); result != 0) return result;
    return smmu->attach(its, dev);
  }
  void detach_dev(iommu_domain& domain, device& dev) const override {
    own(domain).smmu->detach(dev);
  }
  io_pgtable_ops* tables(iommu_domain& domain) const override { return own(domain).tables; }
  void flush_iotlb_all(iommu_domain& domain) const override {
    if (own(domain).tables != nullptr) own(domain).tlb_flush_all();
  }
  void iotlb_sync(iommu_domain& domain, iommu_iotlb_gather& /*gather*/) const override {
    if (own(domain).tables != nullptr) own(domain).tlb_sync();
  }
  int enable_nesting(iommu_domain& domain) const override {
    ArmSmmuDomain& its = own(domain);
    if (its.smmu != nullptr) return to_errno(Error::kNotPermitted);
    its.stage = Stage::kTwo;
    return 0;
  }
  void free(iommu_domain& domain) const override {
    ArmSmmuDomain& its = own(domain);
    if (its.smmu != nullptr) its.smmu->close(its);
    its.in_use = false;
  }

 private:
  static ArmSmmuDomain& own(iommu_domain& domain) { return static_cast<ArmSmmuDomain&>(domain); }
};

const DomainOps ops;

/// A 64-bit register, the half with the ASID first, as Linux does on 32-bit machines.
void write_pair(const Mmio<ContextBank>& bank, std::uint32_t (ContextBank::*pair)[2],
                std::uint64_t value) {
  bank.write_relaxed(pair, 1, static_cast<std::uint32_t>(value >> 32));
  bank.write_relaxed(pair, 0, static_cast<std::uint32_t>(value));
}

}  // namespace

const iommu_domain_ops& domain_ops = ops;

/// The first banks may do stage 2 only.
int ArmSmmu::allocate_bank(ArmSmmuDomain& domain) {
  for (unsigned i = domain.stage == Stage::kTwo ? 0 : stage2_bank_count_; i < bank_count_; ++i) {
    if (banks_[i] != nullptr) continue;
    banks_[i] = &domain;
    domain.bank = i;
    return 0;
  }
  return to_errno(Error::kNoSpace);
}

int ArmSmmu::make_tables(ArmSmmuDomain& domain) const {
  domain.cfg = {};
  domain.cfg.pgsize_bitmap = ~0UL;
  domain.cfg.coherent_walk = coherent_walk_;
  domain.cfg.oas = output_bits_;
  const bool stage2 = domain.stage == Stage::kTwo;
  int result = 0;
  if (!stage2 && options_.short_descriptors && short_descriptors_) {
    domain.cfg.oas = 32;
    result = domain.short_tables.open(domain.cfg, domain);
    domain.tables = &domain.short_tables;
  } else {
    result = domain.long_tables.open(stage2 ? ARM_32_LPAE_S2 : ARM_32_LPAE_S1, domain.cfg, domain);
    domain.tables = &domain.long_tables;
  }
  if (result != 0) domain.tables = nullptr;
  return result;
}

int ArmSmmu::open(ArmSmmuDomain& domain) {
  if (domain.smmu != nullptr) return 0;
  if (!stage1_) domain.stage = Stage::kTwo;
  if (!stage2_) domain.stage = Stage::kOne;
  if (const int result = allocate_bank(domain); result != 0) return result;
  if (const int result = make_tables(domain); result != 0) {
    banks_[domain.bank] = nullptr;
    return result;
  }
  domain.smmu = this;
  domain.users = 0;
  domain.pgsize_bitmap = domain.cfg.pgsize_bitmap;
  write_context(domain);
  request_context_interrupt(domain);
  return 0;
}

void ArmSmmu::close(ArmSmmuDomain& domain) {
  if (domain.interrupt != 0) free_irq(domain.interrupt, &domain);
  domain.interrupt = 0;
  context(domain.bank).write(&ContextBank::sctlr, 0);
  domain.tlb_flush_all();
  domain.tables->close();
  domain.tables = nullptr;
  banks_[domain.bank] = nullptr;
  if (domain.below != nullptr) --domain.below->users;
  domain.below = nullptr;
  domain.has_nested = false;
  domain.smmu = nullptr;
}

/// What the bank is comes first, what it walks next, and that it walks last.
void ArmSmmu::write_context(const ArmSmmuDomain& domain) const {
  const auto bank = context(domain.bank);
  const bool short_format = domain.tables == &domain.short_tables;
  const std::uint32_t vmid = domain.bank + 1;
  global1().write_relaxed(&GlobalSpace1::cba2r, domain.bank, 0);
  std::uint32_t cbar = kCbarStage1 | kCbarWeakest;
  if (domain.stage == Stage::kTwo) cbar = kCbarStage2 | vmid;
  if (domain.below != nullptr) {
    cbar = kCbarNested | domain.below->bank << 8 | (domain.below->bank + 1);
  }
  global1().write_relaxed(&GlobalSpace1::cbar, domain.bank, cbar);
  bank.write_relaxed(&ContextBank::tcr2, 0);
  bank.write_relaxed(&ContextBank::tcr, domain.cfg.tcr);
  const std::uint64_t asid = domain.bank;
  if (short_format) {
    bank.write_relaxed(&ContextBank::contextidr, static_cast<std::uint32_t>(asid));
    bank.write_relaxed(&ContextBank::ttbr0, 0, static_cast<std::uint32_t>(domain.cfg.ttbr));
    bank.write_relaxed(&ContextBank::ttbr1, 0, 0);
  } else if (domain.stage == Stage::kOne) {
    write_pair(bank, &ContextBank::ttbr0, domain.cfg.ttbr | asid << 48);
    write_pair(bank, &ContextBank::ttbr1, asid << 48);
  } else {
    write_pair(bank, &ContextBank::ttbr0, domain.cfg.ttbr);
  }
  if (domain.stage == Stage::kOne) {
    bank.write_relaxed(&ContextBank::mair, 0, domain.cfg.mair);
    bank.write_relaxed(&ContextBank::mair, 1, short_format ? domain.cfg.nmrr : 0);
  }
  std::uint32_t sctlr =
      kSctlrFaultInterrupt | kSctlrFaultReport | kSctlrAccessFlag | kSctlrTexRemap | kSctlrEnable;
  if (domain.stage == Stage::kOne) sctlr |= kSctlrPrivateAsids;
  if (options_.stall) sctlr |= kSctlrStall;
  bank.write(&ContextBank::sctlr, sctlr);
}

/// SMMUv2 has an interrupt for each bank, behind the global ones.
void ArmSmmu::request_context_interrupt(ArmSmmuDomain& domain) const {
  const Result<unsigned> irq = device_irq(*dev_, global_interrupts_ + domain.bank);
  if (irq && request_irq(*irq, arm_smmu_context_fault, 0, "arm-smmu-context-fault", &domain) == 0) {
    domain.interrupt = *irq;
  } else {
    printk("arm-smmu ", name(), ": failed to request context IRQ ", domain.bank, "\n");
  }
}

}  // namespace guest::smmu

int arm_smmu_nest(iommu_domain* stage1, iommu_domain* stage2) {
  using namespace guest;
  using guest::smmu::ArmSmmuDomain;
  auto& upper = static_cast<ArmSmmuDomain&>(*stage1);
  auto& lower = static_cast<ArmSmmuDomain&>(*stage2);
  if (upper.smmu != nullptr || &upper == &lower || lower.below != nullptr) {
    return to_errno(Error::kInvalid);
  }
  smmu::ArmSmmu* const hardware = lower.smmu != nullptr ? lower.smmu : smmu::first_smmu();
  if (hardware == nullptr || !hardware->nested()) return to_errno(Error::kNotImplemented);
  if (lower.smmu == nullptr) lower.stage = ArmSmmuDomain::Stage::kTwo;
  if (lower.stage != ArmSmmuDomain::Stage::kTwo) return to_errno(Error::kInvalid);
  if (const int result = hardware->open(lower); result != 0) return result;
  upper.stage = ArmSmmuDomain::Stage::kOne;
  upper.below = &lower;
  if (const int result = hardware->open(upper); result != 0) {
    upper.below = nullptr;
    return result;
  }
  ++lower.users;
  lower.has_nested = true;
  return 0;
}
