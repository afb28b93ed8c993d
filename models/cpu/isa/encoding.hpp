// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "models/core/bit_pattern.hpp"
#include "models/cpu/isa/instruction.hpp"

namespace linefill {

class Fields;
/// Chooses the handler of an encoding and packs its operands.
using DecodeFunction = void (*)(const Fields&, Instruction&);

/// One row of an instruction table: as the manual prints it.
struct Encoding {
  struct Letter {
    char letter = 0;
    std::uint32_t mask = 0;
  };

  std::string_view name;
  BitPattern pattern;
  DecodeFunction decode;
  /// Where two rows overlap and neither is a special case of the other ("if n == '1111' then SEE
  /// ..."), the higher rank is looked at first.
  unsigned rank;
  std::array<Letter, 10> letters{};

  consteval Encoding(const char* row_name, const char* bits, DecodeFunction function,
                     unsigned row_rank = 0)
      : name{row_name}, pattern{bits}, decode{function}, rank{row_rank} {
    unsigned bit = pattern.width();
    for (const char c : pattern.text()) {
      if (BitPattern::is_between_bits(c)) continue;
      --bit;
      if (c == '0' || c == '1' || c == '-') continue;
      for (Letter& entry : letters) {
        if (entry.letter != 0 && entry.letter != c) continue;
        entry.letter = c;
        entry.mask |= 1U << bit;
        break;
      }
    }
  }
};

/// The fields of one word under its encoding, by letter.
class Fields {
 public:
  Fields(const Encoding& encoding, std::uint32_t word, std::uint8_t it)
      : encoding_{encoding}, word_{word}, it_{it} {}

  /// 0 if the encoding has no such field.
  std::uint32_t operator[](char letter) const;
  std::uint8_t byte(char letter) const { return static_cast<std::uint8_t>((*this)[letter]); }
  bool has(char letter) const { return encoding_.pattern.has_field(letter); }
  bool bit(char letter) const { return (*this)[letter] != 0; }
  std::int32_t sign_extended(char letter, unsigned bits) const;
  std::uint32_t word() const { return word_; }
  std::uint8_t it() const { return it_; }
  bool in_it_block() const { return it_ != 0; }
  bool last_in_it_block() const { return (it_ & 0xF) == 8; }
  unsigned width() const { return encoding_.pattern.width(); }

 private:
  const Encoding& encoding_;
  std::uint32_t word_;
  std::uint8_t it_;
};

/// Rows `first` and `second` both match some word, and neither is the other with more bits fixed.
struct Ambiguity {
  std::size_t first = 0;
  std::size_t second = 0;
  constexpr bool operator==(const Ambiguity&) const = default;
};

/// {0, 0} if the more specific of any two overlapping rows can be told, so that order has no
/// meaning.
constexpr Ambiguity find_ambiguity(std::span<const Encoding> rows) {
  struct Bits {
    std::uint32_t mask;
    std::uint32_t value;
    unsigned rank;
  };
  // Copied to where an element is cheap to reach: compilers limit the steps of a constant
  // expression.
  constexpr std::size_t kMostRows = 512;
  Bits bits[kMostRows]{};
  const std::size_t count = rows.size();
  for (std::size_t i = 0; i < count; ++i) {
    bits[i] = {rows[i].pattern.mask(), rows[i].pattern.value(), rows[i].rank};
  }
  for (std::size_t i = 0; i < count; ++i) {
    const Bits a = bits[i];
    for (std::size_t j = i + 1; j < count; ++j) {
      const std::uint32_t both = a.mask & bits[j].mask;
      if (((a.value ^ bits[j].value) & both) != 0 || a.rank != bits[j].rank) continue;
      if (a.mask == bits[j].mask || (both != a.mask && both != bits[j].mask)) return {i, j};
    }
  }
  return {};
}

/// Finds the row of a word: buckets by some bits of it, the most specific row first.
class EncodingTable {
 public:
  /// The bucket of a word is made of its bits `high` and above (as many as `buckets` allows), then
  /// its bits `low` to `low + 3`.
  EncodingTable(std::span<const Encoding> rows, unsigned high, unsigned high_bits, unsigned low,
                unsigned low_bits);

  const Encoding* find(std::uint32_t word) const {
    for (const std::uint16_t row : buckets_[bucket(word)]) {
      if (rows_[row].pattern.matches(word)) return &rows_[row];
    }
    return nullptr;
  }
  /// The row that `word` would have, were its bits that should be zero or one so; or null. Slow.
  const Encoding* find_resembling(std::uint32_t word) const;
  std::span<const Encoding> rows() const { return rows_; }

 private:
  std::size_t bucket(std::uint32_t word) const {
    return (word >> high_ & ((1U << high_bits_) - 1)) << low_bits_ |
           (word >> low_ & ((1U << low_bits_) - 1));
  }

  std::span<const Encoding> rows_;
  unsigned high_;
  unsigned high_bits_;
  unsigned low_;
  unsigned low_bits_;
  std::vector<std::vector<std::uint16_t>> buckets_;
};

const EncodingTable& a32_table();                ///< Condition other than 0b1111.
const EncodingTable& a32_unconditional_table();  ///< Condition 0b1111.
const EncodingTable& t16_table();
const EncodingTable& t32_table();  ///< First halfword in the upper half.
/// One table serves both instruction sets; see `vfp_word` and `neon_word`.
const EncodingTable& vfp_table();
const EncodingTable& neon_table();

/// Coprocessors 10 and 11 (A7.5 to A7.9) have the same 28 bits in both instruction sets: as T32 has
/// them, from 0b1110. Zero if `word` (A32: with a condition) is something else.
constexpr std::uint32_t vfp_word(std::uint32_t word) {
  const bool coprocessor =
      (word & 0x0C00'0000) == 0x0C00'0000 && (word & 0x0300'0000) != 0x0300'0000;
  return coprocessor && (word & 0xE00) == 0xA00 ? 0xE000'0000 | (word & 0x0FFF'FFFF) : 0;
}
/// Advanced SIMD data processing (A7.4) and element or structure loads and stores (A7.7), as A32
/// has them: 1111001U..., 11110100.... Zero if `word` is something else.
constexpr std::uint32_t neon_word(std::uint32_t word, bool thumb) {
  if (!thumb)
    return (word & 0xFE00'0000) == 0xF200'0000 || (word & 0xFF10'0000) == 0xF400'0000 ? word : 0;
  const std::uint32_t rest = word & 0x00FF'FFFF;
  if ((word & 0xEF00'0000) == 0xEF00'0000) return 0xF200'0000 | (word >> 4 & 0x0100'0000) | rest;
  return (word & 0xFF10'0000) == 0xF900'0000 ? 0xF400'0000 | rest : 0;
}

/// True if a T32 instruction that begins with `halfword` has a second one (A6.1).
constexpr bool is_wide(std::uint32_t halfword) { return halfword >> 11 >= 0x1D; }

/// ITAdvance (A2.5.2).
constexpr std::uint8_t it_advance(std::uint8_t it) {
  if ((it & 7) == 0) return 0;
  return static_cast<std::uint8_t>((it & 0xE0) | (it << 1 & 0x1F));
}

}  // namespace linefill
