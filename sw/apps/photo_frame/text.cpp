// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/text.hpp"

#include <algorithm>

#include "sw/apps/photo_frame/font.hpp"

namespace guest {

namespace {

/// The byte does not begin a character of UTF-8.
bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

void draw_glyph(const Surface& surface, std::uint32_t x, std::uint32_t y, const Glyph& shape,
                TextStyle style) {
  for (std::uint32_t row = 0; row < kGlyphRows; ++row) {
    for (std::uint32_t column = 0; column < kGlyphColumns; ++column) {
      if ((shape[row] >> (kGlyphColumns - 1 - column) & 1) == 0) continue;
      surface.fill(x + column * style.scale, y + row * style.scale, style.scale, style.scale,
                   style.colour);
    }
  }
}

/// The length in bytes of the first `count` characters.
std::size_t prefix(std::string_view text, std::size_t count) {
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    if (!is_continuation(text[i]) && count-- == 0) break;
  }
  return i;
}

}  // namespace

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

std::uint32_t text_width(std::string_view text, std::uint32_t scale) {
  return static_cast<std::uint32_t>(character_count(text)) * kGlyphAdvance * scale;
}

void draw_text(const Surface& surface, std::uint32_t x, std::uint32_t y, std::string_view text,
               TextStyle style) {
  for (const char c : text) {
    if (is_continuation(c)) continue;
    draw_glyph(surface, x, y, glyph(c), style);
    x += kGlyphAdvance * style.scale;
  }
}

std::uint32_t draw_paragraph(const Surface& surface, std::uint32_t x, std::uint32_t y,
                             std::uint32_t width, std::string_view text, TextStyle style) {
  const std::size_t per_line = std::max<std::size_t>(width / (kGlyphAdvance * style.scale), 1);
  while (!text.empty()) {
    std::size_t size = prefix(text, per_line);
    if (size < text.size()) {
      const std::size_t blank = text.substr(0, size + 1).rfind(' ');
      if (blank != std::string_view::npos && blank != 0) size = blank;
    }
    draw_text(surface, x, y, text.substr(0, size), style);
    text.remove_prefix(size);
    if (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    y += (kGlyphRows + 2) * style.scale;
  }
  return y;
}

}  // namespace guest
