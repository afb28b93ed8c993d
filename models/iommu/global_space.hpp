// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/core/register_table.hpp"
#include "models/iommu/smmu_tlb.hpp"

namespace linefill::smmu {

/// Global fault status, sGFSR (IHI 0062, 9.6.15).
namespace gfsr {
inline constexpr std::uint32_t kInvalidContext = 1U << 0;
inline constexpr std::uint32_t kUnidentifiedStream = 1U << 1;
inline constexpr std::uint32_t kStreamMatchConflict = 1U << 2;
inline constexpr std::uint32_t kUnimplementedBank = 1U << 3;
inline constexpr std::uint32_t kUnimplementedInterrupt = 1U << 4;
inline constexpr std::uint32_t kPermission = 1U << 7;
inline constexpr std::uint32_t kFaults = 0x1FF;
inline constexpr std::uint32_t kMulti = 1U << 31;
}  // namespace gfsr

/// An address that a GATS register is asked for.
struct GlobalQuestion {
  unsigned bank = 0;
  std::uint64_t address = 0;
  bool write = false;
  bool privileged = false;
  bool both = false;  ///< To the physical address, else to stage 1's output.
};

/// What the registers of a global space start in the rest of the SMMU. `secure`: whose they are.
class GlobalSpaceUser {
 public:
  virtual void invalidate_globally(bool secure, const Invalidation& operation, Time now) = 0;
  virtual void sync_globally(bool secure, Time now) = 0;
  virtual bool global_sync_active(bool secure) const = 0;
  /// The value of sGPAR.
  virtual std::uint64_t translate_globally(bool secure, const GlobalQuestion& question,
                                           const RegisterContext& context) = 0;
  virtual std::uint32_t identification(bool secure, unsigned number) const = 0;
  virtual bool vmid16() const = 0;

 protected:
  ~GlobalSpaceUser() = default;
};

/// The registers of global space 0 that are banked by security: one security state's (IHI 0062,
/// chapter 9).
class GlobalSpace {
 public:
  // sCR0
  static constexpr std::uint32_t kClientPd = 1U << 0;
  static constexpr std::uint32_t kGfre = 1U << 1;
  static constexpr std::uint32_t kGfie = 1U << 2;
  static constexpr std::uint32_t kUsfcfg = 1U << 10;
  // SCR1
  static constexpr std::uint32_t kRestricted = 1U << 24;  ///< GASRAE
  static constexpr std::uint32_t kSif = 1U << 26;
  static constexpr std::uint32_t kSpmen = 1U << 27;

  static constexpr std::uint32_t kReserved = 0x1000;  ///< An offset that no register has.

  GlobalSpace(bool secure, GlobalSpaceUser& user) : secure_{secure}, user_{user} { reset(); }

  void reset();

  std::uint32_t cr0() const { return cr0_; }
  std::uint32_t acr() const { return acr_; }
  /// Of the Secure space only. What the Non-secure state may have is set before the first use.
  std::uint32_t scr1() const { return scr1_; }
  void share_all(unsigned banks, unsigned groups) { scr1_ = 1U << 16 | groups << 8 | banks; }

  bool interrupt() const {
    return (cr0_ & kGfie) != 0 && (gfsr_ & (gfsr::kFaults | gfsr::kMulti)) != 0;
  }
  /// Writes the fault registers, or only sGFSR.MULTI if they hold another fault.
  void record(std::uint32_t bits, std::uint32_t syndrome, std::uint64_t address,
              std::uint16_t stream);

  static const RegisterTable<GlobalSpace>& registers();
  static const RegisterTable<GlobalSpace>& secure_registers();  ///< That only Secure has.
  /// Whether Secure software finds the Non-secure register at `offset` at 0x400 + `offset`, too.
  static constexpr bool has_alias(std::uint32_t offset) {
    return offset == 0 || offset == 0x08 || offset == 0x10 || (offset >= 0x40 && offset < 0x5C) ||
           offset == 0x70 || offset == 0x74 || (offset >= 0x100 && offset < 0x18C);
  }

 private:
  template <unsigned kNumber>
  std::uint32_t peek_id() const {
    return user_.identification(secure_, kNumber);
  }
  static constexpr unsigned kPidr2 = 8;
  void write_gfsr(std::uint32_t value, const RegisterContext& context);
  void write_gfsrrestore(std::uint32_t value, const RegisterContext& context);
  void write_tlbi_secure(std::uint32_t value, const RegisterContext& context);
  void write_tlbiall(std::uint32_t value, const RegisterContext& context);
  template <Invalidation::Scope kScope>
  void write_tlbivmid(std::uint32_t value, const RegisterContext& context);
  void write_hypervisor_tlbi(std::uint32_t value, const RegisterContext& context);
  void write_tlbgsync(std::uint32_t value, const RegisterContext& context);
  std::uint32_t peek_tlbgstatus() const { return user_.global_sync_active(secure_) ? 1 : 0; }
  template <bool kWrite, bool kPrivileged, bool kBoth>
  void write_gats(std::uint32_t value, const RegisterContext& context);

  bool secure_;
  GlobalSpaceUser& user_;
  std::uint32_t cr0_ = 0;
  std::uint32_t scr1_ = 0;
  std::uint32_t cr2_ = 0;
  std::uint32_t acr_ = 0;
  std::uint32_t gfar_ = 0;
  std::uint32_t gfar_high_ = 0;
  std::uint32_t gfsr_ = 0;
  std::uint32_t gfsynr0_ = 0;
  std::uint32_t gfsynr1_ = 0;
  std::uint32_t gfsynr2_ = 0;
  std::uint32_t gpar_ = 0;
  std::uint32_t gpar_high_ = 0;
  std::uint32_t operand_high_ = 0;
};

}  // namespace linefill::smmu
