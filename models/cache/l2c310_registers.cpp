// SPDX-License-Identifier: Apache-2.0
// The register summary of the L2C-310 TRM (DDI 0246), table 3-2.
#include "models/cache/l2c310_block.hpp"

namespace linefill {

const RegisterTable<L2c310Block>& L2c310Block::registers() {
  using enum Access;
  using R = Register<L2c310Block>;
  using B = L2c310Block;
  static constexpr R kRows[]{
      R{0x000, "reg0_cache_id", kReadOnly}.computed(&B::cache_id),
      R{0x004, "reg0_cache_type", kReadOnly}.computed(&B::cache_type),
      R{0x100, "reg1_control", kReadWrite}.computed(&B::control).on_write(&B::write_control),
      R{0x104, "reg1_aux_control", kReadWrite}.computed(&B::aux).on_write(&B::write_aux),
      R{0x108, "reg1_tag_ram_control", kReadWrite}
          .computed(&B::tag_latency)
          .on_write(&B::write_tag_latency),
      R{0x10C, "reg1_data_ram_control", kReadWrite}
          .computed(&B::data_latency)
          .on_write(&B::write_data_latency),
      R{0x200, "reg2_ev_counter_ctrl", kReadWrite}
          .computed(&B::event_control)
          .on_write(&B::write_event_control),
      R{0x204, "reg2_ev_counter1_cfg", kReadWrite}
          .computed(&B::event_configuration<1>)
          .on_write(&B::write_event_configuration<1>),
      R{0x208, "reg2_ev_counter0_cfg", kReadWrite}
          .computed(&B::event_configuration<0>)
          .on_write(&B::write_event_configuration<0>),
      R{0x20C, "reg2_ev_counter1", kReadWrite}
          .computed(&B::event_value<1>)
          .on_write(&B::write_event_value<1>),
      R{0x210, "reg2_ev_counter0", kReadWrite}
          .computed(&B::event_value<0>)
          .on_write(&B::write_event_value<0>),
      R{0x214, "reg2_int_mask", kReadWrite}
          .computed(&B::interrupt_mask)
          .on_write(&B::write_interrupt_mask),
      R{0x218, "reg2_int_mask_status", kReadOnly}.computed(&B::interrupt_masked),
      R{0x21C, "reg2_int_raw_status", kReadOnly}.computed(&B::interrupt_raw),
      R{0x220, "reg2_int_clear", kWriteOnly}.on_write(&B::write_interrupt_clear),
      R{0x730, "reg7_cache_sync", kReadWrite}.computed(&B::done).on_write(&B::write_sync),
      // The second address of the same operation that Linux uses on r3p0.
      R{0x740, "reg7_dummy", kReadWrite}.computed(&B::done).on_write(&B::write_dummy_sync),
      R{0x770, "reg7_inv_pa", kReadWrite}.computed(&B::done).on_write(
          &B::write_address<Kind::kInvalidate>),
      R{0x77C, "reg7_inv_way", kReadWrite}
          .computed(&B::pending_ways<Kind::kInvalidate>)
          .on_write(&B::write_ways<Kind::kInvalidate>),
      R{0x7B0, "reg7_clean_pa", kReadWrite}.computed(&B::done).on_write(
          &B::write_address<Kind::kClean>),
      R{0x7B8, "reg7_clean_index", kReadWrite}.computed(&B::done).on_write(
          &B::write_index<Kind::kClean>),
      R{0x7BC, "reg7_clean_way", kReadWrite}
          .computed(&B::pending_ways<Kind::kClean>)
          .on_write(&B::write_ways<Kind::kClean>),
      R{0x7F0, "reg7_clean_inv_pa", kReadWrite}.computed(&B::done).on_write(
          &B::write_address<Kind::kCleanInvalidate>),
      R{0x7F8, "reg7_clean_inv_index", kReadWrite}.computed(&B::done).on_write(
          &B::write_index<Kind::kCleanInvalidate>),
      R{0x7FC, "reg7_clean_inv_way", kReadWrite}
          .computed(&B::pending_ways<Kind::kCleanInvalidate>)
          .on_write(&B::write_ways<Kind::kCleanInvalidate>),
      R{0x900, "reg9_d_lockdown0", kReadWrite}
          .computed(&B::data_lockdown<0>)
          .on_write(&B::write_data_lockdown<0>),
      R{0x904, "reg9_i_lockdown0", kReadWrite}
          .computed(&B::instruction_lockdown<0>)
          .on_write(&B::write_instruction_lockdown<0>),
      R{0x908, "reg9_d_lockdown1", kReadWrite}
          .computed(&B::data_lockdown<1>)
          .on_write(&B::write_data_lockdown<1>),
      R{0x90C, "reg9_i_lockdown1", kReadWrite}
          .computed(&B::instruction_lockdown<1>)
          .on_write(&B::write_instruction_lockdown<1>),
      R{0x910, "reg9_d_lockdown2", kReadWrite}
          .computed(&B::data_lockdown<2>)
          .on_write(&B::write_data_lockdown<2>),
      R{0x914, "reg9_i_lockdown2", kReadWrite}
          .computed(&B::instruction_lockdown<2>)
          .on_write(&B::write_instruction_lockdown<2>),
      R{0x918, "reg9_d_lockdown3", kReadWrite}
          .computed(&B::data_lockdown<3>)
          .on_write(&B::write_data_lockdown<3>),
      R{0x91C, "reg9_i_lockdown3", kReadWrite}
          .computed(&B::instruction_lockdown<3>)
          .on_write(&B::write_instruction_lockdown<3>),
      R{0x920, "reg9_d_lockdown4", kReadWrite}
          .computed(&B::data_lockdown<4>)
          .on_write(&B::write_data_lockdown<4>),
      R{0x924, "reg9_i_lockdown4", kReadWrite}
          .computed(&B::instruction_lockdown<4>)
          .on_write(&B::write_instruction_lockdown<4>),
      R{0x928, "reg9_d_lockdown5", kReadWrite}
          .computed(&B::data_lockdown<5>)
          .on_write(&B::write_data_lockdown<5>),
      R{0x92C, "reg9_i_lockdown5", kReadWrite}
          .computed(&B::instruction_lockdown<5>)
          .on_write(&B::write_instruction_lockdown<5>),
      R{0x930, "reg9_d_lockdown6", kReadWrite}
          .computed(&B::data_lockdown<6>)
          .on_write(&B::write_data_lockdown<6>),
      R{0x934, "reg9_i_lockdown6", kReadWrite}
          .computed(&B::instruction_lockdown<6>)
          .on_write(&B::write_instruction_lockdown<6>),
      R{0x938, "reg9_d_lockdown7", kReadWrite}
          .computed(&B::data_lockdown<7>)
          .on_write(&B::write_data_lockdown<7>),
      R{0x93C, "reg9_i_lockdown7", kReadWrite}
          .computed(&B::instruction_lockdown<7>)
          .on_write(&B::write_instruction_lockdown<7>),
      R{0x950, "reg9_lock_line_en", kReadWrite}
          .computed(&B::lock_line_enable)
          .on_write(&B::write_lock_line_enable),
      R{0x954, "reg9_unlock_way", kReadWrite}
          .computed(&B::pending_ways<Kind::kUnlock>)
          .on_write(&B::write_ways<Kind::kUnlock>),
      R{0xC00, "reg12_addr_filtering_start", kReadWrite}.stores(&B::filter_start_, 0xFFF0'0001),
      R{0xC04, "reg12_addr_filtering_end", kReadWrite}.stores(&B::filter_end_, 0xFFF0'0000),
      R{0xF40, "reg15_debug_ctrl", kReadWrite}
          .computed(&B::debug_control)
          .on_write(&B::write_debug_control),
      R{0xF60, "reg15_prefetch_ctrl", kReadWrite}
          .computed(&B::prefetch_control)
          .on_write(&B::write_prefetch_control),
      R{0xF80, "reg15_power_ctrl", kReadWrite}.stores(&B::power_control_, 3),
  };
  static constexpr RegisterTable<B> kTable{kRows};
  return kTable;
}

}  // namespace linefill
