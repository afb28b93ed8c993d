// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace linefill {

/// Simulated time, in whole picoseconds: the only time a block knows. 106 days fit.
using Time = std::chrono::duration<std::int64_t, std::pico>;

using std::chrono_literals::operator""us;
using std::chrono_literals::operator""ns;
using std::chrono_literals::operator""ms;

/// A moment that does not come: what `next_event()` of an idle block answers.
inline constexpr Time kNever = Time::max();

/// The period of a clock, rounded to the nearest picosecond. `hz` is not 0.
constexpr Time period_of(std::uint64_t hz) {
  return Time{static_cast<std::int64_t>((1'000'000'000'000ULL + hz / 2) / hz)};
}

}  // namespace linefill
