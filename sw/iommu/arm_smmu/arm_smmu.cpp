// SPDX-License-Identifier: Apache-2.0
// Finding an SMMU, reading what it can do, and bringing it from reset to "streams without a domain
// fault".
#include "sw/iommu/arm_smmu/arm_smmu.hpp"

#include <algorithm>

#include "sw/kernel/console.hpp"
#include "sw/kernel/device.hpp"
#include "sw/kernel/options.hpp"
#include "sw/kernel/time.hpp"

namespace guest::smmu {
namespace {

constexpr std::size_t kMostSmmus = 2;
constexpr std::size_t kMostDomains = 16;

std::array<ArmSmmu, kMostSmmus> smmus;
std::size_t smmu_count = 0;
std::array<ArmSmmuDomain, kMostDomains> domains;

Result<void> probe_next(device& dev) {
  if (smmu_count == kMostSmmus) return Error::kNoSpace;
  Result<void> result = smmus[smmu_count].probe(dev);
  if (result) ++smmu_count;
  return result;
}

Driver smmu_v2{"arm,smmu-v2", Stage::kIommu, probe_next};
Driver mmu_500{"arm,mmu-500", Stage::kIommu, probe_next};
Driver mmu_401{"arm,mmu-401", Stage::kIommu, probe_next};

constexpr std::uint32_t field(std::uint32_t value, unsigned high, unsigned low) {
  return value >> low & ((2U << (high - low)) - 1);
}

/// ID2.OAS and its like.
constexpr unsigned address_bits(std::uint32_t code) {
  constexpr std::array<unsigned, 6> kBits{32, 36, 40, 42, 44, 48};
  return code < kBits.size() ? kBits[code] : 48;
}

}  // namespace

ArmSmmu* first_smmu() { return smmu_count == 0 ? nullptr : &smmus[0]; }

Result<void> ArmSmmu::probe(device& dev) {
  const Result<IoPointer> registers = device_iomap(dev);
  if (!registers) return registers.error();
  dev_ = &dev;
  of_node = dev.of_node;
  base_ = *registers;
  mmu500_ = dev.of_node.compatible("arm,mmu-500");
  const std::string_view asked = option("smmu").value_or("");
  options_ = {asked == "short", asked == "stage2", asked == "stall", asked == "bypass"};
  if (Result<void> result = read_identification(); !result) return result;
  global_interrupts_ = dev.of_node.cell("#global-interrupts", 1);
  if (Result<void> result = request_global_interrupts(); !result) return result;
  reset();
  iommu_device_register(this);
  return {};
}

Result<void> ArmSmmu::read_identification() {
  constexpr std::size_t kSmallPage = 4096;
  constexpr std::size_t kLargePage = 65536;
  const auto global_space = global();
  const std::uint32_t id0 = global_space.read_relaxed(&GlobalSpace0::id, 0);
  const std::uint32_t id1 = global_space.read_relaxed(&GlobalSpace0::id, 1);
  const std::uint32_t id2 = global_space.read_relaxed(&GlobalSpace0::id, 2);
  stage1_ = (id0 & kId0Stage1) != 0;
  stage2_ = (id0 & kId0Stage2) != 0;
  nested_ = stage1_ && stage2_ && (id0 & kId0Nested) != 0;
  if ((!stage1_ && !stage2_) || (id0 & kId0NoAarch32) != 0) return Error::kNoDevice;
  short_descriptors_ = (id0 & kId0NoShort) == 0;
  // The device tree may know better than the register, as in Linux.
  coherent_walk_ = (id0 & kId0CoherentWalk) != 0 || dev_->of_node.has("dma-coherent");
  if ((id0 & kId0CoherentWalk) == 0 && dev_->of_node.has("dma-coherent")) {
    printk("arm-smmu ", name(), ": IDR0.CTTW overridden by FW configuration\n");
  }

  page_bytes_ = field(id1, 31, 31) != 0 ? kLargePage : kSmallPage;
  first_bank_page_ = std::size_t{2} << field(id1, 30, 28);
  bank_count_ = std::min<unsigned>(field(id1, 7, 0), kMostBanks);
  stage2_bank_count_ = field(id1, 23, 16);
  if (stage2_bank_count_ > bank_count_) return Error::kNoDevice;
  output_bits_ = address_bits(field(id2, 7, 4));

  const unsigned id_bits = field(id0, 12, 9);
  id_mask_ = static_cast<std::uint16_t>((1U << id_bits) - 1);
  matching_ = (id0 & kId0StreamMatching) != 0;
  mapping_count_ = matching_ ? field(id0, 7, 0) : 1U << id_bits;
  mapping_count_ = std::min<unsigned>(mapping_count_, kMostStreams);
  if (mapping_count_ == 0) return Error::kNoDevice;
  if (matching_) probe_stream_matching();
  return {};
}

Result<void> ArmSmmu::request_global_interrupts() {
  for (unsigned i = 0; i < global_interrupts_; ++i) {
    const Result<unsigned> irq = device_irq(*dev_, i);
    if (!irq) return irq.error();
    if (request_irq(*irq, arm_smmu_global_fault, 0, "arm-smmu global fault", this) != 0) {
      return Error::kBusy;
    }
  }
  return {};
}

void ArmSmmu::reset() {
  const auto space = global();
  space.write_relaxed(&GlobalSpace0::sgfsr, space.read_relaxed(&GlobalSpace0::sgfsr));
  for (unsigned i = 0; i < mapping_count_; ++i) write_mapping(i);
  if (mmu500_) {
    const std::uint32_t sacr = space.read_relaxed(&GlobalSpace0::sacr) & ~kSacrCacheLock;
    space.write_relaxed(&GlobalSpace0::sacr, sacr | kSacrUnmatchedTlb | kSacrBypassTlb);
  }
  for (unsigned i = 0; i < bank_count_; ++i) {
    const auto bank = context(i);
    bank.write_relaxed(&ContextBank::sctlr, 0);
    bank.write_relaxed(&ContextBank::fsr, kFsrFault);
    if (mmu500_) {
      const std::uint32_t actlr = bank.read_relaxed(&ContextBank::actlr);
      bank.write_relaxed(&ContextBank::actlr, actlr & ~kActlrPrefetch);
    }
  }
  space.write_relaxed(&GlobalSpace0::tlbiallh, 0);
  space.write_relaxed(&GlobalSpace0::tlbiallnsnh, 0);
  std::uint32_t scr0 = space.read_relaxed(&GlobalSpace0::scr0);
  scr0 |= kScr0FaultReport | kScr0FaultInterrupt | kScr0ConfigFaultReport |
          kScr0ConfigFaultInterrupt | kScr0PrivateTlb;
  scr0 &= ~(kScr0ClientDisable | kScr0ForceBroadcast | kScr0BarrierUpgrade | kScr0UnmatchedFault);
  if (!options_.bypass) scr0 |= kScr0UnmatchedFault;
  sync_global();
  space.write(&GlobalSpace0::scr0, scr0);
}

iommu_domain* ArmSmmu::domain_alloc() {
  for (ArmSmmuDomain& domain : domains) {
    if (domain.in_use) continue;
    domain.in_use = true;
    domain.stage = options_.stage2 ? ArmSmmuDomain::Stage::kTwo : ArmSmmuDomain::Stage::kOne;
    domain.handler = nullptr;
    domain.faults = 0;
    domain.pgsize_bitmap = 4096;
    domain.ops = &domain_ops;
    return &domain;
  }
  return nullptr;
}

}  // namespace guest::smmu
