// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "models/dma/pl330_block.hpp"

namespace linefill::pl330 {

// DDI 0424, table 3-1. The windows of the channels (FTR, CSR, SAR ...) are tables of `Thread`.
const RegisterTable<Block>& Block::registers() {
  using enum Access;
  using R = Register<Block>;
  using B = Block;
  static constexpr R kRows[]{
      R{0x000, "DSR", kReadOnly, 0}.computed(&B::peek_dsr),
      R{0x004, "DPC", kReadOnly, 0}.computed(&B::peek_dpc),
      R{0x020, "INTEN", kReadWrite, 0}.computed(&B::peek_inten).on_write(&B::write_inten),
      R{0x024, "INT_EVENT_RIS", kReadOnly, 0}.computed(&B::peek_ris),
      R{0x028, "INTMIS", kReadOnly, 0}.computed(&B::peek_intmis),
      R{0x02C, "INTCLR", kWriteOnly}.on_write(&B::write_intclr),
      R{0x030, "FSRD", kReadOnly, 0}.computed(&B::peek_fsrd),
      R{0x034, "FSRC", kReadOnly, 0}.computed(&B::peek_fsrc),
      R{0x038, "FTRD", kReadOnly, 0}.computed(&B::peek_ftrd),
      R{0xD00, "DBGSTATUS", kReadOnly, 0}.on_read(&B::read_debug_status),
      R{0xD04, "DBGCMD", kWriteOnly}.on_write(&B::write_debug_command),
      R{0xD08, "DBGINST0", kWriteOnly}.stores(&B::debug0_),
      R{0xD0C, "DBGINST1", kWriteOnly}.stores(&B::debug1_),
      R{0xE00, "CR0", kReadOnly}.computed(&B::peek_cr0),
      R{0xE04, "CR1", kReadOnly}.computed(&B::peek_cr1),
      R{0xE08, "CR2", kReadOnly}.computed(&B::peek_cr2),
      R{0xE0C, "CR3", kReadOnly}.computed(&B::peek_cr3),
      R{0xE10, "CR4", kReadOnly}.computed(&B::peek_cr4),
      R{0xE14, "CRD", kReadOnly}.computed(&B::peek_crd),
      R{0xE80, "WD", kReadWrite, 0}.stores(&B::watchdog_, 1),
      R{0xFE0, "periph_id_0", kReadOnly, 0x30},
      R{0xFE4, "periph_id_1", kReadOnly, 0x13},
      R{0xFE8, "periph_id_2", kReadOnly, 0x24},
      R{0xFEC, "periph_id_3", kReadOnly, 0x00},
      R{0xFF0, "pcell_id_0", kReadOnly, 0x0D},
      R{0xFF4, "pcell_id_1", kReadOnly, 0xF0},
      R{0xFF8, "pcell_id_2", kReadOnly, 0x05},
      R{0xFFC, "pcell_id_3", kReadOnly, 0xB1},
  };
  static constexpr RegisterTable<B> kTable{kRows};
  return kTable;
}

std::uint32_t Block::peek_dsr() const {
  const Thread& manager = executor_.manager();
  const bool waits = manager.state == State::kWaitingForEvent;
  return static_cast<std::uint32_t>(manager.state) | (waits ? manager.wakeup << 4 : 0U) |
         (manager.non_secure ? 1U << 9 : 0U);
}

std::uint32_t Block::peek_fsrc() const {
  std::uint32_t result = 0;
  for (const Thread& thread : executor_.threads()) {
    if (!thread.manager && thread.faulted()) result |= 1U << thread.number;
  }
  return result;
}

void Block::write_inten(std::uint32_t value, const RegisterContext& context) {
  const std::uint32_t implemented = config_.events == 32 ? ~0U : (1U << config_.events) - 1;
  const std::uint32_t written = implemented & writable_events(context);
  std::uint32_t& enable = executor_.events().enable;
  enable = (enable & ~written) | (value & written);
  wake(context.now);
}

// An event that is not an interrupt stays for DMAWFE.
void Block::write_intclr(std::uint32_t value, const RegisterContext& context) {
  executor_.events().raw &= ~(value & executor_.events().enable & writable_events(context));
}

// INTEN and INTCLR have the same bits.
std::uint32_t Block::writable_events(const RegisterContext& context) const {
  return context.attributes.secure ? ~0U : non_secure_bits(0x020);
}

std::uint32_t Block::non_secure_channels() const {
  std::uint32_t result = 0;
  for (const Thread& thread : executor_.threads()) {
    if (!thread.manager && thread.non_secure) result |= 1U << thread.number;
  }
  return result;
}

// TRM 2.11: a non-secure access has to do with non-secure state only: the manager's if DNS is 1, a
// channel's if its CNS is, an event's if its bit in CR3 is. What the parts are is no secret.
std::uint32_t Block::non_secure_bits(std::uint32_t offset) const {
  const auto if_channel = [&](std::uint32_t number) {
    return (non_secure_channels() >> number & 1U) != 0 ? ~0U : 0U;
  };
  if (offset - 0x020 < 0x10) return config_.non_secure_events;
  if (offset - 0x034 < 4) return non_secure_channels();
  if (offset - 0x040 < 4 * kMaxChannels) return if_channel((offset - 0x040) / 4);
  if (offset - 0x100 < 8 * kMaxChannels) return if_channel((offset - 0x100) / 8);
  if (offset - 0x400 < 0x20 * kMaxChannels) return if_channel((offset - 0x400) / 0x20);
  const bool identification = offset - 0xE00 < 0x18 || offset >= 0xFE0;
  return identification || executor_.manager().non_secure ? ~0U : 0U;
}

std::uint32_t Block::read_debug_status(const RegisterContext& context) {
  return context.now < debug_busy_until_ ? 1 : 0;
}

void Block::write_debug_command(std::uint32_t value, const RegisterContext& context) {
  const Origin& origin = context.attributes.origin;
  const unsigned number = debug0_ >> 8 & 7U;
  const bool for_channel = (debug0_ & 1) != 0;
  if ((value & 3) != 0 || context.now < debug_busy_until_ ||
      (for_channel && number >= config_.channels)) {
    log_.guest_error("debug instruction not executed: DBGCMD ", hex(value), ", DBGINST0 ",
                     hex(debug0_), context.now < debug_busy_until_ ? ", while busy" : "", ", pc ",
                     hex(origin.pc));
    return;
  }
  Thread& thread = for_channel ? executor_.channel(number) : executor_.manager();
  if (!context.attributes.secure && !(executor_.manager().non_secure && thread.non_secure)) {
    log_.guest_error("non-secure debug instruction for a secure thread: ignored, pc ",
                     hex(origin.pc));
    return;
  }
  const auto opcode = static_cast<std::uint8_t>(debug0_ >> 16);
  if (thread.faulted() && opcode != kOpcodeKill) {
    log_.guest_error("debug instruction ", hex(opcode, 2),
                     " for a faulting thread, which takes only DMAKILL, pc ", hex(origin.pc));
    return;
  }
  Instruction instruction{opcode, static_cast<std::uint8_t>(debug0_ >> 24)};
  for (unsigned i = 0; i < 4; ++i)
    instruction[2 + i] = static_cast<std::uint8_t>(debug1_ >> (8 * i));
  executor_.execute_debug(thread, instruction, origin, context.now);
  debug_busy_until_ = context.now + 2 * config_.period;
  wake(context.now);
}

}  // namespace linefill::pl330
