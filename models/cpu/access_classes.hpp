// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bitset>
#include <cstdint>

#include "models/cpu/memory_interface.hpp"

namespace linefill {

/// The line maps of a core. What an access may do depends on privilege and on DACR, so each
/// combination in use has maps of its own: one for unprivileged accesses, two for privileged ones,
/// because an operating system goes between user memory open and closed at each system call.
class AccessClasses {
 public:
  struct Maps {
    LineMap load;
    LineMap store;
    LineMap fetch;
    std::uint32_t dacr = 0;
    std::uint64_t selected = 0;  ///< When last; the older of two gives way.

    void clear() {
      load.clear();
      store.clear();
      fetch.clear();
    }
  };

  /// The maps for accesses from now on. Those of a DACR value not seen before are empty.
  Maps& select(bool privileged, std::uint32_t dacr) {
    Maps* maps = privileged ? privileged_maps(dacr) : maps_.data();
    if (maps->dacr != dacr) maps->clear();
    maps->dacr = dacr;
    maps->selected = ++selections_;
    return *maps;
  }
  /// A map that always misses.
  LineMap& closed() { return closed_; }

  /// A line of a mapping larger than a small page is going to be entered.
  void note_large_page(std::uint32_t va, unsigned page_shift) {
    const unsigned megabytes = page_shift <= 20 ? 1U : 1U << (page_shift - 20);
    const std::uint32_t first = va >> 20 & ~(megabytes - 1);
    for (unsigned i = 0; i < megabytes; ++i) large_.set(first + i);
  }
  void clear() {
    for (Maps& maps : maps_) maps.clear();
    large_.reset();
  }
  /// What was translated by the TLB entry of this address; everything, if that may have been large.
  void clear_page(std::uint32_t va) {
    if (large_.test(va >> 20)) return clear();
    for (Maps& maps : maps_) {
      maps.load.clear_page(va);
      maps.store.clear_page(va);
      maps.fetch.clear_page(va);
    }
  }
  void clear_stores() {
    for (Maps& maps : maps_) maps.store.clear();
  }

 private:
  Maps* privileged_maps(std::uint32_t dacr) {
    if (maps_[1].dacr == dacr) return &maps_[1];
    if (maps_[2].dacr == dacr) return &maps_[2];
    return maps_[1].selected < maps_[2].selected ? &maps_[1] : &maps_[2];
  }

  std::array<Maps, 3> maps_{};
  LineMap closed_;
  std::uint64_t selections_ = 0;
  std::bitset<4096> large_;  ///< Megabytes with lines of large mappings.
};

}  // namespace linefill
