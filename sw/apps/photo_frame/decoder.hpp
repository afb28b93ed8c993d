// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sw/apps/photo_frame/arena.hpp"

namespace guest {

/// A photograph in memory: rows of red, green, blue bytes without gaps.
struct Photograph {
  const std::uint8_t* rgb = nullptr;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};

inline constexpr std::uint32_t kMaxPixels = 16U << 20;  ///< 16 megapixels.

/// Decodes a JPEG, PNG or BMP file with stb_image; all memory comes from `arena`.
/// Returns null and fills `photograph`, or returns the reason in words. A file that ends before its
/// picture does is refused: stb_image itself would fill up the rest in grey.
const char* decode(std::span<const std::byte> file, Arena& arena, Photograph& photograph);

}  // namespace guest
