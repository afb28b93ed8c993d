// SPDX-License-Identifier: Apache-2.0
#include "sw/drivers/fat32/utf8.hpp"

#include <cstdint>

namespace guest {

namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

bool is_high_surrogate(std::uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low_surrogate(std::uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

/// Returns the bytes written, 0 if there is no room.
std::size_t encode(std::uint32_t code, std::span<char> to) {
  const std::size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  if (to.size() < size) return 0;
  if (size == 1) {
    to[0] = static_cast<char>(code);
    return 1;
  }
  constexpr std::uint32_t kLead[]{0, 0, 0xC0, 0xE0, 0xF0};
  for (std::size_t i = size - 1; i > 0; --i) {
    to[i] = static_cast<char>(0x80 | (code & 0x3F));
    code >>= 6;
  }
  to[0] = static_cast<char>(kLead[size] | code);
  return size;
}

}  // namespace

std::size_t to_utf8(std::u16string_view from, std::span<char> to) {
  std::size_t used = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::uint32_t code = from[i];
    if (is_high_surrogate(code) && i + 1 < from.size() && is_low_surrogate(from[i + 1])) {
      code = 0x10000 + ((code - 0xD800) << 10) + (std::uint32_t{from[++i]} - 0xDC00);
    } else if (is_high_surrogate(code) || is_low_surrogate(code)) {
      code = kReplacement;
    }
    const std::size_t size = encode(code, to.subspan(used));
    if (size == 0) break;
    used += size;
  }
  return used;
}

}  // namespace guest
