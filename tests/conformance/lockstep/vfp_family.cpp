// SPDX-License-Identifier: Apache-2.0
// VFPv3: the rows of vfp_table.
#include <array>
#include <string_view>

#include "tests/conformance/lockstep/instruction_family.hpp"

namespace linefill::test {
namespace {

/// The tables' words have T32's 1110 where A32 has a condition.
class VfpFamily final : public InstructionFamily {
 public:
  std::span<const EncodingTable* const> tables(bool /*thumb*/) const override {
    static const std::array kTables{&vfp_table()};
    return kTables;
  }
  RowUse use_of(const Encoding& /*row*/) const override { return RowUse::kStream; }
  std::uint32_t random_word(const Encoding& row, bool /*thumb*/, Dice& dice) const override {
    return random_fields(row, dice);
  }
  std::uint32_t to_code(std::uint32_t word, bool thumb, Dice& dice) const override {
    return thumb ? word : with_condition(word, dice);
  }
  std::uint32_t to_table(std::uint32_t word, bool /*thumb*/) const override {
    return vfp_word(word);
  }
  void randomize(MachineState& state, Dice& dice) const override {
    for (std::uint64_t& d : state.d) d = dice.bits();
  }
  bool comparable(const Candidate& /*c*/, const Instruction& /*i*/) const override { return true; }
  void prepare(const Candidate& c, const Instruction& i, Preparation& before,
               Dice& dice) const override {
    const std::string_view name = c.row->name;
    if (!name.starts_with("VLD") && !name.starts_with("VST")) return;
    before.set(i.n, (kDataBase + 1024 + dice.number(kDataBytes - 2048)) & ~3U);
  }
};

}  // namespace

const InstructionFamily& vfp_family() {
  static const VfpFamily kFamily;
  return kFamily;
}

}  // namespace linefill::test
