// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sw/arch/shared.hpp"

/// Something one side waits for and the other announces, once each: Linux,
/// include/linux/completion.h.
struct completion {
  guest::Shared<unsigned> done;
};

inline void init_completion(completion* x) { x->done = 0; }
inline void reinit_completion(completion* x) { x->done = 0; }

extern "C" {
/// From an interrupt handler or tasklet.
void complete(completion* x);
/// For everybody who waits or will, until reinit_completion.
void complete_all(completion* x);
/// Takes one announcement if there is one; never sleeps.
bool try_wait_for_completion(completion* x);
/// Sleeps until completed. Returns the microseconds left, at least 1, or 0 after `timeout_us`.
/// (Linux counts jiffies; nothing here has any.)
unsigned long wait_for_completion_timeout(completion* x, unsigned long timeout_us);
}

inline bool completion_done(const completion* x) { return x->done != 0; }
