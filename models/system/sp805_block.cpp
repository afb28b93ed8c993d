// SPDX-License-Identifier: Apache-2.0
#include "models/system/sp805_block.hpp"

#include <algorithm>

namespace linefill {

namespace {

constexpr std::uint32_t kInterruptEnable = 1U << 0;
constexpr std::uint32_t kResetEnable = 1U << 1;
constexpr std::uint32_t kUnlock = 0x1ACC'E551;

}  // namespace

// SP805 TRM, table 3-1.
const RegisterTable<Sp805Block>& Sp805Block::registers() {
  using enum Access;
  using R = Register<Sp805Block>;
  using W = Sp805Block;
  static constexpr R kRows[]{
      R{0x000, "WdogLoad", kReadWrite, 0xFFFF'FFFF}.computed(&W::load).on_write(&W::write_load),
      R{0x004, "WdogValue", kReadOnly, 0xFFFF'FFFF}.computed(&W::value),
      R{0x008, "WdogControl", kReadWrite}.computed(&W::control).on_write(&W::write_control),
      R{0x00C, "WdogIntClr", kWriteOnly}.on_write(&W::write_interrupt_clear),
      R{0x010, "WdogRIS", kReadOnly}.computed(&W::raw_status),
      R{0x014, "WdogMIS", kReadOnly}.computed(&W::masked_status),
      R{0xC00, "WdogLock", kReadWrite}.computed(&W::lock).on_write(&W::write_lock),
      R{0xFE0, "WdogPeriphID0", kReadOnly, 0x05},
      R{0xFE4, "WdogPeriphID1", kReadOnly, 0x18},
      R{0xFE8, "WdogPeriphID2", kReadOnly, 0x14},
      R{0xFEC, "WdogPeriphID3", kReadOnly, 0x00},
      R{0xFF0, "WdogPCellID0", kReadOnly, 0x0D},
      R{0xFF4, "WdogPCellID1", kReadOnly, 0xF0},
      R{0xFF8, "WdogPCellID2", kReadOnly, 0x05},
      R{0xFFC, "WdogPCellID3", kReadOnly, 0xB1},
  };
  static constexpr RegisterTable<W> kTable{kRows};
  return kTable;
}

void Sp805Block::reset() {
  load_ = 0xFFFF'FFFF;
  control_ = 0;
  raw_ = locked_ = reset_requested_ = false;
  restart(load_);
}

bool Sp805Block::counting() const {
  return (control_ & kInterruptEnable) != 0 && !reset_requested_;
}

void Sp805Block::restart(std::uint32_t count) {
  count_ = count;
  since_ = now_;
}

std::uint32_t Sp805Block::value() const {
  if (!counting()) return count_;
  return count_ - static_cast<std::uint32_t>((now_ - since_) / period_);
}

std::uint32_t Sp805Block::masked_status() const {
  return raw_ && (control_ & kInterruptEnable) != 0 ? 1 : 0;
}

Time Sp805Block::next_event() const {
  const bool decided = raw_ && (control_ & kResetEnable) == 0;
  if (!counting() || decided) return kNever;
  const std::int64_t ticks = std::max<std::int64_t>(count_, 1);
  return ticks > (kNever - since_) / period_ ? kNever : since_ + period_ * ticks;
}

void Sp805Block::advance(Time now) {
  now_ = std::max(now_, now);
  if (!counting()) return;
  const std::int64_t reload = std::max<std::int64_t>(load_, 1);
  std::int64_t ticks = (now_ - since_) / period_;
  const std::int64_t first = std::max<std::int64_t>(count_, 1);
  if (ticks < first) return;
  ticks -= first;
  const bool again = raw_ || ticks >= reload;
  raw_ = true;
  if (again && (control_ & kResetEnable) != 0) {
    reset_requested_ = true;
    count_ = 0;
    return;
  }
  since_ += period_ * (first + ticks / reload * reload);
  count_ = static_cast<std::uint32_t>(reload);
}

void Sp805Block::write_load(std::uint32_t value, const RegisterContext&) {
  if (locked_) return;
  load_ = value;
  restart(load_);
}

/// Enabling the interrupt reloads the counter (3.3.3).
void Sp805Block::write_control(std::uint32_t value, const RegisterContext&) {
  if (locked_) return;
  const bool was_counting = counting();
  const std::uint32_t count = this->value();
  control_ = value & (kInterruptEnable | kResetEnable);
  if (was_counting != counting()) restart(counting() ? load_ : count);
}

void Sp805Block::write_interrupt_clear(std::uint32_t, const RegisterContext&) {
  if (locked_) return;
  raw_ = false;
  restart(load_);
}

void Sp805Block::write_lock(std::uint32_t value, const RegisterContext&) {
  locked_ = value != kUnlock;
}

}  // namespace linefill
