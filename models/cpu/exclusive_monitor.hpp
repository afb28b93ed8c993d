// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/address.hpp"

namespace linefill {

/// The local exclusive monitor of a core (ARM ARM A3.4), with granules of one line. In a system of
/// one core it stands for the global monitor of Shareable memory, too: no other master makes
/// exclusive accesses; a coherent store of a bus master clears it, others do not.
class ExclusiveMonitor {
 public:
  void mark(LineNumber granule) { granule_ = granule; }
  void clear() { granule_ = kNoLine; }
  /// Somebody else stored to `granule`.
  void stored_by_other(LineNumber granule) {
    if (granule_ == granule) clear();
  }
  /// A store-exclusive to `granule`: whether it may store. Ends the exclusive state either way.
  bool claim(LineNumber granule) {
    const bool held = granule_ == granule;
    clear();
    return held;
  }

 private:
  LineNumber granule_ = kNoLine;
};

}  // namespace linefill
