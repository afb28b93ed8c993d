// SPDX-License-Identifier: Apache-2.0
// PL031 real time clock, DDI 0224, 3.2: summary of registers, compared with what others quote of it
// and with QEMU (which says revision 1 in RTCPeriphID2).
#pragma once

#include "tests/golden/golden.hpp"

namespace linefill::golden {

/// RTCLR and RTCDR hold a date, which the board chooses.
inline constexpr Row kPl031[]{
    {0x004, "RTCMR", 0, 0xFFFF'FFFF},
    {0x00C, "RTCCR", 1},  // Enabled for good once it is; on our
                          // boards from reset.
    {0x010, "RTCIMSC", 0, 1},
    {0x014, "RTCRIS", 0},
    {0x018, "RTCMIS", 0},
    {0xFE0, "RTCPeriphID0", 0x31},
    {0xFE4, "RTCPeriphID1", 0x10},
    {0xFE8, "RTCPeriphID2", 0x04},
    {0xFEC, "RTCPeriphID3", 0x00},
    {0xFF0, "RTCPCellID0", 0x0D},
    {0xFF4, "RTCPCellID1", 0xF0},
    {0xFF8, "RTCPCellID2", 0x05},
    {0xFFC, "RTCPCellID3", 0xB1},
};
inline constexpr std::uint32_t kPl031Reserved[]{0x020, 0x07C, 0x100, 0xFDC};

}  // namespace linefill::golden
