// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which CPU this is, and its Auxiliary Control Register (ACTLR), by Linux's names.
#ifdef __arm__
#include "sw/arch/arm/cpu.hpp"
#else
#include "sw/arch/host/cpu.hpp"
#endif

namespace guest {

/// By main ID: an ARM Ltd. part 0xC09.
inline bool cpu_is_cortex_a9() {
  constexpr unsigned kMask = 0xFF00'FFF0, kCortexA9 = 0x4100'C090;
  return (read_cpuid_id() & kMask) == kCortexA9;
}

}  // namespace guest
