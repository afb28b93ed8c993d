// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/cache/cache_line.hpp"
#include "models/core/address.hpp"
#include "models/core/copy_filter.hpp"
#include "models/core/copy_part.hpp"

namespace linefill {

enum class Replacement : std::uint8_t { kRoundRobin, kPseudoRandom };

/// Size and shape of a cache. Lines have 32 bytes.
struct CacheGeometry {
  unsigned ways = 4;
  unsigned sets = 256;  ///< A power of two.

  constexpr unsigned size_bytes() const { return ways * sets * kLineBytes; }
};

/// An array of lines, physically indexed and tagged: look-up, choice of a victim, and which line is
/// where. Tags are held twice, in the lines and apart from them, so that a look-up touches one
/// line.
class SetAssociative {
 public:
  SetAssociative(CacheGeometry geometry, Replacement replacement)
      : geometry_{geometry},
        replacement_{replacement},
        lines_(geometry.ways * geometry.sets),
        tags_(geometry.ways * geometry.sets, kNoLine),
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
  std::size_t index_of(const CacheLine& line) const {
    return static_cast<std::size_t>(&line - lines_.data());
  }
  unsigned way_of(const CacheLine& line) const {
    return static_cast<unsigned>(index_of(line)) % geometry_.ways;
  }
  std::vector<CacheLine>& lines() { return lines_; }
  const std::vector<CacheLine>& lines() const { return lines_; }

  /// The resident copy of `line`, or null.
  CacheLine* find(LineNumber line) {
    const std::size_t set = std::size_t{set_of(line)} * geometry_.ways;
    for (std::size_t at = set; at < set + geometry_.ways; ++at) {
      if (tags_[at] == line) return &lines_[at];
    }
    return nullptr;
  }
  const CacheLine* find(LineNumber line) const {
    return const_cast<SetAssociative*>(this)->find(line);
  }

  /// `line` of this array, which holds nothing, becomes the copy of `number`, valid and clean.
  void take(CacheLine& line, LineNumber number) {
    assert(!line.valid);
    line.tag = tags_[index_of(line)] = number;
    line.valid = true;
    if (filter_ != nullptr) filter_->add(number);
  }
  /// `line` of this array holds nothing any more. Its marks are left for the next fill to
  /// overwrite.
  void release(CacheLine& line) {
    if (line.valid && filter_ != nullptr) filter_->remove(line.tag);
    tags_[index_of(line)] = kNoLine;
    line.empty();
  }
  void release_all() {
    for (std::size_t at = 0; at < tags_.size(); ++at) {
      if (tags_[at] != kNoLine) release(lines_[at]);
    }
  }

  /// Counts its lines in `filter`, now and from now on; null: no more.
  void count_in(CopyFilter* filter) {
    filter_ = filter;
    for (const CacheLine& line : lines_) {
      if (line.valid && filter != nullptr) filter->add(line.tag);
    }
  }

  /// For debuggers: the copy of `line` over `data`. False: there is none.
  bool overlay(LineNumber line, std::span<std::byte, kLineBytes> data) const {
    const CacheLine* found = find(line);
    if (found != nullptr) std::copy(found->data.begin(), found->data.end(), data.begin());
    return found != nullptr;
  }
  /// A debugger's write into the copy of `line`, which is returned; null: there is none.
  CacheLine* overwrite(LineNumber line, std::span<const std::byte, kLineBytes> data,
                       ByteMask mask) {
    CacheLine* found = find(line);
    if (found != nullptr) copy_bytes(data, mask, found->data);
    return found;
  }

  /// A line of the set of `line` that is given up and in a way not locked; null if there is none.
  CacheLine* given_up(LineNumber line, std::uint32_t locked_ways) {
    const unsigned set = set_of(line);
    for (unsigned way = 0; way < geometry_.ways; ++way) {
      CacheLine& found = at(set, way);
      if (found.given_up && !found.locked && (locked_ways >> way & 1U) == 0) return &found;
    }
    return nullptr;
  }

  /// Where `line` is to be allocated: an invalid way first, else the next or a random one of those
  /// allowed. `locked_ways` has a bit for each way that may not be allocated. Null if none may.
  CacheLine* victim(LineNumber line, std::uint32_t locked_ways = 0) {
    const unsigned set = set_of(line);
    const auto locked = [&](unsigned way) { return (locked_ways >> way & 1U) != 0; };
    const LineNumber* const tags = &tags_[std::size_t{set} * geometry_.ways];
    for (unsigned way = 0; way < geometry_.ways; ++way) {
      if (tags[way] == kNoLine && !locked(way)) return &at(set, way);
    }
    unsigned way =
        replacement_ == Replacement::kRoundRobin ? next_[set] : random() % geometry_.ways;
    for (unsigned tried = 0; tried < geometry_.ways; ++tried) {
      if (!locked(way) && !at(set, way).locked) {
        next_[set] = static_cast<std::uint8_t>((way + 1) % geometry_.ways);
        return &at(set, way);
      }
      way = (way + 1) % geometry_.ways;
    }
    return nullptr;
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
  std::vector<LineNumber> tags_;  ///< Of the valid lines; else kNoLine.
  std::vector<std::uint8_t> next_;
  unsigned lfsr_ = 0xACE1;
  CopyFilter* filter_ = nullptr;
};

}  // namespace linefill
