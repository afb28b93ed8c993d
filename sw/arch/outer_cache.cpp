// SPDX-License-Identifier: Apache-2.0
#include "sw/arch/outer_cache.hpp"

outer_cache_fns outer_cache;
bool outer_cache_drained_in_idle = false;
