// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace guest::short_descriptor {

using Entry = std::uint32_t;

/// The attributes of a mapping, whatever the form of its descriptor. With SCTLR.AFE, AP[0] is the
/// access flag; with TEX remap, {TEX[0], C, B} is the memory type.
enum Attribute : unsigned {
  kB = 1U << 0,
  kC = 1U << 1,
  kAccessed = 1U << 2,
  kUnprivileged = 1U << 3,  ///< AP[1]
  kTex0 = 1U << 4,
  kReadOnly = 1U << 5,  ///< AP[2]
  kShareable = 1U << 6,
  kNotGlobal = 1U << 7,
  kExecuteNever = 1U << 8,
};
using BitPositions = std::array<std::uint8_t, 9>;

// Where each attribute stands: DDI 0406C, figures B3-4 and B3-5.
inline constexpr BitPositions kSectionBits{2, 3, 10, 11, 12, 15, 16, 17, 4};
inline constexpr BitPositions kSmallBits{2, 3, 4, 5, 6, 9, 10, 11, 0};
inline constexpr BitPositions kLargeBits{2, 3, 4, 5, 12, 9, 10, 11, 15};

inline constexpr Entry kTable = 1;
inline constexpr Entry kSection = 2;
inline constexpr Entry kSupersection = 1U << 18 | kSection;
inline constexpr Entry kSmallPage = 2;
inline constexpr Entry kLargePage = 1;
inline constexpr Entry kTableBase = ~0x3FFU;

constexpr Entry encode(unsigned attributes, const BitPositions& at) {
  Entry entry = 0;
  for (std::size_t i = 0; i < at.size(); ++i) entry |= (attributes >> i & 1U) << at[i];
  return entry;
}
constexpr unsigned decode(Entry entry, const BitPositions& at) {
  unsigned attributes = 0;
  for (std::size_t i = 0; i < at.size(); ++i) attributes |= (entry >> at[i] & 1U) << i;
  return attributes;
}

constexpr bool is_table(Entry entry) { return (entry & 3U) == kTable; }
constexpr bool is_supersection(Entry entry) { return (entry & kSupersection) == kSupersection; }
constexpr bool is_large(Entry entry) { return (entry & 3U) == kLargePage; }

}  // namespace guest::short_descriptor
