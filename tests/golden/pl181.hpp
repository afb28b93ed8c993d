// SPDX-License-Identifier: Apache-2.0
// PL181 MultiMedia Card interface, DDI 0205, 3.2: summary of registers.
#pragma once

#include "tests/golden/golden.hpp"

namespace linefill::golden {

inline constexpr Row kPl181[]{
    {0x000, "MCIPower", 0},
    {0x004, "MCIClock", 0},
    {0x008, "MCIArgument", 0, 0xFFFF'FFFF},
    {0x00C, "MCICommand", 0, 0x3FF},  // Not Enable.
    {0x010, "MCIRespCmd", 0},
    {0x014, "MCIResponse0", 0},
    {0x018, "MCIResponse1", 0},
    {0x01C, "MCIResponse2", 0},
    {0x020, "MCIResponse3", 0},
    {0x024, "MCIDataTimer", 0, 0xFFFF'FFFF},
    {0x028, "MCIDataLength", 0, 0xFFFF},
    {0x02C, "MCIDataCtrl", 0},
    {0x030, "MCIDataCnt", 0},
    {0x034, "MCIStatus", 0},
    {0x03C, "MCIMask0", 0, 0x3F'FFFF},
    {0x040, "MCIMask1", 0, 0x3F'FFFF},
    {0x048, "MCIFifoCnt", 0},
    {0xFE0, "MCIPeriphID0", 0x81},
    {0xFE4, "MCIPeriphID1", 0x11},
    {0xFE8, "MCIPeriphID2", 0x04},
    {0xFEC, "MCIPeriphID3", 0x00},
    {0xFF0, "MCIPCellID0", 0x0D},
    {0xFF4, "MCIPCellID1", 0xF0},
    {0xFF8, "MCIPCellID2", 0x05},
    {0xFFC, "MCIPCellID3", 0xB1},
};
inline constexpr std::uint32_t kPl181Reserved[]{0x044, 0x04C, 0x07C, 0x0C0, 0xFDC};

}  // namespace linefill::golden
