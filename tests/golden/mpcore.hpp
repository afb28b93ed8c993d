// SPDX-License-Identifier: Apache-2.0
// Snoop control unit and timers of a Cortex-A9 MPCore of one processor, DDI 0407, chapters 2 and 4.
#pragma once

#include "tests/golden/golden.hpp"

namespace linefill::golden {

inline constexpr Row kScu[]{
    {0x00, "SCU Control", 0, 0x7F},  // Address filtering may be tied on: then 2, as on the Zynq.
    {0x04, "SCU Configuration",
     0x100},  // One processor, not in SMP mode; tag RAM of a 32 KiB cache.
    {0x08, "SCU CPU Power Status", 0},
    {0x40, "Filtering Start Address", 0, 0xFFF0'0000},
    {0x44, "Filtering End Address", 0, 0xFFF0'0000},
    {0x50, "SAC", 0xF, 0xF},
    {0x54, "SNSAC", 0, 0xFFF},
};
inline constexpr std::uint32_t kScuReserved[]{0x10, 0x2C, 0x48, 0x58};

inline constexpr Row kPrivateTimer[]{
    {0x00, "Private Timer Load", 0, 0xFFFF'FFFF},
    {0x04, "Private Timer Counter", 0, 0xFFFF'FFFF},
    {0x08, "Private Timer Control", 0},
    {0x0C, "Private Timer Interrupt Status", 0},
};
inline constexpr std::uint32_t kPrivateTimerReserved[]{0x10, 0x1C};

inline constexpr Row kWatchdog[]{
    {0x00, "Watchdog Load", 0, 0xFFFF'FFFF}, {0x04, "Watchdog Counter", 0, 0xFFFF'FFFF},
    {0x08, "Watchdog Control", 0},           {0x0C, "Watchdog Interrupt Status", 0},
    {0x10, "Watchdog Reset Status", 0},
};
inline constexpr std::uint32_t kWatchdogReserved[]{0x18, 0x1C};

inline constexpr Row kGlobalTimer[]{
    {0x00, "Global Timer Counter, low", 0, 0xFFFF'FFFF},
    {0x04, "Global Timer Counter, high", 0, 0xFFFF'FFFF},
    {0x08, "Global Timer Control", 0},
    {0x0C, "Global Timer Interrupt Status", 0},
    {0x10, "Comparator Value, low", 0, 0xFFFF'FFFF},
    {0x14, "Comparator Value, high", 0, 0xFFFF'FFFF},
    {0x18, "Auto-increment", 0, 0xFFFF'FFFF},
};
inline constexpr std::uint32_t kGlobalTimerReserved[]{0x1C, 0x20};

}  // namespace linefill::golden
