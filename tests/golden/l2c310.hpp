// SPDX-License-Identifier: Apache-2.0
// L2C-310 r3p2 of 512 KiB in 8 ways, DDI 0246, table 3-1; latencies as the Zynq resets them.
// reg0_cache_type follows the build options of an instance and is not compared.
#pragma once

#include "tests/golden/golden.hpp"

namespace linefill::golden {

inline constexpr Row kL2c310[]{
    {0x000, "reg0_cache_id", 0x4100'00C8},
    {0x100, "reg1_control", 0},
    {0x104, "reg1_aux_control", 0x0206'0000},
    {0x108, "reg1_tag_ram_control", 0x777, 0x777},
    {0x10C, "reg1_data_ram_control", 0x777, 0x777},
    {0x200, "reg2_ev_counter_ctrl", 0, 1},
    {0x204, "reg2_ev_counter1_cfg", 0, 0x3F},
    {0x208, "reg2_ev_counter0_cfg", 0, 0x3F},
    {0x20C, "reg2_ev_counter1", 0, 0xFFFF'FFFF},
    {0x210, "reg2_ev_counter0", 0, 0xFFFF'FFFF},
    {0x214, "reg2_int_mask", 0, 0x1FF},
    {0x218, "reg2_int_mask_status", 0},
    {0x21C, "reg2_int_raw_status", 0},
    {0x730, "reg7_cache_sync", 0},
    {0x770, "reg7_inv_pa", 0},
    {0x77C, "reg7_inv_way", 0},
    {0x7B0, "reg7_clean_pa", 0},
    {0x7B8, "reg7_clean_index", 0},
    {0x7BC, "reg7_clean_way", 0},
    {0x7F0, "reg7_clean_inv_pa", 0},
    {0x7F8, "reg7_clean_inv_index", 0},
    {0x7FC, "reg7_clean_inv_way", 0},
    {0x900, "reg9_d_lockdown0", 0, 0xFF},
    {0x904, "reg9_i_lockdown0", 0, 0xFF},
    {0x950, "reg9_lock_line_en", 0, 1},
    {0x954, "reg9_unlock_way", 0},
    {0xC00, "reg12_addr_filtering_start", 0, 0xFFF0'0001},
    {0xC04, "reg12_addr_filtering_end", 0, 0xFFF0'0000},
    {0xF40, "reg15_debug_ctrl", 0, 0x3},
    {0xF60, "reg15_prefetch_ctrl", 0},
    {0xF80, "reg15_power_ctrl", 0, 0x3},
};
inline constexpr std::uint32_t kL2c310Reserved[]{0x008, 0x110, 0x224, 0x744, 0x940, 0xC08, 0xF84};

}  // namespace linefill::golden
