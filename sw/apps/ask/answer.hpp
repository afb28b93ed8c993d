// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "sw/drivers/counters/counters.hpp"

namespace guest {

/// The core's clock by the counters: cycles go on while it sleeps.
inline constexpr std::uint64_t kCyclesPerUs = 400;

/// What an answer came to: its table is printed by the question itself, here is what the numbers
/// must be.
class Answer {
 public:
  explicit Answer(Counters counters) : counters_{counters} {}

  const Counters& counters() const { return counters_; }
  /// Otherwise the answer is wrong, and says so.
  void expect(bool holds, std::string_view what);
  /// The same; gives `holds`, to go no further.
  bool require(bool holds, std::string_view what) {
    expect(holds, what);
    return holds;
  }
  int status() const { return wrong_ == 0 ? 0 : 1; }

 private:
  Counters counters_;
  unsigned wrong_ = 0;
};

/// Whether two numbers differ by at most `percent` of the second.
constexpr bool within(std::uint64_t value, std::uint64_t of, std::uint64_t percent) {
  const std::uint64_t difference = value > of ? value - of : of - value;
  return difference * 100 <= of * percent;
}

// Each prints a table of at most twelve lines.
void answer_alloc(Answer& answer);
void answer_burst(Answer& answer);
void answer_channels(Answer& answer);
void answer_coherent(Answer& answer);
void answer_contiguous(Answer& answer);
void answer_framebuffer(Answer& answer);
void answer_lcd(Answer& answer);
void answer_lcd_clock(Answer& answer);
void answer_map(Answer& answer);
void answer_mfifo(Answer& answer);
void answer_no_uncached(Answer& answer);
void answer_no_unmap(Answer& answer);
void answer_noncoherent(Answer& answer);
void answer_scan_out(Answer& answer);
void answer_tauros2(Answer& answer);
void answer_why(Answer& answer);
void answer_write_buffer(Answer& answer);

}  // namespace guest
