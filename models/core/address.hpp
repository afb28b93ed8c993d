// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace linefill {

/// An address on the bus. A Cortex-A9's physical addresses have 32 bits.
enum class PhysicalAddress : std::uint32_t {};
/// An address as an instruction uses it.
enum class VirtualAddress : std::uint32_t {};
/// A 32-byte line of physical memory: the address divided by the line size.
enum class LineNumber : std::uint32_t {};

inline constexpr unsigned kLineBytes = 32;
/// No line has this number: an address has 27 line bits.
inline constexpr LineNumber kNoLine{0xFFFF'FFFF};

constexpr std::uint32_t raw(PhysicalAddress a) { return static_cast<std::uint32_t>(a); }
constexpr std::uint32_t raw(VirtualAddress a) { return static_cast<std::uint32_t>(a); }
constexpr std::uint32_t raw(LineNumber n) { return static_cast<std::uint32_t>(n); }

constexpr LineNumber line_of(PhysicalAddress a) { return LineNumber{raw(a) / kLineBytes}; }
constexpr unsigned line_offset(PhysicalAddress a) { return raw(a) % kLineBytes; }
constexpr PhysicalAddress address_of(LineNumber n) { return PhysicalAddress{raw(n) * kLineBytes}; }

constexpr PhysicalAddress operator+(PhysicalAddress a, std::uint32_t n) {
  return PhysicalAddress{raw(a) + n};
}

/// One bit a byte of a line; bit 0 is the byte at the lowest address.
using ByteMask = std::uint32_t;

/// The mask of `size` bytes (1 to 32) from `offset`; both lie within one line.
constexpr ByteMask bytes_at(unsigned offset, unsigned size) {
  return static_cast<ByteMask>(((std::uint64_t{1} << size) - 1) << offset);
}

}  // namespace linefill
