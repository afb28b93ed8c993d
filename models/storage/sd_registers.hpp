// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "models/storage/sd_geometry.hpp"

namespace linefill::sd {

/// A 128-bit register as it goes over the bus: byte 0 holds bits 127:120; bits 7:1 are its CRC7.
using LongRegister = std::array<std::uint8_t, 16>;

/// Card identification (SD Physical Layer Specification 5.2).
LongRegister card_identification();

/// The bits of the CSD that CMD27 may change.
struct ProgrammableBits {
  bool copy = false;                  ///< COPY: once.
  bool permanent_protection = false;  ///< PERM_WRITE_PROTECT: once.
  bool temporary_protection = false;  ///< TMP_WRITE_PROTECT.
};

/// Card-specific data (5.3): version 1.0 of a card of standard capacity, 2.0 of the others.
LongRegister card_specific_data(const SdGeometry& geometry, const ProgrammableBits& programmable,
                                bool high_speed);

/// Those bits of a CSD.
ProgrammableBits programmable_bits(const LongRegister& csd);

/// SD configuration register (5.6): version 3.0x, 1 and 4 lines, CMD23.
std::array<std::uint8_t, 8> configuration();

/// SD status (4.10.2): bus width, allocation unit and erase time. No speed class is claimed.
std::array<std::uint8_t, 64> sd_status(SdCapacity capacity, bool wide);

/// The status CMD6 sends (4.3.10.4) for `argument`; group 1 offers default and high speed.
/// `high_speed` is what is selected now, and what will be if the argument says switch.
std::array<std::uint8_t, 64> switch_status(std::uint32_t argument, bool& high_speed);

/// Operation conditions (5.1): 2.7 to 3.6 V; CCS.
inline constexpr std::uint32_t kOcrVoltages = 0x00FF'8000;
inline constexpr std::uint32_t kOcrHighCapacity = 1U << 30;
inline constexpr std::uint32_t kOcrPoweredUp = 1U << 31;

}  // namespace linefill::sd
