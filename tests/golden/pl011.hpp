// SPDX-License-Identifier: Apache-2.0
// PL011 UART, DDI 0183, 3.2: summary of registers.
#pragma once

#include "tests/golden/golden.hpp"

namespace linefill::golden {

inline constexpr Row kPl011[]{
    {0x000, "UARTDR", 0},           {0x004, "UARTRSR", 0},
    {0x018, "UARTFR", 0x90},        {0x020, "UARTILPR", 0, 0xFF},
    {0x024, "UARTIBRD", 0, 0xFFFF}, {0x028, "UARTFBRD", 0, 0x3F},
    {0x02C, "UARTLCR_H", 0, 0xFE},  // Not BRK.
    {0x030, "UARTCR", 0x300},       {0x034, "UARTIFLS", 0x12, 0x3F},
    {0x038, "UARTIMSC", 0, 0x7FF},  {0x03C, "UARTRIS", 0},
    {0x040, "UARTMIS", 0},          {0x048, "UARTDMACR", 0, 0x7},
    {0xFE0, "UARTPeriphID0", 0x11}, {0xFE4, "UARTPeriphID1", 0x10},
    {0xFE8, "UARTPeriphID2", 0x14},  // r1: a FIFO of 16.
    {0xFEC, "UARTPeriphID3", 0x00}, {0xFF0, "UARTPCellID0", 0x0D},
    {0xFF4, "UARTPCellID1", 0xF0},  {0xFF8, "UARTPCellID2", 0x05},
    {0xFFC, "UARTPCellID3", 0xB1},
};
inline constexpr std::uint32_t kPl011Reserved[]{0x008, 0x014, 0x01C, 0x04C, 0xFDC};

}  // namespace linefill::golden
