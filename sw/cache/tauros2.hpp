// SPDX-License-Identifier: Apache-2.0
#pragma once

inline constexpr unsigned CACHE_TAUROS2_PREFETCH_ON = 1U << 0;
inline constexpr unsigned CACHE_TAUROS2_LINEFILL_BURST8 = 1U << 1;

/// Switches a Tauros2 on: Linux 6.1, arch/arm/mm/cache-tauros2.c. On a core in its ARMv5
/// personality `outer_cache` gets its operations; in the ARMv7 personality the operations on the L1
/// caches reach it, and `outer_cache` stays empty. Called at boot where the device tree has one.
extern "C" void tauros2_init(unsigned features);
