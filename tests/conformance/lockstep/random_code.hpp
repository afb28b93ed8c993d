// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <random>
#include <string>
#include <string_view>

#include "models/cpu/isa/encoding.hpp"
#include "tests/conformance/lockstep/machine_state.hpp"
#include "tests/conformance/lockstep/our_machine.hpp"

namespace linefill::test {

/// What is done with the instructions of a row.
enum class RowUse : std::uint8_t {
  kStream,    ///< In straight-line streams.
  kBranch,    ///< One at a time: it changes the PC.
  kExcluded,  ///< Not compared: exceptions, coprocessors, what User mode cannot do.
};
RowUse use_of(const Encoding& row);

/// Makes instructions from the decode tables' rows with random fields.
class RandomCode {
 public:
  RandomCode(std::mt19937_64& random, bool thumb) : random_{random}, thumb_{thumb} {}

  MachineState random_state();
  /// A straight-line stream of about `length` instructions that our core executes from `start` to
  /// its end without an exception. `starts` gets where its units (an instruction with what prepares
  /// it, or an IT block) begin, in halfwords.
  Code stream(const MachineState& start, unsigned length, std::vector<std::size_t>& starts);
  /// One instruction of a kBranch row, with operands in range.
  Code branch(MachineState& start);

  std::uint64_t instructions() const { return instructions_; }
  /// How often each row was used, by table and position.
  const std::map<const Encoding*, std::uint64_t>& hits() const { return hits_; }

 private:
  struct Candidate {
    const Encoding* row;
    std::uint32_t word;
  };
  std::uint32_t number(std::uint32_t below) {
    return static_cast<std::uint32_t>(random_() % below);
  }
  bool chance(unsigned percent) { return number(100) < percent; }

  Candidate candidate(RowUse use, std::uint8_t it);
  /// A data-processing instruction of A32 that writes the PC and sets no flags.
  Candidate arithmetic_to_pc();
  std::uint32_t random_word(const Encoding& row);
  bool comparable(const Candidate& c, std::uint8_t it);
  void append(Code& code, const Candidate& c);
  /// MOVW and MOVT.
  void append_constant(Code& code, unsigned reg, std::uint32_t value);
  /// What makes the addresses of a load or store lie in the data window.
  void prepare(Code& code, const Candidate& c, std::uint8_t it, std::uint32_t& used_registers);
  void append_unit(Code& code, std::vector<Candidate>& unit);
  void append_it_block(Code& code, std::vector<Candidate>& unit);

  std::mt19937_64& random_;
  bool thumb_;
  OurMachine scratch_{false};
  std::uint64_t instructions_ = 0;
  std::map<const Encoding*, std::uint64_t> hits_;
};

}  // namespace linefill::test
