// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "models/cache/l2_master_side.hpp"
#include "models/core/observer.hpp"

namespace linefill {

/// A line that an outer cache writes back.
struct L2WriteBack {
  LineNumber line = kNoLine;
  std::array<std::byte, kLineBytes> data{};
  LineMarks marks{};
  WriteBackCause cause = WriteBackCause::kEviction;
  Attributes attributes{};
};

/// The eviction buffers of an outer cache (L2C-310 TRM 2.2, 3.3.10), between its array and memory:
/// three lines. What is written back goes to memory at once, unless the adversary wants it kept as
/// long as it may be: a line then waits, unseen by masters that go around the cache, until
/// something needs its bytes, a fourth needs room, the cache is synchronised, or for `kLatest`.
class L2EvictionBuffer final : public CopyHolder {
 public:
  static constexpr unsigned kLines = 3;
  /// Longer than an operation on all ways takes, and far below a frame of a display.
  static constexpr Time kLatest = 500us;

  explicit L2EvictionBuffer(L2MasterSide& memory) : memory_{memory} {}

  void set_observer(Observer* observer) { observer_ = observer; }
  void set_late(bool late) { late_ = late; }
  bool late() const { return late_; }

  /// To memory at once; waits for room there.
  void write(const L2WriteBack& line, Time& now) { leave(line, CopyLevel::kL2, now); }
  /// Keeps it: only while `late`. Waits for room.
  void keep(const L2WriteBack& line, Time& now);
  /// Before anything else is done with this line: it is written first.
  void drain_line(LineNumber line, Time& now);
  /// Does not wait for memory's responses: see L2MasterSide::quiet_at.
  void drain_all(Time& now);
  /// Forgets everything: reset.
  void clear();

  Time next_event() const;
  void advance(Time now);

  CopyLevel level() const override { return CopyLevel::kL2EvictionBuffer; }
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
    Time since{};
    L2WriteBack held{};
  };

  template <class Wanted>
  bool drain_first(Wanted wanted, Time& now);
  const Slot* slot_of(LineNumber line) const;
  Slot* slot_of(LineNumber line);
  void leave(const L2WriteBack& line, CopyLevel from, Time& now);

  L2MasterSide& memory_;
  bool late_ = false;
  Observer* observer_ = nullptr;
  CopyFilter* filter_ = nullptr;
  std::array<Slot, kLines> slots_{};
  unsigned used_ = 0;
};

}  // namespace linefill
