// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "models/cpu/isa/extension_registers.hpp"

namespace linefill {

/// CPSR.M (ARM DDI 0406C, B1.3.1).
enum class Mode : std::uint8_t {
  kUser = 0x10,
  kFiq = 0x11,
  kIrq = 0x12,
  kSupervisor = 0x13,
  kMonitor = 0x16,
  kAbort = 0x17,
  kUndefined = 0x1B,
  kSystem = 0x1F,
};

/// The bits of CPSR and SPSR (B1.3.3).
namespace psr {
inline constexpr std::uint32_t kMode = 0x1F;
inline constexpr std::uint32_t kT = 1U << 5;
inline constexpr std::uint32_t kF = 1U << 6;
inline constexpr std::uint32_t kI = 1U << 7;
inline constexpr std::uint32_t kA = 1U << 8;
inline constexpr std::uint32_t kE = 1U << 9;
inline constexpr std::uint32_t kGe = 0xFU << 16;
inline constexpr std::uint32_t kJ = 1U << 24;
inline constexpr std::uint32_t kIt = 0x0600'FC00;
inline constexpr std::uint32_t kQ = 1U << 27;
inline constexpr std::uint32_t kV = 1U << 28;
inline constexpr std::uint32_t kC = 1U << 29;
inline constexpr std::uint32_t kZ = 1U << 30;
inline constexpr std::uint32_t kN = 1U << 31;
}  // namespace psr

/// ConditionPassed (A8.3.1) of these flags; 14 and 15 are always.
constexpr bool condition_holds(unsigned condition, bool n, bool z, bool c, bool v) {
  bool result = true;
  switch (condition >> 1) {
    case 0:
      result = z;
      break;
    case 1:
      result = c;
      break;
    case 2:
      result = n;
      break;
    case 3:
      result = v;
      break;
    case 4:
      result = c && !z;
      break;
    case 5:
      result = n == v;
      break;
    case 6:
      result = !z && n == v;
      break;
    default:
      return true;
  }
  return result != ((condition & 1) != 0);
}

/// By condition, a bit for each value of NZCV. A table asks no flag in particular: the host has
/// nothing to predict.
inline constexpr std::array<std::uint16_t, 16> kConditionTable = [] {
  std::array<std::uint16_t, 16> table{};
  for (unsigned condition = 0; condition < 16; ++condition) {
    for (unsigned nzcv = 0; nzcv < 16; ++nzcv) {
      const bool holds = condition_holds(condition, (nzcv & 8) != 0, (nzcv & 4) != 0,
                                         (nzcv & 2) != 0, (nzcv & 1) != 0);
      if (holds) table[condition] = static_cast<std::uint16_t>(table[condition] | 1U << nzcv);
    }
  }
  return table;
}();

/// The registers of one core: those of the current mode in `r`, the others in banks. Flags are kept
/// apart, as instructions produce them; CPSR is put together on demand.
class CoreState {
 public:
  /// r[15] is, while an instruction executes, its address plus 8 (A32) or 4 (T32).
  std::array<std::uint32_t, 16> r{};

  std::uint32_t negative = 0;   ///< N is bit 31.
  std::uint32_t zero_word = 1;  ///< Z is set if this is 0.
  std::uint32_t carry = 0;      ///< C: 0 or 1.
  std::uint32_t overflow = 0;   ///< V is bit 31.
  std::uint32_t saturated = 0;  ///< Q: 0 or 1.
  std::uint32_t ge = 0;         ///< GE[3:0].
  /// ITSTATE of the instruction to be executed next, valid between blocks; see Instruction::it.
  std::uint8_t it = 0;
  bool thumb = false;
  bool big_endian = false;
  bool mask_abort = true;
  bool mask_irq = true;
  bool mask_fiq = true;
  /// VFP and Advanced SIMD.
  ExtensionRegisters extension;

  /// Of CPSR and SPSR: those that this core has.
  std::uint32_t status_bits = 0xFFFF'FFFF;

  Mode mode() const { return mode_; }
  bool privileged() const { return mode_ != Mode::kUser; }
  bool has_spsr() const { return bank_of(mode_) != 0; }
  /// True for the values of CPSR.M that this core has.
  static bool is_mode(std::uint32_t m);
  /// Whether SPSR is there and holds a mode that is.
  bool has_mode_to_return_to() const { return has_spsr() && is_mode(spsr() & psr::kMode); }

  void set_nz(std::uint32_t result) { negative = zero_word = result; }
  void set_nz(std::uint64_t result) {
    negative = static_cast<std::uint32_t>(result >> 32);
    zero_word = negative | static_cast<std::uint32_t>(result);
  }
  /// N, Z, C, V in bits 31 to 28.
  std::uint32_t nzcv() const;
  void set_nzcv(std::uint32_t value);

  std::uint32_t cpsr() const;
  /// Sets every bit; an illegal mode leaves the mode as it was (UNPREDICTABLE).
  void set_cpsr(std::uint32_t value);
  /// Moves the banked registers.
  void set_mode(Mode mode);

  std::uint32_t spsr() const { return spsr_[bank_of(mode_)]; }
  void set_spsr(std::uint32_t value) { spsr_[bank_of(mode_)] = value & status_bits; }

  /// Register n (0 to 14) as another mode sees it: STM (user registers), SRS, debuggers.
  std::uint32_t banked(Mode mode, unsigned n) const;
  void set_banked(Mode mode, unsigned n, std::uint32_t value);

  /// Whether a condition holds. Where it is known at compile time, only its flags are looked at.
  template <unsigned condition>
  bool passed() const {
    return condition_holds(condition, negative >> 31 != 0, zero_word == 0, carry != 0,
                           overflow >> 31 != 0);
  }
  bool passed(unsigned condition) const {
    const unsigned nzcv =
        (negative >> 31) << 3 | (zero_word == 0 ? 4U : 0U) | carry << 1 | overflow >> 31;
    return (kConditionTable[condition] >> nzcv & 1U) != 0;
  }

 private:
  struct Bank {
    std::uint32_t sp = 0;
    std::uint32_t lr = 0;
  };
  static constexpr unsigned kBanks = 7;
  /// 0 is User and System.
  static unsigned bank_of(Mode mode);

  Mode mode_ = Mode::kSupervisor;
  std::array<Bank, kBanks> banks_{};           ///< The current mode's entry is stale.
  std::array<std::uint32_t, 5> other_high_{};  ///< r8 to r12: FIQ's, or while in FIQ the others'.
  std::array<std::uint32_t, kBanks> spsr_{};
};

}  // namespace linefill
