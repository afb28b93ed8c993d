// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace linefill {

/// Whether two long descriptors are the same to any walker: bits 58:55 are software's (ARM DDI
/// 0406C, B3.6.1 and B3.6.2). Linux's io-pgtable driver marks a descriptor there after it has
/// cleaned it, and does not clean the mark.
constexpr bool same_to_walkers(std::uint64_t one, std::uint64_t other) {
  return ((one ^ other) & ~(std::uint64_t{0xF} << 55)) == 0;
}

}  // namespace linefill
