// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sw/apps/photo_frame/decoder.hpp"
#include "sw/apps/photo_frame/surface.hpp"

namespace guest {

struct Size {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  bool operator==(const Size&) const = default;
};

/// The size at which a photograph fits `frame`: its own if it is not larger, else reduced to touch
/// the frame with the aspect kept (rounded to the nearest pixel, at least one).
Size fit(Size photograph, Size frame);

/// Draws the photograph centred on black, reduced by area average if it is larger than the surface:
/// each pixel is the mean of the rectangle it covers, with the parts of pixels at its edges
/// weighted, rounded to the nearest. At most `kMaxPixels`. Integers only.
void draw_photograph(const Photograph& photograph, const Surface& surface);

}  // namespace guest
