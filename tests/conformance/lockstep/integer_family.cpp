// SPDX-License-Identifier: Apache-2.0
// What A32 and T32 have beside VFP and Advanced SIMD.
#include <algorithm>
#include <array>
#include <bit>
#include <initializer_list>
#include <string_view>

#include "models/cpu/isa/system_instructions.hpp"
#include "tests/conformance/lockstep/instruction_family.hpp"
#include "tests/conformance/lockstep/tested_elsewhere.hpp"

namespace linefill::test {
namespace {

bool one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool starts_with_one_of(std::string_view name, std::initializer_list<std::string_view> beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](std::string_view b) { return name.starts_with(b); });
}

bool is_multiple(std::string_view name) { return one_of(name, {"LDM", "STM", "PUSH", "POP"}); }
bool is_memory(std::string_view name) {
  return starts_with_one_of(name, {"LDR", "STR", "LDM", "STM", "PUSH", "POP", "SWP", "PLD", "PLI"});
}
/// Alignment is required whatever SCTLR.A is.
bool needs_alignment(std::string_view name) {
  return is_multiple(name) || starts_with_one_of(name, {"LDREX", "STREX", "LDRD", "STRD", "SWP"});
}

bool loads_pc(std::string_view name, const Instruction& i) {
  if (one_of(name, {"LDM", "POP"})) return (i.immediate & 0x8000) != 0;
  return name.starts_with("LDR (") && i.d == 15;
}

class IntegerFamily final : public InstructionFamily {
 public:
  std::span<const EncodingTable* const> tables(bool thumb) const override {
    static const std::array kA32{&a32_table(), &a32_unconditional_table()};
    static const std::array kT32{&t16_table(), &t32_table()};
    return thumb ? std::span{kT32} : std::span{kA32};
  }

  RowUse use_of(const Encoding& row) const override;

  std::uint32_t random_word(const Encoding& row, bool thumb, Dice& dice) const override {
    const std::uint32_t word = random_fields(row, dice);
    // T32 has their only operand twice; where the two differ, it is UNPREDICTABLE.
    if (thumb && row.pattern.width() == 32 &&
        one_of(row.name, {"REV", "REV16", "RBIT", "REVSH", "CLZ"}))
      return (word & ~0xF'0000U) | (word & 0xF) << 16;
    return word;
  }
  std::uint32_t to_code(std::uint32_t word, bool thumb, Dice& dice) const override {
    return thumb || word >> 28 == 15 ? word : with_condition(word, dice);
  }
  std::uint32_t to_table(std::uint32_t word, bool /*thumb*/) const override { return word; }
  void randomize(MachineState& /*state*/, Dice& /*dice*/) const override {}
  bool comparable(const Candidate& c, const Instruction& i) const override;
  void prepare(const Candidate& c, const Instruction& i, Preparation& before,
               Dice& dice) const override;
};

RowUse IntegerFamily::use_of(const Encoding& row) const {
  const std::string_view n = row.name;
  if (!tested_elsewhere(row).empty()) return RowUse::kExcluded;
  if (starts_with_one_of(n, {"BX", "BLX", "BL", "CBZ", "TBB", "B ("}) || n == "B" || n == "B, BL")
    return RowUse::kBranch;
  return RowUse::kStream;
}

bool IntegerFamily::comparable(const Candidate& c, const Instruction& i) const {
  const std::string_view name = c.row->name;
  // Unicorn ends its run at a YIELD.
  if (name.find("YIELD") != std::string_view::npos &&
      (c.word & 0xFF) == (c.row->pattern.width() == 16 ? 0x10 : 1)) {
    return false;
  }
  // Unicorn 2.0.1 loses ITSTATE where a translation block ends, as it does after ISB: the rest of
  // the IT block is then executed whatever its condition. (qemu-arm does not.)
  if (name == "ISB" && c.it != 0) return false;
  if (name.starts_with("MSR")) {
    // Flags and GE only: the rest is privileged.
    return (i.shift & 3) == 0 && !Fields{*c.row, c.word, c.it}.bit('R');
  }
  // What writes the PC is tested by itself.
  if (c.row->pattern.has_field('d') && i.d == 15) return false;
  if (loads_pc(name, i)) return false;
  // UNKNOWN is what STM stores for a base that it writes and that is not the lowest register.
  if (one_of(name, {"STM"}) && i.kind != 0 && (i.immediate >> i.n & 1) != 0 &&
      i.n != std::countr_zero(i.immediate)) {
    return false;
  }
  if (c.thumb && is_multiple(name) && c.row->pattern.width() == 32) {
    // UNPREDICTABLE, not UNDEFINED here: SP in the list.
    if ((i.immediate & 0x2000) != 0) return false;
  }
  return true;
}

void IntegerFamily::prepare(const Candidate& c, const Instruction& i, Preparation& before,
                            Dice& dice) const {
  const std::string_view name = c.row->name;
  if (!is_memory(name)) return;
  const Fields fields{*c.row, c.word, c.it};
  std::uint32_t target = kDataBase + 256 + dice.number(kDataBytes - 512);
  if (needs_alignment(name)) target &= ~7U;
  if (dice.chance(50)) target &= ~3U;
  if (c.row->pattern.has_field('m') && !name.starts_with("SWP") && i.m != i.n && i.m != 15) {
    before.set(i.m, needs_alignment(name) ? dice.number(4) * 8 : dice.number(64));
  } else if (!is_multiple(name)) {
    const bool post = c.row->pattern.has_field('P') && !fields.bit('P');
    if (!post) target -= i.immediate;
  }
  before.set(i.n, target);
}

}  // namespace

const InstructionFamily& integer_family() {
  static const IntegerFamily kFamily;
  return kFamily;
}

}  // namespace linefill::test
