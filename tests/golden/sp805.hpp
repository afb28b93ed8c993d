// SPDX-License-Identifier: Apache-2.0
// SP805 watchdog, DDI 0270, 3.2: summary of registers, compared with what others quote of it.
// WdogPeriphID2 is that of revision 1, which Linux's driver (0x00141805) expects.
#pragma once

#include "tests/golden/golden.hpp"

namespace linefill::golden {

/// The counter has loaded WdogLoad; from reset the lock is open.
inline constexpr Row kSp805[]{
    {0x000, "WdogLoad", 0xFFFF'FFFF, 0xFFFF'FFFF},
    {0x004, "WdogValue", 0xFFFF'FFFF},
    {0x008, "WdogControl", 0, 0x3},
    {0x00C, "WdogIntClr", 0},
    {0x010, "WdogRIS", 0},
    {0x014, "WdogMIS", 0},
    {0xC00, "WdogLock", 0},
    {0xFE0, "WdogPeriphID0", 0x05},
    {0xFE4, "WdogPeriphID1", 0x18},
    {0xFE8, "WdogPeriphID2", 0x14},
    {0xFEC, "WdogPeriphID3", 0x00},
    {0xFF0, "WdogPCellID0", 0x0D},
    {0xFF4, "WdogPCellID1", 0xF0},
    {0xFF8, "WdogPCellID2", 0x05},
    {0xFFC, "WdogPCellID3", 0xB1},
};
inline constexpr std::uint32_t kSp805Reserved[]{0x018, 0x100, 0xBFC, 0xC04, 0xFDC};

}  // namespace linefill::golden
