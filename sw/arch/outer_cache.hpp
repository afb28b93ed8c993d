// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sw/lib/types.hpp"

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
  void (*write_sec)(unsigned long value, unsigned offset) = nullptr;
  void (*configure)() = nullptr;
};

extern outer_cache_fns outer_cache;

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
