// SPDX-License-Identifier: Apache-2.0
#include "models/bus/shared_occupancy.hpp"

#include <algorithm>
#include <bitset>

namespace linefill {

Time SharedOccupancy::take_busy(MasterId master, Time now, Time duration) {
  std::size_t at = count_;
  while (at > 0 && bookings_[at - 1].end > now) --at;

  std::bitset<256> waited_for;
  Time gap = now;
  Time& early = early_[static_cast<std::size_t>(master)];
  Time own = std::max(now, early);
  Time others{0};
  for (; at < count_ && bookings_[at].start < gap + duration; ++at) {
    const Booking& booking = bookings_[at];
    const auto other = static_cast<std::size_t>(booking.master);
    if (booking.master == master) {
      own = std::max(own, booking.end);
    } else if (!waited_for[other]) {
      others += booking.end - std::max(booking.start, gap);
      waited_for.set(other);
    }
    gap = std::max(gap, booking.end);
  }
  const Time start = std::min(gap, own + others);
  if (start < gap) early = start + duration;
  const MasterId pays = start < gap ? bookings_[at - 1].master : master;
  insert(at, {gap, gap + duration, pays});
  waited_ += start - now;
  return start;
}

void SharedOccupancy::insert(std::size_t at, const Booking& booking) {
  if (count_ == kBookings) {
    constexpr std::size_t kForgotten = kBookings / 2;
    std::copy(bookings_.begin() + kForgotten, bookings_.end(), bookings_.begin());
    count_ -= kForgotten;
    at = at > kForgotten ? at - kForgotten : 0;
  }
  const auto place = bookings_.begin() + static_cast<std::ptrdiff_t>(at);
  std::copy_backward(place, bookings_.begin() + static_cast<std::ptrdiff_t>(count_),
                     bookings_.begin() + static_cast<std::ptrdiff_t>(count_ + 1));
  *place = booking;
  ++count_;
}

}  // namespace linefill
