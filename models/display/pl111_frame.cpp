// SPDX-License-Identifier: Apache-2.0
#include "models/display/pl111_frame.hpp"

#include <utility>

namespace linefill::pl111 {

namespace {

constexpr unsigned kBitsPerPixel[]{1, 2, 4, 8, 16, 32, 16, 16};
constexpr unsigned k1555 = 4;
constexpr unsigned k888 = 5;
constexpr unsigned k565 = 6;

struct Rgb {
  unsigned red = 0;
  unsigned green = 0;
  unsigned blue = 0;
};

constexpr unsigned wide4(unsigned v) { return v * 17; }
constexpr unsigned wide5(unsigned v) { return v << 3 | v >> 2; }
constexpr unsigned wide6(unsigned v) { return v << 2 | v >> 4; }

/// A palette entry has the same layout; bit 15, the intensity bit, has no pad on a 24-bit panel.
constexpr Rgb from_1555(unsigned v) {
  return {wide5(v & 31), wide5(v >> 5 & 31), wide5(v >> 10 & 31)};
}

Rgb colour(unsigned format, std::uint32_t v, const Palette& palette) {
  switch (format) {
    case k1555:
      return from_1555(v);
    case k888:
      return {v & 255, v >> 8 & 255, v >> 16 & 255};
    case k565:
      return {wide5(v & 31), wide6(v >> 5 & 63), wide5(v >> 11 & 31)};
    case 7:
      return {wide4(v & 15), wide4(v >> 4 & 15), wide4(v >> 8 & 15)};
    default:
      return from_1555(palette[v / 2] >> (16 * (v % 2)) & 0xFFFF);
  }
}

/// Where a word's pixel `n` begins. BEBO turns round the bytes of a word (half-words, for pixels of
/// 16 bits), BEPO the pixels of a byte.
unsigned pixel_shift(unsigned n, const Control& control) {
  const unsigned bits = control.bits_per_pixel();
  const unsigned unit = bits < 8 ? 8 : bits;
  const unsigned per_unit = unit / bits;
  unsigned at = n / per_unit;
  unsigned within = n % per_unit;
  if (control.big_endian_bytes()) at = 32 / unit - 1 - at;
  if (control.big_endian_pixels()) within = per_unit - 1 - within;
  return at * unit + within * bits;
}

}  // namespace

unsigned Control::bits_per_pixel() const { return kBitsPerPixel[format()]; }

Timing::Timing(std::uint32_t tim0, std::uint32_t tim1, std::uint32_t tim2, Time clock)
    : width{((tim0 >> 2 & 63) + 1) * 16},
      height{(tim1 & 0x3FF) + 1},
      before_pixels{(tim0 >> 8 & 255) + 1 + (tim0 >> 24) + 1},
      sync_lines{(tim1 >> 10 & 63) + 1},
      back_porch_lines{tim1 >> 24},
      front_porch_lines{tim1 >> 16 & 255} {
  const unsigned divisor = (tim2 >> 27) << 5 | (tim2 & 31);
  const bool bypass = (tim2 >> 26 & 1) != 0;
  const unsigned after_pixels = (tim0 >> 16 & 255) + 1;
  pixel = clock * static_cast<std::int64_t>(bypass ? 1 : divisor + 2);
  line = pixel * static_cast<std::int64_t>(before_pixels + width + after_pixels);
}

std::size_t Frame::words() const {
  const std::size_t bits = std::size_t{timing.width} * timing.height * control.bits_per_pixel();
  return (bits + 63) / 64;
}

Image Frame::render() const {
  Image image{timing.width, timing.height, {}};
  const std::size_t pixels = std::size_t{timing.width} * timing.height;
  const unsigned bits = control.bits_per_pixel();
  const unsigned per_word = 32 / bits;
  const std::uint32_t mask = bits == 32 ? ~0U : (1U << bits) - 1;
  std::array<unsigned, 32> shifts{};
  for (unsigned n = 0; n < per_word; ++n) shifts[n] = pixel_shift(n, control);
  image.rgb.resize(3 * pixels);
  for (std::size_t p = 0; p < pixels; ++p) {
    const std::size_t at = p / per_word * 4;
    std::uint32_t word = 0;
    for (unsigned b = 0; b < 4; ++b)
      word |= std::to_integer<std::uint32_t>(bytes[at + b]) << (8 * b);
    Rgb rgb = colour(control.format(), word >> shifts[p % per_word] & mask, palette);
    if (control.bgr()) std::swap(rgb.red, rgb.blue);
    image.rgb[3 * p] = static_cast<std::uint8_t>(rgb.red);
    image.rgb[3 * p + 1] = static_cast<std::uint8_t>(rgb.green);
    image.rgb[3 * p + 2] = static_cast<std::uint8_t>(rgb.blue);
  }
  return image;
}

}  // namespace linefill::pl111
