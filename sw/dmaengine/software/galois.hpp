// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace guest {

/// The product in GF(2^8) with the generator 0x1D, that is x^8 + x^4 + x^3 + x^2 + 1: RAID-6's
/// field (H. P. Anvin, The mathematics of RAID-6, section 2).
constexpr std::uint8_t gf_multiply(std::uint8_t a, std::uint8_t b) {
  unsigned product = 0;
  for (unsigned power = a, rest = b; rest != 0; rest >>= 1) {
    if ((rest & 1) != 0) product ^= power;
    power = (power << 1) ^ ((power & 0x80) != 0 ? 0x11DU : 0U);
  }
  return static_cast<std::uint8_t>(product);
}

/// Multiplies many bytes by one coefficient: two look-ups each.
class GfMultiplier {
 public:
  GfMultiplier() = default;
  explicit constexpr GfMultiplier(std::uint8_t coefficient) {
    for (unsigned i = 0; i < 16; ++i) {
      low_[i] = gf_multiply(coefficient, static_cast<std::uint8_t>(i));
      high_[i] = gf_multiply(coefficient, static_cast<std::uint8_t>(i << 4));
    }
  }
  constexpr std::uint8_t operator()(std::uint8_t value) const {
    return static_cast<std::uint8_t>(low_[value & 0xF] ^ high_[value >> 4]);
  }

 private:
  std::array<std::uint8_t, 16> low_{};
  std::array<std::uint8_t, 16> high_{};
};

}  // namespace guest
