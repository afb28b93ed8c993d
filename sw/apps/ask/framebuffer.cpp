// SPDX-License-Identifier: Apache-2.0
// In what memory should a frame buffer be? Whole frames drawn by the CPU while the LCD scans, in
// each kind.
#include <array>

#include "sw/apps/ask/answer.hpp"
#include "sw/apps/ask/frames.hpp"
#include "sw/measure/table.hpp"

namespace guest {
namespace {

struct Outcome {
  std::uint64_t cycles;
  std::uint64_t transactions;
  std::uint64_t underruns;
};

/// The best of some frames, each begun with a frame of the LCD: its reads come in the way of all
/// kinds alike.
Outcome measure(Answer& answer, Clcd& lcd, const Frame& frame) {
  Outcome best{~0ULL, 0, 0};
  frame.give_to_cpu(lcd);
  if (!answer.require(static_cast<bool>(lcd.enable(frame.scanned_at())), "a picture")) return best;
  const Counters& counters = answer.counters();
  constexpr unsigned kFrames = 6;
  for (unsigned i = 0; i < kFrames; ++i) {
    answer.expect(static_cast<bool>(lcd.wait_for_whole_frame()), "frames");
    counters.start();
    frame.draw(lcd, i << 16);
    counters.stop();
    best.underruns += counters["lcd-underruns"];
    if (counters["cycles"] >= best.cycles) continue;
    best.cycles = counters["cycles"];
    best.transactions = counters["cpu-transactions"];
  }
  switch_off(lcd);
  return best;
}

}  // namespace

void answer_framebuffer(Answer& answer) {
  Clcd* const lcd = clcd();
  if (!answer.require(lcd != nullptr, "a display")) return;
  const Frames frames{*lcd};
  if (!answer.require(frames.valid(), "memory")) return;
  const std::size_t size = lcd->frame_bytes();

  Table table{18, "a frame drawn in", "us a frame", "MB/s", "bus transactions", "LCD underruns"};
  std::array<Outcome, Frames::kKinds> outcomes{};
  for (std::size_t i = 0; i < Frames::kKinds; ++i) {
    outcomes[i] = measure(answer, *lcd, frames.all()[i]);
    const Outcome& o = outcomes[i];
    table.row(frames.all()[i].name, o.cycles / kCyclesPerUs, size * kCyclesPerUs / o.cycles,
              o.transactions, o.underruns);
    answer.expect(o.underruns == 0, "no underrun");
  }
  answer.expect(outcomes[0].cycles == outcomes[1].cycles,
                "write-combining and coherent equal to the cycle");
  answer.expect(outcomes[2].cycles > 4 * outcomes[1].cycles,
                "strongly ordered memory to take far longer");
  answer.expect(2 * outcomes[3].cycles > 3 * outcomes[1].cycles,
                "cached memory to take half as long again: each line is read, too");
  answer.expect(within(outcomes[1].transactions, size / 32, 2), "coherent stores merged");
  answer.expect(within(outcomes[2].transactions, size / 4, 2),
                "a bus write for each strongly ordered pixel");
}

}  // namespace guest
