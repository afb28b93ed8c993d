// SPDX-License-Identifier: Apache-2.0
// Advanced SIMD: the rows of neon_table.
#include <array>
#include <string_view>

#include "tests/conformance/lockstep/instruction_family.hpp"

namespace linefill::test {
namespace {

/// The table's words are A32's.
class NeonFamily final : public InstructionFamily {
 public:
  std::span<const EncodingTable* const> tables(bool /*thumb*/) const override {
    static const std::array kTables{&neon_table()};
    return kTables;
  }
  RowUse use_of(const Encoding& /*row*/) const override { return RowUse::kStream; }
  std::uint32_t random_word(const Encoding& row, bool /*thumb*/, Dice& dice) const override {
    return random_fields(row, dice);
  }
  std::uint32_t to_code(std::uint32_t word, bool thumb, Dice& /*dice*/) const override {
    if (!thumb) return word;
    const std::uint32_t rest = word & 0x00FF'FFFF;
    return (word & 0xFE00'0000) == 0xF200'0000 ? 0xEF00'0000 | (word & 0x0100'0000) << 4 | rest
                                               : 0xF900'0000 | rest;
  }
  std::uint32_t to_table(std::uint32_t word, bool thumb) const override {
    return neon_word(word, thumb);
  }
  void randomize(MachineState& /*state*/, Dice& /*dice*/) const override {}
  /// Registers are UNKNOWN that are both written, and the same.
  bool comparable(const Candidate& c, const Instruction& i) const override {
    const std::string_view name = c.row->name;
    return (name != "VTRN" && name != "VUZP" && name != "VZIP") || i.d != i.m;
  }
  void prepare(const Candidate& c, const Instruction& i, Preparation& before,
               Dice& dice) const override {
    const std::string_view name = c.row->name;
    if (!name.starts_with("VLD") && !name.starts_with("VST")) return;
    if (i.m < 13 && i.m != i.n) before.set(i.m, dice.number(64));
    std::uint32_t target = kDataBase + 1024 + dice.number(kDataBytes - 2048);
    if (dice.chance(50)) target &= ~7U;
    before.set(i.n, target - target % i.shift);  // The alignment that it asks for.
  }
};

}  // namespace

const InstructionFamily& neon_family() {
  static const NeonFamily kFamily;
  return kFamily;
}

}  // namespace linefill::test
