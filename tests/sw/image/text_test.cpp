// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/text.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "sw/apps/photo_frame/crc32.hpp"
#include "sw/apps/photo_frame/font.hpp"
#include "sw/apps/photo_frame/test_card.hpp"
#include "tests/support/catch.hpp"

namespace {

struct Canvas {
  Canvas(std::uint32_t w, std::uint32_t h)
      : pixels(std::size_t{w} * h), surface{pixels.data(), w, h} {}
  std::string row(std::uint32_t y) const {
    std::string text;
    for (const std::uint32_t p : surface.row(y)) text += p == 0 ? '.' : '#';
    return text;
  }
  std::vector<std::uint32_t> pixels;
  guest::Surface surface;
};

TEST_CASE("text is drawn in readable letters", "[sw][text]") {
  const Canvas canvas{12, 8};
  draw_text(canvas.surface, 0, 0, "Hg", {});
  CHECK(canvas.row(0) == "#...#.......");
  CHECK(canvas.row(1) == "#...#.......");
  CHECK(canvas.row(2) == "#...#..####.");
  CHECK(canvas.row(3) == "#####.#...#.");
  CHECK(canvas.row(4) == "#...#.#...#.");
  CHECK(canvas.row(5) == "#...#..####.");
  CHECK(canvas.row(6) == "#...#.....#.");
  CHECK(canvas.row(7) == ".......###..");
}

TEST_CASE("every printable character has a shape of its own", "[sw][text]") {
  for (unsigned a = guest::kFirstGlyph; a <= guest::kLastGlyph; ++a) {
    for (unsigned b = a + 1; b <= guest::kLastGlyph; ++b) {
      CAPTURE(a, b);
      CHECK(guest::glyph(static_cast<char>(a)) != guest::glyph(static_cast<char>(b)));
    }
  }
}

TEST_CASE("a character beyond ASCII takes the place of one question mark", "[sw][text]") {
  const Canvas is{24, 8};
  const Canvas wanted{24, 8};
  draw_text(is.surface, 0, 0, "\xE5\x86\x99\xC3\xBCx", {});
  draw_text(wanted.surface, 0, 0, "??x", {});
  CHECK(is.pixels == wanted.pixels);
  CHECK(guest::character_count("\xE5\x86\x99\xC3\xBCx") == 3);
}

TEST_CASE("text larger than its surface is cut off", "[sw][text]") {
  const Canvas canvas{10, 5};
  draw_text(canvas.surface, 7, 2, "WWWWWW", {0xFFFFFF, 3});
  CHECK(canvas.row(0) == "..........");
  CHECK(canvas.row(2) == ".......###");
}

TEST_CASE("a paragraph is broken at blanks", "[sw][text]") {
  const Canvas is{60, 60};
  const Canvas wanted{60, 60};
  const std::uint32_t end = draw_paragraph(is.surface, 0, 0, 60, "one two three abcdefghijklm", {});
  draw_text(wanted.surface, 0, 0, "one two", {});
  draw_text(wanted.surface, 0, 10, "three", {});
  draw_text(wanted.surface, 0, 20, "abcdefghij", {});
  draw_text(wanted.surface, 0, 30, "klm", {});
  CHECK(is.pixels == wanted.pixels);
  CHECK(end == 40);
}

TEST_CASE("a caption changes its bar only, and covers more than one percent of the picture",
          "[sw][text]") {
  const Canvas canvas{640, 480};
  std::fill_n(canvas.surface.pixels, canvas.pixels.size(), 0x808080U);
  draw_caption(canvas.surface, "holiday.jpg");
  const auto bar = std::size_t{640} * (480 - guest::kCaptionHeight);
  CHECK(std::all_of(canvas.pixels.begin(), canvas.pixels.begin() + static_cast<std::ptrdiff_t>(bar),
                    [](std::uint32_t p) { return p == 0x808080; }));
  CHECK(std::none_of(canvas.pixels.begin() + static_cast<std::ptrdiff_t>(bar), canvas.pixels.end(),
                     [](std::uint32_t p) { return p == 0x808080; }));
  CHECK(canvas.pixels.size() - bar > canvas.pixels.size() / 100);
}

TEST_CASE("test cards with different reasons differ, and fill the screen", "[sw][text]") {
  const Canvas a{640, 480};
  const Canvas b{640, 480};
  draw_test_card(a.surface, "x.jpg", "the file is empty");
  draw_test_card(b.surface, "x.jpg", "more than 16 megapixels");
  CHECK(a.pixels != b.pixels);
  CHECK(std::find(a.pixels.begin(), a.pixels.end(), 0U) == a.pixels.end());
  draw_test_card(a.surface, std::string(700, 'n'), "a name that leaves the panel");
}

TEST_CASE("the CRC is that of zlib", "[sw][crc]") {
  const std::string text = "123456789";
  CHECK(guest::crc32(std::as_bytes(std::span{text})) == 0xCBF43926);
}

}  // namespace
