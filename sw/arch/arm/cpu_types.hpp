// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sw/arch/cacheflush.hpp"

namespace guest {

extern const cpu_cache_fns v7_cache_fns;
extern const cpu_cache_fns mohawk_cache_fns;

/// A type of CPU: those whose main ID (MIDR, ARM ARM DDI 0406C, B4.1.105) has `id` under `mask`.
struct CpuType {
  std::uint32_t id;
  std::uint32_t mask;
  const cpu_cache_fns* cache;
};

/// Fills `cpu_cache` for the CPU this runs on. ARMv7's functions if nobody knows it.
void select_cpu_type();

}  // namespace guest
