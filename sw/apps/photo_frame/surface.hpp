// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace guest {

/// Pixels in memory, one 32-bit word each: 0x00RRGGBB. Owns nothing.
struct Surface {
  std::uint32_t* pixels = nullptr;
  std::uint32_t width = 0;
  std::uint32_t height = 0;

  std::span<std::uint32_t> row(std::uint32_t y) const {
    return {pixels + std::size_t{y} * width, width};
  }
  std::size_t bytes() const { return std::size_t{width} * height * sizeof(std::uint32_t); }

  /// Fills a rectangle; what lies outside is left out.
  void fill(std::uint32_t x, std::uint32_t y, std::uint32_t w, std::uint32_t h,
            std::uint32_t colour) const;
};

}  // namespace guest
