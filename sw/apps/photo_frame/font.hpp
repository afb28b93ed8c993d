// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace guest {

inline constexpr unsigned kFirstGlyph = 0x20;
inline constexpr unsigned kLastGlyph = 0x7E;
inline constexpr std::uint32_t kGlyphColumns = 5;
inline constexpr std::uint32_t kGlyphRows = 8;
inline constexpr std::uint32_t kGlyphAdvance = 6;  ///< Columns from one character to the next.

/// A row a byte, the top first; bit 4 is the leftmost column.
using Glyph = std::array<std::uint8_t, kGlyphRows>;

/// The shape of an ASCII character; a question mark for others.
const Glyph& glyph(char character);

}  // namespace guest
