// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "models/core/address.hpp"
#include "models/core/attributes.hpp"

namespace linefill {

/// The store that gave a byte its value.
struct StoreOrigin {
  std::uint32_t pc = 0;
  Epoch epoch = 0;

  friend constexpr bool operator==(const StoreOrigin&, const StoreOrigin&) = default;
};

/// For each byte of a line, the store that it is from. Most lines that matter are from one or two
/// stores, and these take no more room than that; a line of more has a table apart.
///
/// Whoever changes some bytes says which others still matter (`keep`): what the rest is from may
/// then be forgotten.
class StoreOrigins {
 public:
  StoreOrigins() = default;
  ~StoreOrigins() = default;
  StoreOrigins(StoreOrigins&&) = default;
  StoreOrigins& operator=(StoreOrigins&&) = default;
  StoreOrigins(const StoreOrigins& other) { *this = other; }
  StoreOrigins& operator=(const StoreOrigins& other) {
    if (this == &other) return *this;
    first_ = other.first_;
    second_ = other.second_;
    of_second_ = other.of_second_;
    each_ = other.each_ == nullptr ? nullptr : std::make_unique<Table>(*other.each_);
    return *this;
  }

  StoreOrigin operator[](unsigned byte) const {
    if (each_ != nullptr) [[unlikely]]
      return (*each_)[byte];
    return (of_second_ >> byte & 1U) != 0 ? second_ : first_;
  }

  /// Of no byte it is known any more.
  void forget() { set(~ByteMask{0}, {}, 0); }
  /// These bytes are from one store.
  void set(ByteMask bytes, StoreOrigin by, ByteMask keep) {
    keep &= ~bytes;
    if (keep == 0) {
      each_.reset();
      of_second_ = 0;
      first_ = by;
    } else if (each_ != nullptr) {
      tabulate(bytes, by);
    } else if (by == first_) {
      of_second_ &= ~bytes;
    } else if ((keep & of_second_) == 0 || (by == second_ && of_second_ != 0)) {
      of_second_ = by == second_ ? of_second_ | bytes : bytes;
      second_ = by;
    } else if ((keep & ~of_second_) == 0) {
      of_second_ &= keep;
      first_ = by;
    } else {
      spill();
      tabulate(bytes, by);
    }
  }

  /// These bytes are from what they are from in `other`.
  void take(ByteMask bytes, const StoreOrigins& other, ByteMask keep) {
    keep &= ~bytes;
    if (keep == 0) {
      *this = other;
    } else if (other.each_ != nullptr) {
      for (unsigned b = 0; b < kLineBytes; ++b) {
        const ByteMask byte = bytes & 1U << b;
        if (byte != 0) set(byte, (*other.each_)[b], keep);
        keep |= byte;
      }
    } else {
      const ByteMask of_second = bytes & other.of_second_;
      const ByteMask of_first = bytes & ~other.of_second_;
      if (of_first != 0) set(of_first, other.first_, keep);
      if (of_second != 0) set(of_second, other.second_, keep | of_first);
    }
  }

  /// Those of `bytes` whose store is older, in program order, than what began `epoch`.
  ByteMask older(ByteMask bytes, Epoch epoch) const {
    ByteMask result = 0;
    if (each_ == nullptr) {
      if (first_.epoch < epoch) result = bytes & ~of_second_;
      if (second_.epoch < epoch) result |= bytes & of_second_;
      return result;
    }
    for (unsigned b = 0; b < kLineBytes; ++b) {
      if ((*each_)[b].epoch < epoch) result |= bytes & 1U << b;
    }
    return result;
  }

 private:
  using Table = std::array<StoreOrigin, kLineBytes>;

  void spill() {
    auto table = std::make_unique<Table>();
    for (unsigned b = 0; b < kLineBytes; ++b) (*table)[b] = (*this)[b];
    each_ = std::move(table);
  }
  void tabulate(ByteMask bytes, StoreOrigin by) {
    for (unsigned b = 0; b < kLineBytes; ++b) {
      if ((bytes >> b & 1U) != 0) (*each_)[b] = by;
    }
  }

  StoreOrigin first_{};
  StoreOrigin second_{};
  ByteMask of_second_ = 0;
  std::unique_ptr<Table> each_;  ///< If there is one, it counts, and nothing else.
};

}  // namespace linefill
