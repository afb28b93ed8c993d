// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sw/arch/arm/cp15.hpp"

inline std::uint32_t read_cpuid_id() { return guest::cp15::midr(); }
inline std::uint32_t get_auxcr() { return guest::cp15::actlr(); }
inline void set_auxcr(std::uint32_t value) {
  guest::cp15::set_actlr(value);
  isb();
}
