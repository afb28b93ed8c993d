// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace linefill::sd {

/// A 128-bit register as it goes over the bus: byte 0 holds bits 127:120; bits 7:1 are its CRC7.
using LongRegister = std::array<std::uint8_t, 16>;

/// Card identification (SD Physical Layer Specification 5.2).
LongRegister card_identification();

/// A card of high capacity is a whole number of these.
inline constexpr std::uint64_t kCapacityUnitSectors = 1024;

/// Card-specific data, version 2.0 (5.3.3), of a card of `units` times 512 KiB.
LongRegister card_specific_data(std::uint64_t units, bool high_speed);

/// SD configuration register (5.6): version 3.0x, 1 and 4 lines, CMD23.
std::array<std::uint8_t, 8> configuration();

/// SD status (4.10.2): the bus width, and nothing else that a reader acts on.
std::array<std::uint8_t, 64> sd_status(bool wide);

/// The status CMD6 sends (4.3.10.4) for `argument`; group 1 offers default and high speed.
/// `high_speed` is what is selected now, and what will be if the argument says switch.
std::array<std::uint8_t, 64> switch_status(std::uint32_t argument, bool& high_speed);

/// Operation conditions (5.1): 2.7 to 3.6 V, high capacity.
inline constexpr std::uint32_t kOcrVoltages = 0x00FF'8000;
inline constexpr std::uint32_t kOcrHighCapacity = 1U << 30;
inline constexpr std::uint32_t kOcrPoweredUp = 1U << 31;

}  // namespace linefill::sd
