// SPDX-License-Identifier: Apache-2.0
// names ISA SEED COUNT FILE: writes COUNT instructions of the set a32, t32 (two halfwords) or t16
// (all of one halfword), or of the coprocessors, VFP and Advanced SIMD (a32-simd, t32-simd) to
// FILE, and prints what the decode tables call each: a row's name, "UNDEFINED" or "UNPREDICTABLE".
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>
#include <span>
#include <string_view>

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
      const bool coprocessor =
          a32_ ? (word & 0x0E00'0000) == 0x0C00'0000 || (word & 0x0F00'0000) == 0x0E00'0000
               : (word & 0xEC00'0000) == 0xEC00'0000;
      const bool simd = (!a32_ || word >> 28 == 15) && neon_word(word, !a32_) != 0;
      if ((coprocessor || simd) == extensions_ && (a32_ || is_wide(word >> 16))) return word;
    }
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
    std::uint32_t like = (word & ~row.pattern.mask()) | row.pattern.value();
    if (&table == &vfp_table() && a32_) like ^= static_cast<std::uint32_t>(random_()) & 0xF000'0000;
    if (&table == &neon_table() && !a32_) like = neon_word_of_t32(like);
    if (random_() % 2 != 0) like ^= 1U << random_() % 32;
    return like;
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

std::string_view name_of(std::uint32_t word, bool a32) {
  const Instruction i = a32 ? decode_a32(word) : decode_t32(word, 0);
  if (i.handler == &isa::execute_undefined) return "UNDEFINED";
  if (i.handler == &isa::execute_unpredictable) return "UNPREDICTABLE";
  if (const std::uint32_t simd = neon_word(word, !a32); simd != 0 && (!a32 || word >> 28 == 15))
    return neon_table().find(simd)->name;
  if (const std::uint32_t vfp = vfp_word(word); vfp != 0 && (a32 || word > 0xFFFF))
    return vfp_table().find(vfp)->name;
  const EncodingTable& table = !a32               ? (word > 0xFFFF ? t32_table() : t16_table())
                               : word >> 28 == 15 ? a32_unconditional_table()
                                                  : a32_table();
  const Encoding* row = table.find(word);
  return row == nullptr ? "UNDEFINED" : row->name;
}

void put(std::ofstream& file, std::uint32_t word, unsigned bytes) {
  for (unsigned k = 0; k < bytes; ++k) file.put(static_cast<char>(word >> 8 * k));
}

}  // namespace

extern "C" int sc_main(int argc, char* argv[]);  // As SystemC declares it.

int sc_main(int argc, char* argv[]) {
  const std::span arguments{argv, static_cast<std::size_t>(argc)};
  if (argc != 5) return 2;
  const std::string_view isa{arguments[1]};
  std::ofstream file{arguments[4], std::ios::binary};
  if (isa == "t16") {
    for (std::uint32_t word = 0; word < 0xE800; ++word) {
      put(file, word, 2);
      std::cout << name_of(word, false) << '\n';
    }
    return 0;
  }
  Words words{isa, std::strtoull(arguments[2], nullptr, 0)};
  for (std::uint64_t n = std::strtoull(arguments[3], nullptr, 0); n > 0; --n) {
    const std::uint32_t word = words.next();
    const bool a32 = isa.starts_with("a32");
    put(file, a32 ? word : word << 16 | word >> 16, 4);
    std::cout << name_of(word, a32) << '\n';
  }
  return 0;
}
