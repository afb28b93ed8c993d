// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "tests/conformance/float/float_operation.hpp"

struct uc_struct;

namespace linefill::test {

struct FloatOperands {
  std::uint64_t a = 0;
  std::uint64_t b = 0;
};
struct FloatResult {
  std::uint64_t value = 0;
  std::uint32_t fpscr = 0;
  std::uint32_t unused = 0;
};

/// Unicorn's floating point: one instruction over many operands.
class FloatMachine {
 public:
  static constexpr std::size_t kMost = 4096;

  FloatMachine();
  ~FloatMachine();
  FloatMachine(const FloatMachine&) = delete;
  FloatMachine& operator=(const FloatMachine&) = delete;

  /// Each operation begins with `fpscr`. The upper half of a single result is 0.
  void run(const FloatOperation& operation, std::uint32_t fpscr,
           std::span<const FloatOperands> operands, std::span<FloatResult> results);
  /// Whether an A32 word is something else than UNDEFINED, in Supervisor mode.
  bool defines(std::uint32_t word);

 private:
  uc_struct* uc_ = nullptr;
};

}  // namespace linefill::test
