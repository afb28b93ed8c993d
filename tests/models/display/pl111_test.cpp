// SPDX-License-Identifier: Apache-2.0
#include <random>

#include "tests/models/display/pl111_bench.hpp"

using namespace linefill;
using namespace linefill::test;

TEST_CASE("PL111: registers read their reset values", "[pl111][registers]") {
  Pl111Bench bench;
  const std::uint32_t zeroes[]{0x000, 0x004, 0x008, 0x00C, 0x010, 0x014, 0x018,
                               0x01C, 0x020, 0x024, 0x02C, 0x030, 0xC00, 0xC04,
                               0xC08, 0xC0C, 0xC10, 0xC14, 0xC20, 0xC28, 0xC2C};
  for (const std::uint32_t offset : zeroes) {
    CAPTURE(offset);
    CHECK(bench.read(offset) == 0);
  }
  const std::uint32_t ids[]{0x11, 0x11, 0x24, 0x00, 0x0D, 0xF0, 0x05, 0xB1};
  for (unsigned i = 0; i < 8; ++i) CHECK(bench.read(0xFE0 + 4 * i) == ids[i]);
  CHECK(bench.lcd.next_event() == kNever);
}

TEST_CASE("PL111: reserved bits cannot be set", "[pl111][registers]") {
  Pl111Bench bench;
  for (const std::uint32_t offset : {0x000U, 0x008U, 0x00CU, 0x010U, 0x01CU})
    bench.write(offset, 0xFFFF'FFFF);
  CHECK(bench.read(0x000) == 0xFFFF'FFFC);
  CHECK(bench.read(0x008) == 0xFFFF'7FFF);
  CHECK(bench.read(0x00C) == 0x0001'007F);
  CHECK(bench.read(0x010) == 0xFFFF'FFF8);
  CHECK(bench.read(0x01C) == 0x0000'001E);
}

TEST_CASE("PL111: 24 bits a pixel have red in the lowest byte, with BGR in the highest",
          "[pl111][format]") {
  Pl111Bench bench;
  bench.bus.word(0, 0x00'10'20'30);
  bench.bus.word(4, 0xFF'40'50'60);
  const Image rgb = bench.show(5U << 1);
  CHECK(pixel(rgb, 0) == 0x302010);
  CHECK(pixel(rgb, 1) == 0x605040);
  bench.write(0x018, 0);
  CHECK(pixel(bench.show(5U << 1 | 1U << 8), 0) == 0x102030);
}

TEST_CASE("PL111: 565 fills the low bits of a channel with its high bits", "[pl111][format]") {
  Pl111Bench bench;
  bench.bus.word(0, 0xF800'001F);
  bench.bus.word(4, 0x8410'07E0);
  const Image image = bench.show(6U << 1);
  CHECK(pixel(image, 0) == 0xFF0000);
  CHECK(pixel(image, 1) == 0x0000FF);
  CHECK(pixel(image, 2) == 0x00FF00);
  CHECK(pixel(image, 3) == 0x848284);
}

TEST_CASE("PL111: 1555", "[pl111][format]") {
  Pl111Bench bench;
  bench.bus.word(0, 0x7C00'001F);
  bench.bus.word(4, 0x8000'03E0);
  const Image image = bench.show(4U << 1);
  CHECK(pixel(image, 0) == 0xFF0000);
  CHECK(pixel(image, 1) == 0x0000FF);
  CHECK(pixel(image, 2) == 0x00FF00);
  CHECK(pixel(image, 3) == 0x000000);
}

TEST_CASE("PL111: 444", "[pl111][format]") {
  Pl111Bench bench;
  bench.bus.word(0, 0x0F00'0001);
  bench.bus.word(4, 0xF8C4'00F0);
  const Image image = bench.show(7U << 1);
  CHECK(pixel(image, 0) == 0x110000);
  CHECK(pixel(image, 1) == 0x0000FF);
  CHECK(pixel(image, 2) == 0x00FF00);
  CHECK(pixel(image, 3) == 0x44CC88);
}

TEST_CASE("PL111: 8 bits a pixel go through the palette", "[pl111][format]") {
  Pl111Bench bench;
  *bench.lcd.ram(0x200) = 0x001F'0000;            // Entry 1: red.
  *bench.lcd.ram(0x200 + 127 * 4) = 0x7C00'03E0;  // Entries 255: blue, 254: green.
  bench.bus.word(0, 0x00'FE'FF'01);
  const Image image = bench.show(3U << 1);
  CHECK(pixel(image, 0) == 0xFF0000);
  CHECK(pixel(image, 1) == 0x0000FF);
  CHECK(pixel(image, 2) == 0x00FF00);
  CHECK(pixel(image, 3) == 0x000000);
}

TEST_CASE("PL111: small pixels begin at the low end of a byte, with BEPO at the high end",
          "[pl111][format]") {
  Pl111Bench bench;
  for (unsigned n = 0; n < 16; n += 2)
    *bench.lcd.ram(0x200 + 2 * n) = n | (n + 1) << 16;  // Red n of 31.
  const auto red = [](unsigned n) { return (n << 3 | n >> 2) << 16; };
  bench.bus.word(0, 0x8765'4321);
  const Image four = bench.show(2U << 1);
  for (unsigned x = 0; x < 8; ++x) CHECK(pixel(four, x) == red(x + 1));
  bench.write(0x018, 0);
  const Image swapped = bench.show(2U << 1 | 1U << 10);
  CHECK(pixel(swapped, 0) == red(2));
  CHECK(pixel(swapped, 1) == red(1));
  CHECK(pixel(swapped, 2) == red(4));
  bench.write(0x018, 0);
  const Image big = bench.show(2U << 1 | 1U << 10 | 1U << 9);
  for (unsigned x = 0; x < 8; ++x) CHECK(pixel(big, x) == red(8 - x));
  bench.write(0x018, 0);
  bench.bus.word(0, 0b11'10'01'00);
  const Image two = bench.show(1U << 1);
  for (unsigned x = 0; x < 4; ++x) CHECK(pixel(two, x) == red(x));
  bench.write(0x018, 0);
  const Image one = bench.show(0);  // 0b11100100, lowest bit first.
  const unsigned expected[]{0, 0, 1, 0, 0, 1, 1, 1};
  for (unsigned x = 0; x < 8; ++x) CHECK(pixel(one, x) == red(expected[x]));
}

TEST_CASE("PL111: BEBO exchanges the half-words of a word", "[pl111][format]") {
  Pl111Bench bench;
  bench.bus.word(0, 0x001F'F800);
  const Image image = bench.show(6U << 1 | 1U << 9);
  CHECK(pixel(image, 0) == 0xFF0000);
  CHECK(pixel(image, 1) == 0x0000FF);
}

TEST_CASE("PL111: the frame time follows from the timing registers", "[pl111][time]") {
  Pl111Bench bench;
  // (HSW + HBP + PPL + HFP) * (VSW + VBP + LPP + VFP) clocks: 25 * 10 with 16 x 4 pixels.
  bench.start(16, 4, 5U << 1);
  bench.write(0x028, 0x1E);
  bench.run_until(25us - 1ns);
  CHECK((bench.read(0x020) & 4) == 0);
  bench.run_until(25us);
  CHECK((bench.read(0x020) & 4) == 4);
}

TEST_CASE("PL111: the pixel clock is CLCDCLK / (PCD + 2)", "[pl111][time]") {
  const pl111::Timing divided{0, 0, 1U << 27 | 3U, 10ns};  // PCD = 1:00011 = 35.
  CHECK(divided.pixel == 370ns);
  CHECK(pl111::Timing(0, 0, 0, 10ns).pixel == 20ns);
  CHECK(pl111::Timing(0, 0, 1U << 26 | 31U, 10ns).pixel == 10ns);
}

TEST_CASE("PL111: the VESA timing of the panel gives 60 frames a second", "[pl111][time]") {
  const pl111::Timing t{47U << 24 | 15U << 16 | 95U << 8 | 39U << 2,
                        33U << 24 | 10U << 16 | 1U << 10 | 479U, 1U << 26, period_of(25'175'000)};
  CHECK(t.width == 640);
  CHECK(t.height == 480);
  CHECK(t.frame() > 16'683us);
  CHECK(t.frame() < 16'684us);
}

TEST_CASE("PL111: LNBU says that UPBASE was sampled, which happens once a frame",
          "[pl111][interrupt]") {
  Pl111Bench bench;
  bench.bus.word(0, 0xFF);
  bench.bus.word(0x1000, 0xFF00);
  bench.write(0x01C, 4);
  bench.start(16, 4, 5U << 1);
  CHECK(bench.lcd.interrupt());
  bench.write(0x028, 4);
  CHECK_FALSE(bench.lcd.interrupt());
  bench.write(0x010, kVideo + 0x1000);
  bench.run_for(25us);
  CHECK(bench.lcd.interrupt());
  CHECK(pixel(bench.lcd.shown().render(), 0) == 0xFF0000);
  bench.run_for(25us);
  CHECK(pixel(bench.lcd.shown().render(), 0) == 0x00FF00);
  CHECK(bench.lcd.frames() == 2);
}

TEST_CASE("PL111: VCOMP comes at the beginning of the chosen part of the frame",
          "[pl111][interrupt]") {
  // Lines of 2.5 us: sync at 0, back porch at 7.5, active at 10, front porch at 20.
  const std::pair<unsigned, Time> parts[]{{0, 25us}, {1, 7500ns}, {2, 10us}, {3, 20us}};
  for (const auto& [code, when] : parts) {
    Pl111Bench bench;
    bench.start(16, 4, 5U << 1 | code << 12);
    bench.write(0x028, 0x1E);
    bench.run_until(when - 1ns);
    CAPTURE(code);
    CHECK((bench.read(0x020) & 8) == 0);
    bench.run_until(when);
    CHECK((bench.read(0x020) & 8) == 8);
  }
}

TEST_CASE("PL111: a whole frame is read, in bursts of the watermark", "[pl111][dma]") {
  const unsigned watermark = GENERATE(0U, 1U);
  Pl111Bench bench;
  bench.start(64, 8, 5U << 1 | watermark << 16);
  bench.run_for(Pl111Bench::frame_time(64, 8) - 1ns);
  CHECK(bench.counter("fetched") == 64 * 8 * 4);
  std::uint32_t next = kVideo;
  for (const auto& r : bench.bus.records) {
    CHECK(r.address == next);
    CHECK(r.size == (watermark != 0 ? 64 : 32));
    next += static_cast<std::uint32_t>(r.size);
  }
  CHECK(bench.read(0x02C) == next);
  CHECK(bench.counter("underruns") == 0);
  CHECK(bench.bus.last_attributes.origin.epoch == 0);
}

TEST_CASE("PL111: the FIFO is filled before the first pixel, then follows the pixels",
          "[pl111][dma]") {
  Pl111Bench bench;
  bench.start(64, 8, 5U << 1);
  const Time active = bench.line_time(64) * 4;
  bench.run_until(active);
  CHECK(bench.counter("fetched") == 256);
  bench.run_until(active + bench.line_time(64));
  CHECK(bench.counter("fetched") == 256 + 64 * 4);
}

TEST_CASE("PL111: bursts do not cross 1 KiB", "[pl111][dma]") {
  Pl111Bench bench;
  bench.set_timing(64, 8);
  bench.write(0x010, kVideo + 0x3F8);
  bench.write(0x018, 0x821 | 5U << 1);
  bench.run_for(1us);
  CHECK(bench.bus.records.at(0).size == 8);
  CHECK(bench.bus.records.at(1).address == kVideo + 0x400);
}

TEST_CASE("PL111: a slow bus makes underruns that are counted, reported and seen",
          "[pl111][underrun]") {
  Pl111Bench bench;
  for (unsigned i = 0; i < 64 * 8; ++i) bench.bus.word(4 * i, 0xFFFFFF);
  bench.bus.latency = 2us;  // 8 pixels of 100 ns a burst: 0.8 us would do.
  bench.start(64, 8, 5U << 1);
  bench.write(0x01C, 2);
  bench.run_for(Pl111Bench::frame_time(64, 8) - 1ns);
  CHECK(bench.lcd.interrupt());
  CHECK(bench.counter("underruns") > 0);
  CHECK(bench.counter("missed") > 0);
  const Image image = bench.lcd.shown().render();
  CHECK(pixel(image, 0) == 0xFFFFFF);
  unsigned black = 0;
  for (unsigned p = 0; p < 64 * 8; ++p) {
    if (pixel(image, p % 64, p / 64) == 0) ++black;
  }
  CHECK(black == 2 * bench.counter("missed"));
}

TEST_CASE("PL111: a bus so slow that nothing comes still ends its frames", "[pl111][underrun]") {
  Pl111Bench bench;
  bench.bus.latency = 10ms;
  bench.start(64, 8, 5U << 1);
  bench.run_for(1ms);
  CHECK(bench.lcd.frames() >= 9);
}

TEST_CASE("PL111: a bus error raises MBERROR and the frame goes on", "[pl111][dma]") {
  Pl111Bench bench;
  bench.set_timing(16, 2);
  bench.write(0x010, 0x2000'0000);
  bench.write(0x018, 0x821 | 5U << 1);
  bench.run_for(1ms);
  CHECK((bench.read(0x020) & 0x10) == 0x10);
  CHECK(bench.lcd.frames() > 10);
  CHECK(pixel(bench.lcd.shown().render(), 0) == 0);
}

TEST_CASE("PL111: the last complete frame stays when the controller is switched off", "[pl111]") {
  Pl111Bench bench;
  bench.bus.word(0, 0xAA);
  bench.start(16, 1, 5U << 1);
  CHECK(bench.lcd.on());
  bench.run_for(1ms);
  bench.write(0x018, 0);
  CHECK_FALSE(bench.lcd.on());
  CHECK(bench.lcd.next_event() == kNever);
  CHECK(pixel(bench.lcd.shown().render(), 0) == 0xAA0000);
}

TEST_CASE("PL111: timing registers of zero do not hang", "[pl111][fuzz]") {
  Pl111Bench bench;
  bench.write(0x010, kVideo);
  bench.write(0x018, 1);
  bench.run_for(100us);
  CHECK(bench.lcd.frames() > 0);
}

TEST_CASE("PL111: garbage in all registers does no harm", "[pl111][fuzz]") {
  std::mt19937 engine{11};
  const auto random = [&] { return static_cast<std::uint32_t>(engine()); };
  Pl111Bench bench;
  for (unsigned round = 0; round < 2000; ++round) {
    for (unsigned i = 0; i < 8; ++i) {
      const std::uint32_t offset = i * 4;
      if (random() % 3 == 0) continue;
      const std::uint32_t value =
          offset == 0x10 && random() % 4 != 0 ? kVideo + random() % 0x60'0000 : random();
      bench.write(offset, offset == 0x18 ? value | 1 : value);
    }
    if (round % 7 == 0) bench.write(0x018, 0);
    bench.write(0x028, random());
    const Time end = bench.now + Time{random() % 1'000'000'000};
    for (unsigned i = 0; i < 200 && bench.lcd.next_event() <= end; ++i) {
      const Time next = bench.lcd.next_event();
      bench.now = std::max(bench.now, next);
      bench.lcd.advance(bench.now);
      REQUIRE(bench.lcd.next_event() > next);
    }
    bench.bus.records.clear();
  }
  if (!bench.lcd.shown().bytes.empty()) CHECK_FALSE(bench.lcd.shown().render().empty());
}

TEST_CASE("PL111: a burst that an IOMMU holds makes an underrun and is fetched when released",
          "[pl111][dma]") {
  Pl111Bench bench;
  bench.bus.held = true;
  bench.start(16, 2, 5U << 1);
  bench.run_for(Pl111Bench::frame_time(16, 2));
  CHECK(bench.bus.records.size() == 1);  // It waits, and asks no more by itself.
  CHECK(bench.counter("underruns") == 1);
  bench.bus.held = false;
  bench.lcd.reissue_held(bench.now);
  bench.bus.word(0, 0x00'10'20'30);
  bench.run_for(2 * Pl111Bench::frame_time(16, 2));
  CHECK(bench.counter("underruns") == 1);
  CHECK(pixel(bench.lcd.shown().render(), 0) == 0x302010);
}
