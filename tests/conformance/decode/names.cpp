// SPDX-License-Identifier: Apache-2.0
// names ISA SEED COUNT FILE: writes COUNT instructions of the set a32, t32 (two halfwords) or t16
// (all of one halfword), or of the coprocessors, VFP and Advanced SIMD (a32-simd, t32-simd) to
// FILE, and prints the rows of the set ("row", name, bits), and what the decode tables call each
// word: "UNDEFINED", "UNPREDICTABLE", or a row's name, its bits, and what the word would be called
// if the row were missing.
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "models/cpu/isa/encoding.hpp"
#include "models/cpu/isa/instruction_set.hpp"
#include "models/cpu/isa/system_instructions.hpp"

namespace {

using namespace linefill;

/// What is no coprocessor's, VFP's or Advanced SIMD's; or only that.
/// Half of them like a row, in all but perhaps one bit: there what is missing lies next to what is
/// there.
class Words {
 public:
  Words(std::string_view isa, std::uint64_t seed)
      : a32_{isa.starts_with("a32")}, extensions_{isa.ends_with("simd")}, random_{seed} {}

  std::uint32_t next() {
    for (;;) {
      const std::uint32_t word = any();
      if (has(word)) return word;
    }
  }

  /// Rows that are instructions, of the tables that its words are looked for in.
  std::vector<const Encoding*> rows() const {
    std::vector<const Encoding*> result;
    const auto add = [&](const EncodingTable& table) {
      for (const Encoding& row : table.rows()) {
        if (row.decode != &isa::undefined && row.decode != &isa::unpredictable_row &&
            has(code_word(table, row.pattern.value())))
          result.push_back(&row);
      }
    };
    if (a32_) add(a32_unconditional_table());
    add(a32_ ? a32_table() : t32_table());
    if (extensions_) add(vfp_table());
    if (extensions_) add(neon_table());
    return result;
  }

 private:
  std::uint32_t any() {
    const auto word = static_cast<std::uint32_t>(random_());
    if (random_() % 2 != 0) return word;
    const EncodingTable& table = extensions_ ? random_() % 2 != 0 ? vfp_table() : neon_table()
                                 : !a32_ ? t32_table()
                                 : random_() % 8 != 0 ? a32_table()
                                                      : a32_unconditional_table();
    const Encoding& row = table.rows()[random_() % table.rows().size()];
    std::uint32_t like = code_word(table, (word & ~row.pattern.mask()) | row.pattern.value());
    if (&table == &vfp_table() && a32_) like ^= static_cast<std::uint32_t>(random_()) & 0xF000'0000;
    if (random_() % 2 != 0) like ^= 1U << random_() % 32;
    return like;
  }

  bool has(std::uint32_t word) const {
    const bool coprocessor =
        a32_ ? (word & 0x0E00'0000) == 0x0C00'0000 || (word & 0x0F00'0000) == 0x0E00'0000
             : (word & 0xEC00'0000) == 0xEC00'0000;
    const bool simd = (!a32_ || word >> 28 == 15) && neon_word(word, !a32_) != 0;
    return (coprocessor || simd) == extensions_ && (a32_ || is_wide(word >> 16));
  }

  /// A table's word as code has it.
  std::uint32_t code_word(const EncodingTable& table, std::uint32_t word) const {
    return &table == &neon_table() && !a32_ ? neon_word_of_t32(word) : word;
  }

  /// The other way round than `neon_word`.
  static std::uint32_t neon_word_of_t32(std::uint32_t word) {
    const std::uint32_t rest = word & 0x00FF'FFFF;
    if ((word & 0xFE00'0000) == 0xF200'0000) return 0xEF00'0000 | (word << 4 & 0x1000'0000) | rest;
    return 0xF900'0000 | rest;
  }

  bool a32_;
  bool extensions_;
  std::mt19937_64 random_;
};

/// Where a word is looked for, and as what.
struct Lookup {
  const EncodingTable* table;
  std::uint32_t word;
};

Lookup lookup(std::uint32_t word, bool a32) {
  const bool wide = a32 || word > 0xFFFF;
  if (const std::uint32_t simd = neon_word(word, !a32); simd != 0 && wide) {
    if (!a32 || word >> 28 == 15) return {&neon_table(), simd};
  }
  if (const std::uint32_t vfp = vfp_word(word); vfp != 0 && wide && (word >> 28 != 15))
    return {&vfp_table(), vfp};
  if (!a32) return {wide ? &t32_table() : &t16_table(), word};
  return {word >> 28 == 15 ? &a32_unconditional_table() : &a32_table(), word};
}

/// What the table would call the word if it did not have `missing`.
std::string_view name_without(const Encoding& missing, const Lookup& at) {
  const Encoding* next = nullptr;
  const auto key = [](const Encoding& row) {
    return std::pair{row.rank, std::popcount(row.pattern.mask())};
  };
  for (const Encoding& row : at.table->rows()) {
    if (&row == &missing || !row.pattern.matches(at.word)) continue;
    if (next == nullptr || key(row) > key(*next)) next = &row;
  }
  return next == nullptr || next->decode == &isa::undefined ? "UNDEFINED" : next->name;
}

/// The row's name; then its bits, and what the word would be called without it.
void print_name(std::uint32_t word, bool a32) {
  const Instruction i = a32 ? decode_a32(word) : decode_t32(word, 0);
  const Lookup at = lookup(word, a32);
  const Encoding* row = at.table->find(at.word);
  if (i.handler == &isa::execute_unpredictable) {
    std::cout << "UNPREDICTABLE\n";
  } else if (i.handler == &isa::execute_undefined || row == nullptr) {
    std::cout << "UNDEFINED\n";
  } else {
    std::cout << row->name << '\t' << row->pattern.text() << '\t' << name_without(*row, at) << '\n';
  }
}

void print_row(const Encoding& row) {
  std::cout << "row\t" << row.name << '\t' << row.pattern.text() << '\n';
}

void put(std::ofstream& file, std::uint32_t word, unsigned bytes) {
  for (unsigned k = 0; k < bytes; ++k) file.put(static_cast<char>(word >> 8 * k));
}

}  // namespace

extern "C" int sc_main(int argc, char* argv[]);  // As SystemC declares it.

int sc_main(int argc, char* argv[]) {
  const std::span arguments{argv, static_cast<std::size_t>(argc)};
  if (argc != 5) return 2;
  const std::string_view set{arguments[1]};
  std::ofstream file{arguments[4], std::ios::binary};
  if (set == "t16") {
    for (const Encoding& row : t16_table().rows()) {
      if (row.decode != &isa::undefined) print_row(row);
    }
    for (std::uint32_t word = 0; word < 0xE800; ++word) {
      put(file, word, 2);
      print_name(word, false);
    }
    return 0;
  }
  Words words{set, std::strtoull(arguments[2], nullptr, 0)};
  for (const Encoding* row : words.rows()) print_row(*row);
  for (std::uint64_t n = std::strtoull(arguments[3], nullptr, 0); n > 0; --n) {
    const std::uint32_t word = words.next();
    const bool a32 = set.starts_with("a32");
    put(file, a32 ? word : word << 16 | word >> 16, 4);
    print_name(word, a32);
  }
  return 0;
}
