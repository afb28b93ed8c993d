// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "models/bus/bus_port.hpp"
#include "models/core/log.hpp"
#include "models/core/observer.hpp"
#include "models/core/register_table.hpp"
#include "models/core/statistics.hpp"
#include "models/iommu/context_bank.hpp"
#include "models/iommu/smmu_config.hpp"
#include "models/iommu/smmu_tlb.hpp"
#include "models/iommu/smmu_translator.hpp"

namespace linefill::smmu {

/// Global fault status, sGFSR (IHI 0062, 10.6).
namespace gfsr {
inline constexpr std::uint32_t kInvalidContext = 1U << 0;
inline constexpr std::uint32_t kUnidentifiedStream = 1U << 1;
inline constexpr std::uint32_t kStreamMatchConflict = 1U << 2;
inline constexpr std::uint32_t kUnimplementedBank = 1U << 3;
inline constexpr std::uint32_t kUnimplementedInterrupt = 1U << 4;
inline constexpr std::uint32_t kFaults = 0x1FF;
inline constexpr std::uint32_t kMulti = 1U << 31;
}  // namespace gfsr

/// A device's access as it arrives.
struct Request {
  std::uint64_t address = 0;
  std::uint32_t size = 0;
  bool write = false;
  std::uint16_t stream = 0;
  Attributes attributes{};
};

/// What becomes of it.
struct Verdict {
  enum class Action : std::uint8_t {
    kPass,   ///< To `address`, as `memory`.
    kAbort,  ///< Answered by SLVERR.
    kZero,   ///< Not reported to the device: reads zero, ignores writes.
    kHold,   ///< Stalled until `set_release_listener`'s call.
  };
  Action action = Action::kPass;
  std::uint64_t address = 0;
  MemoryAttributes memory{};
  bool translated = false;
};

/// A stream mapping register group.
struct StreamGroup {
  std::uint32_t smr = 0;
  std::uint32_t s2cr = 0;

  bool valid() const { return smr >> 31 != 0; }
  bool matches(std::uint16_t stream) const {
    return valid() && ((stream ^ smr) & ~(smr >> 16) & 0x7FFFU) == 0;
  }
  static const RegisterTable<StreamGroup>& smr_registers();
  static const RegisterTable<StreamGroup>& s2cr_registers();
};

/// An SMMUv2 without a kernel: the registers of IHI 0062, stream matching, translation of each
/// access, TLBs, faults. One security state.
class Block final : private ContextBankUser {
 public:
  /// `tables` is the way of page-table walks to memory.
  Block(const Config& config, BusPort& tables, Log& log, Statistics& statistics);

  void reset();
  /// Judges an access that arrives at `now`; on return `now` is when it goes on.
  Verdict translate(const Request& request, Time& now);
  /// Where an access would go, without traces; nothing if it would be refused. `by_tables`: not
  /// asking the TLB.
  std::optional<std::uint64_t> peek_translation(std::uint64_t address, bool write,
                                                std::uint16_t stream, TableMemory& memory,
                                                bool by_tables);
  /// Whether accesses of a stream are translated now, or refused, but do not just pass.
  bool stands_before(std::uint16_t stream) const;

  bool global_interrupt() const;
  /// Of the context interrupts, one bit each: by bank, or by CBAR.IRPTNDX in version 1.
  bool context_interrupt(unsigned line) const;
  /// Does what is due at `now`.
  void advance(Time now);

  const Config& config() const { return config_; }
  ContextBank& bank(unsigned number) { return banks_[number]; }
  const ContextBank& bank(unsigned number) const { return banks_[number]; }
  StreamGroup& group(unsigned number) { return groups_[number]; }
  const StreamGroup& group(unsigned number) const { return groups_[number]; }
  static const RegisterTable<Block>& registers();  ///< Of global space 0.

  static constexpr std::uint32_t kReserved = 0x1000;  ///< An offset that no register has.

  const Translator& translator() const { return translator_; }

  void set_observer(Observer* observer, MasterId self) {
    observer_ = observer;
    self_ = self;
  }
  /// Reads memory for the comparison of what the TLB keeps with what tables say.
  void set_peek(TableMemory* peek) { peek_ = peek; }
  /// Called when accesses that were held are to be tried again.
  void set_release_listener(std::function<void(Time)> listener) { released_ = std::move(listener); }

 private:
  class BusTables;
  /// Why an access has no bank: bits of sGFSR, 0 for none.
  struct RouteFault {
    std::uint32_t bits = 0;
    bool nested = false;  ///< sGFSYNR0.Nested: it lies in CBAR, not in S2CR.
  };
  struct Route {
    const StreamGroup* group = nullptr;
    RouteFault fault{};
  };

  // What banks ask for.
  void invalidate(unsigned bank, const Invalidation& operation, Time now) override;
  void sync(unsigned bank, Time now) override;
  bool sync_active(unsigned bank) const override { return pending_.active(bank); }
  bool actlr_locked() const override { return (sacr_ & kCacheLock) != 0; }
  bool version2() const override { return config_.version == 2; }
  void released(ContextBank& bank, Time now) override;
  std::uint64_t translate_for_software(ContextBank& bank, std::uint64_t address, bool write,
                                       bool privileged, const RegisterContext& context) override;

  /// The value of GPAR. `both`: to the physical address, else to stage 1's output.
  std::uint64_t translate_globally(unsigned bank, std::uint64_t address, bool write,
                                   bool privileged, bool both, const RegisterContext& context);
  /// Looks up or walks for software, whatever faults the banks hold. False: `fault` says why.
  bool software_walk(const Wanted& access, Regime regime, bool both, const RegisterContext& context,
                     TlbEntry& entry, ContextFault& fault);
  Route route(std::uint16_t stream) const;
  /// The stages of a stream that are on; none: it passes. Nothing: it is refused.
  std::optional<Regime> regime_for(std::uint16_t stream) const;
  RouteFault regime_of(unsigned bank, Regime& regime) const;
  Verdict translate_in_bank(const Request& request, const StreamGroup& group, Time& now);
  Verdict look_up(const Request& request, const Wanted& access, const Regime& regime, Time& now);
  bool walk_in_time(const Request& request, const Wanted& access, const Regime& regime,
                    const WalkOptions& options, TlbEntry& entry, ContextFault& fault, Time& now);
  Verdict context_fault(const Request& request, const Wanted& access, const ContextFault& fault,
                        Time now);
  /// What an earlier fault of a bank makes of an access; nothing: it goes on.
  std::optional<Verdict> blocked_by(const ContextBank& bank);
  Verdict refuse_in(const ContextBank& bank) const;
  Verdict hold();
  Verdict global_fault(const Request& request, const RouteFault& fault, Time now);
  /// Writes the global fault registers, or only MULTI if they hold another fault.
  void record_global(std::uint32_t bits, std::uint32_t syndrome, std::uint64_t address,
                     std::uint16_t stream);
  Verdict bypass(const Request& request, const MemoryAttributes& memory);
  void tell_fault(const Request& request, IommuFault kind, Time now);
  void tell_use(const Request& request, const TlbEntry& entry, std::uint64_t output, Time now);
  std::uint64_t peek_descriptor(const TlbEntry& entry) const;
  WalkOptions walk_options() const;
  bool vmid16() const { return version2() && (cr0_ >> 31) != 0; }

  std::uint32_t peek_id0() const { return config_.id0(); }
  std::uint32_t peek_id1() const { return config_.id1(); }
  std::uint32_t peek_id2() const { return config_.id2(); }
  std::uint32_t peek_id7() const { return config_.id7(); }
  std::uint32_t peek_pidr2() const { return version2() ? 0x1B : 0x0B; }
  void write_gfsr(std::uint32_t value, const RegisterContext& context);
  void write_gfsrrestore(std::uint32_t value, const RegisterContext& context);
  void write_tlbiall(std::uint32_t value, const RegisterContext& context);
  void write_tlbivmid(std::uint32_t value, const RegisterContext& context);
  void write_tlbivmids1(std::uint32_t value, const RegisterContext& context);
  void write_hypervisor_tlbi(std::uint32_t value, const RegisterContext& context);
  void write_tlbgsync(std::uint32_t value, const RegisterContext& context);
  std::uint32_t peek_tlbgstatus() const { return pending_.active(Invalidations::kGlobal) ? 1 : 0; }
  template <bool kWrite, bool kPrivileged, bool kBoth>
  void write_gats(std::uint32_t value, const RegisterContext& context);

  static constexpr std::uint32_t kCacheLock = 1U << 26;

  Config config_;
  BusPort& tables_;
  Log& log_;
  std::deque<ContextBank> banks_;
  std::vector<StreamGroup> groups_;
  Translator translator_;
  Invalidations pending_;
  std::array<Time, kMaxWalkers> walker_free_{};
  Observer* observer_ = nullptr;
  MasterId self_{};
  TableMemory* peek_ = nullptr;
  std::function<void(Time)> released_;
  bool holding_ = false;  ///< Accesses wait for a release.

  std::uint32_t cr0_ = 0;
  std::uint32_t cr2_ = 0;
  std::uint32_t sacr_ = 0;
  std::uint32_t gfar_ = 0;
  std::uint32_t gfar_high_ = 0;
  std::uint32_t gfsr_ = 0;
  std::uint32_t gfsynr0_ = 0;
  std::uint32_t gfsynr1_ = 0;
  std::uint32_t gfsynr2_ = 0;
  std::uint32_t gpar_ = 0;
  std::uint32_t gpar_high_ = 0;
  std::uint32_t operand_high_ = 0;

  Counter translated_;
  Counter bypassed_;
  Counter hits_;
  Counter misses_;
  Counter walk_time_;
  Counter waits_;
  Counter context_faults_;
  Counter global_faults_;
  Counter stalls_;
  Counter invalidations_;
  Counter syncs_;
};

}  // namespace linefill::smmu
