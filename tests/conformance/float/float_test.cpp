// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdlib>
#include <iostream>
#include <random>
#include <sstream>

#include "models/cpu/isa/encoding.hpp"
#include "models/cpu/isa/instruction_set.hpp"
#include "models/cpu/isa/system_instructions.hpp"
#include "tests/conformance/float/float_machine.hpp"
#include "tests/conformance/float/float_operation.hpp"
#include "tests/support/catch.hpp"

namespace linefill::test {
namespace {

using floating::FloatEnvironment;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* given = std::getenv(variable);
  return given != nullptr ? std::strtoull(given, nullptr, 0) : otherwise;
}

/// Operands where things happen: zeros, infinities, NaNs, subnormals, boundaries, neighbours.
class OperandMaker {
 public:
  explicit OperandMaker(std::mt19937_64& random) : random_{random} {}

  FloatOperands make(unsigned bits) {
    if (bits == 1) return {0, integer()};
    FloatOperands result{one(bits), one(bits)};
    const std::uint64_t sign = std::uint64_t{1} << (bits - 1);
    if (chance(15)) result.b = result.a ^ (chance(50) ? sign : 0);
    if (chance(10)) result.b = (result.a ^ (chance(50) ? sign : 0)) + below(9) - 4;
    if (chance(15)) near_edge(result, bits);
    if (bits == 32) {
      result.a &= 0xFFFF'FFFF;
      // What lies in the other half must not matter.
      result.b = (result.b & 0xFFFF'FFFF) | random_() << 32;
    }
    return result;
  }

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  bool chance(unsigned percent) { return below(100) < percent; }

  static unsigned fraction_bits(unsigned bits) { return bits == 64 ? 52 : bits == 32 ? 23 : 10; }

  std::uint64_t fraction(unsigned width) {
    const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
    switch (below(6)) {
      case 0:
        return 0;
      case 1:
        return mask;
      case 2:
        return below(4) & mask;
      case 3:
        return (random_() << below(width)) & mask;
      case 4:
        return (mask ^ below(4)) & mask;
      default:
        return random_() & mask;
    }
  }

  std::uint64_t one(unsigned bits) {
    const unsigned width = fraction_bits(bits);
    const std::uint64_t largest = (std::uint64_t{1} << (bits - 1 - width)) - 1;
    std::uint64_t exponent = below(largest + 1);
    if (chance(40)) exponent = largest / 2 - 30 + below(60);
    if (chance(8)) exponent = largest;
    if (chance(8)) exponent = largest - 1 - below(2);
    if (chance(12)) exponent = below(2);
    return below(2) << (bits - 1) | (exponent & largest) << width | fraction(width);
  }

  /// A product, or quotient, close to the smallest or the largest number.
  void near_edge(FloatOperands& operands, unsigned bits) {
    const unsigned width = fraction_bits(bits);
    const std::uint64_t largest = (std::uint64_t{1} << (bits - 1 - width)) - 1;
    const std::uint64_t exponent = operands.a >> width & largest;
    const std::uint64_t bias = largest / 2;
    const std::uint64_t edge = chance(50) ? 0 : largest;
    const std::uint64_t other = chance(50) ? edge + bias - exponent : exponent + bias - edge;
    const std::uint64_t moved = other + below(width + 6) - (width + 4) / (chance(50) ? 2 : 1);
    operands.b = (operands.b & ~(largest << width)) | (moved & largest) << width;
  }

  std::uint64_t integer() {
    const std::uint64_t value = random_() >> below(64);
    return chance(50) ? value : 0 - value;
  }

  std::mt19937_64& random_;
};

/// Every rounding mode with FZ, DN and AHP as they may be, and Inexact already set or not.
std::uint32_t control(std::uint64_t bits) {
  return static_cast<std::uint32_t>(bits & 0x1F) << 22 | ((bits & 0x20) != 0 ? fpscr::kIxc : 0);
}

void compare_batch(const FloatOperation& operation, std::uint32_t fpscr,
                   const std::vector<FloatOperands>& operands, FloatMachine& theirs) {
  std::vector<FloatResult> expected(operands.size());
  theirs.run(operation, fpscr, operands, expected);
  for (std::size_t i = 0; i < operands.size(); ++i) {
    auto env = operation.standard ? FloatEnvironment::standard(fpscr) : FloatEnvironment::of(fpscr);
    const std::uint64_t value = operation.function(operands[i].a, operands[i].b, env);
    const std::uint32_t flags = operation.compares ? static_cast<std::uint32_t>(value) : 0;
    const std::uint32_t after = fpscr | env.flags | flags;
    // A single leaves the other half as it was; the copy of a conversion in place fills it.
    const bool upper_half_counts =
        operation.operand_bits == 64 || (operation.code.size() == 1 && !operation.standard);
    const std::uint64_t mask = upper_half_counts ? ~std::uint64_t{0} : 0xFFFF'FFFF;
    const bool same = operation.compares || (value & mask) == (expected[i].value & mask);
    if (same && after == expected[i].fpscr) continue;
    std::ostringstream text;
    text << std::hex << operation.name << ' ' << operands[i].a << ", " << operands[i].b << " under "
         << fpscr << ": ours " << value << " fpscr " << after << ", theirs " << expected[i].value
         << " fpscr " << expected[i].fpscr;
    FAIL(text.str());
  }
}

}  // namespace

TEST_CASE("floating point is Unicorn's, bit by bit, in every mode", "[float]") {
  const std::uint64_t seed = number_from("LINEFILL_SEED", std::random_device{}());
  const std::uint64_t count = number_from("LINEFILL_OPERANDS", 2'000'000);
  std::cout << "LINEFILL_SEED=" << seed << std::endl;
  std::mt19937_64 random{seed};
  OperandMaker maker{random};
  FloatMachine theirs;
  const std::vector<FloatOperation> operations = float_operations();
  std::vector<FloatOperands> operands(256);
  std::uint64_t done = 0;
  for (std::uint64_t batch = 0; done < count; ++batch) {
    for (const FloatOperation& operation : operations) {
      for (FloatOperands& pair : operands) {
        pair = maker.make(operation.operand_bits);
        if (operation.standard) pair.b &= 0xFFFF'FFFF;  // That is a lane of its own.
      }
      const std::uint32_t kept = operation.nearest_only ? ~fpscr::kRounding : ~0U;
      compare_batch(operation, control(random()) & kept, operands, theirs);
      done += operands.size();
    }
  }
  CHECK(done >= count);
  std::cout << done << " operations, " << operations.size() << " instructions\n";
}

TEST_CASE("words of coprocessors 10 and 11 are UNDEFINED where they are in Unicorn", "[float]") {
  const std::uint64_t seed = number_from("LINEFILL_SEED", std::random_device{}());
  const std::uint64_t count = number_from("LINEFILL_WORDS", 40'000);
  std::cout << "LINEFILL_SEED=" << seed << std::endl;
  std::mt19937_64 random{seed};
  FloatMachine theirs;
  std::ostringstream failures;
  std::uint64_t undefined = 0;
  for (std::uint64_t k = 0; k < count; ++k) {
    auto word = static_cast<std::uint32_t>(random());
    // Condition "always"; 1110 or 110x; 101x. Every other one with the bits that most rows fix.
    word = 0xEC00'0A00 | (word & 0x03FF'F1FF);
    if (k % 2 != 0) word &= ~0x6FU;
    if ((word & 0x0300'0000) == 0x0300'0000) word &= ~0x0100'0000U;
    const Instruction ours = decode_a32(word);
    if (ours.handler == &isa::execute_unpredictable) continue;
    const bool defined = ours.handler != &isa::execute_undefined;
    undefined += defined ? 0 : 1;
    if (defined == theirs.defines(word)) continue;
    failures << std::hex << word << ": defined here " << defined << '\n';
  }
  INFO(failures.str());
  CHECK(failures.str().empty());
  CHECK(undefined > count / 10);
}

}  // namespace linefill::test
