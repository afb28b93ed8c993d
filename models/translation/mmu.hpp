// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/core/address.hpp"
#include "models/core/statistics.hpp"
#include "models/translation/tlb.hpp"
#include "models/translation/translation.hpp"
#include "models/translation/translation_registers.hpp"
#include "models/translation/translation_walker.hpp"

namespace linefill {

/// Translation as a processor or an IOMMU context does it: look up the TLB, else walk, then check
/// domain and permission with the current registers. Changing a register drops nothing from the
/// TLB.
class Mmu {
 public:
  /// Counters are added to `statistics`: they count calls of `translate` with the MMU on, which a
  /// processor makes only where its line map misses.
  Mmu(WalkPort& port, Statistics& statistics)
      : walker_{port}, tlb_{statistics}, walks_{statistics, "table_walks", "walks"} {}

  /// False: `fault` says why, `translation` is not to be used. `attributes` are those that take
  /// effect: Normal memory is Non-cacheable for data with SCTLR.C clear, for fetches with SCTLR.I
  /// clear. With the MMU off the mapping is flat, in pages of 4 KiB: data is Strongly-ordered,
  /// fetches are Normal, Write-Through with SCTLR.I, else Non-cacheable (ARM ARM B3.2.1).
  bool translate(VirtualAddress va, AccessType type, bool privileged, Translation& translation,
                 Fault& fault);

  TranslationRegisters& registers() { return registers_; }
  const TranslationRegisters& registers() const { return registers_; }
  Tlb& tlb() { return tlb_; }
  /// Walks of the tables that instruction fetches began.
  std::uint64_t fetch_walks() const { return fetch_walks_; }
  std::uint64_t walks() const { return walks_.value(); }

 private:
  bool check(const Translation& translation, AccessType type, bool privileged, Fault& fault) const;
  void flat(VirtualAddress va, AccessType type, Translation& translation) const;

  TranslationRegisters registers_{};
  TranslationWalker walker_;
  Tlb tlb_;
  Counter walks_;
  std::uint64_t fetch_walks_ = 0;
};

}  // namespace linefill
