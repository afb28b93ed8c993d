// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cassert>
#include <cstdint>
#include <vector>

#include "models/cache/cache_line.hpp"
#include "models/core/address.hpp"

namespace linefill {

enum class Replacement : std::uint8_t { kRoundRobin, kPseudoRandom };

/// Size and shape of a cache. Lines have 32 bytes.
struct CacheGeometry {
  unsigned ways = 4;
  unsigned sets = 256;  ///< A power of two.

  constexpr unsigned size_bytes() const { return ways * sets * kLineBytes; }
};

/// An array of lines, physically indexed and tagged: look-up and choice of a victim, nothing else.
class SetAssociative {
 public:
  SetAssociative(CacheGeometry geometry, Replacement replacement)
      : geometry_{geometry},
        replacement_{replacement},
        lines_(geometry.ways * geometry.sets),
        next_(geometry.sets) {
    assert(std::has_single_bit(geometry.sets));
  }

  const CacheGeometry& geometry() const { return geometry_; }
  void set_replacement(Replacement replacement) { replacement_ = replacement; }

  unsigned set_of(LineNumber line) const { return raw(line) & (geometry_.sets - 1); }
  CacheLine& at(unsigned set, unsigned way) { return lines_[set * geometry_.ways + way]; }
  const CacheLine& at(unsigned set, unsigned way) const {
    return lines_[set * geometry_.ways + way];
  }
  unsigned way_of(const CacheLine& line) const {
    return static_cast<unsigned>(&line - lines_.data()) % geometry_.ways;
  }
  std::vector<CacheLine>& lines() { return lines_; }
  const std::vector<CacheLine>& lines() const { return lines_; }

  /// The resident copy of `line`, or null.
  CacheLine* find(LineNumber line) {
    CacheLine* set = &at(set_of(line), 0);
    for (unsigned way = 0; way < geometry_.ways; ++way) {
      if (set[way].tag == line) return &set[way];  // An invalid line's tag is kNoLine.
    }
    return nullptr;
  }
  const CacheLine* find(LineNumber line) const {
    return const_cast<SetAssociative*>(this)->find(line);
  }

  /// Where `line` is to be allocated: an invalid unlocked way first, else the next or a random one
  /// of those allowed. `locked_ways` has a bit for each way that may not be allocated. Null if none
  /// may.
  CacheLine* victim(LineNumber line, std::uint32_t locked_ways = 0) {
    const unsigned set = set_of(line);
    unsigned allowed = 0;
    for (unsigned way = 0; way < geometry_.ways; ++way) {
      CacheLine& candidate = at(set, way);
      if ((locked_ways >> way & 1U) != 0 || (candidate.valid && candidate.locked)) continue;
      if (!candidate.valid) return &candidate;
      ++allowed;
    }
    if (allowed == 0) return nullptr;
    unsigned way =
        replacement_ == Replacement::kRoundRobin ? next_[set] : random() % geometry_.ways;
    while ((locked_ways >> way & 1U) != 0 || at(set, way).locked) way = (way + 1) % geometry_.ways;
    next_[set] = static_cast<std::uint8_t>((way + 1) % geometry_.ways);
    return &at(set, way);
  }

 private:
  // The 16-bit Galois LFSR x^16 + x^14 + x^13 + x^11 + 1: repeatable, as in hardware.
  unsigned random() {
    lfsr_ = (lfsr_ >> 1) ^ ((lfsr_ & 1U) != 0 ? 0xB400U : 0U);
    return lfsr_;
  }

  CacheGeometry geometry_;
  Replacement replacement_;
  std::vector<CacheLine> lines_;
  std::vector<std::uint8_t> next_;
  unsigned lfsr_ = 0xACE1;
};

}  // namespace linefill
