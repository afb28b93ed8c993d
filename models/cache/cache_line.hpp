// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "models/core/address.hpp"
#include "models/core/line_marks.hpp"
#include "models/core/observer.hpp"

namespace linefill {

struct DecodedLine;  // models/cpu: what the executor made of a line of code.

/// One line of a cache: what hardware has (tag, state, data) and what the checker knows (marks).
/// Behaviour depends on the former only. What a hit touches comes first, in one line of the host's
/// cache.
struct alignas(64) CacheLine {
  alignas(32) std::array<std::byte, kLineBytes> data{};

  // What the processor's line map compares on every access (architecture, section 4). They equal
  // `tag` while an access may be served without looking at the line; else kNoLine.
  LineNumber load_tag = kNoLine;
  LineNumber store_tag = kNoLine;
  /// Bytes stored through the line map since the marks were last settled, and by which instruction.
  ByteMask recent = 0;
  std::uint32_t recent_pc = 0;
  /// Of a line of code, as A32 and as T32: owned by the executor; null when not looked at since the
  /// fill.
  std::array<DecodedLine*, 2> decoded{};

  /// The epoch in which all recent stores were made: the store maps are cleared when it changes.
  Epoch recent_epoch = 0;
  LineNumber tag = kNoLine;
  bool valid = false;
  bool dirty = false;  ///< The hardware's dirty bit.
  bool locked = false;
  bool secure = true;
  bool given_up = false;  ///< L2, exclusive: the L1 has it; the first to be evicted.
  FillCause fill_cause = FillCause::kDemand;
  bool filled_stale = false;
  LineMarks marks{};

  bool holds(LineNumber line) const { return valid && tag == line; }
  /// It holds nothing any more; what is left of its marks means nothing.
  void empty() {
    valid = dirty = locked = given_up = false;
    tag = load_tag = store_tag = kNoLine;
    recent = 0;
    decoded = {};
  }
  /// Takes the line out of the line map: its next use is looked at.
  void unmap() { load_tag = store_tag = kNoLine; }
  /// Moves the stores of the fast path into the marks.
  void settle() { settle(recent_epoch); }
  /// Likewise, where `epoch` is the one they were made in.
  void settle(Epoch epoch) {
    if (recent == 0) return;
    marks.stored(recent, {recent_pc, epoch});
    recent = 0;
  }
};

}  // namespace linefill
