// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/core/time.hpp"
#include "models/display/display.hpp"

namespace linefill::pl111 {

/// LCDControl, TRM 3.2.7.
struct Control {
  std::uint32_t word = 0;

  bool enabled() const { return (word & 1) != 0; }
  unsigned format() const { return word >> 1 & 7; }
  unsigned bits_per_pixel() const;
  bool bgr() const { return (word >> 8 & 1) != 0; }
  bool big_endian_bytes() const { return (word >> 9 & 1) != 0; }
  bool big_endian_pixels() const { return (word >> 10 & 1) != 0; }
  bool powered() const { return (word >> 11 & 1) != 0; }
  bool dual_panel() const { return (word >> 7 & 1) != 0; }
  unsigned vertical_compare() const { return word >> 12 & 3; }
  /// FIFO locations that are empty before a burst is asked for: its length.
  unsigned watermark() const { return (word >> 16 & 1) != 0 ? 8 : 4; }
};

/// What LCDTiming0 to 2 say (TRM 3.2.1 to 3.2.3), in pixels, lines and time. No field can make a
/// length zero except the vertical porches.
struct Timing {
  Timing() = default;
  Timing(std::uint32_t tim0, std::uint32_t tim1, std::uint32_t tim2, Time clock);

  unsigned width = 16;
  unsigned height = 1;
  unsigned before_pixels = 2;  ///< Horizontal sync and back porch.
  Time pixel{1};
  Time line{1};
  unsigned sync_lines = 1;
  unsigned back_porch_lines = 0;
  unsigned front_porch_lines = 0;

  Time active_start() const {
    return line * static_cast<std::int64_t>(sync_lines + back_porch_lines);
  }
  Time active_end() const { return active_start() + line * static_cast<std::int64_t>(height); }
  Time frame() const { return active_end() + line * static_cast<std::int64_t>(front_porch_lines); }
};

using Palette = std::array<std::uint32_t, 128>;

/// One frame as it was fetched: memory's bytes in the order of the pixels, and how to see them.
struct Frame {
  Timing timing;
  Control control;
  Palette palette{};
  std::vector<std::byte> bytes;

  /// Of the FIFO's 64-bit locations that a frame takes.
  std::size_t words() const;
  /// The pixels (TRM 2.3.3: formats and byte order; 2.3.5: palette).
  Image render() const;
};

}  // namespace linefill::pl111
