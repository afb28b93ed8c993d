// SPDX-License-Identifier: Apache-2.0
// L220 (DDI 0329) and L210 (DDI 0284) of 512 KiB in 8 ways. Offsets and the fields of AUX_CTRL as
// Linux (asm/hardware/cache-l2x0.h) and NetBSD (Cavium's ARM11MPCore header) list them.
#pragma once

#include "tests/golden/golden.hpp"

namespace linefill::golden {

inline constexpr Row kL220[]{
    {0x000, "Cache ID", 0x4100'0086},
    // Way size 3 and 8 ways, of data and of instructions.
    {0x004, "Cache Type", 0x1C34'0340},
    {0x100, "Control", 0},
    // Latencies of 8 cycles, 8 ways, way size 3.
    {0x104, "Auxiliary Control", 0x0207'0FFF},
    {0x200, "Event Counter Control", 0, 1},
    {0x204, "Event Counter1 Configuration", 0, 0x3F},
    {0x208, "Event Counter0 Configuration", 0, 0x3F},
    {0x20C, "Event Counter1 Value", 0, 0xFFFF'FFFF},
    {0x210, "Event Counter0 Value", 0, 0xFFFF'FFFF},
    {0x214, "Interrupt Mask", 0, 0x1FF},
    {0x218, "Masked Interrupt Status", 0},
    {0x21C, "Raw Interrupt Status", 0},
    {0x730, "Cache Sync", 0},
    {0x770, "Invalidate Line by PA", 0},
    {0x77C, "Invalidate by Way", 0},
    {0x7B0, "Clean Line by PA", 0},
    {0x7B8, "Clean Line by Index/Way", 0},
    {0x7BC, "Clean by Way", 0},
    {0x7F0, "Clean and Invalidate Line by PA", 0},
    {0x7F8, "Clean and Invalidate Line by Index/Way", 0},
    {0x7FC, "Clean and Invalidate by Way", 0},
    {0x900, "Lockdown by Way D", 0, 0xFF},
    {0x904, "Lockdown by Way I", 0, 0xFF},
    {0xF40, "Debug Control", 0, 0x3},
};
inline constexpr std::uint32_t kL220Reserved[]{0x008, 0x108, 0x10C, 0x740, 0x908, 0x950,
                                               0x954, 0xC00, 0xC04, 0xF60, 0xF80};

inline constexpr Row kL210[]{
    {0x000, "Cache ID", 0x4100'0040},
    {0x004, "Cache Type", 0x1C34'0340},
    {0x100, "Control", 0},
    {0x104, "Auxiliary Control", 0x0007'0FFF},
    {0x730, "Cache Sync", 0},
    {0x770, "Invalidate Line by PA", 0},
    {0x77C, "Invalidate by Way", 0},
    {0x7B0, "Clean Line by PA", 0},
    {0x7B8, "Clean Line by Index/Way", 0},
    {0x7BC, "Clean by Way", 0},
    {0x7F0, "Clean and Invalidate Line by PA", 0},
    {0x7F8, "Clean and Invalidate Line by Index/Way", 0},
    {0x7FC, "Clean and Invalidate by Way", 0},
    {0x900, "Lockdown by Way D", 0, 0xFF},
    {0x904, "Lockdown by Way I", 0, 0xFF},
    {0xF40, "Debug Control", 0, 0x3},
};
inline constexpr std::uint32_t kL210Reserved[]{0x008, 0x108, 0x200, 0x210, 0x21C, 0x740,
                                               0x908, 0x950, 0xC00, 0xF60, 0xF80};

}  // namespace linefill::golden
