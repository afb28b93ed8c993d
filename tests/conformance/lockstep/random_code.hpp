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
  /// A row that is compared, and how often it was.
  struct Row {
    const InstructionFamily* family;
    const EncodingTable* table;
    const Encoding* encoding;
    std::uint64_t hits = 0;
  };

  RandomCode(std::mt19937_64& random, bool thumb, const InstructionSet& set = armv7a());

  MachineState random_state();
  /// A straight-line stream of about `length` instructions that our core executes from `start` to
  /// its end without an exception. `starts` gets where its units (an instruction with what prepares
  /// it, or an IT block) begin, in halfwords.
  Code stream(const MachineState& start, unsigned length, std::vector<std::size_t>& starts);
  /// One instruction of a kBranch row, with operands in range.
  Code branch(MachineState& start);

  std::uint64_t instructions() const { return instructions_; }
  std::span<const Row> stream_rows() const { return stream_rows_; }
  std::span<const Row> branch_rows() const { return branch_rows_; }

 private:
  struct Chosen {
    Row* row;
    Candidate candidate;
  };

  Candidate random_candidate(const Row& row, std::uint8_t it);
  Chosen choose(std::vector<Row>& rows, std::uint8_t it);
  /// A data-processing instruction of A32 that writes the PC and sets no flags.
  Candidate arithmetic_to_pc();
  void append(Code& code, const Candidate& c) const;
  void append_unit(Code& code, std::vector<Chosen>& unit);
  void append_it_block(Code& code, std::vector<Chosen>& unit);

  Dice dice_;
  bool thumb_;
  const InstructionSet& set_;
  OurMachine scratch_;
  std::uint64_t instructions_ = 0;
  std::vector<Row> stream_rows_;
  std::vector<Row> branch_rows_;
};

}  // namespace linefill::test
