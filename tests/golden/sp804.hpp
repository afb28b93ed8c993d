// SPDX-License-Identifier: Apache-2.0
// SP804 dual timer, DDI 0271, 3.2: summary of registers.
#pragma once

#include "tests/golden/golden.hpp"

namespace linefill::golden {

inline constexpr Row kSp804[]{
    {0x00, "Timer1Load", 0},         {0x04, "Timer1Value", 0xFFFF'FFFF},
    {0x08, "Timer1Control", 0x20},   {0x10, "Timer1RIS", 0},
    {0x14, "Timer1MIS", 0},          {0x18, "Timer1BGLoad", 0, 0xFFFF'FFFF},
    {0x20, "Timer2Load", 0},         {0x24, "Timer2Value", 0xFFFF'FFFF},
    {0x28, "Timer2Control", 0x20},   {0x30, "Timer2RIS", 0},
    {0x34, "Timer2MIS", 0},          {0x38, "Timer2BGLoad", 0, 0xFFFF'FFFF},
    {0xF00, "TimerITCR", 0, 1},      {0xFE0, "TimerPeriphID0", 0x04},
    {0xFE4, "TimerPeriphID1", 0x18}, {0xFE8, "TimerPeriphID2", 0x14},
    {0xFEC, "TimerPeriphID3", 0x00}, {0xFF0, "TimerPCellID0", 0x0D},
    {0xFF4, "TimerPCellID1", 0xF0},  {0xFF8, "TimerPCellID2", 0x05},
    {0xFFC, "TimerPCellID3", 0xB1},
};
/// Load and background load are one value.
inline constexpr std::uint32_t kSp804Reserved[]{0x1C, 0x3C, 0x40, 0xEFC, 0xF08, 0xFDC};

}  // namespace linefill::golden
