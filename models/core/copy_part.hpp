// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstring>
#include <span>

#include "models/core/address.hpp"

namespace linefill {

/// Copies some bytes. Most are a whole line or a word, and those take no call.
inline void copy_part(std::byte* to, const std::byte* from, std::size_t size) {
  switch (size) {
    case kLineBytes:
      std::memcpy(to, from, kLineBytes);
      break;
    case 8:
      std::memcpy(to, from, 8);
      break;
    case 4:
      std::memcpy(to, from, 4);
      break;
    case 1:
      *to = *from;
      break;
    default:
      std::memcpy(to, from, size);
  }
}

/// Copies the bytes of `mask`.
inline void copy_bytes(std::span<const std::byte, kLineBytes> from, ByteMask mask,
                       std::span<std::byte, kLineBytes> to) {
  for (unsigned b = 0; b < kLineBytes; ++b) {
    if ((mask >> b & 1U) != 0) to[b] = from[b];
  }
}

}  // namespace linefill
