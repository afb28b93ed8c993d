// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include "models/core/time.hpp"

namespace linefill {

/// A shared resource that serves one request at a time: when it is next free. Contention appears
/// because a later request starts only then (architecture, section 5).
class Occupancy {
 public:
  /// Takes the resource for `duration` from `now` on, or from when it is free. Returns when it
  /// starts.
  Time take(Time now, Time duration) {
    const Time start = std::max(now, free_at_);
    waited_ += start - now;
    free_at_ = start + duration;
    return start;
  }
  Time free_at() const { return free_at_; }
  Time waited() const { return waited_; }  ///< The sum of all waiting: how contended it is.

 private:
  Time free_at_{0};
  Time waited_{0};
};

}  // namespace linefill
