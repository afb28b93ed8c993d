// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/scale.hpp"

#include <algorithm>
#include <array>

namespace guest {

namespace {

constexpr std::uint32_t kMaxWidth = 640;
constexpr std::uint32_t kChannels = 3;

constexpr std::uint32_t pack(std::uint32_t red, std::uint32_t green, std::uint32_t blue) {
  return red << 16 | green << 8 | blue;
}

/// Divides by the same number many times; a Cortex-A9 has no divide instruction.
class Divider {
 public:
  explicit Divider(std::uint32_t divisor)
      : divisor_{divisor}, reciprocal_{0xFFFF'FFFFU / divisor} {}

  std::uint32_t operator()(std::uint32_t value) const {
    auto quotient = static_cast<std::uint32_t>(std::uint64_t{value} * reciprocal_ >> 32);
    for (std::uint32_t rest = value - quotient * divisor_; rest >= divisor_; rest -= divisor_)
      ++quotient;
    return quotient;
  }

 private:
  std::uint32_t divisor_;
  std::uint32_t reciprocal_;
};

/// Cuts a line of `from` pixels into `to` cells of equal length. Lengths are in units of 1/to of a
/// pixel, so a pixel is `to` units long and a cell `from`.
class Cutter {
 public:
  Cutter(std::uint32_t from, std::uint32_t to) : from_{from}, pixel_units_{to}, cell_left_{from} {}

  /// How much of what is left of the pixel belongs to the current cell.
  std::uint32_t take() {
    const std::uint32_t part = std::min(pixel_left_, cell_left_);
    pixel_left_ -= part;
    cell_left_ -= part;
    return part;
  }
  void next_pixel() { pixel_left_ = pixel_units_; }
  bool pixel_done() const { return pixel_left_ == 0; }
  bool cell_done() const { return cell_left_ == 0; }
  void next_cell() { cell_left_ = from_; }
  /// Pixels that lie wholly in the rest of the current cell.
  std::uint32_t whole_pixels() const { return cell_left_ / pixel_units_; }
  void take_whole(std::uint32_t pixels) { cell_left_ -= pixels * pixel_units_; }

 private:
  std::uint32_t from_;
  std::uint32_t pixel_units_;
  std::uint32_t pixel_left_ = 0;
  std::uint32_t cell_left_;
};

using Line = std::array<std::uint32_t, kMaxWidth * kChannels>;

/// The number of whole pixels in each cell of a line, and the parts of pixels at its ends: the same
/// for all rows.
struct Cell {
  std::uint32_t head = 0;   ///< Weight of the pixel shared with the cell before.
  std::uint32_t whole = 0;  ///< Pixels of full weight behind it.
  std::uint32_t tail = 0;   ///< Weight of the pixel shared with the cell behind.
};
using Cells = std::array<Cell, kMaxWidth>;

void cut_line(std::uint32_t from, std::uint32_t to, Cells& cells) {
  Cutter cutter{from, to};
  for (std::uint32_t i = 0; i < to; ++i) {
    Cell& cell = cells[i];
    cell.head = cutter.pixel_done() ? 0 : cutter.take();
    cell.whole = cutter.whole_pixels();
    cutter.take_whole(cell.whole);
    cell.tail = 0;
    if (!cutter.cell_done()) {
      cutter.next_pixel();
      cell.tail = cutter.take();
    }
    cutter.next_cell();
  }
}

/// The weighted sums of one row's pixels, cell by cell. The weights of a cell add up to the row's
/// width.
void reduce_row(const std::uint8_t* pixel, const Cells& cells, std::uint32_t count, Line& sums) {
  std::uint32_t* sum = sums.data();
  for (const Cell& cell : std::span{cells}.first(count)) {
    std::uint32_t red = 0;
    std::uint32_t green = 0;
    std::uint32_t blue = 0;
    std::uint32_t head_red = 0;
    std::uint32_t head_green = 0;
    std::uint32_t head_blue = 0;
    if (cell.head != 0) {
      head_red = cell.head * pixel[0];
      head_green = cell.head * pixel[1];
      head_blue = cell.head * pixel[2];
      pixel += kChannels;
    }
    for (const std::uint8_t* const end = pixel + cell.whole * kChannels; pixel != end;
         pixel += kChannels) {
      red += pixel[0];
      green += pixel[1];
      blue += pixel[2];
    }
    red = red * count + head_red;
    green = green * count + head_green;
    blue = blue * count + head_blue;
    if (cell.tail != 0) {
      red += cell.tail * pixel[0];
      green += cell.tail * pixel[1];
      blue += cell.tail * pixel[2];
    }
    *sum++ = red;
    *sum++ = green;
    *sum++ = blue;
  }
}

void emit_row(const Line& sums, const Divider& divide, std::uint32_t half,
              std::span<std::uint32_t> to) {
  const std::uint32_t* sum = sums.data();
  for (std::uint32_t& pixel : to) {
    pixel = pack(divide(sum[0] + half), divide(sum[1] + half), divide(sum[2] + half));
    sum += kChannels;
  }
}

void reduce(const Photograph& photograph, Size size, std::uint32_t left, std::uint32_t top,
            const Surface& surface) {
  static Cells cells;
  static Line row;
  static Line sums;
  const std::uint32_t sum_count = size.width * kChannels;
  cut_line(photograph.width, size.width, cells);
  // At most 255 * kMaxPixels plus a half: fits 32 bits.
  const std::uint32_t area = photograph.width * photograph.height;
  const Divider divide{area};
  Cutter rows{photograph.height, size.height};
  const std::uint8_t* line = photograph.rgb;
  std::fill_n(sums.begin(), sum_count, 0U);
  std::uint32_t y = 0;
  for (std::uint32_t i = 0; i < photograph.height;
       ++i, line += std::size_t{photograph.width} * kChannels) {
    reduce_row(line, cells, size.width, row);
    for (rows.next_pixel(); !rows.pixel_done();) {
      const std::uint32_t weight = rows.take();
      for (std::uint32_t k = 0; k < sum_count; ++k) sums[k] += weight * row[k];
      if (!rows.cell_done()) continue;
      emit_row(sums, divide, area / 2, surface.row(top + y++).subspan(left, size.width));
      std::fill_n(sums.begin(), sum_count, 0U);
      rows.next_cell();
    }
  }
}

void copy_pixels(const Photograph& photograph, std::uint32_t left, std::uint32_t top,
                 const Surface& surface) {
  const std::uint8_t* from = photograph.rgb;
  for (std::uint32_t y = 0; y < photograph.height; ++y) {
    for (std::uint32_t& pixel : surface.row(top + y).subspan(left, photograph.width)) {
      pixel = pack(from[0], from[1], from[2]);
      from += kChannels;
    }
  }
}

std::uint32_t scaled(std::uint32_t length, std::uint32_t numerator, std::uint32_t denominator) {
  const std::uint64_t rounded = (std::uint64_t{length} * numerator + denominator / 2) / denominator;
  return std::max<std::uint32_t>(static_cast<std::uint32_t>(rounded), 1);
}

}  // namespace

Size fit(Size photograph, Size frame) {
  if (photograph.width <= frame.width && photograph.height <= frame.height) return photograph;
  if (std::uint64_t{photograph.width} * frame.height >=
      std::uint64_t{photograph.height} * frame.width) {
    return {frame.width, scaled(photograph.height, frame.width, photograph.width)};
  }
  return {scaled(photograph.width, frame.height, photograph.height), frame.height};
}

void draw_photograph(const Photograph& photograph, const Surface& surface) {
  const Size own{photograph.width, photograph.height};
  const Size size = fit(own, {std::min(surface.width, kMaxWidth), surface.height});
  const std::uint32_t left = (surface.width - size.width) / 2;
  const std::uint32_t top = (surface.height - size.height) / 2;
  surface.fill(0, 0, surface.width, surface.height, 0);
  if (size == own) {
    copy_pixels(photograph, left, top, surface);
  } else {
    reduce(photograph, size, left, top, surface);
  }
}

}  // namespace guest
