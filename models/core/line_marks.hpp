// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/address.hpp"
#include "models/core/attributes.hpp"
#include "models/core/store_origins.hpp"

namespace linefill {

/// What the checker knows of one copy of a line (architecture, section 7): hardware never looks at
/// it.
///
/// Every byte has a newest version; a copy of it may be older. *dirty*: the CPU stored these bytes
/// here and they have not been written downward. *superseded*: a device (or another path around
/// this copy) has since written these bytes below. *lost*: an invalidate dropped the newest value
/// of these bytes, and what this copy holds is older. Using a superseded or lost byte is the event.
struct LineMarks {
  ByteMask dirty = 0;
  ByteMask superseded = 0;
  ByteMask lost = 0;
  /// For each byte in `dirty`, the store; for each byte in `lost`, the store that was dropped.
  StoreOrigins origin{};

  bool clean() const { return (dirty | superseded | lost) == 0; }
  ByteMask stale() const { return superseded | lost; }

  /// Nothing is known of the copy.
  void forget() {
    dirty = superseded = lost = 0;
    origin.forget();
  }

  void stored(ByteMask bytes, StoreOrigin by) {
    origin.set(bytes, by, dirty | lost);
    dirty |= bytes;
    superseded &= ~bytes;
    lost &= ~bytes;
  }

  /// The copy now holds what the copy below holds. Nothing here is dirty.
  void filled_from(const LineMarks& below) {
    dirty = 0;
    superseded = below.superseded;
    lost = below.lost;
    if (lost != 0) {
      origin = below.origin;
    } else {
      origin.forget();
    }
  }

  /// The copy above was written into this one.
  void absorb(const LineMarks& above) {
    if ((above.dirty | above.lost) != 0) origin.take(above.dirty | above.lost, above.origin, dirty);
    dirty |= above.dirty;
    superseded = above.superseded;
    lost = above.lost;
  }

  /// Newer values of these bytes were written below, around this copy.
  void overtaken(ByteMask bytes) {
    superseded |= bytes;
    lost &= ~bytes;
  }

  /// The newest values of these bytes were dropped above; this older copy is what is left.
  void lose(ByteMask bytes, const LineMarks& dropped) {
    origin.take(bytes, dropped.origin, dirty | lost);
    lost |= bytes;
  }
};

}  // namespace linefill
