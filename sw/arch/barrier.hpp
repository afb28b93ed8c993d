// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sw/arch/outer_cache.hpp"
#ifdef __arm__
#include "sw/arch/arm/barrier_instructions.hpp"
#else
#include "sw/arch/host/barrier_instructions.hpp"
#endif

// Linux 6.1, arch/arm/include/asm/barrier.h. The heavy ones reach past the outer cache's buffers.

inline void mb() {
  dsb();
  outer_sync();
}
inline void rmb() { dsb(); }
inline void wmb() {
  dsb_st();
  outer_sync();
}
inline void dma_rmb() { dmb_osh(); }
/// Orders Normal non-cacheable stores before later ones. Does not drain the outer cache.
inline void dma_wmb() { dmb_oshst(); }
inline void smp_mb() { dmb(); }

/// Sleeps until an interrupt is pending, masked or not. Where nothing else would drain the outer
/// cache's store buffer, that is done first, or what the CPU waits for may never happen.
inline void arch_cpu_idle() {
  if (outer_cache_drained_in_idle) wmb();
  wait_for_interrupt();
}
