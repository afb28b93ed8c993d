// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/lockstep/random_code.hpp"

#include <array>
#include <bit>

#include "models/cpu/isa/system_instructions.hpp"

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

}  // namespace

RowUse use_of(const Encoding& row) {
  const std::string_view n = row.name;
  if (row.decode == &isa::undefined) return RowUse::kExcluded;
  if (one_of(n, {"SVC", "BKPT", "WFE", "WFI", "CPS", "SETEND", "MCR", "MRC", "SUBS PC, LR"}))
    return RowUse::kExcluded;
  if (starts_with_one_of(n, {"RFE", "SRS", "LDM (user", "STM (user"})) return RowUse::kExcluded;
  if (n == "IT") return RowUse::kExcluded;  // Made by append_it_block.
  if (starts_with_one_of(n, {"BX", "BLX", "BL", "CBZ", "TBB", "B ("}) || n == "B" || n == "B, BL")
    return RowUse::kBranch;
  return RowUse::kStream;
}

MachineState RandomCode::random_state() {
  MachineState state;
  for (std::uint32_t& r : state.r) {
    r = static_cast<std::uint32_t>(random_());
    if (chance(30))
      r = static_cast<std::uint32_t>(
          std::array<std::int64_t, 6>{0, 1, -1, 0x7FFF'FFFF, 0x8000'0000LL, 0xFFFF}[number(6)]);
    if (chance(10)) r &= 0xFF;
  }
  const auto flags = static_cast<std::uint32_t>(random_()) &
                     (psr::kN | psr::kZ | psr::kC | psr::kV | psr::kQ | psr::kGe);
  state.cpsr = flags | 0x10 | (thumb_ ? psr::kT : 0);
  for (std::size_t i = 0; i < state.data.size(); i += 8) {
    const std::uint64_t bits = random_();
    std::memcpy(&state.data[i], &bits, 8);
  }
  return state;
}

std::uint32_t RandomCode::random_word(const Encoding& row) {
  const auto bits = static_cast<std::uint32_t>(random_());
  std::uint32_t word = (bits & ~row.pattern.mask()) | row.pattern.value();
  if (row.pattern.width() == 16) word &= 0xFFFF;
  if (!thumb_ && row.pattern.has_field('c')) {
    word &= 0x0FFF'FFFF;
    word |= (chance(60) ? 14U : number(14)) << 28;
  }
  return word;
}

RandomCode::Candidate RandomCode::candidate(RowUse use, std::uint8_t it) {
  for (;;) {
    const EncodingTable& table = thumb_ ? (chance(40) ? t16_table() : t32_table())
                                        : (chance(95) ? a32_table() : a32_unconditional_table());
    const Encoding& row = table.rows()[number(static_cast<std::uint32_t>(table.rows().size()))];
    if (use_of(row) != use) continue;
    Candidate c{&row, random_word(row)};
    if (table.find(c.word) != &row) continue;
    if (comparable(c, it)) return c;
  }
}

bool RandomCode::comparable(const Candidate& c, std::uint8_t it) {
  const Instruction i = thumb_ ? decode_t32(c.word, it) : decode_a32(c.word);
  const std::string_view name = c.row->name;
  if (i.handler == &isa::execute_unpredictable || i.handler == &isa::execute_undefined)
    return false;
  // Unicorn ends its run at a YIELD.
  if (name.find("YIELD") != std::string_view::npos &&
      (c.word & 0xFF) == (c.row->pattern.width() == 16 ? 0x10 : 1)) {
    return false;
  }
  // Unicorn 2.0.1 loses ITSTATE where a translation block ends, as it does after ISB: the rest of
  // the IT block is then executed whatever its condition. (qemu-arm does not.)
  if (name == "ISB" && it != 0) return false;
  if (name.starts_with("MSR")) {
    // Flags and GE only: the rest is privileged.
    return (i.shift & 3) == 0 && !Fields{*c.row, c.word, it}.bit('R');
  }
  // What writes the PC otherwise is tested by itself.
  if (c.row->pattern.has_field('d') && i.d == 15) return false;
  // UNKNOWN is what STM stores for a base that it writes and that is not the lowest register.
  if (one_of(name, {"STM"}) && i.kind != 0 && (i.immediate >> i.n & 1) != 0 &&
      i.n != std::countr_zero(i.immediate)) {
    return false;
  }
  if (thumb_ && is_multiple(name) && c.row->pattern.width() == 32) {
    // UNPREDICTABLE, not UNDEFINED here: SP in the list, one register only.
    if ((i.immediate & 0x2000) != 0 || std::popcount(i.immediate) < 2) return false;
  }
  return true;
}

void RandomCode::append(Code& code, const Candidate& c) {
  if (thumb_ && c.row->pattern.width() == 32) {
    code.halfwords.push_back(static_cast<std::uint16_t>(c.word >> 16));
    code.halfwords.push_back(static_cast<std::uint16_t>(c.word));
  } else {
    code.halfwords.push_back(static_cast<std::uint16_t>(c.word));
    if (!thumb_) code.halfwords.push_back(static_cast<std::uint16_t>(c.word >> 16));
  }
}

void RandomCode::append_constant(Code& code, unsigned reg, std::uint32_t value) {
  for (const bool top : {false, true}) {
    const std::uint32_t half = top ? value >> 16 : value & 0xFFFF;
    if (thumb_) {
      const std::uint32_t first = (top ? 0xF2C0U : 0xF240U) | (half >> 11 & 1) << 10 | half >> 12;
      code.halfwords.push_back(static_cast<std::uint16_t>(first));
      code.halfwords.push_back(
          static_cast<std::uint16_t>((half >> 8 & 7) << 12 | reg << 8 | (half & 0xFF)));
    } else {
      code.halfwords.push_back(static_cast<std::uint16_t>(reg << 12 | (half & 0xFFF)));
      code.halfwords.push_back(static_cast<std::uint16_t>((top ? 0xE340U : 0xE300U) | half >> 12));
    }
  }
}

void RandomCode::prepare(Code& code, const Candidate& c, std::uint8_t it, std::uint32_t& used) {
  if (!is_memory(c.row->name)) return;
  const Instruction i = thumb_ ? decode_t32(c.word, it) : decode_a32(c.word);
  const Fields fields{*c.row, c.word, it};
  std::uint32_t target = kDataBase + 256 + number(kDataBytes - 512);
  if (needs_alignment(c.row->name)) target &= ~7U;
  if (chance(50)) target &= ~3U;
  if (c.row->pattern.has_field('m') && !c.row->name.starts_with("SWP") && i.m != i.n && i.m != 15) {
    if ((used >> i.m & 1) == 0) {
      const std::uint32_t index = needs_alignment(c.row->name) ? number(4) * 8 : number(64);
      append_constant(code, i.m, index);
      used |= 1U << i.m;
    }
  } else if (!is_multiple(c.row->name)) {
    const bool post = c.row->pattern.has_field('P') && !fields.bit('P');
    if (!post) target -= i.immediate;
  }
  if (i.n != 15 && (used >> i.n & 1) == 0) append_constant(code, i.n, target);
  used |= 1U << i.n;
}

void RandomCode::append_unit(Code& code, std::vector<Candidate>& unit) {
  unit = {candidate(RowUse::kStream, 0)};
  std::uint32_t used = 0;
  prepare(code, unit[0], 0, used);
  append(code, unit[0]);
}

void RandomCode::append_it_block(Code& code, std::vector<Candidate>& unit) {
  unit.clear();
  const std::uint32_t condition = number(15);
  const unsigned count = 1 + number(4);
  // The mask: for each further instruction a bit (then or else), then a one.
  std::uint32_t mask = 1;
  for (unsigned k = 1; k < count; ++k) {
    const std::uint32_t bit = condition == 14 ? 0 : number(2);
    mask |= (bit ^ (condition & 1)) << k;
  }
  mask <<= 4 - count;
  const auto state = static_cast<std::uint8_t>(condition << 4 | (mask & 0xF));
  if (decode_t32(0xBF00U | state, 0).handler == &isa::execute_unpredictable)
    return append_unit(code, unit);
  std::uint32_t used = 0;
  std::uint8_t it = state;
  for (unsigned k = 0; k < count; ++k, it = it_advance(it)) {
    unit.push_back(candidate(RowUse::kStream, it));
    prepare(code, unit.back(), it, used);
  }
  code.halfwords.push_back(static_cast<std::uint16_t>(0xBF00U | state));
  for (const Candidate& c : unit) append(code, c);
}

Code RandomCode::stream(const MachineState& start, unsigned length,
                        std::vector<std::size_t>& starts) {
  Code code;
  code.address = kCodeBase + number(16) * (thumb_ ? 2 : 4);
  MachineState state = start;
  starts.clear();
  // CLREX: Unicorn's monitor remembers the stream before.
  code.halfwords = thumb_ ? std::vector<std::uint16_t>{0xF3BF, 0x8F2F}
                          : std::vector<std::uint16_t>{0xF01F, 0xF57F};
  starts.push_back(0);
  for (unsigned k = 0; k < length;) {
    const std::size_t begin = code.halfwords.size();
    std::vector<Candidate> unit;
    if (thumb_ && chance(25)) {
      append_it_block(code, unit);
    } else {
      append_unit(code, unit);
    }
    Code tail{code.address + static_cast<std::uint32_t>(2 * begin),
              {code.halfwords.begin() + static_cast<std::ptrdiff_t>(begin), code.halfwords.end()}};
    MachineState after = state;
    if (!scratch_.run(tail, after) || scratch_.incomparable()) {
      code.halfwords.resize(begin);
      continue;
    }
    state = after;
    starts.push_back(begin);
    for (const Candidate& c : unit) ++hits_[c.row];
    k += static_cast<unsigned>(unit.size());
    instructions_ += unit.size();
  }
  starts.push_back(code.halfwords.size());
  return code;
}

RandomCode::Candidate RandomCode::arithmetic_to_pc() {
  for (;;) {
    Candidate c = candidate(RowUse::kStream, 0);
    if (!one_of(c.row->name.substr(3), {" (imm)", " (reg)"}) || !c.row->pattern.has_field('S'))
      continue;
    c.word = (c.word & ~0x0010'0000U) | 0xF000;
    if (a32_table().find(c.word) == c.row) return c;
  }
}

Code RandomCode::branch(MachineState& start) {
  Code code;
  code.address = kCodeBase + 0x100 + number(16) * (thumb_ ? 2 : 4);
  const Candidate c = thumb_ || chance(60) ? candidate(RowUse::kBranch, 0) : arithmetic_to_pc();
  const Instruction i = thumb_ ? decode_t32(c.word, 0) : decode_a32(c.word);
  if (c.row->name.starts_with("TBB")) {
    if (i.n < 15) start.r[i.n] = kDataBase + number(0x400);
    if (i.m < 15 && i.m != i.n) start.r[i.m] = number(0x400);
  } else if (i.m < 15) {
    start.r[i.m] &= ~2U;  // A branch to ...10 is UNPREDICTABLE.
  } else {
    code.address &= ~3U;
  }
  append(code, c);
  ++hits_[c.row];
  ++instructions_;
  return code;
}

}  // namespace linefill::test
