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
#include "models/iommu/global_space.hpp"
#include "models/iommu/smmu_config.hpp"
#include "models/iommu/smmu_tlb.hpp"
#include "models/iommu/smmu_translator.hpp"

namespace linefill::smmu {

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
  bool secure = true;  ///< As it goes on.
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
/// access, TLBs, faults, in one security state or two.
class Block final : private ContextBankUser, private GlobalSpaceUser {
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

  /// Of the global interrupts, in the device tree's order.
  bool global_interrupt(unsigned line) const;
  /// Of the context interrupts, one bit each: by bank, or by CBAR.IRPTNDX in version 1.
  bool context_interrupt(unsigned line) const;
  /// Does what is due at `now`.
  void advance(Time now);

  const Config& config() const { return config_; }
  ContextBank& bank(unsigned number) { return banks_[number]; }
  const ContextBank& bank(unsigned number) const { return banks_[number]; }
  StreamGroup& group(unsigned number) { return groups_[number]; }
  const StreamGroup& group(unsigned number) const { return groups_[number]; }
  /// The registers that accesses of one security state see: with one state, all see the same.
  GlobalSpace& global_space(bool secure) { return spaces_[index_of(secure)]; }
  const GlobalSpace& global_space(bool secure) const { return spaces_[index_of(secure)]; }
  /// What is the Secure state's, by SCR1.
  bool secure_bank(unsigned number) const { return number >= non_secure_banks(); }
  bool secure_group(unsigned number) const { return number >= non_secure_groups(); }
  bool restricted() const {
    return config_.two_states && (spaces_[1].scr1() & GlobalSpace::kRestricted) != 0;
  }

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
  class NewestTables;
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
  bool sync_active(unsigned bank) const override {
    return pending_.active({bank, secure_bank(bank)});
  }
  bool actlr_locked() const override { return (spaces_[0].acr() & kCacheLock) != 0; }
  bool version2() const override { return config_.version == 2; }
  void released(ContextBank& bank, Time now) override;
  std::uint64_t translate_for_software(ContextBank& bank, std::uint64_t address, bool write,
                                       bool privileged, const RegisterContext& context) override;

  // What global spaces ask for.
  void invalidate_globally(bool secure, const Invalidation& operation, Time now) override;
  void sync_globally(bool secure, Time now) override;
  bool global_sync_active(bool secure) const override {
    return pending_.active({Invalidations::kGlobal, secure});
  }
  std::uint64_t translate_globally(bool secure, const GlobalQuestion& question,
                                   const RegisterContext& context) override;
  std::uint32_t identification(bool secure, unsigned number) const override;
  bool vmid16() const override { return version2() && (spaces_[0].cr0() >> 31) != 0; }

  /// Looks up or walks for software, whatever faults the banks hold. False: `fault` says why.
  bool software_walk(const Wanted& access, Regime regime, bool both, const RegisterContext& context,
                     TlbEntry& entry, ContextFault& fault);
  std::size_t index_of(bool secure) const { return secure && config_.two_states ? 1 : 0; }
  unsigned non_secure_banks() const;
  unsigned non_secure_groups() const;
  /// Whose device an access comes from: its own NS bit tells (IHI 0062, 2.4).
  bool secure_access(const Attributes& attributes) const {
    return config_.two_states && attributes.secure;
  }
  Route route(std::uint16_t stream, bool secure) const;
  /// The stages of a stream that are on; none: it passes. Nothing: it is refused.
  std::optional<Regime> regime_for(std::uint16_t stream, bool secure) const;
  RouteFault regime_of(unsigned bank, bool secure, Regime& regime) const;
  Verdict translate_in_bank(const Request& request, const StreamGroup& group, bool secure,
                            Time& now);
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
  /// Passes on an access of a space that no group or bank translates.
  Verdict bypass(const Request& request, std::uint32_t configuration);
  Verdict pass(const Request& request, const MemoryAttributes& memory);
  /// Whether a Secure fetch would leave as a Non-secure one, which SCR1.SIF forbids (3.7.1).
  bool forbidden_fetch(bool secure, bool instruction, bool leaves_secure) const;
  void tell_fault(const Request& request, IommuFault kind, Time now);
  void note_tables(const Regime& regime, std::uint64_t address, TlbEntry& entry);
  void judge_use(const Request& request, const Regime& regime, const TlbEntry& entry, Time now);
  void judge_refusal(const Request& request, const Wanted& access, const Regime& regime, Time now);
  WalkOptions walk_options() const;
  static constexpr std::uint32_t kCacheLock = 1U << 26;

  Config config_;
  BusPort& tables_;
  Log& log_;
  std::deque<ContextBank> banks_;
  std::vector<StreamGroup> groups_;
  std::array<GlobalSpace, 2> spaces_;  ///< Of the Non-secure state, or the only one; Secure.
  Translator translator_;
  Invalidations pending_;
  std::array<Time, kMaxWalkers> walker_free_{};
  Observer* observer_ = nullptr;
  MasterId self_{};
  TableMemory* peek_ = nullptr;
  std::function<void(Time)> released_;
  bool holding_ = false;  ///< Accesses wait for a release.

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
