// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "models/core/address.hpp"

namespace linefill {

/// How many copies of lines caches and buffers hold, by a hash of the line: of most of memory there
/// is none, and that is all that a device's access to it has to know.
class CopyFilter {
 public:
  CopyFilter() : copies_(kBuckets) {}

  void add(LineNumber line) { ++copies_[bucket(line)]; }
  void remove(LineNumber line) { --copies_[bucket(line)]; }
  /// False: nobody holds a copy of this line.
  bool may_be_held(LineNumber line) const { return copies_[bucket(line)] != 0; }
  /// False: nobody holds a copy of any line that these bytes (at least one) touch.
  bool may_be_held(PhysicalAddress address, std::uint32_t size) const {
    const std::uint32_t last = raw(line_of(address + (size - 1)));
    unsigned copies = 0;
    for (std::uint32_t line = raw(line_of(address)); line <= last; ++line)
      copies |= copies_[bucket(LineNumber{line})];
    return copies != 0;
  }

 private:
  // Lines of one bucket lie in one set of any cache of up to 16 MiB a way, so a counter need not
  // count more than all the ways there are. Neighbours' counters lie together, and devices move
  // neighbours.
  static constexpr std::uint32_t kBuckets = 1U << 19;
  static std::size_t bucket(LineNumber line) { return raw(line) % kBuckets; }

  std::vector<std::uint8_t> copies_;
};

}  // namespace linefill
