// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "sw/apps/photo_frame/surface.hpp"

namespace guest {

/// How text is drawn: each pixel of a glyph is a square of `scale` pixels.
struct TextStyle {
  std::uint32_t colour = 0xFFFFFF;
  std::uint32_t scale = 1;
};

/// The number of characters of UTF-8 text.
std::size_t character_count(std::string_view text);
/// The width of a line of text in pixels.
std::uint32_t text_width(std::string_view text, std::uint32_t scale);
/// Draws UTF-8 text with its upper left corner at (x, y), pixel by pixel; characters beyond ASCII
/// are question marks, what lies outside the surface is left out.
void draw_text(const Surface& surface, std::uint32_t x, std::uint32_t y, std::string_view text,
               TextStyle style);
/// Draws text within `width` pixels, broken at blanks where possible. Returns the y below the last
/// line.
std::uint32_t draw_paragraph(const Surface& surface, std::uint32_t x, std::uint32_t y,
                             std::uint32_t width, std::string_view text, TextStyle style);

}  // namespace guest
