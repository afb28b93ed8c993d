// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/cpu/isa/instruction.hpp"

namespace linefill::isa::vfp {

/// Issue cycles of the Cortex-A9's VFP (NEON MPE TRM, DDI 0409, 2.3: throughput).
struct Cost {
  std::uint8_t of_single;
  std::uint8_t of_double;
};
namespace cost {
inline constexpr Cost kMove{1, 1};
inline constexpr Cost kAdd{1, 1};
inline constexpr Cost kCompare{1, 1};
inline constexpr Cost kConvert{1, 1};
inline constexpr Cost kMultiply{1, 2};
inline constexpr Cost kMultiplyAccumulate{1, 2};
inline constexpr Cost kDivide{10, 20};
inline constexpr Cost kSquareRoot{13, 28};
inline constexpr std::uint8_t kSystemRegister = 3;  ///< VMRS, VMSR.
inline constexpr std::uint8_t kToCoreLatency = 3;
}  // namespace cost

inline void set_cost(Instruction& i, Cost cost, bool is_double) {
  i.cycles = is_double ? cost.of_double : cost.of_single;
}

}  // namespace linefill::isa::vfp
