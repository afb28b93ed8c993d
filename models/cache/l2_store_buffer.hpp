// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "models/cache/l2_line_number.hpp"
#include "models/cache/l2_master_side.hpp"
#include "models/core/observer.hpp"
#include "models/core/statistics.hpp"

namespace linefill {

/// The merging store buffer of an L2C-310: three slots of a line each, for Normal writes on their
/// way to memory. A slot leaves when it is full, when a fourth line needs room (the least recently
/// written one), when something needs its bytes, when the buffer is drained, and some time after
/// its first write.
class L2StoreBuffer final : public CopyHolder {
 public:
  static constexpr unsigned kSlots = 3;

  /// `drain_after`: how long a slot may stay; kNever for a revision that does not drain with time.
  L2StoreBuffer(L2MasterSide& memory, Time drain_after, Statistics& statistics);

  void set_observer(Observer* observer) { observer_ = observer; }
  /// Slots stay as long as they may: the adversary's wish.
  void set_late(bool late) { late_ = late; }

  /// Puts the bytes of `mask` into the buffer; waits for room.
  void write(L2LineNumber line, std::span<const std::byte, kLineBytes> data, ByteMask mask,
             const Attributes& attributes, Time& now);
  /// Drains the slot of this line, if there is one, and waits until memory has it.
  void drain_line(L2LineNumber line, Time& now);
  /// Drains everything. Does not wait for memory's responses: see L2MasterSide::quiet_at.
  void drain_all(Time& now);
  /// From now on until reset every write leaves at once (erratum 753970).
  void end_merging() { merges_ = false; }
  /// Forgets everything: reset.
  void clear();

  bool empty() const { return used_ == 0; }
  Time next_event() const;
  void advance(Time now);

  CopyLevel level() const override { return CopyLevel::kL2StoreBuffer; }
  CopyView find(LineNumber line) const override;
  void overtaken(LineNumber line, ByteMask bytes) override;
  void lose(LineNumber line, ByteMask bytes, const LineMarks& dropped) override;
  void count_copies_in(CopyFilter* filter) override;
  void overlay(LineNumber line, std::span<std::byte, kLineBytes> data) const override;
  void overwrite(LineNumber line, std::span<const std::byte, kLineBytes> data,
                 ByteMask mask) override;

 private:
  struct Slot {
    ByteMask bytes = 0;  ///< 0: free.
    L2LineNumber line = kNoL2Line;
    std::uint64_t age = 0;
    Time since{0};
    Attributes attributes{};
    std::array<std::byte, kLineBytes> data{};
    LineMarks marks{};
  };

  static bool by_age(const Slot& a, const Slot& b) { return a.age < b.age; }
  template <class Before>
  Slot* oldest(Before&& before);
  Slot* slot_of(L2LineNumber line);
  Slot& room(Time& now);
  void drain(Slot& slot, Time& now);

  L2MasterSide& memory_;
  Time drain_after_;
  bool late_ = false;
  bool merges_ = true;
  Observer* observer_ = nullptr;
  CopyFilter* filter_ = nullptr;
  std::array<Slot, kSlots> slots_{};
  unsigned used_ = 0;
  std::uint64_t writes_ = 0;
  Counter stores_;
  Counter merged_;
  Counter drains_;
};

}  // namespace linefill
