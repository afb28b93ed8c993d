// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sysc/kernel/sc_simcontext.h>
#include <sysc/kernel/sc_time.h>

#include "models/core/time.hpp"

namespace linefill {

// The kernel's resolution is left at its default of one picosecond.
inline sc_core::sc_time to_sc_time(Time t) {
  return sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(t.count()));
}

inline Time from_sc_time(const sc_core::sc_time& t) {
  return Time{static_cast<std::int64_t>(t.value())};
}

/// The moment a transaction with this annotated delay happens.
inline Time time_of(const sc_core::sc_time& delay) {
  return from_sc_time(sc_core::sc_time_stamp() + delay);
}

}  // namespace linefill
