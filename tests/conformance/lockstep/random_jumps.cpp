// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/lockstep/random_jumps.hpp"

#include <cstring>

#include "models/cpu/isa/system_instructions.hpp"

namespace linefill::test {
namespace {

std::uint32_t bits_of(const Encoding& row, char letter) {
  for (const Encoding::Letter& entry : row.letters)
    if (entry.letter == letter) return entry.mask;
  return 0;
}

bool is_multiple(const Encoding& row) { return row.name == "LDM" || row.name == "POP"; }
bool is_load(const Encoding& row) { return is_multiple(row) || row.name.starts_with("LDR ("); }
/// From code: A32 has no row of its own for it.
bool is_literal(const Encoding& row, const Instruction& i) { return is_load(row) && i.n == 15; }
/// ADD and MOV of T16.
bool is_move(const Encoding& row) { return row.name.ends_with(" (high)") && row.name[0] != 'C'; }
/// Data processing of A32; with the amount of a shift in a register it must not be the PC.
bool is_arithmetic(const Encoding& row) {
  return row.pattern.text().starts_with("cccc00") && row.pattern.has_field('S') &&
         (row.name.ends_with(" (imm)") || row.name.ends_with(" (reg)"));
}

/// True if the row can have the PC as its destination.
bool writes_pc(const Encoding& row) {
  if (is_multiple(row)) return row.pattern.width() == 32 || row.name == "POP";
  if (is_load(row)) return bits_of(row, 't') == 0xF000;
  return is_move(row) || is_arithmetic(row);
}

/// The same word with the PC as its destination.
std::uint32_t to_pc(const Encoding& row, std::uint32_t word) {
  if (row.name == "POP") return word | bits_of(row, 'x');
  // T32 must not have SP in the list.
  if (is_multiple(row)) return (word | 0x8000) & (row.pattern.has_field('c') ? ~0U : ~0x2000U);
  if (is_load(row)) return word | 0xF000;
  return (word | bits_of(row, 'd')) & ~bits_of(row, 'S');
}

}  // namespace

RandomJumps::RandomJumps(RandomCode& code) : code_{code} {
  for (const Row& row : code.stream_rows())
    if (row.family == &integer_family() && writes_pc(*row.encoding))
      rows_.push_back({row.family, row.table, row.encoding});
}

Candidate RandomJumps::candidate(const Row& row, std::uint8_t it) {
  Dice& dice = code_.dice();
  for (;;) {
    std::uint32_t word =
        to_pc(*row.encoding, row.family->random_word(*row.encoding, code_.thumb(), dice));
    // Literals of A32 are before or after: neither indexed nor written back.
    if (!code_.thumb() && row.encoding->name == "LDR (imm)" && dice.chance(20))
      word = (word | 0x010F'0000) & ~0x0020'0000U;
    if (row.table->find(word) != row.encoding) continue;
    const Candidate c{row.encoding, row.family->to_code(word, code_.thumb(), dice), code_.thumb(),
                      it};
    const Instruction i = c.decoded();
    if (i.handler == &isa::execute_unpredictable || i.handler == &isa::execute_undefined) continue;
    if (!is_literal(*row.encoding, i) || !row.encoding->pattern.has_field('m')) return c;
  }
}

// After the jump: what must not be executed, two words of literals, then what it lands on.
RandomJumps::Landing RandomJumps::landing_after(std::uint32_t end) const {
  const std::uint32_t literal = code_.thumb() ? (end + 9) & ~3U : end + 12;
  return {literal, literal + 8};
}

void RandomJumps::append_landing(Code& code, const Landing& landing) {
  std::vector<std::uint16_t>& halfwords = code.halfwords;
  if (code_.thumb()) {
    halfwords.insert(halfwords.end(), {0x3101, 0x3101});  // ADDS r1, #1: twice. B.
    halfwords.push_back(
        static_cast<std::uint16_t>(0xE000 | (landing.address - code.end() - 4) / 2));
    if (code.end() != landing.literal) halfwords.push_back(0);
  } else {
    halfwords.insert(halfwords.end(), {0x1001, 0xE281, 0x1001, 0xE281, 1, 0xEA00});
  }
  for (unsigned k = 0; k < 2; ++k) {
    halfwords.push_back(static_cast<std::uint16_t>(target_of(landing)));
    halfwords.push_back(static_cast<std::uint16_t>(target_of(landing) >> 16));
  }
  std::vector<RandomCode::Chosen> unit;
  for (unsigned k = 0; k < 2; ++k) code_.append_unit(code, unit);
}

// The whole data window holds the target, so that it is loaded from wherever the operands point to;
// at a multiple of four: others are UNPREDICTABLE.
void RandomJumps::prepare_load(const Candidate& c, MachineState& start, std::uint32_t target) {
  Dice& dice = code_.dice();
  const Instruction i = c.decoded();
  for (std::size_t at = 0; at < start.data.size(); at += 4)
    std::memcpy(&start.data[at], &target, sizeof target);
  const Fields fields{*c.row, c.word, c.it};
  Preparation before{start};
  const bool by_register = fields.has('m');
  if (by_register && i.m != i.n && i.m != 15)
    before.set(i.m, fields['y'] == 0 ? 4 * dice.number(16) : 0);
  integer_family().prepare(c, i, before, dice);
  if (is_multiple(*c.row)) return;
  const bool post = fields.has('P') && !fields.bit('P');
  start.r.at(i.n) -= (start.r.at(i.n) + (post || by_register ? 0 : i.immediate)) & 3;
}

RandomJumps::Jump RandomJumps::branch() {
  Dice& dice = code_.dice();
  const auto chosen = code_.choose(code_.branch_rows(), 0);
  const Candidate& c = chosen.candidate;
  Jump jump{chosen.row, {}, code_.random_state(), 1, false};
  jump.code.address = kCodeBase + 0x100 + dice.number(16) * (code_.thumb() ? 2 : 4);
  const Instruction i = c.decoded();
  if (c.row->name.starts_with("TBB")) {
    if (i.n < 15) jump.start.r[i.n] = kDataBase + dice.number(0x400);
    if (i.m < 15 && i.m != i.n) jump.start.r[i.m] = dice.number(0x400);
  } else if (i.m < 15) {
    jump.start.r[i.m] &= ~2U;  // A branch to ...10 is UNPREDICTABLE.
  } else {
    jump.code.address &= ~3U;
  }
  code_.append(jump.code, c);
  jump.executed = passes(i.condition, jump.start.cpsr);
  if (!jump.executed) jump.steps = 0;
  return jump;
}

// For the operands of a jump at `address` to lead to `target`; arithmetic leads anywhere.
void RandomJumps::prepare(const Candidate& c, std::uint32_t address, std::uint32_t target,
                          MachineState& start) {
  const Instruction i = c.decoded();
  if (is_load(*c.row)) {
    if (!is_literal(*c.row, i)) prepare_load(c, start, target);
  } else if (is_move(*c.row) && i.m < 15) {
    start.r[i.m] = c.row->name.starts_with("ADD") ? target - address - 4 : target;
  }
}

RandomJumps::Row& RandomJumps::rarest_row() {
  Dice& dice = code_.dice();
  Row& one = rows_[dice.number(static_cast<std::uint32_t>(rows_.size()))];
  Row& other = rows_[dice.number(static_cast<std::uint32_t>(rows_.size()))];
  return other.hits < one.hits ? other : one;
}

RandomJumps::Jump RandomJumps::jump() {
  Dice& dice = code_.dice();
  const auto total = static_cast<std::uint32_t>(rows_.size() + code_.branch_rows().size());
  if (dice.number(total) >= rows_.size()) return branch();
  Jump jump{&rarest_row(), {}, code_.random_state(), 1, false};
  Code& code = jump.code;
  code.address = kCodeBase + 0x100 + dice.number(16) * (code_.thumb() ? 2 : 4);
  std::uint8_t it = 0;
  if (code_.thumb() && dice.chance(40)) {  // Alone in an IT block.
    it = static_cast<std::uint8_t>(dice.number(14) << 4 | 8);
    code.halfwords.push_back(static_cast<std::uint16_t>(0xBF00U | it));
    ++jump.steps;
  }
  Candidate c = candidate(*jump.row, it);
  const Instruction i = c.decoded();
  jump.executed = passes(i.condition, jump.start.cpsr);
  const std::uint32_t address = code.end();
  const Landing landing = landing_after(address + i.length);
  const bool literal = is_literal(*c.row, i);
  const bool lands = literal || (!is_arithmetic(*c.row) && dice.chance(60));
  if (literal) {
    const std::uint32_t offset = landing.literal - ((address + i.ahead) & ~3U);
    c.word = (c.word & ~0xFFFU) | 1U << 23 | offset;
  }
  std::uint32_t target = dice.word();
  if ((target & 1) == 0) target &= ~2U;  // A branch to ...10 is UNPREDICTABLE.
  code_.append(code, c);
  if (lands) {
    jump.steps = 0;
    target = target_of(landing);
    append_landing(code, landing);
  }
  if (!jump.executed) jump.steps = 0;
  prepare(c, address, target, jump.start);
  return jump;
}

}  // namespace linefill::test
