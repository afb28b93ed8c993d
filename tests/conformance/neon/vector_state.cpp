// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/neon/vector_state.hpp"

#include <sstream>

#include "models/cpu/isa/extension_registers.hpp"

namespace linefill::test {

std::string differences(const VectorState& before, const VectorState& ours,
                        const VectorState& theirs) {
  std::ostringstream text;
  text << std::hex;
  for (unsigned i = 0; i < before.d.size(); ++i) {
    if (ours.d[i] == theirs.d[i]) continue;
    text << "  d" << std::dec << i << std::hex << ": was " << before.d[i] << ", ours " << ours.d[i]
         << ", theirs " << theirs.d[i] << '\n';
  }
  text << "  fpscr: was " << before.fpscr << ", ours " << ours.fpscr << ", theirs " << theirs.fpscr
       << '\n';
  return text.str();
}

VectorState VectorStateMaker::make() {
  VectorState state;
  const Style common = style();
  for (std::uint64_t& d : state.d) d = vector(chance(80) ? common : style());
  if (chance(30)) state.d[below(32)] = state.d[below(32)];
  // Half of the states have no cumulative bits, so that each can be seen to be set.
  const auto bits = static_cast<std::uint32_t>(random_());
  constexpr std::uint32_t kControl = fpscr::kRounding | fpscr::kFz | fpscr::kDn | fpscr::kAhp;
  state.fpscr = bits & (kControl | fpscr::kNzcv);
  if (chance(50)) state.fpscr |= bits & (fpscr::kCumulative | fpscr::kQc);
  return state;
}

VectorStateMaker::Style VectorStateMaker::style() { return static_cast<Style>(below(6)); }

std::uint64_t VectorStateMaker::vector(Style style) {
  constexpr std::array<unsigned, 6> kBits{8, 16, 32, 64, 16, 32};
  const unsigned bits = kBits[static_cast<unsigned>(style)];
  std::uint64_t result = 0;
  for (unsigned at = 0; at < 64; at += bits) {
    std::uint64_t lane = 0;
    if (style == Style::kHalves) {
      lane = number(5, 10);
    } else if (style == Style::kSingles) {
      lane = number(8, 23);
    } else {
      lane = integer(bits);
    }
    result |= lane << at;
  }
  return result;
}

std::uint64_t VectorStateMaker::integer(unsigned bits) {
  const std::uint64_t mask = ~std::uint64_t{0} >> (64 - bits);
  const std::uint64_t top = std::uint64_t{1} << (bits - 1);
  switch (below(8)) {
    case 0:
      return 0;
    case 1:
      return (below(5) - 2) & mask;
    case 2:
      return (top + below(5) - 2) & mask;
    case 3:
      return (std::uint64_t{1} << below(bits)) & mask;
    case 4:  // As an amount of shifts.
      return ((random_() & mask & ~std::uint64_t{0xFF}) |
              ((below(2 * bits + 6) - bits - 3) & 0xFF)) &
             mask;
    case 5:
      return (random_() & mask) >> below(bits);
    default:
      return random_() & mask;
  }
}

std::uint64_t VectorStateMaker::number(unsigned exponent_bits, unsigned fraction_bits) {
  const std::uint64_t largest = (std::uint64_t{1} << exponent_bits) - 1;
  const std::uint64_t mask = (std::uint64_t{1} << fraction_bits) - 1;
  std::uint64_t exponent = below(largest + 1);
  if (chance(40)) exponent = largest / 2 - 8 + below(16);
  if (chance(8)) exponent = largest;
  if (chance(8)) exponent = largest - 1 - below(3);
  if (chance(12)) exponent = below(3);
  std::uint64_t fraction = random_() & mask;
  if (chance(20)) fraction = 0;
  if (chance(10)) fraction = mask - below(2);
  if (chance(10)) fraction = below(3);
  const std::uint64_t sign = below(2) << (exponent_bits + fraction_bits);
  return sign | (exponent & largest) << fraction_bits | fraction;
}

}  // namespace linefill::test
