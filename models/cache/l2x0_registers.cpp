// SPDX-License-Identifier: Apache-2.0
// The register summary of the L2C-310 TRM (DDI 0246), table 3-2, and what of it the L220 (DDI 0329)
// and the L210 (DDI 0284) have.
#include <array>
#include <cstddef>
#include <utility>

#include "models/cache/l2x0_block.hpp"

namespace linefill {

namespace {

/// What the L220 has not: RAM latencies (they are in AUX_CTRL), lockdown by master and by line,
/// address filtering, prefetch and power control.
constexpr bool in_l220(std::uint32_t offset) {
  return offset != 0x108 && offset != 0x10C && offset != 0x740 &&
         (offset < 0x908 || offset == 0xF40);
}

/// The L210 counts no events and has no interrupts.
constexpr bool in_l210(std::uint32_t offset) { return in_l220(offset) && offset >> 8 != 2; }

template <class Row, std::size_t kCount>
struct Rows {
  Row rows[kCount];
};

/// The rows at the offsets that `wanted` takes; kCount of them.
template <std::size_t kCount, class Row, std::size_t kAll>
consteval Rows<Row, kCount> rows_where(const Row (&all)[kAll], bool (*wanted)(std::uint32_t)) {
  std::array<std::size_t, kCount> index{};
  std::size_t found = 0;
  for (std::size_t i = 0; i < kAll; ++i) {
    if (wanted(all[i].offset)) index[found++] = i;
  }
  if (found != kCount) throw "not as many rows as said";
  return [&]<std::size_t... kIndex>(std::index_sequence<kIndex...>) {
    return Rows<Row, kCount>{{all[index[kIndex]]...}};
  }
  (std::make_index_sequence<kCount>{});
}

}  // namespace

// NOLINTNEXTLINE(readability-function-size): a table.
const RegisterTable<L2x0Block>& L2x0Block::registers(L2Part part) {
  using enum Access;
  using R = Register<L2x0Block>;
  using B = L2x0Block;
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
      R{0x730, "reg7_cache_sync", kReadWrite}
          .computed(&B::in_background)
          .on_write(&B::write_sync<false>),
      // The second address of the same operation that Linux uses on r3p0.
      R{0x740, "reg7_dummy", kReadWrite}.computed(&B::in_background).on_write(&B::write_sync<true>),
      R{0x770, "reg7_inv_pa", kReadWrite}
          .computed(&B::in_background)
          .on_write(&B::write_address<Kind::kInvalidate>),
      R{0x77C, "reg7_inv_way", kReadWrite}
          .computed(&B::pending_ways<Kind::kInvalidate>)
          .on_write(&B::write_ways<Kind::kInvalidate>),
      R{0x7B0, "reg7_clean_pa", kReadWrite}
          .computed(&B::in_background)
          .on_write(&B::write_address<Kind::kClean>),
      R{0x7B8, "reg7_clean_index", kReadWrite}
          .computed(&B::in_background)
          .on_write(&B::write_index<Kind::kClean>),
      R{0x7BC, "reg7_clean_way", kReadWrite}
          .computed(&B::pending_ways<Kind::kClean>)
          .on_write(&B::write_ways<Kind::kClean>),
      R{0x7F0, "reg7_clean_inv_pa", kReadWrite}
          .computed(&B::in_background)
          .on_write(&B::write_address<Kind::kCleanInvalidate>),
      R{0x7F8, "reg7_clean_inv_index", kReadWrite}
          .computed(&B::in_background)
          .on_write(&B::write_index<Kind::kCleanInvalidate>),
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
      R{0xF80, "reg15_power_ctrl", kReadWrite}
          .computed(&B::power_control)
          .on_write(&B::write_power_control),
  };
  static constexpr auto kL220Rows = rows_where<25>(kRows, in_l220);
  static constexpr auto kL210Rows = rows_where<16>(kRows, in_l210);
  static constexpr RegisterTable<B> kL310{kRows};
  static constexpr RegisterTable<B> kL220{kL220Rows.rows};
  static constexpr RegisterTable<B> kL210{kL210Rows.rows};
  return part == L2Part::kL210 ? kL210 : part == L2Part::kL220 ? kL220 : kL310;
}

}  // namespace linefill
