// SPDX-License-Identifier: Apache-2.0
// DMA-330, DDI 0424, 3.2: register summary.
#pragma once

#include "tests/golden/golden.hpp"

namespace linefill::golden {

/// As an instance with the Zynq's channels, peripherals, events, cache and FIFO (UG585, appendix
/// B).
inline constexpr Row kPl330[]{
    {0x000, "DSR", 0},
    {0x004, "DPC", 0},
    {0x020, "INTEN", 0, 0xFFFF},
    {0x024, "INT_EVENT_RIS", 0},
    {0x028, "INTMIS", 0},
    {0x030, "FSRD", 0},
    {0x034, "FSRC", 0},
    {0x038, "FTRD", 0},
    {0x040, "FTR0", 0},
    {0x05C, "FTR7", 0},
    {0x100, "CSR0", 0},
    {0x104, "CPC0", 0},
    {0x138, "CSR7", 0},
    {0x13C, "CPC7", 0},
    {0x400, "SAR0", 0},
    {0x404, "DAR0", 0},
    {0x408, "CCR0", 0x0080'0200},
    {0x40C, "LC0_0", 0},
    {0x410, "LC1_0", 0},
    {0x4E8, "CCR7", 0x0080'0200},
    {0xD00, "DBGSTATUS", 0},
    {0xE00, "CR0", 0x001E'3071},
    {0xE04, "CR1", 0x74},
    {0xE08, "CR2", 0},
    {0xE0C, "CR3", 0},
    {0xE10, "CR4", 0},
    {0xE14, "CRD", 0x07FF'7F73},
    {0xE80, "WD", 0, 1},
    {0xFE0, "periph_id_0", 0x30},
    {0xFE4, "periph_id_1", 0x13},
    {0xFE8, "periph_id_2", 0x24},
    {0xFEC, "periph_id_3", 0x00},
    {0xFF0, "pCellID0", 0x0D},
    {0xFF4, "pCellID1", 0xF0},
    {0xFF8, "pCellID2", 0x05},
    {0xFFC, "pCellID3", 0xB1},
};
inline constexpr std::uint32_t kPl330Reserved[]{0x008, 0x03C, 0x060, 0x140, 0x414,
                                                0x500, 0xD10, 0xE18, 0xFDC};

}  // namespace linefill::golden
