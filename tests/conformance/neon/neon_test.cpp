// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <iostream>
#include <random>
#include <sstream>

#include "models/cpu/isa/encoding.hpp"
#include "models/cpu/isa/system_instructions.hpp"
#include "tests/conformance/neon/vector_machine.hpp"
#include "tests/support/catch.hpp"

namespace linefill::test {
namespace {

constexpr unsigned kWordsOfRow = 120;
constexpr std::size_t kStatesOfWord = 24;

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

}  // namespace linefill::test
