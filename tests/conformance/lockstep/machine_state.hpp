// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace linefill::test {

inline constexpr std::uint32_t kCodeBase = 0x0001'0000;
inline constexpr std::uint32_t kCodeBytes = 0x1000;
inline constexpr std::uint32_t kDataBase = 0x0010'0000;
inline constexpr std::uint32_t kDataBytes = 0x1000;

/// What is compared: r0 to r14, CPSR, D0 to D31, FPSCR, where execution goes on, and the data
/// window.
struct MachineState {
  std::array<std::uint32_t, 15> r{};
  std::uint32_t cpsr = 0x10;
  std::uint32_t pc = kCodeBase;
  std::array<std::uint64_t, 32> d{};
  std::uint32_t fpscr = 0;
  std::array<std::byte, kDataBytes> data{};

  bool operator==(const MachineState&) const = default;
};

/// The differences, a line each.
std::string differences(const MachineState& ours, const MachineState& theirs);

/// Code in halfwords, at an address.
struct Code {
  std::uint32_t address = kCodeBase;
  std::vector<std::uint16_t> halfwords;

  /// The whole code page: after the code, a semihosting call that stops our core, then zeros.
  std::vector<std::byte> page(bool thumb) const;
  std::uint32_t end() const { return address + static_cast<std::uint32_t>(2 * halfwords.size()); }
};

}  // namespace linefill::test
