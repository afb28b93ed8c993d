// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/test_card.hpp"

#include <algorithm>
#include <array>

#include "sw/apps/photo_frame/font.hpp"
#include "sw/apps/photo_frame/text.hpp"

namespace guest {

namespace {

constexpr std::uint32_t kPanel = 0x101820;
constexpr std::uint32_t kMargin = 24;

}  // namespace

void draw_test_card(const Surface& surface, std::string_view name, std::string_view reason) {
  static constexpr std::array<std::uint32_t, 8> kBars{0xC0C0C0, 0xC0C000, 0x00C0C0, 0x00C000,
                                                      0xC000C0, 0xC00000, 0x0000C0, 0x303030};
  for (std::uint32_t i = 0; i < kBars.size(); ++i) {
    const std::uint32_t left = surface.width * i / std::uint32_t{kBars.size()};
    const std::uint32_t right = surface.width * (i + 1) / std::uint32_t{kBars.size()};
    surface.fill(left, 0, right - left, surface.height, kBars[i]);
  }
  const std::uint32_t top = surface.height / 3;
  const std::uint32_t width = surface.width - 2 * kMargin;
  surface.fill(kMargin, top, width, surface.height / 3, kPanel);
  std::uint32_t y = top + kMargin;
  y = draw_paragraph(surface, 2 * kMargin, y, width - 2 * kMargin, name, {0xFFFFFF, 2});
  draw_paragraph(surface, 2 * kMargin, y + kGlyphRows, width - 2 * kMargin, reason, {0xFFC040, 2});
}

void draw_caption(const Surface& surface, std::string_view name) {
  constexpr std::uint32_t kScale = 2;
  const std::uint32_t top = surface.height - std::min(kCaptionHeight, surface.height);
  surface.fill(0, top, surface.width, kCaptionHeight, kPanel);
  const std::uint32_t width = text_width(name, kScale);
  const std::uint32_t left = width < surface.width ? (surface.width - width) / 2 : 0;
  draw_text(surface, left, top + (kCaptionHeight - kGlyphRows * kScale) / 2, name,
            {0xFFFFFF, kScale});
}

}  // namespace guest
