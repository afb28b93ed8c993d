// SPDX-License-Identifier: Apache-2.0
#include "sw/arch/arm/cpu_types.hpp"

#include "sw/arch/arm/cp15.hpp"

// Not by a constructor: those run when it is already chosen.
constinit cpu_cache_fns cpu_cache{};

namespace guest {
namespace {

constexpr CpuType kTypes[] = {
    {0x5615'8000, 0xFFFF'F000, &mohawk_cache_fns},  // Marvell PJ1.
    {0x000F'0000, 0x000F'0000, &v7_cache_fns},      // Architecture 0xF: by CPUID registers, ARMv7.
};

}  // namespace

void select_cpu_type() {
  cpu_cache = v7_cache_fns;
  const std::uint32_t id = cp15::midr();
  for (const CpuType& type : kTypes) {
    if ((id & type.mask) != type.id) continue;
    cpu_cache = *type.cache;
    return;
  }
}

}  // namespace guest
