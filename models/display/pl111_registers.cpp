// SPDX-License-Identifier: Apache-2.0
#include "models/display/pl111_block.hpp"

namespace linefill::pl111 {

// DDI 0293, table 3-1. Palette and cursor image are memory: `ram`.
const RegisterTable<Block>& Block::registers() {
  using enum Access;
  using R = Register<Block>;
  using B = Block;
  static constexpr R kRows[]{
      R{0x000, "LCDTiming0", kReadWrite, 0}.stores(&B::tim0_, 0xFFFF'FFFC),
      R{0x004, "LCDTiming1", kReadWrite, 0}.stores(&B::tim1_),
      R{0x008, "LCDTiming2", kReadWrite, 0}.stores(&B::tim2_, 0xFFFF'7FFF),
      R{0x00C, "LCDTiming3", kReadWrite, 0}.stores(&B::tim3_, 0x0001'007F),
      R{0x010, "LCDUPBASE", kReadWrite, 0}.stores(&B::upbase_, 0xFFFF'FFF8),
      R{0x014, "LCDLPBASE", kReadWrite, 0}.stores(&B::lpbase_, 0xFFFF'FFF8),
      R{0x018, "LCDControl", kReadWrite, 0}
          .stores(&B::control_, 0x0001'BFFF)
          .on_write(&B::write_control),
      R{0x01C, "LCDIMSC", kReadWrite, 0}.stores(&B::mask_, 0x1E),
      R{0x020, "LCDRIS", kReadOnly, 0}.stores(&B::raw_),
      R{0x024, "LCDMIS", kReadOnly, 0}.computed(&B::peek_mis),
      R{0x028, "LCDICR", kWriteOnly}.on_write(&B::write_icr),
      R{0x02C, "LCDUPCURR", kReadOnly, 0}.computed(&B::peek_upcurr),
      R{0x030, "LCDLPCURR", kReadOnly, 0},
      R{0xC00, "ClcdCrsrCtrl", kReadWrite, 0}.stores(&B::cursor_control_, 0x31),
      R{0xC04, "ClcdCrsrConfig", kReadWrite, 0}.stores(&B::cursor_config_, 0x3),
      R{0xC08, "ClcdCrsrPalette0", kReadWrite, 0}.stores(&B::cursor_palette0_, 0x00FF'FFFF),
      R{0xC0C, "ClcdCrsrPalette1", kReadWrite, 0}.stores(&B::cursor_palette1_, 0x00FF'FFFF),
      R{0xC10, "ClcdCrsrXY", kReadWrite, 0}.stores(&B::cursor_xy_, 0x03FF'03FF),
      R{0xC14, "ClcdCrsrClip", kReadWrite, 0}.stores(&B::cursor_clip_, 0x0000'3F3F),
      R{0xC20, "ClcdCrsrIMSC", kReadWrite, 0}.stores(&B::cursor_mask_, 0x1),
      R{0xC24, "ClcdCrsrICR", kWriteOnly}.on_write(&B::write_cursor_icr),
      R{0xC28, "ClcdCrsrRIS", kReadOnly, 0}.stores(&B::cursor_raw_),
      R{0xC2C, "ClcdCrsrMIS", kReadOnly, 0}.computed(&B::peek_cursor_mis),
      R{0xFE0, "CLCDPERIPHID0", kReadOnly, 0x11},
      R{0xFE4, "CLCDPERIPHID1", kReadOnly, 0x11},
      R{0xFE8, "CLCDPERIPHID2", kReadOnly, 0x24},
      R{0xFEC, "CLCDPERIPHID3", kReadOnly, 0x00},
      R{0xFF0, "CLCDPCELLID0", kReadOnly, 0x0D},
      R{0xFF4, "CLCDPCELLID1", kReadOnly, 0xF0},
      R{0xFF8, "CLCDPCELLID2", kReadOnly, 0x05},
      R{0xFFC, "CLCDPCELLID3", kReadOnly, 0xB1},
  };
  static constexpr RegisterTable<B> kTable{kRows};
  return kTable;
}

std::uint32_t* Block::ram(std::uint32_t offset) {
  if (offset >= 0x200 && offset < 0x400) return &palette_[(offset - 0x200) / 4];
  if (offset >= 0x800 && offset < 0xC00) return &cursor_image_[(offset - 0x800) / 4];
  return nullptr;
}

const std::uint32_t* Block::ram(std::uint32_t offset) const {
  if (offset >= 0x200 && offset < 0x400) return &palette_[(offset - 0x200) / 4];
  if (offset >= 0x800 && offset < 0xC00) return &cursor_image_[(offset - 0x800) / 4];
  return nullptr;
}

std::uint32_t Block::peek_upcurr() const {
  return base_ + static_cast<std::uint32_t>(fetched_ * 8);
}

void Block::write_control(std::uint32_t value, const RegisterContext& context) {
  const Control asked{value};
  if (asked.enabled() && asked.dual_panel()) {
    log_.guest_error("LCDControl ", hex(value), ": a dual panel is shown as a single one, pc ",
                     hex(context.attributes.origin.pc));
  }
  if (asked.enabled() == running_) return;
  running_ = asked.enabled();
  if (running_) started_by_ = context.attributes.origin.pc;
  if (running_) start_frame(context.now);
  schedule();
}

void Block::write_icr(std::uint32_t value, const RegisterContext& /*context*/) { raw_ &= ~value; }
void Block::write_cursor_icr(std::uint32_t value, const RegisterContext& /*context*/) {
  cursor_raw_ &= ~value;
}

}  // namespace linefill::pl111
