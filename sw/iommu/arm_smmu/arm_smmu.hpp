// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sw/arch/mmio.hpp"
#include "sw/iommu/arm_smmu/arm_smmu_registers.hpp"
#include "sw/iommu/io_pgtable_lpae.hpp"
#include "sw/iommu/io_pgtable_v7s.hpp"
#include "sw/iommu/iommu.hpp"
#include "sw/kernel/interrupt.hpp"

extern "C" {
/// Makes the device's addresses those of `stage2`, which translates what `stage1` comes to. Both
/// must be new, but that several may be nested in one. 0, -EINVAL, -ENOSYS without nested
/// translation, -ENOSPC. Linux has no such
/// function.
int arm_smmu_nest(iommu_domain* stage1, iommu_domain* stage2);
irqreturn_t arm_smmu_global_fault(int irq, void* smmu);
irqreturn_t arm_smmu_context_fault(int irq, void* domain);
}

namespace guest::smmu {

class ArmSmmu;

/// What the command line asks of new domains: `smmu=short` (short descriptors), `smmu=stage2`,
/// `smmu=stall` (an access that faults waits for what the fault handler says), and of streams
/// without a domain: `smmu=bypass` lets them pass, as reset does, else they fault.
struct Options {
  bool short_descriptors = false;
  bool stage2 = false;
  bool stall = false;
  bool bypass = false;
};

/// A domain on one context bank.
struct ArmSmmuDomain final : iommu_domain, iommu_flush_ops {
  enum class Stage : std::uint8_t { kOne, kTwo };

  void tlb_flush_all() const override;
  void tlb_flush_walk(unsigned long iova, std::size_t size, std::size_t granule) const override;
  void tlb_add_page(iommu_iotlb_gather& gather, unsigned long iova,
                    std::size_t granule) const override;
  /// Waits until earlier invalidations are complete.
  void tlb_sync() const;

  bool in_use = false;
  ArmSmmu* smmu = nullptr;  ///< Null until the first device is attached.
  Stage stage = Stage::kOne;
  unsigned bank = 0;
  unsigned interrupt = 0;          ///< 0: none.
  unsigned users = 0;              ///< Devices, and stage-1 domains nested in this one.
  ArmSmmuDomain* below = nullptr;  ///< The stage 2 that this stage 1 is nested in.
  bool has_nested = false;
  io_pgtable_ops* tables = nullptr;
  LpaeTables long_tables;
  ShortTables short_tables;
  io_pgtable_cfg cfg;
  unsigned long faults = 0;

 private:
  void invalidate(unsigned long iova, std::size_t size, std::size_t granule, bool leaf) const;
};

extern const iommu_domain_ops& domain_ops;

/// One SMMUv2. IHI 0062; what is done, and in which order, as Linux 6.1's
/// drivers/iommu/arm/arm-smmu/arm-smmu.c.
class ArmSmmu final : public iommu_device {
 public:
  Result<void> probe(device& dev);

  iommu_domain* domain_alloc() override;
  iommu_domain* domain_of(const device& dev) const override;

  /// Gives a domain its context bank and tables, if it has none yet.
  int open(ArmSmmuDomain& domain);
  void close(ArmSmmuDomain& domain);
  /// Lets the streams of a device go to the domain.
  int attach(ArmSmmuDomain& domain, device& dev);
  void detach(device& dev);

  const char* name() const { return dev_->name; }
  bool nested() const { return nested_; }
  /// 0, or -ETIMEDOUT after a second, said once.
  int sync_global() const;
  int sync_context(unsigned bank) const;

  Mmio<GlobalSpace0> global() const { return Mmio<GlobalSpace0>{base_}; }
  Mmio<GlobalSpace1> global1() const { return Mmio<GlobalSpace1>{io_at(base_, page_bytes_)}; }
  Mmio<ContextBank> context(unsigned bank) const {
    return Mmio<ContextBank>{io_at(base_, (first_bank_page_ + bank) * page_bytes_)};
  }
  /// The domain of a context bank; null if it is free.
  ArmSmmuDomain* domain_at(unsigned bank) const { return banks_[bank]; }
  unsigned banks() const { return bank_count_; }
  bool coherent_walk() const { return coherent_walk_; }
  const Options& options() const { return options_; }

  static constexpr std::size_t kMostBanks = 128;
  static constexpr std::size_t kMostStreams = 128;

 private:
  /// A stream mapping register and what points to it.
  struct StreamMapping {
    std::uint16_t id = 0;
    std::uint16_t mask = 0;
    unsigned users = 0;
  };
  /// A device and the stream mappings it uses.
  struct Master {
    const device* dev = nullptr;
    ArmSmmuDomain* domain = nullptr;
    std::array<std::uint8_t, 8> mappings{};
    unsigned count = 0;
  };

  // arm_smmu.cpp
  Result<void> read_identification();
  void reset();
  Result<void> request_global_interrupts();

  // arm_smmu_streams.cpp
  void probe_stream_matching();
  int add_streams(Master& master);
  int add_stream(Master& master, std::uint32_t id, std::uint32_t mask);
  int find_mapping(std::uint16_t id, std::uint16_t mask) const;
  void remove_streams(Master& master);
  void write_mapping(unsigned index) const;
  void route(unsigned index, std::uint32_t stream_to_context) const;
  std::uint32_t unrouted() const;
  Master* master_of(const device* dev);

  // arm_smmu_context.cpp
  int allocate_bank(ArmSmmuDomain& domain);
  int make_tables(ArmSmmuDomain& domain) const;
  void write_context(const ArmSmmuDomain& domain) const;
  void request_context_interrupt(ArmSmmuDomain& domain) const;

  device* dev_ = nullptr;
  IoPointer base_ = nullptr;
  Options options_;
  std::size_t page_bytes_ = 4096;
  std::size_t first_bank_page_ = 0;
  bool stage1_ = false;
  bool stage2_ = false;
  bool nested_ = false;
  bool coherent_walk_ = false;
  bool matching_ = false;  ///< Streams are matched; else the ID is the index.
  bool short_descriptors_ = false;
  bool mmu500_ = false;
  unsigned output_bits_ = 32;
  unsigned bank_count_ = 0;
  unsigned stage2_bank_count_ = 0;  ///< The first so many do stage 2 only.
  unsigned mapping_count_ = 0;
  unsigned global_interrupts_ = 1;
  std::uint16_t id_mask_ = 0;    ///< Bits of a stream ID there are.
  std::uint16_t mask_mask_ = 0;  ///< Bits of SMR.MASK there are.
  std::array<StreamMapping, kMostStreams> mappings_{};
  std::array<ArmSmmuDomain*, kMostBanks> banks_{};
  std::array<Master, 16> masters_{};
};

/// The one that was probed first; null without any.
ArmSmmu* first_smmu();

}  // namespace guest::smmu
