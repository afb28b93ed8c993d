// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "models/core/attributes.hpp"
#include "models/core/time.hpp"

namespace linefill {

/// A resource that several masters share, one burst at a time, arbitrated fairly.
///
/// A burst goes into the first gap that is long enough, also before bursts that were booked for
/// later: masters announce bursts ahead of time and not in order. A master waits for its own bursts
/// and for one burst of each other master, as with a round-robin arbiter, however far ahead the
/// others have booked. If that is earlier than the gap, the gap is kept busy all the same: the one
/// that is overtaken pays with its later bursts, and no more is served than the resource can serve.
class SharedOccupancy {
 public:
  /// Takes the resource for `duration`, not before `now`. Returns when it starts.
  Time take(MasterId master, Time now, Time duration) {
    if (count_ != 0 && bookings_[count_ - 1].end > now) return take_busy(master, now, duration);
    insert(count_, {now, now + duration, master});
    return now;
  }
  Time waited() const { return waited_; }  ///< The sum of all waiting: how contended it is.

 private:
  struct Booking {
    Time start{0};
    Time end{0};
    MasterId master{};
  };
  /// More than all masters together have outstanding; older ones are forgotten.
  static constexpr std::size_t kBookings = 64;

  Time take_busy(MasterId master, Time now, Time duration);
  void insert(std::size_t at, const Booking& booking);

  std::array<Booking, kBookings> bookings_{};  ///< In order of time, not overlapping.
  std::size_t count_ = 0;
  std::array<Time, 256> early_{};  ///< By master: the end of its last burst that overtook others.
  Time waited_{0};
};

}  // namespace linefill
