// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "models/core/attributes.hpp"
#include "models/core/statistics.hpp"
#include "models/iommu/context_bank.hpp"
#include "models/iommu/smmu_tlb.hpp"

namespace linefill::smmu {

/// The memory that tables lie in, as physical addresses of up to 48 bits.
class TableMemory {
 public:
  virtual BusResponse read(std::uint64_t address, std::span<std::byte> data,
                           const MemoryAttributes& walk_attributes, bool secure) = 0;

 protected:
  ~TableMemory() = default;
};

/// The banks that translate for a stream. `stage1` null: stage 2 alone; `stage2` null: it does not
/// take part.
struct Regime {
  const ContextBank* stage1 = nullptr;
  const ContextBank* stage2 = nullptr;
  std::uint16_t vmid = 0;
  bool secure = false;       ///< Of the Secure state.
  bool secure_walks = true;  ///< Tables are read as Secure: always, where there is one state.
};

/// What an access wants, after S2CR's overrides.
struct Wanted {
  std::uint64_t address = 0;
  bool write = false;
  bool privileged = true;
  bool instruction = false;
};

/// Which caches walks use (sACR), whether they leave traces (a debugger's do not), how far they go.
struct WalkOptions {
  bool stage1_cache = true;
  bool stage2_cache = true;
  bool ipa_cache = true;
  bool quiet = false;
  bool stage1_only = false;  ///< Stage 2 is for stage 1's tables only: the result is an IPA.
};

/// As a debugger walks.
inline constexpr WalkOptions kUntraced{false, false, false, true, false};

/// Look-up, walk of one or two stages, permission check.
class Translator {
 public:
  Translator(std::size_t tlb_entries, std::size_t walk_cache_entries, Statistics& statistics);

  void clear();
  void apply(const Invalidation& operation);

  /// The entry that translates `access`, if the TLB has one. Null: a walk is needed.
  const TlbEntry* find(const Wanted& access, const Regime& regime) const;
  /// Walks; `entry` is what the TLB is to keep. False: `fault` says why.
  bool walk(const Wanted& access, const Regime& regime, TableMemory& memory,
            const WalkOptions& options, TlbEntry& entry, ContextFault& fault);
  const TlbEntry& keep(const Wanted& access, const TlbEntry& entry) {
    return tlb_.insert(access.address, entry);
  }
  /// Whether `entry` allows `access`. False: `fault` says why not.
  static bool check(const Wanted& access, const Regime& regime, const TlbEntry& entry,
                    ContextFault& fault);
  /// The memory type that an access of the device's own `attributes` has behind it.
  static MemoryAttributes attributes_of(const TlbEntry& entry, const MemoryAttributes& attributes);

  /// What the tables in `memory` say, whatever is kept of them; without traces.
  Meaning ask_tables(std::uint64_t address, const Regime& regime, TableMemory& memory);

  const SmmuTlb& tlb() const { return tlb_; }

 private:
  class StagePort;
  struct Job;

  bool walk_stage1(Job& job, TlbEntry& entry);
  bool walk_short(Job& job, StagePort& port, TlbEntry& entry);
  bool walk_long(Job& job, StagePort& port, TlbEntry& entry);
  bool walk_stage2(Job& job, std::uint64_t ipa, bool for_stage1_walk, TlbEntry& entry);

  SmmuTlb tlb_;
  WalkCache walk_cache_;
  Counter walks_;
  Counter descriptor_reads_;
  Counter walk_cache_hits_;
  Counter ipa_hits_;
};

}  // namespace linefill::smmu
