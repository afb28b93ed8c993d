// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>

#include "models/core/address.hpp"
#include "models/core/observer.hpp"
#include "models/core/time.hpp"

namespace linefill {

/// What CP15 was asked for and has not been done yet, for as long as the architecture lets a core
/// take: operations on lines of the data cache until a barrier, or an access to that line, of the
/// core's own (ARM ARM DDI 0406C, B2.2.8); invalidations of instructions and translations until a
/// DSB has completed them and an ISB or an exception makes it seen (B2.2.8, B3.10.1); registers
/// until the latter (B5.1). Where nothing comes, until the time given. Empty unless the adversary
/// has switched it on.
class LateMaintenance {
 public:
  /// An operation on one line.
  struct Operation {
    Maintenance::Action action;
    Maintenance::Scope scope;
    LineNumber line;
    VirtualAddress va;
    bool may_return;  ///< By speculation, to where it is mapped: at `va`.
    Origin origin;
    bool outer = false;  ///< In the outer cache that CP15 operates.
    bool secure = true;  ///< Likewise.
  };
  using Perform = std::function<void(const Operation&)>;

  explicit LateMaintenance(Perform perform) : perform_{std::move(perform)} {}

  /// How long operations, and what an ISB makes seen, may stay; 0: nothing does.
  void set_latest(Time operations, Time effects) {
    latest_ = operations;
    latest_effect_ = effects;
  }
  bool active() const { return latest_ > Time{0}; }
  /// Whether an operation on this line is still to be done.
  bool concerns(LineNumber line) const;

  void add(const Operation& operation, Time now);
  /// Something that an ISB makes seen; with `needs_dsb` only if a DSB came before.
  void add(std::function<void()> effect, bool needs_dsb, Time now);

  /// Before the core's own access to a line: what it asked for before is done.
  void before_access(LineNumber line) {
    if (!operations_.empty()) perform_those_of(line);
  }
  /// DMB: later accesses find the operations on lines done; those on the outer cache first, which
  /// nothing has ordered behind the others.
  void order();
  /// DSB.
  void complete();
  /// ISB, and exceptions.
  void synchronize() {
    if (!effects_.empty()) make_effective();
  }
  /// What has stayed its time.
  void advance(Time now);
  /// When `advance` has something to do next; kNever if nothing.
  [[nodiscard]] Time next_due() const;

 private:
  struct LateOperation {
    Operation operation;
    Time due;
  };
  struct LateEffect {
    std::function<void()> effect;
    bool needs_dsb;
    Time due;
  };

  void perform_those_of(LineNumber line);
  void perform_first();
  void make_effective();

  Perform perform_;
  Time latest_{};
  Time latest_effect_{};
  std::deque<LateOperation> operations_;
  std::deque<LateEffect> effects_;
};

}  // namespace linefill
