// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <iostream>
#include <random>
#include <sstream>

#include "models/cpu/isa/encoding.hpp"
#include "models/cpu/isa/instruction_set.hpp"
#include "models/cpu/isa/system_instructions.hpp"
#include "tests/conformance/neon/vector_machine.hpp"
#include "tests/support/catch.hpp"

namespace linefill::test {
namespace {

constexpr unsigned kWordsOfRow = 50;
constexpr std::size_t kStatesOfWord = 20;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* given = std::getenv(variable);
  return given != nullptr ? std::strtoull(given, nullptr, 0) : otherwise;
}

std::uint64_t chosen_seed() {
  const std::uint64_t seed = number_from("LINEFILL_SEED", std::random_device{}());
  std::cout << "LINEFILL_SEED=" << seed << std::endl;
  return seed;
}

bool is_data_processing(std::uint32_t word) { return word >> 25 == 0x79; }

/// A table's word as T32 has it.
std::uint32_t to_code(std::uint32_t word, bool thumb) {
  if (!thumb) return word;
  if (!is_data_processing(word)) return 0xF900'0000 | (word & 0x00FF'FFFF);
  return 0xEF00'0000 | (word & 0x0100'0000) << 4 | (word & 0x00FF'FFFF);
}

bool executes(const Instruction& i) {
  return i.handler != &isa::execute_undefined && i.handler != &isa::execute_unpredictable;
}

/// UNKNOWN results: of two registers that are both written, and the same.
bool comparable(std::string_view name, const Instruction& i) {
  return (name != "VTRN" && name != "VUZP" && name != "VZIP") || i.d != i.m;
}

/// What Unicorn 2.0.1 executes though it is UNDEFINED (and is in QEMU 7.2): VQDMULL with U set, and
/// VMUL.F32 with bit 21 set.
bool is_executed_wrongly(std::uint32_t word) {
  const bool vqdmull = (word & 0xFF80'0F50) == 0xF380'0D00;
  const bool vmul = (word & 0xFFA0'0F10) == 0xF320'0D10;
  return vqdmull || vmul;
}

/// A word of `row` that executes; 0 after many tries.
std::uint32_t random_word(const Encoding& row, std::mt19937_64& random) {
  for (unsigned tries = 0; tries < 10'000; ++tries) {
    const auto bits = static_cast<std::uint32_t>(random());
    const std::uint32_t word = (bits & ~row.pattern.mask()) | row.pattern.value();
    if (neon_table().find(word) != &row) continue;
    const Instruction i = decode_a32(word);
    if (executes(i) && comparable(row.name, i)) return word;
  }
  return 0;
}

std::string explain(const Encoding& row, std::uint32_t word, const VectorState& before,
                    const VectorState& ours, const VectorState& theirs) {
  std::ostringstream text;
  const Instruction i = decode_a32(word);
  text << row.name << " (A32 " << std::hex << word << ")\n" << differences(before, ours, theirs);
  for (const unsigned reg : {unsigned{i.d}, unsigned{i.n}, unsigned{i.m}})
    text << "  d" << std::dec << reg << std::hex << " was " << before.d[reg] << '\n';
  return text.str();
}

void compare_data_processing(bool thumb) {
  const std::uint64_t seed = chosen_seed();
  std::mt19937_64 random{seed};
  VectorStateMaker maker{random};
  OurVectors our_machine;
  TheirVectors their_machine;
  const std::uint64_t words = number_from("LINEFILL_WORDS", kWordsOfRow);
  std::uint64_t executed = 0;
  std::ostringstream failures;
  for (const Encoding& row : neon_table().rows()) {
    if (!is_data_processing(row.pattern.value())) continue;
    unsigned failures_of_row = 0;
    for (std::uint64_t k = 0; k < words && failures_of_row < 2; ++k) {
      const std::uint32_t word = random_word(row, random);
      REQUIRE(word != 0);
      const std::uint32_t code = to_code(word, thumb);
      std::vector<VectorState> before(kStatesOfWord);
      for (VectorState& state : before) state = maker.make();
      std::vector<VectorState> ours = before;
      std::vector<VectorState> theirs = before;
      const bool we_did = our_machine.run(code, thumb, ours);
      const bool they_did = their_machine.run(code, thumb, theirs);
      executed += before.size();
      if (we_did != they_did) {
        ++failures_of_row;
        failures << row.name << std::hex << ' ' << code << ": we " << we_did << ", they "
                 << they_did << '\n';
        continue;
      }
      for (std::size_t s = 0; s < before.size(); ++s) {
        if (ours[s] == theirs[s]) continue;
        ++failures_of_row;
        failures << explain(row, word, before[s], ours[s], theirs[s]);
        break;
      }
    }
  }
  INFO("LINEFILL_SEED=" << seed << '\n' << failures.str());
  CHECK(failures.str().empty());
  std::cout << executed << " instructions\n";
}

}  // namespace

TEST_CASE("A32: Advanced SIMD computes what Unicorn computes, bit by bit", "[neon]") {
  compare_data_processing(false);
}

TEST_CASE("T32: Advanced SIMD computes what Unicorn computes, bit by bit", "[neon]") {
  compare_data_processing(true);
}

TEST_CASE("Advanced SIMD words are UNDEFINED where they are in Unicorn", "[neon]") {
  const std::uint64_t seed = chosen_seed();
  std::mt19937_64 random{seed};
  OurVectors our_machine;
  TheirVectors their_machine;
  std::ostringstream failures;
  for (unsigned k = 0; k < 20'000; ++k) {
    const bool thumb = random() % 2 != 0;
    const auto bits = static_cast<std::uint32_t>(random());
    const std::uint32_t word =
        random() % 2 != 0 ? 0xF200'0000 | (bits & 0x01FF'FFFF) : 0xF400'0000 | (bits & 0xEF'FFFF);
    if (decode_a32(word).handler == &isa::execute_unpredictable || is_executed_wrongly(word))
      continue;
    const std::uint32_t code = to_code(word, thumb);
    const bool we_do = our_machine.executes(code, thumb);
    const bool they_do = their_machine.executes(code, thumb);
    if (we_do == they_do) continue;
    const Encoding* row = neon_table().find(word);
    failures << std::hex << word << ' ' << (row != nullptr ? row->name : "no row") << ": we "
             << we_do << ", they " << they_do << '\n';
  }
  INFO("LINEFILL_SEED=" << seed << '\n' << failures.str());
  CHECK(failures.str().empty());
}

}  // namespace linefill::test
