// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "models/core/address.hpp"
#include "models/core/attributes.hpp"

namespace linefill {

/// The store that gave a byte its value.
struct StoreOrigin {
  std::uint32_t pc = 0;
  Epoch epoch = 0;
};

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
  std::array<StoreOrigin, kLineBytes> origin{};

  bool clean() const { return (dirty | superseded | lost) == 0; }
  ByteMask stale() const { return superseded | lost; }

  void stored(ByteMask bytes, StoreOrigin by) {
    dirty |= bytes;
    superseded &= ~bytes;
    lost &= ~bytes;
    set_origin(bytes, by);
  }

  /// The copy now holds what the copy below holds. Nothing here is dirty.
  void filled_from(const LineMarks& below) {
    dirty = 0;
    superseded = below.superseded;
    lost = below.lost;
    if (lost != 0) origin = below.origin;
  }

  /// The copy above was written into this one.
  void absorb(const LineMarks& above) {
    for (unsigned b = 0; b < kLineBytes; ++b) {
      if (((above.dirty | above.lost) >> b & 1U) != 0) origin[b] = above.origin[b];
    }
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
    lost |= bytes;
    for (unsigned b = 0; b < kLineBytes; ++b) {
      if ((bytes >> b & 1U) != 0) origin[b] = dropped.origin[b];
    }
  }

  void set_origin(ByteMask bytes, StoreOrigin by) {
    for (unsigned b = 0; b < kLineBytes; ++b) {
      if ((bytes >> b & 1U) != 0) origin[b] = by;
    }
  }
};

}  // namespace linefill
