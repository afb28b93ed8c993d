// SPDX-License-Identifier: Apache-2.0
// VFPv3: the rows of vfp_table.
#include <array>
#include <string_view>

#include "models/cpu/isa/extension_registers.hpp"
#include "tests/conformance/lockstep/instruction_family.hpp"

namespace linefill::test {
namespace {

/// A number where something happens: zeros, ones, subnormals, the ends of the range, infinities and
/// NaNs; or like one that a program computes with.
std::uint64_t random_number(unsigned fraction_bits, unsigned exponent_bits, Dice& dice) {
  const std::uint64_t largest = (std::uint64_t{1} << exponent_bits) - 1;
  const std::uint64_t mask = (std::uint64_t{1} << fraction_bits) - 1;
  std::uint64_t exponent = largest / 2 - 20 + dice.number(40);
  if (dice.chance(30))
    exponent = std::array{std::uint64_t{0}, largest - 1, largest}[dice.number(3)];
  std::uint64_t fraction = dice.bits() & mask;
  if (dice.chance(30))
    fraction = std::array{std::uint64_t{0}, std::uint64_t{1}, mask}[dice.number(3)];
  return std::uint64_t{dice.number(2)} << (fraction_bits + exponent_bits) |
         exponent << fraction_bits | fraction;
}
std::uint64_t random_single(Dice& dice) { return random_number(23, 8, dice); }
std::uint64_t random_double(Dice& dice) { return random_number(52, 11, dice); }

/// The tables' words have T32's 1110 where A32 has a condition.
class VfpFamily final : public InstructionFamily {
  static constexpr std::uint32_t kVectors = fpscr::kLen | fpscr::kStride;
  static bool is_system(const Candidate& c) {
    return c.row->name == "VMSR" || c.row->name == "VMRS";
  }

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
    for (std::uint64_t& d : state.d) {
      d = dice.chance(50) ? random_double(dice) : random_single(dice) << 32 | random_single(dice);
      if (dice.chance(20)) d = dice.bits();
    }
    state.fpscr = dice.word() & fpscr::kWritable & ~kVectors;
  }
  bool comparable(const Candidate& c, const Instruction& i) const override {
    const Fields fields{*c.row, vfp_word(c.word), c.it};
    // The other system registers are privileged.
    if (is_system(c)) return fields['r'] == 1;
    // Fixed point is rounded to nearest (A8.8.308); Unicorn 2.0.1 rounds as FPSCR says. That
    // matters where a single is to hold 32 bits.
    if (c.row->name.ends_with("(fixed point)") && !fields.bit('o'))
      return fields.bit('z') || i.extra == 16;
    // Unicorn 2.0.1 duplicates nothing if it knows the register's value when it translates
    // (QEMU 7.2 does): with a condition it does not know.
    return c.row->name != "VDUP (core)" || i.condition != kAlways;
  }
  void prepare(const Candidate& c, const Instruction& i, Preparation& before,
               Dice& dice) const override {
    const std::string_view name = c.row->name;
    // No short vectors: Unicorn has them.
    if (name == "VMSR") before.set(i.d, dice.word() & ~kVectors);
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
