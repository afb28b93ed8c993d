// SPDX-License-Identifier: Apache-2.0
// Why has the LCD no DMA channel? It masters the bus itself: who reads the frame, in bytes.
#include <utility>

#include "sw/apps/ask/answer.hpp"
#include "sw/drivers/clcd/clcd.hpp"
#include "sw/measure/table.hpp"

namespace guest {

void answer_scan_out(Answer& answer) {
  Clcd* const lcd = clcd();
  if (!answer.require(lcd != nullptr, "a display")) return;
  const Result<CoherentMemory> frame =
      CoherentMemory::allocate(lcd->dev(), lcd->frame_bytes(), DMA_ATTR_WRITE_COMBINE);
  if (!answer.require(static_cast<bool>(frame), "memory")) return;
  if (!answer.require(static_cast<bool>(lcd->enable(frame->address())), "a picture")) return;
  constexpr std::uint64_t kFrames = 4;
  bool shown = static_cast<bool>(lcd->wait_for_whole_frame());
  answer.counters().start();
  // Each wait is for the next start of a frame, and a whole frame from there.
  for (std::uint64_t i = 0; i < kFrames / 2; ++i)
    shown = shown && static_cast<bool>(lcd->wait_for_whole_frame());
  answer.counters().stop();
  const Counters& counters = answer.counters();
  Table table{18, "bus master", "bytes read", "frames"};
  const std::uint64_t read = counters["lcd-read-bytes"];
  const std::uint64_t by_dma = counters["dma-read-bytes"];
  const std::uint64_t by_cpu = counters["cpu-read-bytes"];
  const auto frames = [&](std::uint64_t bytes) { return Tenths{bytes * 10 / lcd->frame_bytes()}; };
  for (const auto& [master, bytes] :
       {std::pair{"LCD controller", read}, {"PL330", by_dma}, {"CPU", by_cpu}})
    table.row(master, bytes, frames(bytes));
  answer.expect(shown, "whole frames");
  answer.expect(within(read, kFrames * lcd->frame_bytes(), 2), "four frames, read by the LCD");
  answer.expect(by_dma == 0, "nothing read by the PL330");
  answer.expect(by_cpu < lcd->frame_bytes() / 100, "nearly nothing read by the CPU");
  lcd->disable();
}

}  // namespace guest
