// SPDX-License-Identifier: Apache-2.0
// TLB invalidation by address, ASID and VMID, and waiting for it.
#include "sw/iommu/arm_smmu/arm_smmu.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/time.hpp"
#include "sw/mm/page.hpp"

namespace guest::smmu {
namespace {

constexpr std::uint64_t kPatienceMs = 1000;  // Linux: TLB_LOOP_TIMEOUT.

/// Starts a sync and waits while bit 0 of the status says that it runs.
template <class Registers>
bool sync(const Mmio<Registers>& registers, std::uint32_t Registers::*start,
          std::uint32_t Registers::*status) {
  registers.write(start, 0);
  if ((registers.read_relaxed(status) & 1) == 0) return true;
  for (const Deadline deadline = Deadline::in_ms(kPatienceMs); !deadline.passed();) {
    if ((registers.read_relaxed(status) & 1) == 0) return true;
  }
  return false;
}

int outcome(const char* name, bool synced) {
  if (synced) return 0;
  printk("arm-smmu ", name, ": TLB sync timed out -- SMMU may be deadlocked\n");
  return to_errno(Error::kTimeout);
}

}  // namespace

int ArmSmmu::sync_global() const {
  return outcome(name(), sync(global(), &GlobalSpace0::stlbgsync, &GlobalSpace0::stlbgstatus));
}

int ArmSmmu::sync_context(unsigned bank) const {
  return outcome(name(), sync(context(bank), &ContextBank::tlbsync, &ContextBank::tlbstatus));
}

void ArmSmmuDomain::tlb_flush_all() const {
  if (stage == Stage::kOne) {
    smmu->context(bank).write(&ContextBank::tlbiasid, bank);
    smmu->sync_context(bank);
  } else {
    smmu->global().write(&GlobalSpace0::tlbivmid, bank + 1);
    smmu->sync_global();
  }
}

/// In stage 1 with AArch32 the page's address and the ASID in one word; in stage 2 the page's
/// number.
void ArmSmmuDomain::invalidate(unsigned long iova, std::size_t size, std::size_t granule,
                               bool leaf) const {
  const auto context = smmu->context(bank);
  for (std::size_t at = 0; at < size; at += granule) {
    const auto page = static_cast<std::uint32_t>((iova + at) >> kPageShift);
    if (stage == Stage::kOne) {
      context.write_relaxed(leaf ? &ContextBank::tlbival : &ContextBank::tlbiva, 0,
                            page << kPageShift | bank);
    } else {
      const auto invalidation = leaf ? &ContextBank::tlbiipas2l : &ContextBank::tlbiipas2;
      context.write_relaxed(invalidation, 1, 0);
      context.write_relaxed(invalidation, 0, page);
    }
  }
}

void ArmSmmuDomain::tlb_flush_walk(unsigned long iova, std::size_t size,
                                   std::size_t granule) const {
  invalidate(iova, size, granule, false);
  tlb_sync();
}

void ArmSmmuDomain::tlb_add_page(iommu_iotlb_gather& /*gather*/, unsigned long iova,
                                 std::size_t granule) const {
  invalidate(iova, granule, granule, true);
}

// What was translated by both stages is kept as one, by the address of the first.
void ArmSmmuDomain::tlb_sync() const {
  if (has_nested) {
    tlb_flush_all();
  } else {
    smmu->sync_context(bank);
  }
}

}  // namespace guest::smmu
