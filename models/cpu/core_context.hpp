// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "models/core/attributes.hpp"
#include "models/core/observer.hpp"
#include "models/core/time.hpp"
#include "models/cpu/core_bus.hpp"
#include "models/cpu/memory_interface.hpp"

namespace linefill {

/// What the parts of one core's memory system share: its clock, its bus, its place in program
/// order, and who watches.
struct CoreContext {
  CoreClock& clock;
  CoreBus& bus;
  Time period;  ///< Of the core's clock: absolute time is cycles times this.

  Epoch epoch = 0;  ///< Stores to device registers so far.
  Observer* observer = nullptr;
  CopyHolder* store_buffer = nullptr;
  bool exclusive = false;       ///< ACTLR.EXCL: clean lines, too, go down when they are evicted.
  bool lines_of_zeros = false;  ///< ACTLR[3]: lines of zeros go down as a single beat.
  /// Below the L1: told which newest bytes an invalidate dropped.
  std::vector<CopyHolder*> lower_holders{};

  Time now() const { return period * static_cast<std::int64_t>(clock.now); }
  /// The core does nothing until `t`.
  void stall_until(Time t) {
    if (t <= now()) return;
    clock.now = static_cast<std::uint64_t>((t + period - Time{1}) / period);
  }
  Origin origin(std::uint32_t pc) const { return {MasterId::kProcessor, pc, epoch}; }
};

}  // namespace linefill
