// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/cpu/isa/float/float_environment.hpp"

namespace linefill::test {

/// One instruction, and our function for it. Operands are D0 (or S0) and D1 (S2); the result is D2
/// (S4), or for comparisons the flags.
struct FloatOperation {
  using Function =
      std::function<std::uint64_t(std::uint64_t a, std::uint64_t b, floating::FloatEnvironment&)>;

  std::string name;
  std::vector<std::uint32_t> code;  ///< A32.
  unsigned operand_bits;            ///< What operands are worth trying: 16, 32, 64; 1: integers.
  Function function;
  bool compares = false;
  bool standard = false;  ///< Advanced SIMD: the standard FPSCR value.
  /// Only compared when rounding to nearest: fixed point to floating point does that always
  /// (A8.8.308, and QEMU 7.2), but by FPSCR in Unicorn 2.0.1.
  bool nearest_only = false;
};

std::vector<FloatOperation> float_operations();

}  // namespace linefill::test
