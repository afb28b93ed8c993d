// SPDX-License-Identifier: Apache-2.0
// PL111 colour LCD controller, DDI 0293, 3.2: summary of registers.
#pragma once

#include "tests/golden/golden.hpp"

namespace linefill::golden {

inline constexpr Row kPl111[]{
    {0x000, "LCDTiming0", 0, 0xFFFF'FFFC},
    {0x004, "LCDTiming1", 0, 0xFFFF'FFFF},
    {0x008, "LCDTiming2", 0, 0xFFFF'7FFF},
    {0x00C, "LCDTiming3", 0, 0x0001'007F},
    {0x010, "LCDUPBASE", 0, 0xFFFF'FFF8},
    {0x014, "LCDLPBASE", 0, 0xFFFF'FFF8},
    {0x018, "LCDControl", 0},
    {0x01C, "LCDIMSC", 0, 0x1E},
    {0x020, "LCDRIS", 0},
    {0x024, "LCDMIS", 0},
    {0x02C, "LCDUPCURR", 0},
    {0x030, "LCDLPCURR", 0},
    {0x200, "LCDPalette", 0, 0xFFFF'FFFF},
    {0x3FC, "LCDPalette, last", 0, 0xFFFF'FFFF},
    {0x800, "CursorImage", 0, 0xFFFF'FFFF},
    {0xBFC, "CursorImage, last", 0, 0xFFFF'FFFF},
    {0xC00, "ClcdCrsrCtrl", 0},
    {0xC04, "ClcdCrsrConfig", 0},
    {0xC20, "ClcdCrsrIMSC", 0, 1},
    {0xC28, "ClcdCrsrRIS", 0},
    {0xC2C, "ClcdCrsrMIS", 0},
    {0xFE0, "CLCDPERIPHID0", 0x11},
    {0xFE4, "CLCDPERIPHID1", 0x11},
    {0xFE8, "CLCDPERIPHID2", 0x24},
    {0xFEC, "CLCDPERIPHID3", 0x00},
    {0xFF0, "CLCDPCellID0", 0x0D},
    {0xFF4, "CLCDPCellID1", 0xF0},
    {0xFF8, "CLCDPCellID2", 0x05},
    {0xFFC, "CLCDPCellID3", 0xB1},
};
inline constexpr std::uint32_t kPl111Reserved[]{0x034, 0x1FC, 0x400, 0x7FC, 0xC30, 0xFDC};

}  // namespace linefill::golden
