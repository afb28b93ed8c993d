// SPDX-License-Identifier: Apache-2.0
// Fault interrupts, printed as Linux prints them.
#include "sw/iommu/arm_smmu/arm_smmu.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/ratelimit.hpp"

using namespace guest;
using namespace guest::smmu;

namespace {

RateLimit global_faults{"arm_smmu_global_fault"};
RateLimit context_faults{"arm_smmu_context_fault"};

void print_global_fault(const ArmSmmu& smmu, std::uint32_t status,
                        const std::array<std::uint32_t, 3>& syndrome) {
  if ((status & kGlobalFaultUnmatched) != 0 && !smmu.options().bypass) {
    printk("arm-smmu ", smmu.name(), ": Blocked unknown Stream ID ", hex(syndrome[1] & 0xFFFF, 1),
           "; boot with \"smmu=bypass\" to allow\n");
  } else {
    printk("arm-smmu ", smmu.name(), ": Unexpected global fault, this could be serious\n");
  }
  printk("arm-smmu ", smmu.name(), ": \tGFSR ", hex(status), ", GFSYNR0 ", hex(syndrome[0]),
         ", GFSYNR1 ", hex(syndrome[1]), ", GFSYNR2 ", hex(syndrome[2]), "\n");
}

}  // namespace

irqreturn_t arm_smmu_global_fault(int /*irq*/, void* data) {
  const auto& smmu = *static_cast<const ArmSmmu*>(data);
  const auto space = smmu.global();
  const std::uint32_t status = space.read_relaxed(&GlobalSpace0::sgfsr);
  if (status == 0) return IRQ_NONE;
  std::array<std::uint32_t, 3> syndrome{};
  for (std::size_t i = 0; i < syndrome.size(); ++i) {
    syndrome[i] = space.read_relaxed(&GlobalSpace0::sgfsynr, i);
  }
  if (global_faults.allow()) print_global_fault(smmu, status, syndrome);
  space.write(&GlobalSpace0::sgfsr, status);
  return IRQ_HANDLED;
}

irqreturn_t arm_smmu_context_fault(int /*irq*/, void* data) {
  auto& domain = *static_cast<ArmSmmuDomain*>(data);
  const auto bank = domain.smmu->context(domain.bank);
  const std::uint32_t status = bank.read_relaxed(&ContextBank::fsr);
  if ((status & kFsrFault) == 0) return IRQ_NONE;
  ++domain.faults;
  const std::uint32_t syndrome = bank.read_relaxed(&ContextBank::fsynr0);
  const unsigned long iova = bank.read_relaxed(&ContextBank::far, 0);
  const std::uint32_t stream =
      domain.smmu->global1().read_relaxed(&GlobalSpace1::cbfrsynra, domain.bank);
  const int flags = (syndrome & kFsynr0Write) != 0 ? IOMMU_FAULT_WRITE : IOMMU_FAULT_READ;
  const int answer = report_iommu_fault(&domain, nullptr, iova, flags);
  if (answer == to_errno(Error::kNotImplemented) && context_faults.allow()) {
    printk("arm-smmu ", domain.smmu->name(), ": Unhandled context fault: fsr=", hex(status, 1),
           ", iova=", hex(iova, 8), ", fsynr=", hex(syndrome, 1), ", cbfrsynra=", hex(stream, 1),
           ", cb=", domain.bank, "\n");
  }
  bank.write(&ContextBank::fsr, status);
  // A stalled access waits for this. Who dealt with the fault wants it tried again.
  if ((status & kFsrStalled) != 0) {
    bank.write(&ContextBank::resume, answer == 0 ? kResumeRetry : kResumeTerminate);
  }
  return IRQ_HANDLED;
}
