// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sw/lib/list.hpp"

/// Work an interrupt handler leaves for later: runs after it, interrupts on, once however often it
/// was scheduled before, never inside itself. Linux, include/linux/interrupt.h.
struct tasklet_struct : guest::ListNode {
  void (*callback)(tasklet_struct*) = nullptr;
  void (*func)(unsigned long) = nullptr;  ///< The older form, if there is no `callback`.
  unsigned long data = 0;
  int disable_count = 0;
  bool running = false;
};

extern "C" {
void tasklet_setup(tasklet_struct* tasklet, void (*callback)(tasklet_struct*));
void tasklet_init(tasklet_struct* tasklet, void (*func)(unsigned long), unsigned long data);
/// It runs on the way out of the interrupt; where there is none and interrupts are on, now.
void tasklet_schedule(tasklet_struct* tasklet);
/// It does not run until it has been enabled as often; scheduled, it waits.
void tasklet_disable_nosync(tasklet_struct* tasklet);
/// The same, and returns when it does not run any more: not from an interrupt handler or a tasklet.
void tasklet_disable(tasklet_struct* tasklet);
void tasklet_enable(tasklet_struct* tasklet);
/// Returns when it neither runs nor is scheduled: what is scheduled runs first, unless it is
/// disabled (Linux would wait for ever; here it is dropped). Not from an interrupt handler or a
/// tasklet: that is reported, and nothing is waited for.
void tasklet_kill(tasklet_struct* tasklet);
}

namespace guest {
/// Runs what is scheduled; called on the way out of an interrupt, and before sleeping.
void run_tasklets();
/// Some could run: scheduled with interrupts off, outside an interrupt.
bool tasklets_pending();
/// In a tasklet.
bool in_tasklet();
}  // namespace guest
