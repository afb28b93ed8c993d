// SPDX-License-Identifier: Apache-2.0
// What does the LCD get of the bus? A frame drawn by the CPU in each kind of memory while the LCD
// scans, alone and beside the PL330; and from which pixel clock on its FIFO runs empty.
#include <array>

#include "sw/apps/ask/answer.hpp"
#include "sw/apps/ask/frames.hpp"
#include "sw/measure/copy_load.hpp"
#include "sw/measure/table.hpp"

namespace guest {
namespace {

constexpr std::uint64_t kFifoWordBytes = 8;  // PL111 TRM, 2.3.
constexpr unsigned kChannels = 2;            // One does not keep the PL330 busy.
constexpr std::uint64_t kPixelBytes = 4;

// What one burst of the LCD takes from a row that is open: the interconnect at 200 MHz, a cycle of
// decoding and one for 8 bytes; DDR3-1066's controller, tCL and data pins (models/memory/dram.md).
constexpr std::uint64_t burst_ps(std::uint64_t bytes) {
  return 5'000 * (1 + bytes / 8) + 38'000 + 13'130 + 7'504 * bytes / 32;
}
// A master waits for one burst of another: 16 beats of the PL330 on the interconnect.
constexpr std::uint64_t kOtherBurstPs = 16 * 5'000;

constexpr std::uint64_t megabytes_a_second(std::uint64_t bytes, std::uint64_t ps) {
  return bytes * 1'000'000 / ps;
}

/// What the bus carried over whole frames of the LCD.
struct Traffic {
  std::uint64_t drawing = 0;  ///< Cycles for one frame.
  std::uint64_t cycles = 0;
  std::uint64_t frames = 0;
  std::uint64_t lcd_bytes = 0;
  std::uint64_t copied = 0;  ///< Bytes, by the PL330.
  std::uint64_t underruns = 0;
  std::uint64_t missed = 0;  ///< FIFO words that came too late to be shown.

  std::uint64_t rate(std::uint64_t bytes) const {  // In MB/s.
    return cycles == 0 ? 0 : bytes * kCyclesPerUs / cycles;
  }
};

/// Copies at full speed, in bursts of 16 beats, for as long as this lives.
class Load {
 public:
  Load(Answer& answer, bool wanted) : answer_{answer}, wanted_{wanted} {
    for (CopyLoad& copy : copies_)
      if (wanted) answer.expect(static_cast<bool>(copy.start()), "a copy to start");
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  ~Load() {
    for (CopyLoad& copy : copies_) {
      if (wanted_) answer_.expect(static_cast<bool>(copy.stop()), "copies without a fault");
    }
  }

 private:
  Answer& answer_;
  bool wanted_;
  std::array<CopyLoad, kChannels> copies_;
};

/// From the start of a frame to that of another, the CPU drawing `frame` in between if there is
/// one.
Traffic traffic(Answer& answer, Clcd& lcd, const Frame* frame, bool loaded) {
  const Load load{answer, loaded};
  const Counters& counters = answer.counters();
  Traffic result;
  answer.expect(static_cast<bool>(lcd.wait_for_whole_frame()), "frames");
  counters.start();
  if (frame != nullptr) {
    frame->draw(lcd, 0x5A'0000);
    counters.stop();
    result.drawing = counters["cycles"];
  }
  answer.expect(static_cast<bool>(lcd.wait_for_whole_frame()), "frames");
  counters.stop();
  result.cycles = counters["cycles"];
  result.frames = counters["lcd-frames"];
  result.lcd_bytes = counters["lcd-read-bytes"];
  result.copied = counters["dma-written-bytes"];
  result.underruns = counters["lcd-underruns"];
  result.missed = counters["lcd-missed-words"];
  return result;
}

/// What holds whatever the load: the PL330 copies at full speed or not at all, and each word of
/// each frame was fetched, or came too late.
void expect_sense(Answer& answer, const Clcd& lcd, const Traffic& t, bool loaded) {
  answer.expect(loaded ? within(t.rate(t.copied), 400, 10) : t.copied == 0,
                "the PL330 to copy at full speed, when it is to");
  const std::uint64_t shown = t.lcd_bytes + t.missed * kFifoWordBytes;
  answer.expect(within(shown, t.frames * lcd.frame_bytes(), 1), "each word fetched, or missed");
  answer.expect((t.underruns == 0) == (t.missed == 0), "words missed if the FIFO ran empty");
}

/// By how the bus is arbitrated; between the limits it depends on how bursts meet.
void expect_underruns(Answer& answer, std::uint64_t clock_hz, std::uint64_t bytes,
                      const Traffic& alone, const Traffic& loaded) {
  const std::uint64_t wanted = clock_hz / 1'000'000 * kPixelBytes;
  const std::uint64_t most = megabytes_a_second(bytes, burst_ps(bytes));
  if (wanted * 20 <= most * 19) answer.expect(alone.underruns == 0, "none alone, below the limit");
  // A tenth of a line is in the FIFO when the line begins.
  if (wanted * 9 > most * 10) answer.expect(alone.underruns > 0, "some alone, above the limit");
  if (wanted <= megabytes_a_second(bytes, burst_ps(bytes) + kOtherBurstPs))
    answer.expect(loaded.underruns == 0, "none even if each burst has to wait for one");
  // 400 MB/s of reads keep a path of 1600 MB/s busy for a quarter of the time.
  if (wanted * 4 >= most * 3) answer.expect(loaded.underruns > 0, "some when a quarter is gone");
}

/// For a mode that leaves the bus no room for the PL330, but enough without.
void expect_kinds(Answer& answer, const std::array<std::array<Traffic, 2>, Frames::kKinds>& of) {
  for (std::size_t i = 0; i < 3; ++i) {
    answer.expect(of[i][0].underruns == 0,
                  "no underrun from stores alone: reads have their own path");
  }
  for (const auto& [alone, loaded] : of) {
    answer.expect(loaded.underruns > alone.underruns, "underruns beside the PL330");
    answer.expect(loaded.drawing > alone.drawing, "the CPU to be slower beside it");
  }
  answer.expect(within(of[0][0].drawing, of[1][0].drawing, 1), "write-combining to be coherent");
  answer.expect(of[3][1].underruns > 4 * of[1][1].underruns,
                "most underruns with cached memory: the CPU fetches each line it writes");
}

}  // namespace

void answer_lcd(Answer& answer) {
  Clcd* const lcd = clcd();
  if (!answer.require(lcd != nullptr, "a display")) return;
  const Frames frames{*lcd};
  if (!answer.require(frames.valid(), "memory")) return;
  Table table{18,         "a frame drawn in", "beside",    "us a frame",  "CPU MB/s",
              "LCD MB/s", "PL330 MB/s",       "underruns", "words missed"};
  std::array<std::array<Traffic, 2>, Frames::kKinds> all;
  for (std::size_t i = 0; i < Frames::kKinds; ++i) {
    const Frame& frame = frames.all()[i];
    frame.give_to_cpu(*lcd);
    if (!answer.require(static_cast<bool>(lcd->enable(frame.scanned_at())), "a picture")) return;
    for (const bool loaded : {false, true}) {
      const Traffic& t = all[i][loaded ? 1 : 0] = traffic(answer, *lcd, &frame, loaded);
      table.row(frame.name, loaded ? "PL330" : "nothing", t.drawing / kCyclesPerUs,
                lcd->frame_bytes() * kCyclesPerUs / t.drawing, t.rate(t.lcd_bytes),
                t.rate(t.copied), t.underruns, t.missed);
      expect_sense(answer, *lcd, t, loaded);
    }
    switch_off(*lcd);
  }
  expect_kinds(answer, all);
}

void answer_lcd_clock(Answer& answer) {
  Clcd* const lcd = clcd();
  if (!answer.require(lcd != nullptr, "a display")) return;
  const Result<CoherentMemory> frame =
      CoherentMemory::allocate(lcd->dev(), lcd->frame_bytes(), DMA_ATTR_WRITE_COMBINE);
  if (!answer.require(static_cast<bool>(frame), "memory")) return;
  const std::uint64_t clock_hz = lcd->panel().clock_hz;
  Table table{9,           "pixel MHz",   "burst bytes",      "MB/s wanted", "at most",
              "underruns", "MB/s beside", "underruns beside", "PL330 MB/s"};
  for (const ClcdBurst burst : {ClcdBurst::k64Bytes, ClcdBurst::k32Bytes}) {
    const unsigned bytes = burst == ClcdBurst::k64Bytes ? 64 : 32;
    if (!answer.require(static_cast<bool>(lcd->enable(frame->address(), burst)), "a picture"))
      return;
    const Traffic alone = traffic(answer, *lcd, nullptr, false);
    const Traffic loaded = traffic(answer, *lcd, nullptr, true);
    switch_off(*lcd);
    table.row(Tenths{clock_hz / 100'000}, bytes, clock_hz / 1'000'000 * kPixelBytes,
              megabytes_a_second(bytes, burst_ps(bytes)), alone.underruns,
              loaded.rate(loaded.lcd_bytes), loaded.underruns, loaded.rate(loaded.copied));
    expect_sense(answer, *lcd, alone, false);
    expect_sense(answer, *lcd, loaded, true);
    expect_underruns(answer, clock_hz, bytes, alone, loaded);
  }
}

}  // namespace guest
