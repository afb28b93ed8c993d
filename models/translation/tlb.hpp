// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "models/core/address.hpp"
#include "models/core/statistics.hpp"
#include "models/translation/translation.hpp"

namespace linefill {

/// The main TLB of a Cortex-A9 (TRM 6.2.2): 128 entries, 2-way, unified. It really caches: what is
/// in it holds until invalidated or replaced, whatever becomes of the tables. An entry sits in the
/// set that the low bits of its own page number choose, so a look-up tries each page size in use.
class Tlb {
 public:
  static constexpr unsigned kWays = 2;
  static constexpr unsigned kSets = 64;

  explicit Tlb(Statistics& statistics) : statistics_{statistics} {}

  /// The entry for `va` in the address space `asid`; its `pa` is that of `va`. False: none.
  bool find(VirtualAddress va, std::uint8_t asid, Translation& translation);
  /// Keeps a walk's result.
  void insert(VirtualAddress va, std::uint8_t asid, const Translation& translation);

  void invalidate_all();                    ///< TLBIALL
  void invalidate_asid(std::uint8_t asid);  ///< TLBIASID: not the global ones.
  /// TLBIMVA: of this ASID, and global ones. Returns the largest `page_shift` dropped; 0 if none.
  unsigned invalidate_address(VirtualAddress va, std::uint8_t asid);
  /// TLBIMVAA: of every ASID.
  unsigned invalidate_address_all(VirtualAddress va);

  unsigned used() const;  ///< Entries that hold something.

 private:
  struct Entry {
    bool valid = false;
    std::uint8_t asid = 0;
    std::uint32_t page = 0;  ///< The virtual address above `translation.page_shift`.
    Translation translation{};
  };

  static constexpr std::array<std::uint8_t, 4> kShifts{12, 20, 16, 24};  // Most frequent first.
  static constexpr std::size_t index_of(std::uint8_t shift) { return (shift - 12U) / 4; }

  template <class Condition>
  void drop_if(Condition condition);
  template <class Condition>
  unsigned drop_at(VirtualAddress va, Condition condition);
  Entry* set_of(std::uint32_t page) { return &entries_[page % kSets * kWays]; }

  std::array<Entry, kWays * kSets> entries_{};
  std::array<std::uint8_t, kSets> next_{};
  std::array<unsigned, 4> in_use_{};  ///< How many entries have each page size.

  Statistics& statistics_;
  Counter hits_{statistics_, "tlb_hits", "look-ups"};
  Counter misses_{statistics_, "tlb_misses", "look-ups"};
  Counter invalidations_{statistics_, "tlb_invalidations", "operations"};
};

}  // namespace linefill
