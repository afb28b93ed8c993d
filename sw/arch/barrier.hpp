// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sw/arch/outer_cache.hpp"
#ifdef __arm__
#include "sw/arch/arm/barrier_instructions.hpp"
#else
#include "sw/arch/host/barrier_instructions.hpp"
#endif

// Linux 6.1, arch/arm/include/asm/barrier.h. The heavy ones reach past the outer cache's buffers.

#if defined(__arm__) && __ARM_ARCH < 7
// Without CONFIG_ARM_DMA_MEM_BUFFERABLE: what a device may read is strongly ordered, or was
// cleaned.
inline void mb() { barrier(); }
inline void rmb() { barrier(); }
inline void wmb() { barrier(); }
#else
inline void mb() {
  dsb();
  outer_sync();
}
inline void rmb() { dsb(); }
inline void wmb() {
  dsb_st();
  outer_sync();
}
#endif
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
