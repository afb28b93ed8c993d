// SPDX-License-Identifier: Apache-2.0
#include "sw/kernel/tasklet.hpp"

#include "sw/arch/irqflags.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/interrupt.hpp"

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

void run(tasklet_struct& tasklet) {
  if (tasklet.callback != nullptr) {
    tasklet.callback(&tasklet);
  } else {
    tasklet.func(tasklet.data);
  }
}

/// Where nobody may wait for a tasklet, because it is what has been interrupted.
bool cannot_wait(const char* who) {
  if (!guest::in_interrupt() && !guest::in_tasklet()) return false;
  guest::printk(who, ": called where it cannot wait\n");
  return true;
}

}  // namespace

void tasklet_setup(tasklet_struct* tasklet, void (*callback)(tasklet_struct*)) {
  tasklet->callback = callback;
  tasklet->func = nullptr;
  tasklet->disable_count = 0;
  tasklet->running = false;
}

void tasklet_init(tasklet_struct* tasklet, void (*func)(unsigned long), unsigned long data) {
  tasklet_setup(tasklet, nullptr);
  tasklet->func = func;
  tasklet->data = data;
}

void tasklet_schedule(tasklet_struct* tasklet) {
  {
    const guest::InterruptGuard guard;
    if (!tasklet->linked()) scheduled.push_back(*tasklet);
  }
  // No way out of an interrupt is coming: Linux wakes a thread for it.
  if (!guest::in_interrupt() && !irqs_disabled()) guest::run_tasklets();
}

void tasklet_disable_nosync(tasklet_struct* tasklet) {
  const guest::InterruptGuard guard;
  ++tasklet->disable_count;
}

// On one processor it cannot be running while somebody who may wait is.
void tasklet_disable(tasklet_struct* tasklet) {
  cannot_wait("tasklet_disable");
  tasklet_disable_nosync(tasklet);
}

void tasklet_enable(tasklet_struct* tasklet) {
  {
    const guest::InterruptGuard guard;
    if (tasklet->disable_count > 0) --tasklet->disable_count;
  }
  if (tasklet->linked()) tasklet_schedule(tasklet);
}

void tasklet_kill(tasklet_struct* tasklet) {
  if (!cannot_wait("tasklet_kill") && tasklet->linked()) guest::run_tasklets();
  const guest::InterruptGuard guard;
  tasklet->unlink();
}

namespace guest {

bool in_tasklet() { return running_list; }

bool tasklets_pending() {
  const InterruptGuard guard;
  if (running_list) return false;
  for (const tasklet_struct& tasklet : scheduled) {
    if (tasklet.disable_count == 0) return true;
  }
  return false;
}

void run_tasklets() {
  const unsigned long flags = local_irq_save();
  if (!running_list) {
    running_list = true;
    while (tasklet_struct* tasklet = take_runnable()) {
      tasklet->running = true;
      local_irq_enable();
      run(*tasklet);
      local_irq_disable();
      tasklet->running = false;
    }
    running_list = false;
  }
  local_irq_restore(flags);
}

}  // namespace guest
