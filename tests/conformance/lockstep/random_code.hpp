// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "tests/conformance/lockstep/instruction_family.hpp"
#include "tests/conformance/lockstep/machine_state.hpp"
#include "tests/conformance/lockstep/our_machine.hpp"

namespace linefill::test {

/// Makes instructions of every row of the decode tables, with random fields: of the rows that were
/// used least, more.
class RandomCode {
 public:
  /// A row that is compared, and how often it was: where its condition passed, and the results of
  /// both implementations were looked at.
  struct Row {
    const InstructionFamily* family;
    const EncodingTable* table;
    const Encoding* encoding;
    std::uint64_t hits = 0;
  };

  struct Stream {
    Code code;
    /// Where its units (an instruction with what prepares it, or an IT block) begin, in halfwords.
    std::vector<std::size_t> starts;
    /// The rows of those instructions whose condition passes.
    std::vector<Row*> executed;
    unsigned it_blocks = 0;
  };

  struct Chosen {
    Row* row;
    Candidate candidate;
  };

  RandomCode(std::mt19937_64& random, bool thumb, const InstructionSet& set = armv7a());

  MachineState random_state();
  /// A straight-line stream of about `length` instructions that our core executes from `start` to
  /// its end without an exception.
  Stream stream(const MachineState& start, unsigned length);
  /// It was compared: counts what was executed.
  void compared(const Stream& stream);

  /// One of three rows, that which was compared least, and a random instruction of it that can be
  /// compared.
  Chosen choose(std::span<Row> rows, std::uint8_t it);
  void append(Code& code, const Candidate& c) const;
  /// An instruction with what prepares it.
  void append_unit(Code& code, std::vector<Chosen>& unit);

  Dice& dice() { return dice_; }
  bool thumb() const { return thumb_; }
  /// Compared, as `Row::hits`.
  std::uint64_t instructions() const { return instructions_; }
  std::uint64_t it_blocks() const { return it_blocks_; }
  std::span<Row> stream_rows() { return stream_rows_; }
  std::span<Row> branch_rows() { return branch_rows_; }
  /// The rows that are compared nowhere here.
  std::span<const Row> excluded_rows() const { return excluded_rows_; }

 private:
  Candidate random_candidate(const Row& row, std::uint8_t it);
  void append_it_block(Code& code, std::vector<Chosen>& unit);
  bool runs(const Code& tail, std::span<const Chosen> unit, MachineState& state, Stream& stream);

  Dice dice_;
  bool thumb_;
  const InstructionSet& set_;
  OurMachine scratch_;
  std::uint64_t instructions_ = 0;
  std::uint64_t it_blocks_ = 0;
  std::vector<Row> stream_rows_;
  std::vector<Row> branch_rows_;
  std::vector<Row> excluded_rows_;
};

}  // namespace linefill::test
