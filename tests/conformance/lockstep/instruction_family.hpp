// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "models/cpu/isa/encoding.hpp"
#include "models/cpu/isa/instruction_set.hpp"
#include "tests/conformance/lockstep/machine_state.hpp"

namespace linefill::test {

/// Random numbers as generators want them.
class Dice {
 public:
  explicit Dice(std::mt19937_64& random) : random_{random} {}

  std::uint64_t bits() { return random_(); }
  std::uint32_t word() { return static_cast<std::uint32_t>(random_()); }
  std::uint32_t number(std::uint32_t below) {
    return static_cast<std::uint32_t>(random_() % below);
  }
  bool chance(unsigned percent) { return number(100) < percent; }

 private:
  std::mt19937_64& random_;
};

/// Before an instruction: gives registers the values that it needs, by code or at once.
class Preparation {
 public:
  Preparation(Code& code, bool thumb) : code_{&code}, thumb_{thumb} {}
  explicit Preparation(MachineState& state) : state_{&state} {}

  /// Moves `value` there, unless an instruction of this unit, which may be an IT block, has chosen
  /// a value for `reg` already. PC keeps its value, too.
  void set(unsigned reg, std::uint32_t value);

 private:
  Code* code_ = nullptr;
  MachineState* state_ = nullptr;
  bool thumb_ = false;
  std::uint32_t used_ = 1U << 15;
};

/// What is done with the instructions of a row.
enum class RowUse : std::uint8_t {
  kStream,    ///< In straight-line streams.
  kBranch,    ///< One at a time: it changes the PC.
  kExcluded,  ///< Not compared here: see `tested_elsewhere`.
};

struct Candidate {
  const Encoding* row = nullptr;
  std::uint32_t word = 0;  ///< As code has it.
  bool thumb = false;
  std::uint8_t it = 0;  ///< ITSTATE that it executes under.

  /// A word of code, first halfword in the upper half.
  bool wide() const { return !thumb || word > 0xFFFF; }
  Instruction decoded() const { return thumb ? decode_t32(word, it) : decode_a32(word); }
};

/// A part of the instruction set: its decode tables, and what it takes to make instructions of
/// their rows that can be compared. A new family is added to `instruction_families`.
class InstructionFamily {
 public:
  virtual ~InstructionFamily() = default;

  virtual std::span<const EncodingTable* const> tables(bool thumb) const = 0;
  virtual RowUse use_of(const Encoding& row) const = 0;
  /// A random word of a row: its fixed bits, and fields that are worth trying. As the table has it.
  virtual std::uint32_t random_word(const Encoding& row, bool thumb, Dice& dice) const = 0;
  /// A table's word as code has it, under a random condition; and back.
  virtual std::uint32_t to_code(std::uint32_t table_word, bool thumb, Dice& dice) const = 0;
  virtual std::uint32_t to_table(std::uint32_t code_word, bool thumb) const = 0;
  /// Gives its registers values that are worth trying.
  virtual void randomize(MachineState& state, Dice& dice) const = 0;
  /// False for what both implementations may do differently, or what would leave the stream.
  virtual bool comparable(const Candidate& c, const Instruction& i) const = 0;
  /// Makes its addresses lie in the data window.
  virtual void prepare(const Candidate& c, const Instruction& i, Preparation& before,
                       Dice& dice) const = 0;
};

const InstructionFamily& integer_family();
const InstructionFamily& vfp_family();
const InstructionFamily& neon_family();

std::span<const InstructionFamily* const> instruction_families();

/// A32: a condition in the upper four bits, mostly "always", in place of what is there.
std::uint32_t with_condition(std::uint32_t word, Dice& dice);
/// Fixed bits of the row, the others random.
std::uint32_t random_fields(const Encoding& row, Dice& dice);

}  // namespace linefill::test
