// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/lockstep/random_code.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "models/cpu/isa/instruction_set.hpp"
#include "models/cpu/isa/system_instructions.hpp"

namespace linefill::test {

namespace {

/// So many words of a row are looked at before another row is chosen.
constexpr unsigned kTries = 40;

/// Of A32: ARMv5TE's rows are some of ARMv7-A's.
bool has_row(const InstructionSet& set, const Encoding& row) {
  if (&set == &armv7a()) return true;
  const auto among = [&](const EncodingTable& table) {
    return std::any_of(table.rows().begin(), table.rows().end(), [&](const Encoding& other) {
      return other.name == row.name && other.pattern.text() == row.pattern.text();
    });
  };
  return among(set.a32) || among(set.a32_unconditional);
}

}  // namespace

RandomCode::RandomCode(std::mt19937_64& random, bool thumb, const InstructionSet& set)
    : dice_{random}, thumb_{thumb}, set_{set}, scratch_{false, set} {
  for (const InstructionFamily* family : instruction_families()) {
    for (const EncodingTable* table : family->tables(thumb)) {
      for (const Encoding& encoding : table->rows()) {
        if (!has_row(set, encoding)) continue;
        const RowUse use = family->use_of(encoding);
        (use == RowUse::kStream   ? stream_rows_
         : use == RowUse::kBranch ? branch_rows_
                                  : excluded_rows_)
            .push_back({family, table, &encoding});
      }
    }
  }
}

MachineState RandomCode::random_state() {
  MachineState state;
  for (std::uint32_t& r : state.r) {
    r = dice_.word();
    if (dice_.chance(30))
      r = static_cast<std::uint32_t>(std::array<std::int64_t, 6>{
          0, 1, -1, 0x7FFF'FFFF, 0x8000'0000LL, 0xFFFF}[dice_.number(6)]);
    if (dice_.chance(10)) r &= 0xFF;
  }
  const auto flags = dice_.word() & set_.status_bits &
                     (psr::kN | psr::kZ | psr::kC | psr::kV | psr::kQ | psr::kGe);
  state.cpsr = flags | 0x10 | (thumb_ ? psr::kT : 0);
  for (std::size_t i = 0; i < state.data.size(); i += 8) {
    const std::uint64_t bits = dice_.bits();
    std::memcpy(&state.data[i], &bits, 8);
  }
  for (const InstructionFamily* family : instruction_families()) family->randomize(state, dice_);
  return state;
}

// Of three rows the one that was used least: all come about equally often, though some are rarely
// comparable.
RandomCode::Chosen RandomCode::choose(std::span<Row> rows, std::uint8_t it) {
  for (;;) {
    Row* row = &rows[dice_.number(static_cast<std::uint32_t>(rows.size()))];
    for (unsigned k = 0; k < 2; ++k) {
      Row& other = rows[dice_.number(static_cast<std::uint32_t>(rows.size()))];
      if (other.hits < row->hits) row = &other;
    }
    for (unsigned k = 0; k < kTries; ++k) {
      const Candidate c = random_candidate(*row, it);
      const Instruction i = c.decoded();
      if (i.handler == &isa::execute_unpredictable || i.handler == &isa::execute_undefined)
        continue;
      if (row->family->comparable(c, i)) return {row, c};
    }
  }
}

Candidate RandomCode::random_candidate(const Row& row, std::uint8_t it) {
  for (;;) {
    const std::uint32_t word = row.family->random_word(*row.encoding, thumb_, dice_);
    if (row.table->find(word) != row.encoding) continue;
    return {row.encoding, row.family->to_code(word, thumb_, dice_), thumb_, it};
  }
}

void RandomCode::append(Code& code, const Candidate& c) const {
  const auto low = static_cast<std::uint16_t>(c.word);
  const auto high = static_cast<std::uint16_t>(c.word >> 16);
  if (thumb_ && c.wide()) code.halfwords.push_back(high);
  code.halfwords.push_back(low);
  if (!thumb_) code.halfwords.push_back(high);
}

void RandomCode::append_unit(Code& code, std::vector<Chosen>& unit) {
  unit = {choose(stream_rows_, 0)};
  Preparation before{code, thumb_};
  const Candidate& c = unit[0].candidate;
  unit[0].row->family->prepare(c, c.decoded(), before, dice_);
  append(code, c);
}

void RandomCode::append_it_block(Code& code, std::vector<Chosen>& unit) {
  unit.clear();
  const std::uint32_t condition = dice_.number(15);
  const unsigned count = 1 + dice_.number(4);
  // The mask: for each further instruction a bit (then or else), then a one.
  std::uint32_t mask = 1;
  for (unsigned k = 1; k < count; ++k) {
    const std::uint32_t bit = condition == 14 ? 0 : dice_.number(2);
    mask |= (bit ^ (condition & 1)) << k;
  }
  mask <<= 4 - count;
  const auto state = static_cast<std::uint8_t>(condition << 4 | (mask & 0xF));
  if (decode_t32(0xBF00U | state, 0).handler == &isa::execute_unpredictable)
    return append_unit(code, unit);
  Preparation before{code, thumb_};
  std::uint8_t it = state;
  for (unsigned k = 0; k < count; ++k, it = it_advance(it)) {
    unit.push_back(choose(stream_rows_, it));
    const Candidate& c = unit.back().candidate;
    unit.back().row->family->prepare(c, c.decoded(), before, dice_);
  }
  code.halfwords.push_back(static_cast<std::uint16_t>(0xBF00U | state));
  for (const Chosen& c : unit) append(code, c.candidate);
}

// Runs a unit at the end of a stream: into `stream`, what of it is executed.
bool RandomCode::runs(const Code& tail, std::span<const Chosen> unit, MachineState& state,
                      Stream& stream) {
  // Where its instructions are: they come last.
  std::vector<std::uint32_t> addresses(unit.size());
  std::uint32_t at = tail.end();
  for (std::size_t k = unit.size(); k-- > 0;)
    addresses[k] = at -= unit[k].candidate.wide() ? 4U : 2U;
  std::vector<Row*> executed;
  const bool arrives = scratch_.run_by_step(tail, state, [&](std::uint32_t pc, std::uint32_t cpsr) {
    const auto found = std::find(addresses.begin(), addresses.end(), pc);
    if (found == addresses.end()) return;
    const Chosen& chosen = unit[static_cast<std::size_t>(found - addresses.begin())];
    if (passes(chosen.candidate.decoded().condition, cpsr)) executed.push_back(chosen.row);
  });
  if (!arrives || scratch_.incomparable()) return false;
  stream.executed.insert(stream.executed.end(), executed.begin(), executed.end());
  return true;
}

RandomCode::Stream RandomCode::stream(const MachineState& start, unsigned length) {
  Stream stream;
  Code& code = stream.code;
  code.address = kCodeBase + dice_.number(16) * (thumb_ ? 2 : 4);
  MachineState state = start;
  // CLREX: Unicorn's monitor remembers the stream before.
  if (&set_ == &armv7a())
    code.halfwords = thumb_ ? std::vector<std::uint16_t>{0xF3BF, 0x8F2F}
                            : std::vector<std::uint16_t>{0xF01F, 0xF57F};
  stream.starts.push_back(0);
  for (unsigned k = 0; k < length;) {
    const std::size_t begin = code.halfwords.size();
    std::vector<Chosen> unit;
    if (thumb_ && dice_.chance(25)) {
      append_it_block(code, unit);
    } else {
      append_unit(code, unit);
    }
    Code tail{code.address + static_cast<std::uint32_t>(2 * begin),
              {code.halfwords.begin() + static_cast<std::ptrdiff_t>(begin), code.halfwords.end()}};
    MachineState after = state;
    if (!runs(tail, unit, after, stream)) {
      code.halfwords.resize(begin);
      continue;
    }
    state = after;
    stream.starts.push_back(begin);
    if (unit[0].candidate.it != 0) ++stream.it_blocks;
    k += static_cast<unsigned>(unit.size());
  }
  stream.starts.push_back(code.halfwords.size());
  return stream;
}

void RandomCode::compared(const Stream& stream) {
  for (Row* row : stream.executed) ++row->hits;
  instructions_ += stream.executed.size();
  it_blocks_ += stream.it_blocks;
}

}  // namespace linefill::test
