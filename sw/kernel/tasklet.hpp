// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sw/lib/list.hpp"

/// Work an interrupt handler leaves for later: runs after it, interrupts on, once however often it
/// was scheduled before, never inside itself. Linux, include/linux/interrupt.h.
struct tasklet_struct : guest::ListNode {
  void (*callback)(tasklet_struct*) = nullptr;
  int disable_count = 0;
  bool running = false;
};

extern "C" {
void tasklet_setup(tasklet_struct* tasklet, void (*callback)(tasklet_struct*));
void tasklet_schedule(tasklet_struct* tasklet);
void tasklet_disable(tasklet_struct* tasklet);
void tasklet_enable(tasklet_struct* tasklet);
/// Unschedules it. Not from an interrupt handler, nor from itself.
void tasklet_kill(tasklet_struct* tasklet);
}

namespace guest {
/// Runs what is scheduled; called on the way out of an interrupt.
void run_tasklets();
}  // namespace guest
