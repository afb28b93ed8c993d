// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sysc/kernel/sc_event.h>

#include <algorithm>

#include "models/core/sc_time.hpp"

namespace linefill {

/// Notifies the event on which a shell looks at its block again: at `next`, where the block says
/// something will happen, but not before `now`, the time of the access that is being served. Not at
/// all if that is never.
inline void notify_at(sc_core::sc_event& event, Time next, Time now) {
  if (next == kNever) return;
  event.notify(to_sc_time(std::max(next, now)) - sc_core::sc_time_stamp());
}

}  // namespace linefill
