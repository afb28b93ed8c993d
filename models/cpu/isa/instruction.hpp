// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "models/core/address.hpp"

namespace linefill {

class Executor;
struct CacheLine;
struct Instruction;

/// Executes one instruction whose condition has passed. True: go on with the next one in the line.
/// False: `Executor::next` and CoreState (thumb, it) say where execution goes on, after a new
/// fetch.
using Handler = bool (*)(Executor&, const Instruction&);

inline constexpr std::uint8_t kAlways = 14;
/// No ITSTATE: the slot is not decoded.
inline constexpr std::uint8_t kNotDecoded = 0xFF;

/// One decoded instruction. It does not depend on its address: a line may be mapped twice.
struct Instruction {
  Handler handler = nullptr;
  std::uint32_t immediate = 0;  ///< Constant, displacement, or register list.
  std::uint32_t word = 0;  ///< As fetched; T32: first halfword in the upper half if there are two.
  std::uint8_t condition = kAlways;
  std::uint8_t length = 4;        ///< Bytes.
  std::uint8_t ahead = 8;         ///< What r15 reads more than the instruction's address.
  std::uint8_t cycles = 1;        ///< Issue and static stalls (executor.hpp, `cost`).
  std::uint8_t it = kNotDecoded;  ///< ITSTATE that it executes under.
  std::uint8_t it_after = 0;      ///< ITSTATE of its successor.
  std::uint8_t d = 0;             ///< Destination or transferred register.
  std::uint8_t n = 0;             ///< First operand or base.
  std::uint8_t m = 0;             ///< Second operand or offset.
  std::uint8_t a = 0;       ///< Accumulator, shift amount register, second transferred register.
  std::uint8_t shift = 0;   ///< Shift amount, lsb, option.
  std::uint8_t kind = 0;    ///< Shift type, carry of a constant, operation of a family.
  std::uint16_t reads = 0;  ///< Registers that must be there at issue.
  /// Registers that are there `latency` cycles after the next issue: its own, else the latest of
  /// those before it in the line.
  std::uint16_t late = 0;
  std::uint8_t latency = 0;
  std::uint8_t extra = 0;  ///< Second transferred register, or what is transferred.
  std::uint8_t needs = 0;  ///< Of CPACR and FPEXC: see extension_access.hpp.
  /// D registers that are there `latency` cycles after the next issue: the first in bits 4 to 0,
  /// how many in bits 7 to 5.
  std::uint8_t late_vectors = 0;
  std::uint32_t vector_reads = 0;  ///< D registers that must be there at issue.

  void uses(unsigned reg) { reads = static_cast<std::uint16_t>(reads | 1U << reg); }
  void gives_late(unsigned reg, std::uint8_t cycles_later) {
    late = static_cast<std::uint16_t>(late | 1U << reg);
    latency = cycles_later;
  }
  void uses_vectors(unsigned first, unsigned count) {
    vector_reads |= ((1U << count) - 1) << first;
  }
  void gives_vectors_late(unsigned first, unsigned count, std::uint8_t cycles_later) {
    late_vectors = static_cast<std::uint8_t>(count << 5 | first);
    latency = cycles_later;
  }
};

/// A 32-byte line of code, decoded as far as it has been executed. Slots of T32 are by halfword;
/// A32 uses the first eight, by word.
struct alignas(64) DecodedLine {
  static constexpr unsigned kSlots = kLineBytes / 2;
  static constexpr unsigned slot_bytes(bool thumb) { return thumb ? 2 : 4; }
  static constexpr unsigned slot_of(std::uint32_t address, bool thumb) {
    return address % kLineBytes >> (thumb ? 1U : 2U);
  }
  static constexpr unsigned slots_used(bool thumb) { return kLineBytes / slot_bytes(thumb); }

  /// Which cache line shows these bytes; a line that is not the owner does not.
  const CacheLine* owner = nullptr;
  /// What was decoded: beside what is needed first when it is executed.
  std::array<std::byte, kLineBytes> bytes{};
  /// By slot: the cycles from where decoding began until its instruction has issued.
  std::array<std::uint16_t, kSlots> passed{};
  /// By slot: the registers that are read so soon that a result from before it can be late.
  std::array<std::uint16_t, kSlots> soon{};
  std::array<Instruction, kSlots> slots{};
  /// What the T32 instruction that begins in the last halfword was when last executed.
  Instruction straddling{};
};

}  // namespace linefill
