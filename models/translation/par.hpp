// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/core/attributes.hpp"

namespace linefill {

/// PAR after a translation by short descriptors that succeeded (ARM ARM B4.1.112, and IHI 0062
/// 16.5.14): the address, its memory type, and whether it lies in a supersection.
constexpr std::uint32_t short_par(std::uint32_t address, unsigned page_shift, bool non_secure,
                                  const MemoryAttributes& attributes) {
  const bool super = page_shift == 24;
  const std::uint32_t page = super ? (address & 0xFF00'0000U) | 2U : address & 0xFFFF'F000U;
  const std::uint32_t rest =
      page | (non_secure ? 1U << 9 : 0U) | (attributes.shareable ? 1U << 7 : 0U);
  switch (attributes.type) {
    case MemoryType::kStronglyOrdered:
      return rest | 0b001U << 4;
    case MemoryType::kDevice:
      return rest | 0b011U << 4;
    case MemoryType::kNormal:
      break;
  }
  constexpr std::uint32_t kInner[]{0b000, 0b101, 0b110, 0b111};  // In the order of CachePolicy.
  return rest | kInner[static_cast<unsigned>(attributes.inner)] << 4 |
         static_cast<std::uint32_t>(attributes.outer) << 2;
}

}  // namespace linefill
