// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "models/core/observer.hpp"
#include "models/core/statistics.hpp"
#include "models/cpu/core_context.hpp"

namespace linefill {

/// The store buffer of a Cortex-A9: four merging slots of 64 bits, for stores to Normal memory that
/// its L1 does not hold (A9 TRM 7.4; number and width: 7-cpu.com's measurements).
///
/// A slot leaves for the bus when it must (`drain...`), when the buffer is full, or when it is
/// older than the drain time. Nothing else orders it: a later store to a device overtakes it,
/// unless a DMB lies between.
class StoreBuffer final : public CopyHolder {
 public:
  static constexpr unsigned kSlots = 4;
  static constexpr unsigned kSlotBytes = 8;

  StoreBuffer(CoreContext& context, Time drain_time, Statistics& statistics);

  /// How long a slot stays when nothing forces it out.
  void set_drain_time(Time drain_time) { drain_time_ = drain_time; }

  /// Takes bytes that lie within one slot's 8. Stalls the core until a slot is free.
  void store(PhysicalAddress address, std::span<const std::byte> data,
             const MemoryAttributes& attributes, const Origin& origin);
  /// DMB: what is in the buffer now leaves before later accesses are made.
  void order();
  /// Before an access that a DMB may have put behind some slots. Returns when the bus had taken
  /// them.
  Time drain_ordered() {
    if (ordered_ == 0) return Time{0};
    drain_slots([](const Slot& slot) { return slot.ordered; });
    return last_end_;
  }
  /// Before a load, an exclusive or a cache operation that concerns this line.
  void drain_line(LineNumber line) {
    if (used_ != 0) drain_slots([line](const Slot& slot) { return slot.line() == line; });
  }
  /// DSB, or before a Strongly-ordered access. Returns when the last byte was taken by the bus.
  Time drain_all();
  /// What has stayed its time.
  void drain_due();
  /// When the oldest slot will have stayed its time; kNever if there is none.
  Time next_due() const;

  bool empty() const { return used_ == 0; }

  CopyLevel level() const override { return CopyLevel::kStoreBuffer; }
  CopyView find(LineNumber line) const override;
  void overtaken(LineNumber line, ByteMask bytes) override;
  void lose(LineNumber line, ByteMask bytes, const LineMarks& dropped) override;
  void count_copies_in(CopyFilter* filter) override;
  void overlay(LineNumber line, std::span<std::byte, kLineBytes> data) const override;
  void overwrite(LineNumber line, std::span<const std::byte, kLineBytes> data,
                 ByteMask mask) override;

 private:
  struct Slot {
    bool used = false;
    bool ordered = false;          ///< A DMB came after its stores.
    std::uint32_t doubleword = 0;  ///< Address divided by 8.
    std::uint32_t valid = 0;       ///< By byte.
    std::uint64_t age = 0;         ///< Slots leave in this order.
    Time since{};                  ///< Of its first store.
    MemoryAttributes attributes{};
    std::array<std::byte, kSlotBytes> data{};
    StoreOrigins origin{};    ///< Of the line's bytes.
    ByteMask superseded = 0;  ///< Of the line.

    LineNumber line() const { return LineNumber{doubleword / (kLineBytes / kSlotBytes)}; }
    unsigned offset() const { return doubleword * kSlotBytes % kLineBytes; }
    ByteMask bytes() const { return valid << offset(); }
  };

  /// Drains the slots that `wanted` holds for, oldest first, and before each what must leave before
  /// it.
  template <class Wanted>
  void drain_slots(Wanted wanted) {
    while (Slot* slot = oldest(wanted)) {
      if (ordered_ != 0) slot = oldest([](const Slot& s) { return s.ordered; });
      drain(*slot, context_.now());
    }
  }
  template <class Wanted>
  Slot* oldest(Wanted wanted) {
    Slot* result = nullptr;
    for (Slot& slot : slots_) {
      if (slot.used && wanted(slot) && (result == nullptr || slot.age < result->age))
        result = &slot;
    }
    return result;
  }
  Slot* merge_slot(std::uint32_t doubleword, const MemoryAttributes& attributes);
  Slot& free_slot();
  /// Returns when its first transaction began: at `when`, or as soon as others have ended.
  Time drain(Slot& slot, Time when);
  static unsigned run_of_one_epoch(const Slot& slot, std::uint32_t left, unsigned first);
  void tell_overtaken(const Slot& slot);

  std::array<Slot, kSlots> slots_{};
  unsigned used_ = 0;
  unsigned ordered_ = 0;  ///< Of the used ones.
  std::uint64_t age_ = 0;
  Time drain_time_;
  std::array<Time, kSlots> under_way_{};  ///< When the latest transactions end: so many overlap.
  Time last_end_{};                       ///< When the bus had taken all that has left.
  CoreContext& context_;
  CopyFilter* filter_ = nullptr;
  mutable LineMarks view_{};
  Counter stores_;
  Counter merged_;
  Counter drains_;
};

}  // namespace linefill
