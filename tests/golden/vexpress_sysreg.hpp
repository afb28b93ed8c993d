// SPDX-License-Identifier: Apache-2.0
// Versatile Express motherboard, DUI 0447, 4.2: register summary. Offsets as Linux and U-Boot name
// them, values as QEMU answers; the writable bits of SYS_FLASH and SYS_CFGSW are from memory.
#pragma once

#include "tests/golden/golden.hpp"

namespace linefill::golden {

/// Counters, card status and identification follow the board.
inline constexpr Row kVexpressSysreg[]{
    {0x00, "SYS_ID", 0x1190'F500},  // As QEMU has it.
    {0x04, "SYS_SW", 0},
    {0x08, "SYS_LED", 0, 0xFF},
    {0x30, "SYS_FLAGS", 0},
    {0x38, "SYS_NVFLAGS", 0},
    {0x4C, "SYS_FLASH", 0, 1},
    {0x58, "SYS_CFGSW", 0, 0xFF},
    {0x84, "SYS_PROCID0", 0x0C00'0191},  // Cortex-A9, HBI 0191.
    {0x88, "SYS_PROCID1", 0xFF00'0000},  // No second tile.
    {0xA0, "SYS_CFGDATA", 0, 0xFFFF'FFFF},
    {0xA4, "SYS_CFGCTRL", 0},
    {0xA8, "SYS_CFGSTAT", 0},
};
inline constexpr std::uint32_t kVexpressSysregReserved[]{0x20, 0xAC, 0x100};

}  // namespace linefill::golden
