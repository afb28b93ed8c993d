// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace linefill {

/// The CP15 registers that decide how addresses are translated (ARM ARM, B4.1). An IOMMU that walks
/// the same tables fills in its own.
struct TranslationRegisters {
  static constexpr std::uint32_t kM = 1U << 0;     ///< MMU enable.
  static constexpr std::uint32_t kA = 1U << 1;     ///< Alignment check enable.
  static constexpr std::uint32_t kC = 1U << 2;     ///< Data and unified caches enable.
  static constexpr std::uint32_t kZ = 1U << 11;    ///< Branch prediction enable.
  static constexpr std::uint32_t kI = 1U << 12;    ///< Instruction cache enable.
  static constexpr std::uint32_t kV = 1U << 13;    ///< High vectors.
  static constexpr std::uint32_t kEE = 1U << 25;   ///< Endianness at exceptions and of walks.
  static constexpr std::uint32_t kTRE = 1U << 28;  ///< TEX remap enable.
  static constexpr std::uint32_t kAFE = 1U << 29;  ///< Access flag enable.
  static constexpr std::uint32_t kTE = 1U << 30;   ///< Exceptions are taken in Thumb state.

  static constexpr std::uint32_t kPD0 = 1U << 4;  ///< TTBCR: no walks from TTBR0.
  static constexpr std::uint32_t kPD1 = 1U << 5;  ///< TTBCR: no walks from TTBR1.

  /// How descriptors read: ARMv7's short ones, or ARMv5's (ARM DDI 0100I, B4.7).
  enum class Format : std::uint8_t { kArmv7, kArmv5 };

  static constexpr std::uint32_t kS = 1U << 8;  ///< System protection, ARMv5.
  static constexpr std::uint32_t kR = 1U << 9;  ///< ROM protection, ARMv5.

  Format format = Format::kArmv7;
  std::uint32_t sctlr = 0;
  std::uint32_t ttbr0 = 0;
  std::uint32_t ttbr1 = 0;
  std::uint32_t ttbcr = 0;
  std::uint32_t dacr = 0;
  std::uint32_t prrr = 0x0009'8AA4;  ///< Reset values of the A9 TRM, table 4-2.
  std::uint32_t nmrr = 0x44E0'48E0;
  std::uint32_t contextidr = 0;

  constexpr bool has(std::uint32_t sctlr_bits) const { return (sctlr & sctlr_bits) == sctlr_bits; }
  constexpr bool mmu_enabled() const { return has(kM); }
  constexpr std::uint8_t asid() const { return static_cast<std::uint8_t>(contextidr); }
  /// DACR's two bits for a domain: 0 no access, 1 client, 3 manager; 2 is reserved, taken as 0.
  constexpr unsigned domain_access(unsigned domain) const { return dacr >> (2 * domain) & 3U; }
};

}  // namespace linefill
