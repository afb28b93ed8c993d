// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/surface.hpp"

#include <algorithm>

namespace guest {

void Surface::fill(std::uint32_t x, std::uint32_t y, std::uint32_t w, std::uint32_t h,
                   std::uint32_t colour) const {
  if (x >= width || y >= height) return;
  const std::uint32_t columns = std::min(w, width - x);
  const std::uint32_t end = y + std::min(h, height - y);
  for (; y < end; ++y) {
    const auto line = row(y).subspan(x, columns);
    std::fill(line.begin(), line.end(), colour);
  }
}

}  // namespace guest
