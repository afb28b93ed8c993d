// SPDX-License-Identifier: Apache-2.0
#include "sw/kernel/tasklet.hpp"

#include "sw/arch/irqflags.hpp"

namespace {

guest::IntrusiveList<tasklet_struct> scheduled;
bool running_list = false;

/// The first one that may run, taken out of the list; null if there is none.
tasklet_struct* take_runnable() {
  for (tasklet_struct& tasklet : scheduled) {
    if (tasklet.disable_count == 0 && !tasklet.running) {
      tasklet.unlink();
      return &tasklet;
    }
  }
  return nullptr;
}

}  // namespace

void tasklet_setup(tasklet_struct* tasklet, void (*callback)(tasklet_struct*)) {
  tasklet->callback = callback;
  tasklet->disable_count = 0;
  tasklet->running = false;
}

void tasklet_schedule(tasklet_struct* tasklet) {
  const guest::InterruptGuard guard;
  if (!tasklet->linked()) scheduled.push_back(*tasklet);
}

void tasklet_disable(tasklet_struct* tasklet) {
  const guest::InterruptGuard guard;
  ++tasklet->disable_count;
}

void tasklet_enable(tasklet_struct* tasklet) {
  const guest::InterruptGuard guard;
  --tasklet->disable_count;
}

// On one processor nobody can find it running except itself.
void tasklet_kill(tasklet_struct* tasklet) {
  const guest::InterruptGuard guard;
  tasklet->unlink();
}

namespace guest {

void run_tasklets() {
  const unsigned long flags = local_irq_save();
  if (!running_list) {
    running_list = true;
    while (tasklet_struct* tasklet = take_runnable()) {
      tasklet->running = true;
      local_irq_enable();
      tasklet->callback(tasklet);
      local_irq_disable();
      tasklet->running = false;
    }
    running_list = false;
  }
  local_irq_restore(flags);
}

}  // namespace guest
