// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sw/lib/types.hpp"

struct l2x0_regs;

/// The cache behind the CPU's own, if it has one: Linux 6.1, arch/arm/include/asm/outercache.h.
/// Any member may be null; ends are exclusive.
struct outer_cache_fns {
  void (*inv_range)(phys_addr_t start, phys_addr_t end) = nullptr;
  void (*clean_range)(phys_addr_t start, phys_addr_t end) = nullptr;
  void (*flush_range)(phys_addr_t start, phys_addr_t end) = nullptr;
  void (*flush_all)() = nullptr;
  void (*disable)() = nullptr;
  void (*sync)() = nullptr;
  void (*resume)() = nullptr;
  // The platform's, where only its firmware may write some registers:
  void (*write_sec)(unsigned long value, unsigned offset) = nullptr;
  void (*configure)(const l2x0_regs* registers) = nullptr;
};

extern outer_cache_fns outer_cache;
/// Its store buffer does not drain with time: who waits for an interrupt drains it first (erratum
/// 769419 of the L2C-310).
extern bool outer_cache_drained_in_idle;

inline void outer_inv_range(phys_addr_t start, phys_addr_t end) {
  if (outer_cache.inv_range != nullptr) outer_cache.inv_range(start, end);
}
inline void outer_clean_range(phys_addr_t start, phys_addr_t end) {
  if (outer_cache.clean_range != nullptr) outer_cache.clean_range(start, end);
}
inline void outer_flush_range(phys_addr_t start, phys_addr_t end) {
  if (outer_cache.flush_range != nullptr) outer_cache.flush_range(start, end);
}
inline void outer_flush_all() {
  if (outer_cache.flush_all != nullptr) outer_cache.flush_all();
}
inline void outer_disable() {
  if (outer_cache.disable != nullptr) outer_cache.disable();
}
inline void outer_sync() {
  if (outer_cache.sync != nullptr) outer_cache.sync();
}
inline void outer_resume() {
  if (outer_cache.resume != nullptr) outer_cache.resume();
}
