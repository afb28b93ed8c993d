// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>

#include "models/core/address.hpp"
#include "models/core/time.hpp"

namespace linefill {

/// The outstanding line fills of an L1D: up to four (A9 TRM 7.1). Data of a fill are there at once;
/// this is when they would have been.
class FillSlots {
 public:
  static constexpr unsigned kSlots = 4;

  /// When a fill that is wanted at `now` can begin.
  Time begin(Time now) const { return std::max(now, earliest()->ready); }
  /// A fill has begun that ends at `ready`.
  void add(LineNumber line, Time ready) {
    *earliest_slot() = {line, ready};
    last_ = std::max(last_, ready);
  }
  /// When the line will be there, if it is on its way.
  Time ready(LineNumber line) const {
    for (const Slot& slot : slots_) {
      if (slot.line == line) return slot.ready;
    }
    return Time{0};
  }
  /// When all are there.
  Time last() const { return last_; }

 private:
  struct Slot {
    LineNumber line = kNoLine;
    Time ready{0};
  };

  const Slot* earliest() const {
    return std::min_element(slots_.begin(), slots_.end(),
                            [](const Slot& a, const Slot& b) { return a.ready < b.ready; });
  }
  Slot* earliest_slot() {
    return std::min_element(slots_.begin(), slots_.end(),
                            [](const Slot& a, const Slot& b) { return a.ready < b.ready; });
  }

  std::array<Slot, kSlots> slots_{};
  Time last_{0};
};

}  // namespace linefill
