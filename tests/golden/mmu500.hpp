// SPDX-License-Identifier: Apache-2.0
// MMU-500 of one security state, 8 context banks and 16 stream mapping groups, in pages of 4 KiB:
// ARM IHI 0062 and DDI 0517. Reset values and read-only bits are those that AMD's QEMU has for the
// Zynq UltraScale+, where they do not depend on the size.
#pragma once

#include "tests/golden/golden.hpp"

namespace linefill::golden {

inline constexpr Row kMmu500[]{
    {0x0000, "sCR0", 0x0020'0001, 0x8000'1C07},
    {0x0008, "sCR2", 0, 0xFF},
    {0x0010, "sACR", 0x0400'001C, 0x0400'051C},
    {0x0020, "IDR0", 0x7801'1E10},  // S1, S2, nested, stream matching, one interrupt, 15-bit IDs.
    {0x0024, "IDR1", 0x2000'0008},  // Eight pages, eight banks.
    {0x0028, "IDR2", 0x5555},       // 48 bits; granules of 4 and 64 KiB.
    {0x002C, "IDR3", 0},
    {0x003C, "IDR7", 0x21},
    {0x0040, "sGFAR", 0, 0xFFFF'FFFF},
    {0x0048, "sGFSR", 0},
    {0x0050, "sGFSYNR0", 0, 0x3F},
    {0x0054, "sGFSYNR1", 0, 0x7FFF},
    {0x0074, "sTLBGSTATUS", 0},
    {0x0180, "GPAR", 0, 0xFFFF'FFFF},
    {0x0800, "SMR0", 0, 0xFFFF'7FFF},
    {0x083C, "SMR15", 0, 0xFFFF'7FFF},
    {0x0C00, "S2CR0", 0, 0x0003'00FF},
    {0x0C3C, "S2CR15", 0, 0x0003'00FF},
    {0x0FD0, "PIDR4", 0x04},
    {0x0FE0, "PIDR0", 0x81},
    {0x0FE4, "PIDR1", 0xB4},
    {0x0FE8, "PIDR2", 0x1B},
    {0x0FF0, "CIDR0", 0x0D},
    {0x0FF4, "CIDR1", 0xF0},
    {0x0FF8, "CIDR2", 0x05},
    {0x0FFC, "CIDR3", 0xB1},
    {0x1000, "CBAR0", 0x2'0000, 0x0003'F3FF},
    {0x101C, "CBAR7", 0x2'0000, 0x0003'F3FF},
    {0x1400, "CBFRSYNRA0", 0, 0xFFFF},
    {0x1800, "CBA2R0", 0, 0xFFFF'0001},
    {0x8000, "CB0_SCTLR", 0x100, 0x1FF},
    {0x8004, "CB0_ACTLR", 0x3},
    {0x8010, "CB0_TCR2", 0x60, 0x3'8017},
    {0x8020, "CB0_TTBR0_LOW", 0, 0xFFFF'FFFB},
    {0x8024, "CB0_TTBR0_HIGH", 0, 0xFFFF'FFFF},
    {0x8028, "CB0_TTBR1_LOW", 0, 0xFFFF'FFFF},
    {0x8030, "CB0_TCR_LPAE", 0, 0xFFFF'FFFF},
    {0x8034, "CB0_CONTEXTIDR", 0, 0xFFFF'FFFF},
    {0x8038, "CB0_PRRR_MAIR0", 0, 0xFFFF'FFFF},
    {0x803C, "CB0_NMRR_MAIR1", 0, 0xFFFF'FFFF},
    {0x8058, "CB0_FSR", 0},
    {0x8060, "CB0_FAR_LOW", 0, 0xFFFF'FFFF},
    {0x8068, "CB0_FSYNR0", 0, 0x0000'0471},
    {0x8070, "CB0_IPAFAR_LOW", 0, 0xFFFF'F000},
    {0x87F4, "CB0_TLBSTATUS", 0},
    {0x88F0, "CB0_ATSR", 0},
    {0xF000, "CB7_SCTLR", 0x100, 0x1FF},
};
/// With two security states, as Secure accesses see it.
inline constexpr Row kMmu500Secure[]{
    {0x0000, "sCR0", 0x0020'0001, 0x8000'1C07},
    {0x0020, "IDR0", 0xF801'1E10},
    {0x0024, "IDR1", 0x2000'0008},
    {0x0048, "sGFSR", 0},
    {0x0400, "NSCR0", 0x0020'0001, 0x8000'1C07},
    {0x0410, "NSACR", 0x0400'001C, 0x0400'051C},
    {0x0440, "NSGFAR", 0, 0xFFFF'FFFF},
    {0x0448, "NSGFSR", 0},
    {0x0454, "NSGFSYNR1", 0, 0x7FFF},
    {0x0474, "NSTLBGSTATUS", 0},
    {0x0580, "NSGPAR", 0, 0xFFFF'FFFF},
    {0x0588, "NSGATSR", 0},
    {0x0C3C, "S2CR15", 0, 0x0003'00FF},
    {0xF000, "CB7_SCTLR", 0x100, 0x1FF},
    {0x0004, "SCR1", 0x0001'1008},
};
inline constexpr std::uint32_t kMmu500Reserved[]{0x000C, 0x0400, 0x0840, 0x0C40,
                                                 0x1020, 0x2000, 0x800C, 0x8E00};

}  // namespace linefill::golden
