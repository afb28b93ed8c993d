// SPDX-License-Identifier: Apache-2.0
// Versatile Express motherboard, DUI 0447, 4.2: register summary. Values from memory of the manual.
#pragma once

#include "tests/golden/golden.hpp"

namespace linefill::golden {

/// Counters, card status and identification follow the board.
inline constexpr Row kVexpressSysreg[]{
    {0x04, "SYS_SW", 0},
    {0x08, "SYS_LED", 0, 0xFF},
    {0x30, "SYS_FLAGS", 0},
    {0x38, "SYS_NVFLAGS", 0},
    {0x4C, "SYS_FLASH", 0, 1},
    {0x58, "SYS_CFGSW", 0, 0xFF},
    {0x84, "SYS_PROCID0", 0x0C00'0191},  // Cortex-A9, HBI 0191.
    {0xA0, "SYS_CFGDATA", 0, 0xFFFF'FFFF},
};
inline constexpr std::uint32_t kVexpressSysregReserved[]{0x20, 0xAC, 0x100};

}  // namespace linefill::golden
