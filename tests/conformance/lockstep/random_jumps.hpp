// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "tests/conformance/lockstep/random_code.hpp"

namespace linefill::test {

/// Makes instructions that write the PC: branches, loads (LDR, LDM, POP), moves and additions of
/// T16 and A32's data processing; of the rows that were compared least, more.
class RandomJumps {
 public:
  using Row = RandomCode::Row;

  explicit RandomJumps(RandomCode& code);

  struct Jump {
    Row* row;
    Code code;
    MachineState start;
    /// So many instructions until it has jumped, to anywhere; or 0: it lands in the code, further
    /// on, or does not jump, and all is to be executed to the end.
    unsigned steps;
    bool executed;  ///< Its condition passes.
  };
  Jump jump();

  /// Rows by which the PC is written that have another destination, too.
  std::span<const Row> rows() const { return rows_; }

 private:
  struct Landing {
    std::uint32_t literal;
    std::uint32_t address;
  };

  Row& rarest_row();
  Jump branch();
  Candidate candidate(const Row& row, std::uint8_t it);
  Landing landing_after(std::uint32_t end) const;
  std::uint32_t target_of(const Landing& landing) const {
    return landing.address | (code_.thumb() ? 1 : 0);
  }
  void append_landing(Code& code, const Landing& landing);
  void prepare_load(const Candidate& c, MachineState& start, std::uint32_t target);
  void prepare(const Candidate& c, std::uint32_t address, std::uint32_t target,
               MachineState& start);

  RandomCode& code_;
  std::vector<Row> rows_;
};

}  // namespace linefill::test
