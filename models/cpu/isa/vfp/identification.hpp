// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace linefill::isa::vfp {

// Cortex-A9 NEON MPE TRM (DDI 0409), table 2-1.
inline constexpr std::uint32_t kFpsid = 0x4103'3090;
inline constexpr std::uint32_t kMvfr0 = 0x1011'0222;
inline constexpr std::uint32_t kMvfr1 = 0x0111'1111;

}  // namespace linefill::isa::vfp
