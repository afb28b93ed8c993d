// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/isa/encoding.hpp"

#include <algorithm>

#include "models/cpu/isa/instruction_set.hpp"
#include "models/cpu/isa/system_instructions.hpp"

namespace linefill {

std::uint32_t Fields::operator[](char letter) const {
  for (const Encoding::Letter& entry : encoding_.letters) {
    if (entry.letter != letter) continue;
    std::uint32_t result = 0;
    unsigned at = 0;
    for (std::uint32_t mask = entry.mask; mask != 0; ++at) {
      const int low = std::countr_zero(mask);
      result |= (word_ >> low & 1U) << at;
      mask &= mask - 1;
    }
    return result;
  }
  return 0;
}

std::int32_t Fields::sign_extended(char letter, unsigned bits) const {
  return static_cast<std::int32_t>((*this)[letter] << (32 - bits)) >> (32 - bits);
}

EncodingTable::EncodingTable(std::span<const Encoding> rows, unsigned high, unsigned high_bits,
                             unsigned low, unsigned low_bits)
    : rows_{rows},
      high_{high},
      high_bits_{high_bits},
      low_{low},
      low_bits_{low_bits},
      buckets_(std::size_t{1} << (high_bits + low_bits)) {
  std::vector<std::uint16_t> order(rows.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint16_t>(i);
  std::stable_sort(order.begin(), order.end(), [&](std::uint16_t a, std::uint16_t b) {
    if (rows[a].rank != rows[b].rank) return rows[a].rank > rows[b].rank;
    return std::popcount(rows[a].pattern.mask()) > std::popcount(rows[b].pattern.mask());
  });
  const std::uint32_t key_mask = ((1U << high_bits) - 1) << high | ((1U << low_bits) - 1) << low;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    const auto index = static_cast<std::uint32_t>(i);
    const std::uint32_t word = index >> low_bits << high | (index & ((1U << low_bits) - 1)) << low;
    for (const std::uint16_t row : order) {
      const BitPattern& pattern = rows[row].pattern;
      if (((pattern.value() ^ word) & pattern.mask() & key_mask) == 0) buckets_[i].push_back(row);
    }
  }
}

const Encoding* EncodingTable::find_resembling(std::uint32_t word) const {
  for (const Encoding& row : rows_) {
    if (row.pattern.should() != 0 && row.pattern.resembles(word)) return &row;
  }
  return nullptr;
}

namespace {

/// UNDEFINED, or UNPREDICTABLE if only bits that should be zero or one make it so.
void decode_without_row(const EncodingTable& table, std::uint32_t word, Instruction& i,
                        std::uint8_t it) {
  i.handler = &isa::execute_undefined;
  const Encoding* row = table.find_resembling(word);
  if (row == nullptr) return;
  Instruction corrected = i;
  row->decode(Fields{*row, row->pattern.corrected(word), it}, corrected);
  if (corrected.handler != &isa::execute_undefined) isa::unpredictable(i);
}

void decode_with(const EncodingTable& table, std::uint32_t word, Instruction& i, std::uint8_t it) {
  if (const Encoding* row = table.find(word)) row->decode(Fields{*row, word, it}, i);
  if (i.handler == nullptr || i.handler == &isa::execute_undefined)
    decode_without_row(table, word, i, it);
}

/// What is not the same encoding in both instruction sets: in `table`.
void decode_or_extension(const EncodingTable& table, bool extensions, bool thumb, Instruction& i,
                         std::uint8_t it) {
  if (!extensions) return decode_with(table, i.word, i, it);
  const bool unconditional = i.word >> 28 == 15;
  if (const std::uint32_t simd = neon_word(i.word, thumb); simd != 0) {
    decode_with(neon_table(), simd, i, it);
  } else if (const std::uint32_t vfp = vfp_word(i.word); vfp != 0 && !unconditional) {
    decode_with(vfp_table(), vfp, i, it);
  } else {
    decode_with(table, i.word, i, it);
  }
}

}  // namespace

const InstructionSet& armv7a() {
  static const InstructionSet kSet{
      a32_table(), a32_unconditional_table(), t16_table(), t32_table(), true, false, 0xFFFF'FFFF};
  return kSet;
}

Instruction decode_a32(std::uint32_t word, const InstructionSet& set) {
  Instruction i;
  i.word = word;
  i.it = 0;
  if (word >> 28 == 15) {
    decode_or_extension(set.a32_unconditional, set.extensions, false, i, 0);
    return i;
  }
  i.condition = static_cast<std::uint8_t>(word >> 28);
  decode_or_extension(set.a32, set.extensions, false, i, 0);
  return i;
}

Instruction decode_t32(std::uint32_t word, std::uint8_t it, const InstructionSet& set) {
  const bool wide = word > 0xFFFF;
  Instruction i;
  i.word = word;
  i.it = it;
  i.it_after = it_advance(it);
  i.ahead = 4;
  i.length = wide ? 4 : 2;
  if (it != 0) i.condition = it >> 4;
  if (wide) {
    decode_or_extension(set.t32, set.extensions, true, i, it);
  } else {
    decode_with(set.t16, i.word, i, it);
  }
  return i;
}

}  // namespace linefill
