// SPDX-License-Identifier: Apache-2.0
// Interrupt controller of the Cortex-A9 MPCore, DDI 0407, tables 3-1 and 3-2, as reset on the Zynq
// (one processor, 64 SPIs); CPU interface: table 3-6.
#pragma once

#include "tests/golden/golden.hpp"

namespace linefill::golden {

inline constexpr Row kDistributor[]{
    {0x000, "ICDDCR", 0, 0x3},
    {0x004, "ICDICTR", 0x0000'FC02},
    {0x008, "ICDIIDR", 0x0102'043B},
    {0x080, "ICDISR0", 0},
    {0x100, "ICDISER0", 0x0000'FFFF},
    {0x104, "ICDISER1", 0},
    {0x180, "ICDICER0", 0x0000'FFFF},
    {0x184, "ICDICER1", 0},
    {0x200, "ICDISPR0", 0},
    {0x280, "ICDICPR0", 0},
    {0x300, "ICDABR0", 0},
    {0x400, "ICDIPR0", 0, 0xF8F8'F8F8},
    {0x420, "ICDIPR8", 0, 0xF8F8'F8F8},
    {0xC00, "ICDICFR0", 0xAAAA'AAAA},
    {0xC04, "ICDICFR1", 0x7DC0'0000},
    {0xD04, "ICSPISR0", 0},
    {0xFE0, "ICPIDR0", 0x90},
    {0xFE4, "ICPIDR1", 0xB3},
    {0xFE8, "ICPIDR2", 0x1B},
    {0xFEC, "ICPIDR3", 0x00},
    {0xFF0, "ICCIDR0", 0x0D},
    {0xFF4, "ICCIDR1", 0xF0},
    {0xFF8, "ICCIDR2", 0x05},
    {0xFFC, "ICCIDR3", 0xB1},
};
inline constexpr std::uint32_t kDistributorReserved[]{0x00C, 0x07C, 0xE00, 0xF04};

inline constexpr Row kCpuInterface[]{
    {0x00, "ICCICR", 0, 0x1F}, {0x04, "ICCPMR", 0, 0xF8},     {0x08, "ICCBPR", 2},
    {0x0C, "ICCIAR", 0x3FF},   {0x14, "ICCRPR", 0xFF},        {0x18, "ICCHPIR", 0x3FF},
    {0x1C, "ICCABPR", 3},      {0xFC, "ICCIDR", 0x3901'243B},
};
inline constexpr std::uint32_t kCpuInterfaceReserved[]{0x20, 0x80, 0xF8};

}  // namespace linefill::golden
