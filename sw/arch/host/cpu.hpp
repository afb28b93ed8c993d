// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace guest {
/// Registers of the CPU that a unit test pretends to be: a Cortex-A9 r1p0.
inline std::uint32_t host_midr = 0x411F'C090;
inline std::uint32_t host_actlr = 0;
}  // namespace guest

inline std::uint32_t read_cpuid_id() { return guest::host_midr; }
inline std::uint32_t get_auxcr() { return guest::host_actlr; }
inline void set_auxcr(std::uint32_t value) { guest::host_actlr = value; }
