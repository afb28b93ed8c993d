// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "models/core/register_table.hpp"
#include "models/iommu/smmu_tlb.hpp"
#include "models/translation/long_descriptor_walker.hpp"
#include "models/translation/translation_registers.hpp"

namespace linefill::smmu {

/// CB_FSR (IHI 0062, 17.3).
namespace fsr {
inline constexpr std::uint32_t kTranslation = 1U << 1;
inline constexpr std::uint32_t kAccessFlag = 1U << 2;
inline constexpr std::uint32_t kPermission = 1U << 3;
inline constexpr std::uint32_t kExternal = 1U << 4;
inline constexpr std::uint32_t kAddressSize = 1U << 7;
inline constexpr std::uint32_t kStalled = 1U << 30;
inline constexpr std::uint32_t kMulti = 1U << 31;
inline constexpr std::uint32_t kFaults = 0x1FE;

/// The bit of a fault, which PAR has at the same place.
constexpr std::uint32_t bit_of(WalkFaultKind kind) {
  switch (kind) {
    case WalkFaultKind::kAddressSize:
      return kAddressSize;
    case WalkFaultKind::kAccessFlag:
      return kAccessFlag;
    case WalkFaultKind::kPermission:
      return kPermission;
    case WalkFaultKind::kExternal:
      return kExternal;
    default:
      return kTranslation;
  }
}
}  // namespace fsr

/// What CBAR.TYPE makes of a bank.
enum class BankType : std::uint8_t { kStage2, kStage1, kStage1Fault, kNested };

/// The format of a bank's tables, as CB_FSR.FORMAT numbers it.
enum class TableFormat : std::uint8_t { kShort, kLong, kAArch64 };

/// Why a bank refused an access, as its fault registers tell it.
struct ContextFault {
  unsigned bank = 0;
  WalkFault walk{};
  bool stage2 = false;
  bool nested = false;          ///< FSYNR0.NESTED: stage 1 came first.
  bool in_stage1_walk = false;  ///< FSYNR0.S1PTWF: stage 2 refused a descriptor of stage 1.
  bool non_secure = false;      ///< FSYNR0.NSATTR, of a Secure bank.
  bool for_software = false;    ///< FSYNR0.ATOF: of an address translation operation.
  unsigned stage1_bank = 0;     ///< FSYNR0.S1CBNDX.
  std::uint64_t ipa = 0;        ///< Of stage 2.
};

class ContextBank;

/// What a bank's registers start in the rest of the SMMU.
class ContextBankUser {
 public:
  virtual void invalidate(unsigned bank, const Invalidation& operation, Time now) = 0;
  virtual void sync(unsigned bank, Time now) = 0;
  virtual bool sync_active(unsigned bank) const = 0;
  virtual bool actlr_locked() const = 0;
  virtual bool version2() const = 0;
  /// The fault registers, or RESUME, were written: what is held may go on.
  virtual void released(ContextBank& bank, Time now) = 0;
  /// An address translation operation: the value of PAR.
  virtual std::uint64_t translate_for_software(ContextBank& bank, std::uint64_t address, bool write,
                                               bool privileged, const RegisterContext& context) = 0;

 protected:
  ~ContextBankUser() = default;
};

/// A translation context bank: the registers of its page, CBAR and its like in the global space,
/// and what they say of its tables.
class ContextBank {
 public:
  static constexpr std::uint32_t kM = 1U << 0;
  static constexpr std::uint32_t kTre = 1U << 1;
  static constexpr std::uint32_t kAfe = 1U << 2;
  static constexpr std::uint32_t kAffd = 1U << 3;  ///< Access flag faults are disabled.
  static constexpr std::uint32_t kE = 1U << 4;
  static constexpr std::uint32_t kCfre = 1U << 5;
  static constexpr std::uint32_t kCfie = 1U << 6;
  static constexpr std::uint32_t kCfcfg = 1U << 7;
  static constexpr std::uint32_t kHupcf = 1U << 8;

  /// An access that waits for RESUME.
  struct Held {
    std::uint16_t stream = 0;
    std::uint64_t address = 0;
    bool write = false;
    bool operator==(const Held&) const = default;
  };

  ContextBank(unsigned number, ContextBankUser& user) : number_{number}, user_{user} {}

  void reset();

  unsigned number() const { return number_; }
  bool enabled() const { return has(kM); }
  bool has(std::uint32_t sctlr_bits) const { return (sctlr_ & sctlr_bits) == sctlr_bits; }
  std::uint32_t sctlr() const { return sctlr_; }
  std::uint32_t cbar() const { return cbar_; }
  BankType type() const { return static_cast<BankType>(cbar_ >> 16 & 3U); }
  unsigned stage2_bank() const { return cbar_ >> 8 & 0xFFU; }  ///< Of a nested one.
  unsigned interrupt_index() const { return cbar_ >> 24; }
  std::uint16_t vmid(bool sixteen_bits) const {
    return static_cast<std::uint16_t>(sixteen_bits ? cba2r_ >> 16 : cbar_ & 0xFFU);
  }
  TableFormat format() const;
  std::uint16_t asid() const;
  /// Of a stage 1 of long descriptors: the tables that translate `address`, and what they are to be
  /// asked for. False: none do, and `level` is that of the translation fault.
  bool tables_for(std::uint64_t& address, LongTables& tables, unsigned& level) const;
  /// Of a stage 2.
  LongTables stage2_tables() const;
  /// Of a stage 1 of short descriptors.
  TranslationRegisters short_registers() const;

  bool interrupt() const;
  bool faulted() const { return fsr_ != 0; }
  bool stalled() const { return (fsr_ & fsr::kStalled) != 0; }
  /// Writes the fault registers, or only FSR.MULTI if they hold another fault.
  void record(const ContextFault& fault, std::uint64_t address, bool write, bool privileged,
              bool instruction, std::uint16_t stream);
  void hold(const Held& access);
  /// Whether RESUME said to terminate this access; it is told once.
  bool terminated(const Held& access);

  static const RegisterTable<ContextBank>& registers();  ///< The bank's own page.
  static const RegisterTable<ContextBank>& cbar_registers();
  static const RegisterTable<ContextBank>& cbfrsynra_registers();
  static const RegisterTable<ContextBank>& cba2r_registers();

 private:
  bool upper_half(std::uint64_t address, unsigned t0sz, unsigned t1sz) const;
  LongTables tables_of(bool upper) const;
  void write_actlr(std::uint32_t value, const RegisterContext& context);
  void write_resume(std::uint32_t value, const RegisterContext& context);
  std::uint32_t peek_fsr() const;
  void write_fsr(std::uint32_t value, const RegisterContext& context);
  void write_fsrrestore(std::uint32_t value, const RegisterContext& context);
  template <Invalidation::Scope kScope, bool kLeaf>
  void write_tlbi(std::uint32_t value, const RegisterContext& context);
  void write_tlbsync(std::uint32_t value, const RegisterContext& context);
  std::uint32_t peek_tlbstatus() const { return user_.sync_active(number_) ? 1 : 0; }
  template <bool kWrite, bool kPrivileged>
  void write_ats(std::uint32_t value, const RegisterContext& context);

  unsigned number_;
  ContextBankUser& user_;
  std::optional<Held> held_;
  std::optional<Held> terminated_;

  std::uint32_t cbar_ = 0;
  std::uint32_t cbfrsynra_ = 0;
  std::uint32_t cba2r_ = 0;
  std::uint32_t sctlr_ = 0;
  std::uint32_t actlr_ = 0;
  std::uint32_t tcr2_ = 0;
  std::uint32_t ttbr0_ = 0;
  std::uint32_t ttbr0_high_ = 0;
  std::uint32_t ttbr1_ = 0;
  std::uint32_t ttbr1_high_ = 0;
  std::uint32_t tcr_ = 0;
  std::uint32_t contextidr_ = 0;
  std::uint32_t mair0_ = 0;  ///< PRRR of the short format.
  std::uint32_t mair1_ = 0;  ///< NMRR.
  std::uint32_t par_ = 0;
  std::uint32_t par_high_ = 0;
  std::uint32_t fsr_ = 0;
  std::uint32_t far_ = 0;
  std::uint32_t far_high_ = 0;
  std::uint32_t fsynr0_ = 0;
  std::uint32_t fsynr1_ = 0;
  std::uint32_t ipafar_ = 0;
  std::uint32_t ipafar_high_ = 0;
  std::uint32_t operand_high_ = 0;  ///< The upper word of the next operation's address.
};

}  // namespace linefill::smmu
