// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sw/arch/outer_cache.hpp"

// Names of older kernels for the same functions.

inline void l2x0_inv_range(phys_addr_t start, phys_addr_t end) { outer_inv_range(start, end); }
inline void l2x0_clean_range(phys_addr_t start, phys_addr_t end) { outer_clean_range(start, end); }
inline void l2x0_flush_range(phys_addr_t start, phys_addr_t end) { outer_flush_range(start, end); }
/// Linux 3.x had it for a cache that is off and clean, to leave it empty: so does a flush.
inline void outer_inv_all() { outer_flush_all(); }
