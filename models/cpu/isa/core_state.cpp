// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/core_state.hpp"

#include <utility>

namespace linefill {

unsigned CoreState::bank_of(Mode mode) {
  switch (mode) {
    case Mode::kFiq:
      return 1;
    case Mode::kIrq:
      return 2;
    case Mode::kSupervisor:
      return 3;
    case Mode::kMonitor:
      return 4;
    case Mode::kAbort:
      return 5;
    case Mode::kUndefined:
      return 6;
    case Mode::kUser:
    case Mode::kSystem:
      break;
  }
  return 0;
}

bool CoreState::is_mode(std::uint32_t m) {
  switch (static_cast<Mode>(m)) {
    case Mode::kUser:
    case Mode::kFiq:
    case Mode::kIrq:
    case Mode::kSupervisor:
    case Mode::kMonitor:
    case Mode::kAbort:
    case Mode::kUndefined:
    case Mode::kSystem:
      return true;
  }
  return false;
}

std::uint32_t CoreState::nzcv() const {
  return (negative & psr::kN) | (zero_word == 0 ? psr::kZ : 0) | carry << 29 | overflow >> 31 << 28;
}

void CoreState::set_nzcv(std::uint32_t value) {
  negative = value & psr::kN;
  zero_word = (value & psr::kZ) != 0 ? 0 : 1;
  carry = value >> 29 & 1;
  overflow = value << 3 & psr::kN;
}

std::uint32_t CoreState::cpsr() const {
  const std::uint32_t it_bits = (it & 3U) << 25 | (it & 0xFCU) << 8;
  const std::uint32_t all = nzcv() | saturated << 27 | it_bits | ge << 16 |
                            (big_endian ? psr::kE : 0) | (mask_abort ? psr::kA : 0) |
                            (mask_irq ? psr::kI : 0) | (mask_fiq ? psr::kF : 0) |
                            (thumb ? psr::kT : 0) | static_cast<std::uint32_t>(mode_);
  return all & status_bits;
}

void CoreState::set_cpsr(std::uint32_t value) {
  value &= status_bits;
  set_nzcv(value);
  saturated = value >> 27 & 1;
  it = static_cast<std::uint8_t>((value >> 25 & 3) | (value >> 8 & 0xFC));
  ge = value >> 16 & 0xF;
  big_endian = (value & psr::kE) != 0;
  mask_abort = (value & psr::kA) != 0;
  mask_irq = (value & psr::kI) != 0;
  mask_fiq = (value & psr::kF) != 0;
  thumb = (value & psr::kT) != 0;
  if (is_mode(value & psr::kMode)) set_mode(static_cast<Mode>(value & psr::kMode));
}

void CoreState::set_mode(Mode mode) {
  if (mode == mode_) return;
  banks_[bank_of(mode_)] = {r[13], r[14]};
  const Bank& bank = banks_[bank_of(mode)];
  r[13] = bank.sp;
  r[14] = bank.lr;
  if ((mode == Mode::kFiq) != (mode_ == Mode::kFiq)) {
    for (unsigned i = 0; i < other_high_.size(); ++i) std::swap(r[8 + i], other_high_[i]);
  }
  mode_ = mode;
}

std::uint32_t CoreState::banked(Mode mode, unsigned n) const {
  if (n >= 8 && n <= 12 && (mode == Mode::kFiq) != (mode_ == Mode::kFiq)) return other_high_[n - 8];
  if ((n == 13 || n == 14) && bank_of(mode) != bank_of(mode_)) {
    const Bank& bank = banks_[bank_of(mode)];
    return n == 13 ? bank.sp : bank.lr;
  }
  return r[n];
}

void CoreState::set_banked(Mode mode, unsigned n, std::uint32_t value) {
  if (n >= 8 && n <= 12 && (mode == Mode::kFiq) != (mode_ == Mode::kFiq)) {
    other_high_[n - 8] = value;
  } else if ((n == 13 || n == 14) && bank_of(mode) != bank_of(mode_)) {
    Bank& bank = banks_[bank_of(mode)];
    (n == 13 ? bank.sp : bank.lr) = value;
  } else {
    r[n] = value;
  }
}

}  // namespace linefill
