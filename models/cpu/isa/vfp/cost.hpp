// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/cpu/isa/instruction.hpp"

namespace linefill::isa::vfp {

/// Cycles of the Cortex-A9's VFP (NEON MPE TRM, DDI 0409, 2.3): the issue of singles and of
/// doubles, and how much later than the next issue the result is there. S registers count as the D
/// register that they are half of; what comes from an earlier line of code is taken for ready.
struct Cost {
  std::uint8_t of_single;
  std::uint8_t of_double;
  std::uint8_t latency;
};
namespace cost {
inline constexpr Cost kMove{1, 1, 0};
inline constexpr Cost kAdd{1, 1, 3};
inline constexpr Cost kCompare{1, 1, 0};
inline constexpr Cost kConvert{1, 1, 3};
inline constexpr Cost kMultiply{1, 2, 4};
inline constexpr Cost kMultiplyAccumulate{1, 2, 7};
inline constexpr Cost kDivide{10, 20, 5};
inline constexpr Cost kSquareRoot{13, 28, 4};
inline constexpr Cost kLoad{1, 1, 1};
inline constexpr std::uint8_t kSystemRegister = 3;  ///< VMRS, VMSR.
inline constexpr std::uint8_t kToCoreLatency = 3;
}  // namespace cost

inline void reads(Instruction& i, unsigned reg, bool is_double) {
  i.uses_vectors(is_double ? reg : reg / 2, 1);
}
inline void set_cost(Instruction& i, Cost cost, bool is_double) {
  i.cycles = is_double ? cost.of_double : cost.of_single;
}
inline void gives(Instruction& i, unsigned reg, bool is_double, Cost cost) {
  i.gives_vectors_late(is_double ? reg : reg / 2, 1, cost.latency);
}

}  // namespace linefill::isa::vfp
