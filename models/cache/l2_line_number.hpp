// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/address.hpp"
#include "models/core/attributes.hpp"

namespace linefill {

/// A line as the outer cache tells lines apart: the non-secure bit is part of the tag, above the 27
/// bits of the line's number, so that the secure and the non-secure copy of an address are
/// different lines.
using L2LineNumber = LineNumber;

inline constexpr L2LineNumber kNoL2Line = kNoLine;
inline constexpr std::uint32_t kNonSecureTag = 1U << 27;

constexpr L2LineNumber l2_line(LineNumber line, bool secure) {
  return secure ? line : L2LineNumber{raw(line) | kNonSecureTag};
}
constexpr bool is_secure(L2LineNumber line) { return (raw(line) & kNonSecureTag) == 0; }
/// The line of memory.
constexpr LineNumber memory_line(L2LineNumber line) {
  return LineNumber{raw(line) & ~kNonSecureTag};
}

}  // namespace linefill
