// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string>

namespace linefill::test {

/// What Advanced SIMD data processing works on. As it lies in memory for the other machine.
struct VectorState {
  std::array<std::uint64_t, 32> d{};
  std::uint32_t fpscr = 0;
  std::uint32_t unused = 0;

  bool operator==(const VectorState&) const = default;
};
static_assert(sizeof(VectorState) == 264);

/// The registers that differ, a line each.
std::string differences(const VectorState& before, const VectorState& ours,
                        const VectorState& theirs);

/// Makes states with lanes where things happen: bounds, neighbours of bounds, powers of two, shift
/// amounts; numbers with extreme exponents, infinities, NaNs, subnormals.
class VectorStateMaker {
 public:
  explicit VectorStateMaker(std::mt19937_64& random) : random_{random} {}

  VectorState make();

 private:
  enum class Style : std::uint8_t { kBytes, kHalfwords, kWords, kDoublewords, kHalves, kSingles };

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  bool chance(unsigned percent) { return below(100) < percent; }
  Style style();
  std::uint64_t vector(Style style);
  std::uint64_t integer(unsigned bits);
  std::uint64_t number(unsigned exponent_bits, unsigned fraction_bits);

  std::mt19937_64& random_;
};

}  // namespace linefill::test
